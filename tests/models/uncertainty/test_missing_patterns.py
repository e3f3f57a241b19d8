"""Division of rows by pattern of missing inputs, and calibration rows that count for patterns."""

import itertools

import numpy as np
import pytest

from models.uncertainty.missing_patterns import FEW_ROWS, GROUP_MASKS, GROUPS, LatestUsed, MissingPatterns
from models.uncertainty.missing_report import MissingReport
from physics.arrays import BoolArray, FloatArray


def patterns(*effects: float) -> MissingPatterns:
    return MissingPatterns(np.array(effects) == 0, np.array(effects))


def test_each_row_is_in_one_part_whose_pattern_is_its_own() -> None:
    rng = np.random.default_rng(1)
    X = np.where(rng.random((500, 4)) < 0.4, np.nan, 1.0)
    by = patterns(1.0, 2.0, 0.0, 3.0)
    parts = by.divided(X, 100)
    assert len(parts) == 8  # the third input counts as present
    assert sorted(np.concatenate([rows for _, rows in parts]).tolist()) == list(range(500))
    for masks, rows in parts:
        assert len(masks) == 1
        np.testing.assert_array_equal(by.missing(X[rows]), np.repeat(masks, len(rows), axis=0))
    assert not parts[0][0].any()
    sizes = [len(rows) for _, rows in parts[1:]]
    assert sizes == sorted(sizes, reverse=True)


def test_rows_that_miss_nothing_are_a_part_of_their_own_however_rare() -> None:
    X = np.where(np.random.default_rng(2).random((3000, 12)) < 0.5, np.nan, 1.0)
    X[:, 0] = np.nan
    X[1234] = 1.0
    parts = patterns(*np.ones(12)).divided(X, 3)
    masks, rows = parts[0]
    assert rows.tolist() == [1234]
    assert not masks.any()
    assert len(parts) == 3 + GROUPS
    assert sorted(np.concatenate([rows for _, rows in parts]).tolist()) == list(range(3000))


def test_groups_of_rarer_patterns_rise_with_the_effect_of_what_they_miss() -> None:
    rng, effects = np.random.default_rng(3), np.arange(1.0, 13.0)
    X = np.where(rng.random((3000, 12)) < 0.5, np.nan, 1.0)
    groups = patterns(*effects).divided(X, 1)[1:]
    assert all(len(masks) <= GROUP_MASKS for masks, _ in groups)
    sums = [np.isnan(X[rows]) @ effects for _, rows in groups]
    assert all(one.max() <= other.min() for one, other in itertools.pairwise(sums))


def test_calibration_rows_are_those_that_miss_no_more_or_the_fewest_more() -> None:
    X = np.ones((40, 3))
    X[:30, 0] = np.nan
    X[:10, 1] = np.nan
    by, second = patterns(1.0, 1.0, 1.0), np.array([[False, True, False]])
    rows, blanked = by.blanked(X, second, 10)
    assert rows.tolist() == list(range(30, 40))
    assert np.isnan(blanked[:, 1]).all()
    assert not np.isnan(blanked[:, [0, 2]]).any()
    rows, blanked = by.blanked(X, second, 11)
    assert rows.tolist() == list(range(40))
    assert np.isnan(blanked[:, 1]).all()  # none misses fewer than the pattern


def test_patterns_of_a_group_are_blanked_in_turn() -> None:
    masks = np.eye(3, dtype=np.bool_)
    rows, blanked = patterns(1.0, 1.0, 1.0).blanked(np.ones((9, 3)), masks, 1)
    assert len(rows) == 9
    np.testing.assert_array_equal(np.isnan(blanked), np.tile(masks, (3, 1)))


def test_inputs_that_together_change_predictions_little_are_ignored() -> None:
    X = np.random.default_rng(4).normal(size=(4000, 5))
    slopes = np.array([2.0, 0.03, 0.0, 0.03, 0.5])

    def estimate(X: FloatArray) -> FloatArray:
        return np.asarray(np.nan_to_num(X) @ slopes)

    by = MissingPatterns.of(X, estimate, 0.045)
    np.testing.assert_allclose(by.effects, slopes**2, rtol=0.1)
    assert by.ignored.tolist() == [False, True, True, True, False]
    assert MissingPatterns.of(X, estimate, 0.035).ignored.sum() == 2  # of two alike the later one counts

    def both(X: FloatArray) -> FloatArray:
        return np.column_stack([estimate(X), estimate(X)])

    assert MissingPatterns.of(X, both, 0.045).ignored.tolist() == by.ignored.tolist()


@pytest.mark.parametrize("effects", [[1.0], [1.0, -1.0], [1.0, np.nan]])
def test_effects_of_other_shape_or_sign_are_refused(effects: list[float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        MissingPatterns(np.zeros(2, dtype=np.bool_), np.array(effects))


def test_the_latest_used_values_are_kept() -> None:
    latest, computed = LatestUsed[int](2), []

    def value(number: int) -> int:
        def compute() -> int:
            computed.append(number)
            return number

        return latest.of(bytes([number]), compute)

    assert [value(number) for number in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert computed == [1, 2, 3, 2]
    assert len(latest) == 2


def test_the_reports_of_few_rows_are_computed_once_for_their_patterns() -> None:
    by, computed = patterns(1.0, 1.0, 1.0), []

    def ratio(X: FloatArray) -> FloatArray:
        computed.append(len(X))
        return 1.0 + np.isnan(X).sum(axis=1)

    def reported(X: FloatArray) -> list[MissingReport | None]:
        return by.reported(X, "abc", np.array([1.1, 1.0, 1.2]), ratio)

    whole, first, third = np.ones((1, 3)), np.array([[np.nan, 1.0, 1.0]]), np.array([[1.0, 1.0, np.nan]])
    (report,) = reported(first)
    assert reported(5.0 * first)[0] is report
    assert reported(whole) == [None]
    (other,) = reported(third)
    assert computed == [1, 1]
    assert reported(np.vstack([whole, first, third])) == [None, report, other]
    assert computed == [1, 1]
    assert reported(np.vstack([whole, *[first] * FEW_ROWS])) == [None, *[report] * FEW_ROWS]
    assert computed == [1, 1, FEW_ROWS + 1]
    assert (report, other) == (MissingReport(1, ("a",), 2.0, True), MissingReport(1, ("c",), 2.0, True))


def test_inputs_of_a_report_are_ordered_by_cost_or_else_by_effect() -> None:
    by, nothing = patterns(3.0, 1.0, 2.0), np.full((1, 3), np.nan)
    (by_effect,) = by.reported(nothing, "abc", None, lambda X: np.full(len(X), 2.0))
    (by_cost,) = patterns(3.0, 1.0, 2.0).reported(nothing, "abc", np.array([1.0, 1.4, 1.2]), lambda X: np.full(1, 2.0))
    assert by_effect is not None
    assert by_cost is not None
    assert (by_effect.costliest, by_cost.costliest) == (("a", "c", "b"), ("b", "c", "a"))


def test_an_input_that_is_ignored_costs_nothing() -> None:
    by = MissingPatterns(np.array([False, True, False]), np.array([1.0, 0.0, 2.0]))
    requested = []

    def ratio(masks: BoolArray) -> float:
        requested.append(masks.tolist())
        return 1.0 + float((masks @ np.array([0.1, 0.2, 0.3]))[0])

    assert by.costs(ratio).tolist() == pytest.approx([1.1, 1.0, 1.3])
    assert requested == [[[True, False, False]], [[False, False, True]]]
