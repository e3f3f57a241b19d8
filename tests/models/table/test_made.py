"""Values of earlier periods are found by time, in the same unit, or not at all."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.table.made import earlier

DAY = dt.timedelta(days=1)


def days(*numbers):
    return np.datetime64("2024-01-01T00:00", "us") + (np.array(numbers) * 86400e6).astype("timedelta64[us]")


@pytest.mark.parametrize(
    ("starts", "periods", "expected"),
    [
        ((0, 1, 2, 3), 1, (None, 0, 1, 2)),
        ((0, 1, 2, 3), 2, (None, None, 0, 1)),
        ((0, 1, 3, 4), 1, (None, 0, None, 2)),
        ((0, 1.3, 2.2, 3.4), 1, (None, 0, 1, 2)),
        ((0, 1.5, 2.5), 1, (None, None, 1)),
        ((0, 0.4, 1.3), 1, (None, None, 1)),
        ((0, 0.1, 1.0), 1, (None, None, 0)),
        ((0,), 1, (None,)),
        ((), 1, ()),
    ],
    ids=["next", "two back", "gap", "irregular", "half a period off", "nearer of two", "exact", "alone", "empty"],
)
def test_one_unit(starts, periods, expected):
    found = earlier(np.arange(len(starts)) * 1.0, np.zeros(len(starts), np.int64), days(*starts), DAY, periods)
    np.testing.assert_array_equal(found, np.array([np.nan if e is None else e for e in expected], float))


def test_units_lend_each_other_nothing():
    found = earlier(np.arange(5.0), np.array([0, 0, 1, 1, 2]), days(0, 1, 1, 2, 2), DAY, 1)
    np.testing.assert_array_equal(found, [np.nan, 0.0, np.nan, 2.0, np.nan])


def test_a_missing_value_stays_missing():
    found = earlier(np.array([1.0, np.nan, 3.0]), np.zeros(3, np.int64), days(0, 1, 2), DAY, 1)
    np.testing.assert_array_equal(found, [np.nan, 1.0, np.nan])


@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=40),
    st.integers(1, 4),
    st.sampled_from([dt.timedelta(seconds=0.5), dt.timedelta(hours=8), dt.timedelta(days=30)]),
)
def test_whole_periods_pair_as_a_look_up_does(rows, periods, period):
    rows = sorted(rows)
    unit = np.array([row[0] for row in rows], np.int64)
    step = np.array([row[1] for row in rows], np.int64)
    start = np.datetime64("2024-01-01", "us") + step * np.timedelta64(period)
    values = np.arange(len(rows)) + 1.0
    at = {row: value for row, value in zip(rows, values, strict=True)}
    wanted = [at.get((u, s - periods), np.nan) for u, s in rows]
    np.testing.assert_array_equal(earlier(values, unit, start, period, periods), np.array(wanted, float))
