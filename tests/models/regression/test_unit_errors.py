"""Means of the newest errors of units before a moment."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.regression.unit_errors import WINDOW, UnitErrors, group_of


def errors_of(*rows: tuple[str, int, float]) -> UnitErrors:
    units, start, error = zip(*rows, strict=True) if rows else ((), (), ())
    return UnitErrors.of(units, np.array(start, dtype=np.int64), np.array(error))


def test_a_mean_is_over_the_errors_of_a_unit_between_two_moments():
    known = errors_of(("A-1", 10, 1.0), ("A-1", 20, 3.0), ("A-1", 30, 8.0), ("A-2", 20, -5.0))
    assert known.mean("A-1", 0, 25) == (2.0, 2)
    assert known.mean("A-1", 20, 25) == (3.0, 1)
    assert known.mean("A-1", 11, 19) == (0.0, 0)
    assert known.mean("A-2", -(2**62), 2**40) == (-5.0, 1)
    assert known.mean("B-1", 0, 25) == (0.0, 0)


def test_only_the_newest_errors_count():
    known = errors_of(*(("A", i, 100.0) for i in range(5)), *(("A", 5 + i, 1.0) for i in range(WINDOW)))
    assert known.mean("A", 0, 1000) == (1.0, WINDOW)
    assert len(known.newest().start) == WINDOW
    assert known.newest().mean("A", 0, 1000) == (1.0, WINDOW)


def test_errors_that_are_no_number_are_left_out_and_the_last_of_a_period_counts():
    known = errors_of(("A", 10, 1.0), ("A", 10, 2.0), ("A", 20, np.nan))
    assert known.mean("A", 0, 100) == (2.0, 1)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.floats(-9, 9)), max_size=60),
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-5, 65), st.integers(-5, 65)), min_size=1, max_size=20),
)
def test_many_means_are_those_one_by_one(rows, queries):
    known = errors_of(*rows)
    number = np.array([known.number.get(unit, -1) for unit, _, _ in queries])
    since, until = (np.array([query[i] for query in queries]) for i in (1, 2))
    mean, count = known.means(number, since, until)
    for i, (unit, first, last) in enumerate(queries):
        of_unit = {start: error for name, start, error in rows if name == unit}
        expected = [of_unit[start] for start in sorted(of_unit) if first <= start <= last][-WINDOW:]
        assert count[i] == len(expected)
        assert mean[i] == pytest.approx(np.mean(expected) if expected else 0.0, abs=1e-9)
        assert known.mean(unit, first, last) == (pytest.approx(mean[i], abs=1e-12), count[i])


def test_joined_errors_replace_those_of_the_same_period_and_drop_those_before_a_rebuilding():
    known = errors_of(("A", 10, 1.0), ("A", 20, 2.0), ("B", 10, 7.0)).joined(errors_of(("A", 20, 4.0), ("C", 5, 9.0)))
    assert known.mean("A", 0, 100) == (2.5, 2)
    assert known.mean("C", 0, 100) == (9.0, 1)
    rebuilt = known.joined(errors_of(("A", 30, 6.0)), {"A": 25})
    assert rebuilt.mean("A", 0, 100) == (6.0, 1)
    assert rebuilt.mean("B", 0, 100) == (7.0, 1)
    assert UnitErrors().joined(UnitErrors(), {"A": 25}).names == ()


def test_errors_are_the_same_from_their_state():
    known = errors_of(("A", 10, 1.0), ("A", 20, 2.5), ("B", 10, 7.0))
    again = UnitErrors.from_state(json.loads(json.dumps(known.state())))
    assert again.state() == known.state() == {"A": [[10, 20], [1.0, 2.5]], "B": [[10], [7.0]]}
    assert UnitErrors.from_state({}).mean("A", 0, 100) == (0.0, 0)
    assert known.without(["A"]).state() == {"B": [[10], [7.0]]}


@pytest.mark.parametrize(
    ("unit", "group"), [("A-001", "A"), ("A-002", "A"), ("line 2 / 17", "line 2"), ("north", "north"), ("17", "")]
)
def test_the_group_of_a_unit_is_its_name_without_the_number_at_the_end(unit, group):
    assert group_of(unit) == group
