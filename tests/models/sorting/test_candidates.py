from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone, is_classifier

from models.processes.lookup import physics_of
from models.table.inputs import matrix
from models.tasks import CANDIDATES, build
from seeds import Seed, load, load_all
from tests.suite.physics import physics_type, state_process

SEEDS = {name: seed for name, seed in load_all().items() if seed.process.task == "sorting"}
NAMES = ("majority", "first_principles", "linear", "lightgbm", "lightgbm_physics")
CENTRES = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [-9.0, 9.0, -6.0]])


def class_scores(columns: Any) -> np.ndarray:
    signals = np.column_stack([columns["s1"], columns["s2"], columns["s3"]])
    return -0.5 * ((signals[:, None] - CENTRES) ** 2).sum(axis=2)


TOY_PHYSICS = physics_type(
    features=(SimpleNamespace(name="difference", sign=0),),
    computed=lambda columns: {"difference": columns["s1"] - columns["s2"]},
    class_scores=class_scores,
)


@pytest.fixture
def toy_physics(monkeypatch: pytest.MonkeyPatch) -> None:
    state_process(monkeypatch, "toy_scrap", physics=TOY_PHYSICS)


@pytest.fixture
def learnable(toy_sorting_seed: Seed, toy_sorting_frame: Callable[..., pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    frame = toy_sorting_frame(lots=20, pieces=40)
    codes = pd.Categorical(frame["metal"], categories=list(toy_sorting_seed.classes)).codes
    return matrix(frame, toy_sorting_seed), codes.astype(np.float64)


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_candidates_are_those_that_the_seed_allows(seed: Seed) -> None:
    names = list(build(seed))
    physics = physics_of(seed)
    assert names == [name for name in CANDIDATES if name in names]
    assert {"majority", "linear", "lightgbm"} <= set(names)
    assert ("first_principles" in names) == physics.gives("class_scores")
    assert ("lightgbm_physics" in names) == (physics is not None)


def test_without_physics_its_candidates_are_left_out(toy_sorting_seed: Seed) -> None:
    assert list(build(toy_sorting_seed)) == ["majority", "linear", "lightgbm"]


def test_with_physics_there_are_all(toy_sorting_seed: Seed, toy_physics: None) -> None:
    assert tuple(build(toy_sorting_seed)) == NAMES


@pytest.mark.usefixtures("toy_physics")
@pytest.mark.parametrize("name", NAMES)
class TestBehaviour:
    @pytest.fixture
    def estimator(self, toy_sorting_seed: Seed, name: str) -> BaseEstimator:
        return build(toy_sorting_seed)[name]

    def test_clones_learn_the_same(self, estimator: BaseEstimator, learnable: tuple[np.ndarray, np.ndarray]) -> None:
        X, codes = learnable
        assert is_classifier(estimator)
        one, other = (clone(estimator).fit(X, codes).predict_proba(X) for _ in range(2))
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one.sum(axis=1), 1.0, rtol=1e-9)
        assert one.shape == (len(X), 4)
        assert one.min() >= 0

    def test_it_beats_the_shares_of_the_classes(
        self, estimator: BaseEstimator, name: str, learnable: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, codes = learnable
        fitted = estimator.fit(X[:600], codes[:600])
        right = (fitted.predict(X[600:]) == codes[600:]).mean()
        assert (right > 0.85) == (name != "majority")

    def test_a_class_that_does_not_occur_has_the_probability_zero(
        self, estimator: BaseEstimator, learnable: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, codes = learnable
        seen = codes != 1
        p = estimator.fit(X[seen], codes[seen]).predict_proba(X)
        np.testing.assert_array_equal(p[:, 1], 0.0)
        np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-9)

    def test_input_is_not_mutated(self, estimator: BaseEstimator, learnable: tuple[np.ndarray, np.ndarray]) -> None:
        X, codes = learnable
        X_before, codes_before = X.copy(), codes.copy()
        estimator.fit(X, codes).predict_proba(X)
        np.testing.assert_array_equal(X, X_before)
        np.testing.assert_array_equal(codes, codes_before)

    def test_empty_and_constant_columns_are_survived(
        self, estimator: BaseEstimator, learnable: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, codes = learnable[0].copy(), learnable[1]
        X[:, 0], X[:, 1] = np.nan, 7.0
        assert np.isfinite(estimator.fit(X, codes).predict_proba(X)).all()

    def test_a_row_does_not_depend_on_the_others(
        self, estimator: BaseEstimator, learnable: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, codes = learnable
        fitted = estimator.fit(X, codes)
        empty = np.vstack([X[:30], np.full((1, X.shape[1]), np.nan)])
        alone = np.vstack([fitted.predict_proba(empty[i : i + 1]) for i in range(len(empty))])
        np.testing.assert_allclose(fitted.predict_proba(empty), alone, rtol=1e-9)


@pytest.mark.parametrize(
    ("seed", "name"),
    [pytest.param(seed, name, id=f"{key}-{name}") for key, seed in SEEDS.items() for name in build(seed)],
)
def test_candidates_of_every_seed_learn_from_its_columns(seed: Seed, name: str) -> None:
    rng = np.random.default_rng(0)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
    low, high = np.array([column.limits for column in seed.inputs]).T
    codes = rng.integers(len(seed.classes), size=400)
    X = np.clip(mean + sd * (rng.normal(size=(400, len(mean))) + np.eye(len(mean))[codes]), low, high)
    X[rng.random(X.shape) < 0.03] = np.nan
    p = build(seed)[name].fit(X, codes.astype(np.float64)).predict_proba(X)
    assert p.shape == (400, len(seed.classes))
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-9)


def test_a_process_that_does_not_sort_has_regressors(toy_seed: Seed, toy_folder: Callable[..., Path]) -> None:
    assert not any(is_classifier(estimator) for estimator in build(toy_seed).values())
    assert list(build(load(toy_folder("toy_cells") / "toy_cells.toml"))) == list(build(toy_seed))
