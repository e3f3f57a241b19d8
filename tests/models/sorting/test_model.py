"""A sorting model from training to decisions, on lots whose law is known."""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.estimators.linear_classes import LinearClasses
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.sorting.guarantee import lot_contents, over_limit
from models.sorting.lots import LotState, numbered
from models.sorting.model import SortingModel, kilograms
from models.sorting.values import value_matrix
from models.table.inputs import matrix
from models.uncertainty.guarantees import GuaranteeError
from models.uncertainty.intervals import CoverageError
from models.uncertainty.missing_report import MissingReport
from seeds import Seed

PIECES = 60
Frame = Callable[..., pd.DataFrame]


class Table:
    """A toy table taken apart."""

    def __init__(self, frame: pd.DataFrame, seed: Seed) -> None:
        self.X = matrix(frame, seed)
        self.codes = pd.Categorical(frame["metal"], categories=list(seed.classes)).codes.astype(np.float64)
        self.contents = frame[["x", "z"]].to_numpy()
        self.lots = frame["lot"].to_numpy(dtype=object)

    def __getitem__(self, rows: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.X[rows], self.codes[rows], self.contents[rows]


def fitted_model(seed: Seed, frame: pd.DataFrame, first: int) -> SortingModel:
    """The linear candidate, trained on all rows before `first` and calibrated on the others."""
    table, old, new = Table(frame, seed), slice(first), slice(first, None)
    estimator = LinearClasses(4).fit(table.X[old], table.codes[old])
    p = estimator.predict_proba(table.X[new])
    mass, lots = table.X[new, 3], table.lots[new]
    known, calibration = LaboratoryPieces(*table[old]), CalibrationPieces(*table[new], mass, lots, p)
    return sorter(seed, "linear", estimator, known, calibration, {"rows": len(frame)})


@pytest.fixture(scope="module")
def model(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> SortingModel:
    return fitted_model(toy_sorting_seed, toy_sorting_frame(lots=120, pieces=PIECES), 60 * PIECES)


@pytest.fixture
def fresh(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> Table:
    return Table(toy_sorting_frame(lots=40, pieces=PIECES, rng_seed=7), toy_sorting_seed)


def test_probabilities_sum_to_one_and_are_as_sure_as_right(model: SortingModel, fresh: Table) -> None:
    p = model.probabilities(fresh.X)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)
    right = p.argmax(axis=1) == fresh.codes
    assert right.mean() > 0.9
    assert abs(p.max(axis=1).mean() - right.mean()) < 0.02


def test_contents_are_within_their_intervals_as_often_as_told(
    model: SortingModel, toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    table = Table(toy_sorting_frame(lots=200, pieces=PIECES, rng_seed=8), toy_sorting_seed)
    answers = model.elements(table.X, 0.9)
    assert list(answers) == ["x"]
    held = (answers["x"].low <= table.contents[:, 0]) & (table.contents[:, 0] <= answers["x"].high)
    assert 0.88 < held.mean() < 0.92


def test_probabilities_given_save_work_and_change_nothing(model: SortingModel, fresh: Table) -> None:
    p = model.probabilities(fresh.X)
    np.testing.assert_array_equal(model.sort(fresh.X, p=p).bin, model.sort(fresh.X).bin)
    np.testing.assert_array_equal(model.elements(fresh.X, 0.9, p)["x"], model.elements(fresh.X, 0.9)["x"])
    assert model.flags(fresh.X, p) == model.flags(fresh.X)
    turned = np.roll(p, 1, axis=1)
    assert (model.sort(fresh.X, p=turned).bin != model.sort(fresh.X, p=p).bin).mean() > 0.3


def test_novel_pieces_and_those_of_no_named_class_go_to_the_rest(model: SortingModel) -> None:
    X = np.array([[40.0, 0.0, 0.0, 30.0], [-9.0, 9.0, -6.0, 30.0], [0.0, 0.0, 0.0, 30.0]])
    p = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
    assert model.seen(X).novel.tolist() == [True, True, False]
    assert model.sort(X, p=p).bin.tolist() == [2, 2, 0]
    doubtful = np.array([[0.3, 0.0, 0.3, 0.4]])
    everything = np.full((3, 4), 9.0) * np.array([[1], [0], [0]])
    assert model.sort(X[2:], p=doubtful, values=everything).bin.tolist() == [2]


def test_expected_value_is_that_of_the_chosen_bin(model: SortingModel, fresh: Table, toy_sorting_seed: Seed) -> None:
    done = model.sort(fresh.X, fresh.lots)
    values = value_matrix(toy_sorting_seed)
    expected = [values[b] @ p for b, p in zip(done.bin, done.p, strict=True)]
    np.testing.assert_allclose(done.expected_value, expected, rtol=1e-12)


def test_prices_shift_decisions(model: SortingModel, fresh: Table, toy_sorting_seed: Seed) -> None:
    typical = model.sort(fresh.X).bin
    dear_rest = value_matrix(toy_sorting_seed, {"rest": {"a": 9.0}})
    moved = model.sort(fresh.X, values=dear_rest).bin
    a = model.probabilities(fresh.X)[:, 0] > 0.9
    assert (typical[a] == 0).mean() > 0.9
    assert (moved[a] == 2).all()


def test_without_lots_each_piece_is_decided_by_itself(model: SortingModel, fresh: Table) -> None:
    done = model.sort(fresh.X)
    assert done.states == {}
    np.testing.assert_array_equal(done.bin, done.preferred)
    alone = [model.sort(fresh.X[i : i + 1]).bin[0] for i in range(50)]
    np.testing.assert_array_equal(done.bin[:50], alone)


def test_lots_in_several_requests_are_sorted_as_in_one(model: SortingModel, fresh: Table) -> None:
    together = model.sort(fresh.X, fresh.lots)
    states: dict[str, LotState] = {}
    parted = []
    for rows in np.split(np.arange(len(fresh.X)), [7, 100, 1000]):
        done = model.sort(fresh.X[rows], fresh.lots[rows], states=states)
        states |= done.states
        parted.append(done.bin)
    np.testing.assert_array_equal(np.concatenate(parted), together.bin)
    assert set(states) == set(together.states) == set(fresh.lots)
    for name, state in together.states.items():
        np.testing.assert_array_equal(states[name].mass, state.mass)
        np.testing.assert_array_equal(states[name].element_mass, state.element_mass)


def test_a_limit_refuses_pieces_that_its_bin_wants(model: SortingModel, fresh: Table, toy_sorting_seed: Seed) -> None:
    done = model.sort(fresh.X, fresh.lots)
    refused = done.bin != done.preferred
    assert 0.001 < refused.mean() < 0.2
    assert set(done.preferred[refused]) == {0}
    for state in done.states.values():
        assert state.allowance(toy_sorting_seed)[0, 0] >= -1e-12


def test_a_smaller_lot_has_a_smaller_start(model: SortingModel, toy_sorting_seed: Seed) -> None:
    """One piece that is too rich: a lot of a tonne has room for it, a lot of its own mass has not."""
    X, p = np.array([[0.0, 0.0, 0.0, 30.0]]), np.array([[0.9, 0.0, 0.1, 0.0]])
    dear = value_matrix(toy_sorting_seed, {"bin_a": {"a": 9.0}})
    bins = [int(model.sort(X, ["L"], values=dear, p=p, lot_mass=mass).bin[0]) for mass in (1000.0, 0.03)]
    assert bins == [0, 1]
    both = model.sort(np.vstack([X, X]), ["L", "M"], dear, p=np.vstack([p, p]), lot_mass=np.array([1000.0, 0.03]))
    assert both.bin.tolist() == [0, 1]


def test_a_piece_without_mass_counts_as_a_typical_one_and_is_flagged(model: SortingModel) -> None:
    X = np.array([[0.0, 0.0, 0.0, np.nan]])
    assert model.masses(X)[0] == pytest.approx(0.035)
    assert model.sort(X, ["L"]).states["L"].mass.sum() == pytest.approx(1.02 * 0.035)
    assert model.flags(X) == [["mass missing"]]


def test_a_missing_mass_is_flagged_though_it_was_missing_in_training(model: SortingModel) -> None:
    nowhere = replace(model, complete=np.zeros(4, dtype=np.bool_))
    (flags,) = nowhere.flags(np.array([[0.0, np.nan, np.nan, np.nan]]), np.eye(4)[:1])
    assert flags[0] == "mass missing"
    assert flags[1].startswith("without s2, s3 and mass: interval ")


def test_flags_tell_what_a_reader_should_know(model: SortingModel) -> None:
    X = np.array([[0.0, 0.0, np.nan, 30.0], [-9.0, 9.0, -6.0, 30.0], [400.0, 0.0, 0.0, 30.0]])
    p = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
    (report, *others), ratio = model.missing_reports(X), model.missing_costs[2]
    assert report == MissingReport(1, ("s3",), pytest.approx(ratio), True)
    assert others == [None, None]
    assert model.flags(X, p) == [
        [f"without s3: interval {ratio:.2f} times as wide"],
        ["out of distribution", "probably other"],
        ["s1 outside training range", "out of distribution"],
    ]


def test_told_is_what_the_methods_say(model: SortingModel, fresh: Table) -> None:
    predictions = model.columns(fresh.X)
    p = model.probabilities(fresh.X)
    assert list(predictions) == [
        "metal", "p_a", "p_b", "p_c", "p_other", "x", "x_low", "x_high", "bin", "expected_value",
    ]  # fmt: skip
    np.testing.assert_array_equal(predictions["metal"], np.array(["a", "b", "c", "other"])[p.argmax(axis=1)])
    np.testing.assert_array_equal(predictions["p_b"], p[:, 1])
    np.testing.assert_array_equal(predictions["x_low"], model.elements(fresh.X, 0.9)["x"].low)
    np.testing.assert_array_equal(predictions["bin"], np.array(["bin_a", "bin_bc", "rest"])[model.sort(fresh.X).bin])


def test_nothing_given_is_changed(model: SortingModel, fresh: Table) -> None:
    X, p = fresh.X.copy(), model.probabilities(fresh.X)
    p_before = p.copy()
    model.sort(fresh.X, fresh.lots, p=p)
    model.columns(fresh.X)
    np.testing.assert_array_equal(fresh.X, X)
    np.testing.assert_array_equal(p, p_before)


def test_feed_is_the_mean_by_mass_of_what_was_learnt(
    model: SortingModel, toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    frame = toy_sorting_frame(lots=120, pieces=PIECES)
    expected = np.average(frame[["x", "z"]], axis=0, weights=frame["mass"])
    np.testing.assert_allclose(model.feed_contents, expected, rtol=1e-12)
    np.testing.assert_array_equal(model.ranges[:, 1], frame[list(model.names)].max())
    assert model.complete.tolist() == [True, True, False, True]


def test_labels_that_the_laboratory_lacks_are_left_out(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> None:
    frame = toy_sorting_frame(lots=60, pieces=PIECES)
    frame.loc[::3, "x"] = np.nan
    frame["z"] = np.nan
    model = fitted_model(toy_sorting_seed, frame, 30 * PIECES)
    assert model.contents.carried.tolist() == [True, False]
    assert np.isfinite(model.feed_contents).all()
    assert model.risk_price >= 0


def test_too_few_calibration_lots_are_told(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> None:
    with pytest.raises(GuaranteeError, match=r"^8 lots to calibrate, expected 9 or more"):
        fitted_model(toy_sorting_seed, toy_sorting_frame(lots=20, pieces=PIECES), 12 * PIECES)


def test_too_few_rows_for_a_coverage_are_told(model: SortingModel, fresh: Table) -> None:
    with pytest.raises(CoverageError, match=r"coverage 0\.999 needs at least 999 calibration rows"):
        model.elements(fresh.X, 0.999)


def test_state_holds_all_that_sets_a_model_apart(model: SortingModel) -> None:
    """A risk price that is no finite number has no place in JSON but a text."""
    for price, predictions in ((0.5, 0.5), (0.0, 0.0), (math.inf, "inf"), (math.nan, "nan")):
        state = replace(model, risk_price=price).state()
        assert list(state) == [
            *("temperature", "contents", "novelty", "risk_price", "feed_contents", "calibration", "missing"),
            "missing_costs",
        ]
        assert state["risk_price"] == predictions
        remaining = {name: getattr(model, name) for name in ("seed", "candidate", "estimator", "ranges", "complete")}
        back = SortingModel.from_state(state, examples=model.examples, info={}, **remaining)
        np.testing.assert_equal(back.risk_price, price)
        assert back.temperature == model.temperature
        np.testing.assert_array_equal(back.feed_contents, model.feed_contents)
        assert back.calibration == model.calibration
    assert model.calibration is not None
    assert model.calibration.confidence == 0.6
    old = {name: part for name, part in state.items() if name != "calibration"}
    assert SortingModel.from_state(old, examples=model.examples, info={}, **remaining).calibration is None


def test_masses_are_grams_in_the_table_and_kilograms_in_a_lot(toy_sorting_seed: Seed) -> None:
    np.testing.assert_allclose(kilograms(toy_sorting_seed, np.array([500.0, np.nan])), [0.5, 0.035], rtol=1e-12)


def test_new_lots_keep_their_limits_as_often_as_the_seed_asks(
    model: SortingModel, toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    n = 2000
    table = Table(toy_sorting_frame(lots=n, pieces=PIECES, rng_seed=9), toy_sorting_seed)
    numbers, mass = numbered(table.lots)[2], model.masses(table.X)
    done = model.sort(table.X, table.lots, lot_mass=np.bincount(numbers, mass)[numbers])

    def share(bins: np.ndarray) -> float:
        return float(over_limit(model.line, lot_contents(model.line, bins, numbers, n, mass, table.contents)).mean())

    risk = 1 - toy_sorting_seed.sorting_rules.confidence.value
    assert share(done.bin) <= risk + 3 * np.sqrt(risk * (1 - risk) / n)
    assert share(done.bin) < share(done.preferred)
    # Limits that are kept by closing the bin would be no art.
    assert (done.bin == 0).mean() > 0.9 * (done.preferred == 0).mean()


def test_two_hundred_thousand_pieces_are_sorted_in_seconds_and_one_at_once(
    model: SortingModel, toy_sorting_seed: Seed, toy_sorting_frame: Frame
) -> None:
    """By the time of this thread alone, and by what is called, whatever else the machine does."""
    table = Table(toy_sorting_frame(lots=2000, pieces=100, rng_seed=10), toy_sorting_seed)
    p = model.probabilities(table.X)
    start = time.thread_time()
    model.sort(table.X, table.lots, p=p)
    assert time.thread_time() - start < 10  # twenty times what it takes

    def calls(n: int) -> int:
        seen: list[str] = []
        sys.setprofile(lambda frame, event, given: seen.append(event))
        try:
            model.sort(table.X[:n], table.lots[:n], p=p[:n])
        finally:
            sys.setprofile(None)
        return sum(event in ("call", "c_call") for event in seen)

    calls(1)
    assert calls(1) < 1000  # a tenth of a millisecond
    assert calls(20_000) / calls(2_000) < 11  # of ten times the pieces


def test_importing_loads_no_library_of_other_rooms() -> None:
    heavy = (
        "mlflow",
        "fastapi",
        "plotly",
        "lightgbm",
        "sklearn",
        "training",
        "serving",
        "synthetic_data",
    )
    code = f"import sys, models.sorting.model; print([name for name in {heavy!r} if name in sys.modules])"
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert completed.stdout.strip() == "[]"
