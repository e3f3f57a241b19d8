"""What competes for a process that grades its lots, and the behaviours that all share."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone

from models.estimators.physics_features import OnPhysics
from models.processes.lookup import physics_of
from models.quality.candidates import build
from models.quality.losses import DefectLoss
from models.table.contract import check
from models.table.inputs import input_names, matrix
from models.tasks import CANDIDATES
from models.tasks import build as build_any
from seeds import Seed, load_all
from seeds.format.loader import parse
from tests.suite.physics import physics_type, state_process

SEEDS = {name: seed for name, seed in load_all().items() if seed.quality is not None}
NAMES = ("persistence", "first_principles", "linear", "lightgbm", "lightgbm_physics")
TOY_PHYSICS = physics_type(
    features=(SimpleNamespace(name="lift", sign=0),),
    computed=lambda columns: {"lift": columns["u"] - 0.1 * columns["setpoint"]},
    contents=lambda columns: {
        "p": 2 * np.exp(0.4 * columns["u"]),
        "q": np.exp(0.5 * columns["u"] - 0.06 * (columns["setpoint"] - 50)),
    },
)

Lots = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def _toy_physics(monkeypatch: pytest.MonkeyPatch) -> None:
    state_process(monkeypatch, "toy_lots", physics=TOY_PHYSICS)


@pytest.fixture
def learnable(toy_quality_seed: Seed, toy_quality_frame: Callable[..., pd.DataFrame]) -> Lots:
    table = check(toy_quality_frame(lines=8, lots=75), toy_quality_seed).table.sort_values("cast_at", kind="stable")
    return matrix(table, toy_quality_seed), table[["p", "q", "r", "crack"]].to_numpy()


def one_thread(estimator: BaseEstimator) -> BaseEstimator:
    """The estimator with one thread, where it can have more."""
    threads = [name for name in estimator.get_params() if name.endswith("n_jobs")]
    return estimator.set_params(**dict.fromkeys(threads, 1))


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_candidates_are_those_that_the_seed_allows(seed: Seed) -> None:
    made, physics = build(seed), physics_of(seed)
    assert list(made) == [name for name in CANDIDATES if name in made]
    assert {"persistence", "linear", "lightgbm"} <= set(made)
    assert ("first_principles" in made) == physics.gives("contents")
    assert ("lightgbm_physics" in made) == (physics is not None)
    assert list(build_any(seed)) == list(made)


def test_without_physics_its_candidates_are_left_out(toy_quality_seed: Seed) -> None:
    assert list(build(toy_quality_seed)) == ["persistence", "linear", "lightgbm"]


@pytest.mark.usefixtures("_toy_physics")
def test_with_physics_there_are_all(toy_quality_seed: Seed) -> None:
    made = build(toy_quality_seed)
    assert tuple(made) == NAMES
    physics = made["lightgbm_physics"]
    assert isinstance(physics, OnPhysics)
    assert physics.physics.features == ("lift",)
    assert {one.get_params().get("defects", 1) for one in made.values()} == {1}


def test_physics_without_contents_has_no_first_principles(
    toy_quality_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    physics = physics_type(TOY_PHYSICS.FEATURES, computed=TOY_PHYSICS.features)
    state_process(monkeypatch, "toy_lots", physics=physics)
    assert tuple(build(toy_quality_seed)) == ("persistence", "linear", "lightgbm", "lightgbm_physics")


def test_persistence_takes_the_newest_assay_of_each_element(toy_quality_seed: Seed) -> None:
    assert [input_names(toy_quality_seed)[i] for i in build(toy_quality_seed)["persistence"].columns if i >= 0] == [
        "p_last"
    ]
    start, _, remaining = toy_quality_seed.text.partition('[[columns]]\nname = "p_last"')
    column, mark, remaining = remaining.partition("[[columns]]")
    newest = '[[columns]]\nname = "p_last"' + column
    older = newest.replace("p_last", "p_older").replace("periods = 1", "periods = 7")
    other = newest.replace("p_last", "q_last").replace('column = "p"', 'column = "q"')
    seed = parse(start + older + other + newest + mark + remaining, Path("toy_lots.toml"))
    columns = build(seed)["persistence"].columns
    assert columns[2] == -1
    assert [input_names(seed)[i] for i in columns[:2]] == ["p_last", "q_last"]


@pytest.mark.usefixtures("_toy_physics")
@pytest.mark.parametrize("name", NAMES)
class TestBehaviour:
    @pytest.fixture
    def estimator(self, toy_quality_seed: Seed, name: str) -> BaseEstimator:
        return one_thread(build(toy_quality_seed)[name])

    def test_clones_learn_the_same(self, estimator: BaseEstimator, learnable: Lots) -> None:
        one, other = (clone(estimator).fit(*learnable).predict(learnable[0]) for _ in range(2))
        np.testing.assert_array_equal(one, other)
        assert one.shape == learnable[1].shape
        assert np.isfinite(one).all()

    def test_it_tells_logarithms_and_log_odds(self, estimator: BaseEstimator, learnable: Lots) -> None:
        X, Y = learnable
        predictions = estimator.fit(X, Y).predict(X)
        # p is lognormal about 0.7, r about -0.4 with a third below its limit; 1 lot in 100 or so is cracked.
        assert np.median(predictions[:, 0]) == pytest.approx(0.7, abs=0.1)
        assert np.median(predictions[:, 2]) == pytest.approx(-0.4, abs=0.15)
        assert DefectLoss().loss(Y[:, 3], predictions[:, 3]).mean() < 0.1

    def test_inputs_and_labels_are_not_mutated(self, estimator: BaseEstimator, learnable: Lots) -> None:
        X, Y = learnable
        X_before, before = X.copy(), Y.copy()
        estimator.fit(X, Y).predict(X)
        np.testing.assert_array_equal(X, X_before)
        np.testing.assert_array_equal(Y, before)

    def test_missing_labels_are_survived(self, estimator: BaseEstimator, learnable: Lots) -> None:
        X, Y = learnable[0], learnable[1].copy()
        Y[np.random.default_rng(0).random(Y.shape) < 0.3] = np.nan
        assert np.isfinite(estimator.fit(X, Y).predict(X)).all()

    def test_empty_and_constant_columns_are_survived(self, estimator: BaseEstimator, learnable: Lots) -> None:
        X, Y = learnable[0].copy(), learnable[1]
        X[:, 0], X[:, 1] = np.nan, 7.0
        assert np.isfinite(estimator.fit(X, Y).predict(X)).all()

    def test_a_row_does_not_depend_on_the_others(self, estimator: BaseEstimator, learnable: Lots) -> None:
        X, Y = learnable
        fitted = estimator.fit(X, Y)
        rows = np.vstack([X[:30], np.full((1, X.shape[1]), np.nan)])
        alone = np.vstack([fitted.predict(rows[i : i + 1]) for i in range(len(rows))])
        np.testing.assert_allclose(fitted.predict(rows), alone, rtol=1e-12)
        assert np.isfinite(alone).all()


@pytest.mark.usefixtures("_toy_physics")
def test_what_an_input_carries_is_found_by_all_that_look_at_it(toy_quality_seed: Seed, learnable: Lots) -> None:
    """Of q, physics knows the whole law here and the last assay nothing."""
    X, Y = learnable
    names = input_names(toy_quality_seed)
    u, setpoint = X[:, names.index("u")], X[:, names.index("setpoint")]
    truth = np.where(np.isnan(u), np.nan, 0.5 * u - 0.06 * (setpoint - 50))
    error = {}
    for name, estimator in build(toy_quality_seed).items():
        predictions = one_thread(estimator).fit(X[:450], Y[:450]).predict(X[450:])
        error[name] = float(np.sqrt(np.nanmean((predictions[:, 1] - truth[450:]) ** 2)))
    assert error["persistence"] > 0.5
    assert max(error["first_principles"], error["linear"]) < 0.1
    assert max(error["lightgbm"], error["lightgbm_physics"]) < 0.2


CASES = [pytest.param(seed, name, id=f"{key}-{name}") for key, seed in SEEDS.items() for name in build(seed)]


@pytest.mark.parametrize(("seed", "name"), CASES)
def test_candidates_of_every_seed_learn_from_its_columns(seed: Seed, name: str) -> None:
    rng = np.random.default_rng(0)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
    low, high = np.array([column.limits for column in seed.inputs]).T
    X = np.clip(mean + sd * rng.standard_normal((200, len(mean))), low, high)
    X[rng.random(X.shape) < 0.03] = np.nan
    typical: list[Any] = [element.typical for element in seed.elements]
    contents = np.exp(np.log([one.mean for one in typical]) + 0.3 * rng.standard_normal((200, len(typical))))
    contents[rng.random(contents.shape) < 0.2] *= -1
    Y = np.column_stack([contents, *(rng.random(200) < 0.1 for _ in seed.defects)])
    predictions = one_thread(build(seed)[name]).fit(X, Y).predict(X)
    assert predictions.shape == Y.shape
    assert np.isfinite(predictions).all()
