from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone, is_regressor

from models.estimators.estimator import RegressorEstimator
from models.estimators.physics_features import PhysicsFeatures
from models.processes.lookup import physics_of
from models.table.inputs import input_names
from models.tasks import CANDIDATES, build
from seeds import Seed, load, load_all
from seeds.format.loader import parse

SEEDS = {name: seed for name, seed in load_all().items() if not seed.classes and seed.quality is None}
CASES = [pytest.param(seed, name, id=f"{seed.process.name}-{name}") for seed in SEEDS.values() for name in build(seed)]
SIGNED = [seed for seed in SEEDS.values() if "lightgbm_physics" in build(seed)]


def learnable(seed: Seed, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Inputs around the typical state with gaps, and a target that some of them move."""
    rng = np.random.default_rng(0)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
    low, high = np.array([column.limits for column in seed.inputs]).T
    z = rng.normal(size=(n, len(mean)))
    typical = seed.target.typical
    assert typical is not None
    y = typical.mean + typical.sd * (0.6 * z[:, 0] - 0.6 * z[:, 1] + 0.3 * z[:, 2] * z[:, 3] + 0.3 * rng.normal(size=n))
    X = np.clip(mean + sd * z, low, high)
    X[rng.random(X.shape) < 0.03] = np.nan
    return X, y


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_candidates_are_those_that_the_seed_allows(seed: Seed) -> None:
    names = list(build(seed))
    physics = physics_of(seed) is not None
    assert names == [name for name in CANDIDATES if name in names]
    assert {"linear", "lightgbm"} <= set(names)
    assert ("first_principles" in names) == physics
    assert ("lightgbm_physics" in names) == (physics or any(column.sign for column in seed.inputs))


def test_toy_without_physics_has_signs_alone(toy_seed: Seed) -> None:
    made = build(toy_seed)
    assert list(made) == ["persistence", "linear", "lightgbm", "lightgbm_physics"]
    assert made["lightgbm_physics"].signs == (0, 1, -1)
    assert made["persistence"].column == 0


def test_without_signs_or_previous_target_their_candidates_are_left_out(toy_seed: Seed, tmp_path: Path) -> None:
    lines = toy_seed.text.splitlines(keepends=True)
    plain = "".join(line for line in lines if not line.startswith(("sign", "previous")))
    path = tmp_path / "toy_cells.toml"
    path.write_text(plain, encoding="utf-8")
    assert list(build(load(path))) == ["mean", "linear", "lightgbm"]


def test_persistence_takes_the_nearest_period(toy_seed: Seed, tmp_path: Path) -> None:
    start, _, remaining = toy_seed.text.partition('[[columns]]\nname = "previous_y"')
    column, mark, remaining = remaining.partition("[[columns]]")
    nearest = '[[columns]]\nname = "previous_y"' + column
    farther = nearest.replace("previous_y", "earlier_y").replace("periods = 1", "periods = 2")
    path = tmp_path / "toy_cells.toml"
    path.write_text(start + farther + nearest + mark + remaining, encoding="utf-8")
    seed = load(path)
    assert input_names(seed)[build(seed)["persistence"].column] == "previous_y"


@cache
def fitted(process: str, name: str) -> tuple[RegressorEstimator, np.ndarray, np.ndarray]:
    """A candidate that has learnt from the rows above, and these as it left them."""
    X, y = learnable(SEEDS[process])
    return build(SEEDS[process])[name].fit(X, y), X, y


@pytest.mark.parametrize(("seed", "name"), CASES)
class TestBehaviour:
    def test_clones_learn_the_same(self, seed: Seed, name: str) -> None:
        estimator, X, y = fitted(seed.process.name, name)
        assert is_regressor(estimator)
        one, other = estimator.predict(X), clone(estimator).fit(X, y).predict(X)
        np.testing.assert_array_equal(one, other)
        assert np.isfinite(one).all()
        assert one.shape == y.shape

    def test_input_is_not_mutated(self, seed: Seed, name: str) -> None:
        estimator, X, y = fitted(seed.process.name, name)
        estimator.predict(X)
        for result, given in zip((X, y), learnable(seed), strict=True):
            np.testing.assert_array_equal(result, given)

    def test_empty_and_constant_columns_are_survived(self, seed: Seed, name: str) -> None:
        X, y = learnable(seed)
        X[:, ::3] = np.nan
        X[:, 1::3] = 7.0
        assert np.isfinite(build(seed)[name].fit(X, y).predict(X)).all()

    def test_a_row_without_any_value_is_answered(self, seed: Seed, name: str) -> None:
        estimator, X, y = fitted(seed.process.name, name)
        predicted = estimator.predict(np.full((1, X.shape[1]), np.nan))
        assert y.min() < predicted[0] < y.max()

    def test_a_row_does_not_depend_on_the_others(self, seed: Seed, name: str) -> None:
        estimator, X, _ = fitted(seed.process.name, name)
        together, alone = estimator.predict(X[:50]), [estimator.predict(X[i : i + 1])[0] for i in range(50)]
        np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("seed", SIGNED, ids=lambda seed: seed.process.name)
def test_known_directions_hold_over_the_physical_range(seed: Seed) -> None:
    X, y = learnable(seed, 2000)
    signed = [i for i, column in enumerate(seed.inputs) if column.sign]
    # History in which every known direction is wrong, as confounding makes it.
    low, high = np.array([column.limits for column in seed.inputs]).T
    for i in signed:
        y = y - seed.inputs[i].sign * y.std() * np.nan_to_num((X[:, i] - np.nanmean(X[:, i])) / np.nanstd(X[:, i]))
    fitted = build(seed)["lightgbm_physics"].fit(X, y)
    rng = np.random.default_rng(1)
    rows = np.vstack([X, rng.uniform(low, high, (2000, len(low)))])
    for i in signed:
        rows[:, i] = np.where(np.isnan(rows[:, i]), low[i], rows[:, i])
        moved = rows.copy()
        moved[:, i] += (high[i] - rows[:, i]) * rng.uniform(0, 1, len(rows))
        change = seed.inputs[i].sign * (fitted.predict(moved) - fitted.predict(rows))
        assert change.min() >= -1e-12, seed.inputs[i].name


def test_physics_features_reach_the_trees() -> None:
    used: list[Any] = []
    for seed in SIGNED:
        estimator = build(seed)["lightgbm_physics"]
        if physics_of(seed) is not None:
            assert isinstance(estimator.physics, PhysicsFeatures)
            assert len(estimator.trees.signs) == len(seed.inputs) + len(estimator.physics.features)
            used += estimator.physics.features
    assert used


def test_the_mean_is_the_baseline_where_no_earlier_label_is_in_hand(toy_seed: Seed, tmp_path: Path) -> None:
    text = toy_seed.text
    previous = next(part for part in text.split("[[columns]]") if 'name = "previous_y"' in part)
    seed = parse(text.replace("[[columns]]" + previous, ""), tmp_path / "toy_cells.toml")
    made = build(seed)
    assert list(made) == ["mean", "linear", "lightgbm", "lightgbm_physics"]
    X, y = np.array([[1.0, np.nan], [2.0, 3.0], [4.0, 5.0]]), np.array([1.0, 2.0, 6.0])
    assert made["mean"].fit(X, y).predict(X).tolist() == [3.0, 3.0, 3.0]
