"""Event probabilities of rows with missing inputs: calibrated by pattern, on a law that is known."""

import json

import numpy as np
import pytest

from models.uncertainty.missing_patterns import MissingPatterns
from models.warnings.calibration import Platt
from models.warnings.missing_inputs import FEWEST_EVENTS, MOST_ROWS, EventRows
from physics.arrays import FloatArray
from physics.special import expit

SLOPES = np.array([1.5, 1.0, 0.0])
LEVEL = -2.0
PATTERNS = [(), (0,), (1,), (0, 1), (0, 1, 2)]


def parts(X: FloatArray) -> FloatArray:
    """Contributions to the log-odds; a missing input counts as 1, as of trees that never missed one."""
    return np.where(np.isnan(X), 1.0, X) * SLOPES


def score(X: FloatArray) -> FloatArray:
    return LEVEL + parts(X).sum(axis=1)


def drawn(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    X = rng.standard_normal((n, 3)).astype(np.float32).astype(np.float64)
    return X, (rng.random(n) < expit(score(X))).astype(np.float64)


def fitted(number: int, n: int = 3000) -> EventRows:
    X, y = drawn(np.random.default_rng(number), n)
    return EventRows.of(X, score(X), y, parts)


def blanked(X: FloatArray, columns: tuple[int, ...]) -> FloatArray:
    X = X.copy()
    X[:, list(columns)] = np.nan
    return X


@pytest.fixture(scope="module")
def stored() -> list[EventRows]:
    return [fitted(number) for number in range(5)]


@pytest.mark.parametrize("columns", PATTERNS)
def test_probabilities_come_true_whatever_is_missing(stored: list[EventRows], columns: tuple[int, ...]) -> None:
    X, y = drawn(np.random.default_rng(20), 20_000)
    less = blanked(X, columns)
    calibrated = [rows.calibrated(less, score(less), score, 1.0) for rows in stored]
    again = [Platt.fit(log_odds, y, 1.0) for log_odds in calibrated]
    rate = y.mean()
    sd = np.sqrt(1 / (MOST_ROWS / 4) / len(stored))  # of the level, by the events among the stored rows
    means = [expit(log_odds).mean() for log_odds in calibrated]
    assert np.mean(means) == pytest.approx(rate, abs=4 * sd * rate * (1 - rate))
    if 0 in columns and 1 in columns:
        assert all(np.ptp(log_odds) < 1e-9 for log_odds in calibrated)  # nothing is known: the rate
    else:
        assert np.mean([one.slope for one in again]) == pytest.approx(1.0, abs=0.15)


def test_without_its_calibration_a_pattern_is_wrong() -> None:
    X, y = drawn(np.random.default_rng(21), 20_000)
    less = blanked(X, (0, 1))
    assert expit(score(less)).mean() > 1.5 * y.mean()


def test_rows_with_all_inputs_that_count_stay_as_they_are(stored: list[EventRows]) -> None:
    X, _ = drawn(np.random.default_rng(22), 100)
    whole = score(X)
    np.testing.assert_array_equal(stored[0].calibrated(blanked(X, (2,)), whole, score, 1.0), whole)
    assert stored[0].calibrated(X, whole, score, 1.0) is whole


def test_rows_of_several_patterns_are_calibrated_each_by_its_own(stored: list[EventRows]) -> None:
    X, _ = drawn(np.random.default_rng(23), 40)
    X[::4, 0] = np.nan
    X[1::4, 1] = np.nan
    together = stored[0].calibrated(X, score(X), score, 1.0)
    for i in range(len(X)):
        one = stored[0].calibrated(X[i : i + 1], score(X[i : i + 1]), score, 1.0)
        assert one[0] == pytest.approx(together[i], rel=1e-9)


def test_a_row_without_any_input_that_counts_is_named(stored: list[EventRows]) -> None:
    X = np.array([[np.nan, np.nan, 1.0], [np.nan, 0.0, np.nan], [0.0, 0.0, np.nan]])
    assert stored[0].none_known(X).tolist() == [True, False, False]


def test_a_pattern_borrows_from_rows_that_miss_more() -> None:
    """Nearly all calibration rows lack the second input: a row that lacks the first alone is calibrated by them."""
    X, y = drawn(np.random.default_rng(24), 3000)
    lacking = np.random.default_rng(25).random(3000) < 0.95
    X[lacking, 1] = np.nan
    rows = EventRows.of(X, score(X), y, parts)
    masks = np.array([[True, False, False]])
    used, less = rows.patterns.blanked(rows.X, masks, 400)
    assert len(used) >= 400
    assert np.isnan(less[:, 0]).all()
    assert np.isnan(less[:, 1]).sum() > 300


def test_kept_rows_have_events_and_others_whatever_their_share() -> None:
    X, _ = drawn(np.random.default_rng(26), 20_000)
    y = np.zeros(20_000)
    y[::500] = 1.0
    rows = EventRows.of(X, score(X), y, parts)
    assert len(rows.X) == MOST_ROWS
    assert rows.y.sum() == 40 >= FEWEST_EVENTS


def test_stored_rows_calibrate_as_before(stored: list[EventRows]) -> None:
    restored = EventRows.from_state(json.loads(json.dumps(stored[0].state())))
    X, _ = drawn(np.random.default_rng(27), 50)
    less = blanked(X, (0,))
    before, after = (one.calibrated(less, score(less), score, 1.0) for one in (stored[0], restored))
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("change", [{"y": [0.5, 1.0]}, {"log_odds": [np.nan, 0.0]}, {"X": np.empty((0, 1))}])
def test_rows_that_are_none_are_refused(change: dict[str, FloatArray]) -> None:
    sound = {"X": np.zeros((2, 1)), "log_odds": np.zeros(2), "y": np.array([0.0, 1.0]), "rate": 0.5}
    with pytest.raises(ValueError, match="expected"):
        EventRows(**{**sound, **change}, patterns=MissingPatterns(np.array([False]), np.array([1.0])))
