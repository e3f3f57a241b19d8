"""What a sorting model is made of: which rows go where, by values worked out from the table itself."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.estimators.linear_classes import LinearClasses
from models.estimators.temperature import fitted_temperature
from models.sorting import fit
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.sorting.guarantee import Calibration
from models.sorting.model import SortingModel
from models.sorting.spread import own_shares
from models.table.inputs import matrix
from models.uncertainty.novelty import Novelty
from seeds import Seed

OLD, NEW = slice(None, 600), slice(600, None)


class Made:
    """A model of the toy process, and what its parts were given."""

    def __init__(self, seed: Seed, frame: pd.DataFrame, patch: pytest.MonkeyPatch) -> None:
        self.given: dict[str, Any] = {}
        contents_of, novelty_of = fit.fit_contents, Novelty.fit

        def contents(*given: Any) -> Any:
            self.given["contents"] = given, contents_of(*given)
            return self.given["contents"][1]

        def novelty(*given: Any) -> Any:
            self.given["novelty"] = given
            return novelty_of(*given)

        def risk_price(*given: Any) -> tuple[float, Calibration]:
            self.given["risk_price"] = given
            return 0.25, Calibration(0.6, 12, 1)

        patch.setattr(fit, "fit_contents", contents)
        patch.setattr(Novelty, "fit", novelty)
        patch.setattr(fit, "risk_price", risk_price)
        self.X, self.contents = matrix(frame, seed), frame[["x", "z"]].to_numpy()
        self.codes = pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
        self.lots = frame["lot"].to_numpy()
        self.mass = frame["mass"].to_numpy()
        estimator = LinearClasses(4).fit(self.X[OLD], self.codes[OLD])
        self.p = estimator.predict_proba(self.X[NEW])
        self.info = {"rows": 7}
        training_rows = self.X[OLD], self.codes[OLD], self.contents[OLD]
        remaining = self.X[NEW], self.codes[NEW], self.contents[NEW], self.mass[NEW], self.lots[NEW]
        self.model: SortingModel = sorter(
            seed,
            "linear",
            estimator,
            LaboratoryPieces(*training_rows),
            CalibrationPieces(*remaining, self.p),
            self.info,
        )


@pytest.fixture
def made(
    toy_sorting_seed: Seed, toy_sorting_frame: Callable[..., pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> Made:
    frame = toy_sorting_frame(lots=40, pieces=30)
    frame.loc[[5, 700], "mass"] = np.nan
    frame.loc[[7, 800], "x"] = np.nan
    frame["lot"] = np.where(frame.index < 660, "second", frame["lot"])
    return Made(toy_sorting_seed, frame, monkeypatch)


def test_probabilities_of_rows_not_learnt_set_the_temperature(made: Made) -> None:
    codes = made.codes[NEW].astype(int)
    with np.errstate(divide="ignore"):
        expected = fitted_temperature(np.log(made.p), codes)
    assert made.model.temperature == pytest.approx(expected, rel=1e-9)
    p = made.given["contents"][0][3]
    power = made.p ** (1 / expected)
    np.testing.assert_allclose(p, power / power.sum(axis=1, keepdims=True), rtol=1e-9)


def test_contents_learn_old_rows_and_err_on_new_ones(made: Made) -> None:
    _, old, new, _, lots = made.given["contents"][0]
    for given, rows in ((old, OLD), (new, NEW)):
        np.testing.assert_array_equal(given[0], made.X[rows])
        np.testing.assert_array_equal(given[1], made.codes[rows])
        np.testing.assert_array_equal(given[2], made.contents[rows])
    assert lots is made.given["risk_price"][3]


def test_novelty_knows_named_classes_alone(made: Made) -> None:
    """The class `other` is the last of four."""
    X, codes, calibration = made.given["novelty"]
    named = made.codes[OLD] != 3
    assert 0 < named.sum() < 600
    np.testing.assert_array_equal(X, made.X[OLD][named])
    np.testing.assert_array_equal(codes, made.codes[OLD][named])
    np.testing.assert_array_equal(calibration, made.X[NEW][made.codes[NEW] != 3])


def test_the_risk_price_is_found_on_estimates_of_lines_that_had_not_seen_the_row(made: Made) -> None:
    seed, line, pieces, lots, contents = made.given["risk_price"]
    _, estimated, variance = made.given["contents"][1]
    assert seed is made.model.seed
    assert line is not None
    # Contents in wt% as mass shares, variances as their squares; 35 g is the typical mass.
    np.testing.assert_allclose(pieces.content, estimated / 100, rtol=1e-12)
    np.testing.assert_allclose(pieces.variance, variance / 10_000, rtol=1e-12)
    np.testing.assert_allclose(pieces.mass, np.where(np.isnan(made.mass[NEW]), 35.0, made.mass[NEW]) / 1000, rtol=1e-12)
    assert np.isnan(made.mass[NEW]).sum() == 1
    names = list(dict.fromkeys(made.lots[NEW]))
    assert names[0] == "second"
    assert lots.tolist() == [names.index(name) for name in made.lots[NEW]]
    np.testing.assert_array_equal(contents, made.contents[NEW])
    assert made.model.risk_price == 0.25
    assert made.model.calibration == Calibration(0.6, 12, 1)


def test_the_feed_is_the_mean_by_mass_of_all_rows(made: Made) -> None:
    mass = np.where(np.isnan(made.mass), 35.0, made.mass)
    for e in (0, 1):
        known = ~np.isnan(made.contents[:, e])
        expected = np.sum((mass * made.contents[:, e])[known]) / np.sum(mass[known])
        assert made.model.feed_contents[e] == pytest.approx(expected, rel=1e-12)


def test_ranges_and_examples_are_of_all_rows_and_the_origin_is_a_copy(made: Made) -> None:
    np.testing.assert_array_equal(made.model.ranges[:, 0], np.nanmin(made.X, axis=0))
    np.testing.assert_array_equal(made.model.ranges[:, 1], np.nanmax(made.X, axis=0))
    np.testing.assert_array_equal(made.model.examples[[0, -1]], made.X[[0, -1]])
    assert made.model.complete.tolist() == [True, True, False, False]
    assert made.model.info == made.info
    assert made.model.info is not made.info
    assert (made.model.candidate, made.model.names) == ("linear", ("s1", "s2", "s3", "mass"))


def test_a_mean_by_mass_by_hand() -> None:
    contents = np.array([[1.0, math.nan, 2.0], [4.0, math.nan, math.nan], [math.nan, math.nan, 8.0]])
    # 1 kg of 1 and 3 kg of 4 are 13 of 4 kg; 1 kg of 2 and 0.5 kg of 8 are 6 of 1.5 kg.
    np.testing.assert_allclose(fit._mean(contents, np.array([1.0, 3.0, 0.5])), [3.25, 0.0, 4.0], rtol=1e-12)


def test_what_is_learnt_of_spreads_comes_from_rows_that_nothing_has_learnt(
    toy_spread_seed: Seed, toy_sorting_frame: Callable[..., pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(toy_spread_seed, toy_sorting_frame(lots=40, pieces=30), monkeypatch)
    spread, line = made.model.spread, made.model.line
    _, used, pieces, lots, contents = made.given["risk_price"]
    assert spread is not None
    assert line.spread is used.spread is spread
    there = line.wanted(pieces) == 0
    assert spread.usual[0, 0] == pytest.approx(np.average(pieces.content[there, 0], weights=pieces.mass[there]))
    edges, own = own_shares(
        lots[there], pieces.mass[there], pieces.content[there, 0], pieces.variance[there, 0], contents[there, 0] / 100
    )
    np.testing.assert_array_equal(spread.edges[0, 0], edges)
    np.testing.assert_allclose(spread.own[0, 0], own, rtol=1e-12)  # the last bits depend on the processor
    x, kg = made.contents[:, 0] / 100, made.mass
    assert spread.feed[0] == pytest.approx(np.average((x - np.average(x, weights=kg)) ** 2, weights=kg))
    np.testing.assert_array_equal(made.model.state()["spread"]["own"], spread.own)


def test_without_limits_of_spreads_nothing_is_learnt_of_them(made: Made) -> None:
    assert made.model.spread is None
    assert "spread" not in made.model.state()
