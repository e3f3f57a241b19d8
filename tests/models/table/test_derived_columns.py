"""Columns made from earlier periods, found by time in the same unit or not at all, and from the calendar."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.table.derived_columns import earlier, lenders, made_columns
from seeds.format.loader import parse

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
    result = earlier(np.arange(len(starts)) * 1.0, np.zeros(len(starts), np.int64), days(*starts), DAY, periods)
    np.testing.assert_array_equal(result, np.array([np.nan if e is None else e for e in expected], float))


def test_units_lend_each_other_nothing():
    result = earlier(np.arange(5.0), np.array([0, 0, 1, 1, 2]), days(0, 1, 1, 2, 2), DAY, 1)
    np.testing.assert_array_equal(result, [np.nan, 0.0, np.nan, 2.0, np.nan])


def test_a_missing_value_stays_missing():
    result = earlier(np.array([1.0, np.nan, 3.0]), np.zeros(3, np.int64), days(0, 1, 2), DAY, 1)
    np.testing.assert_array_equal(result, [np.nan, 1.0, np.nan])


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
    expected = [at.get((u, s - periods), np.nan) for u, s in rows]
    np.testing.assert_array_equal(earlier(values, unit, start, period, periods), np.array(expected, float))


@pytest.fixture
def daily(toy_seed, tmp_path):
    """Toy seed of daily periods with rolling columns of z and what the calendar says."""
    rolling = 'unit = "V"\nrolling = {{ column = "z", window = 3, statistic = "{}" }}'
    more = "".join(
        f'[[columns]]\nname = "z_{name}"\nrole = "before"\ndescription = "m"\nsource = "assumed: made"\n'
        f"{rolling.format(name)}\n\n"
        for name in ("mean", "sd", "min", "max")
    )
    more += "".join(
        f'[[columns]]\nname = "{name}"\nrole = "before"\ndescription = "m"\nsource = "assumed: made"\nunit = "1"\n'
        f'calendar = "{name}"\n\n'
        for name in ("hour", "weekday", "day", "month", "day_of_year")
    )
    text = toy_seed.text.replace("value = 30", "value = 1").replace("[targets.y]", more + "[targets.y]", 1)
    return parse(text, tmp_path / "toy_cells.toml")


def test_rolling_columns_are_of_the_periods_before(daily):
    z = np.array([1.0, 2.0, 6.0, np.nan, 4.0, 5.0, 7.0])
    start = days(0, 1, 2, 3, 4, 5, 9)  # the last after a gap that no window reaches over
    made = made_columns({"z": z, "y": z}, daily, np.zeros(7, int), start)
    nothing = np.nan
    np.testing.assert_allclose(made["z_mean"], [nothing, 1, 1.5, 3, 4, 5, nothing])
    np.testing.assert_allclose(made["z_min"], [nothing, 1, 1, 1, 2, 4, nothing])
    np.testing.assert_allclose(made["z_max"], [nothing, 1, 2, 6, 6, 6, nothing])
    two = np.sqrt(0.5)
    deviation = [nothing, nothing, two, np.sqrt(7), np.sqrt(8), np.sqrt(2), nothing]
    np.testing.assert_allclose(made["z_sd"], deviation)


def test_rolling_columns_of_a_target_are_of_labels_in_hand(daily, tmp_path):
    """Two periods late: the newest label is that of the period before the last."""
    text = daily.text.replace("periods = 1", "periods = 2").replace('column = "z", window', 'column = "y", window')
    late = parse(text.replace('unit = "V"\nrolling', 'unit = "%"\nrolling'), tmp_path / "toy_cells.toml")
    assert late.wait("y") == 2
    y = np.array([1.0, 2.0, 6.0, 3.0, 4.0, 5.0])
    made = made_columns({"y": y}, late, np.zeros(6, int), days(0, 1, 2, 3, 4, 5))
    np.testing.assert_allclose(made["z_max"], [np.nan, np.nan, 1, 2, 6, 6])


def test_rolling_columns_never_see_another_unit_or_a_later_row(daily):
    rng = np.random.default_rng(0)
    z, start, unit = rng.normal(size=8), days(0, 1, 2, 3, 0, 1, 2, 3), np.repeat([0, 1], 4)
    made = made_columns({"z": z, "y": z}, daily, unit, start)["z_mean"]
    for position in range(8):
        changed = z.copy()
        changed[position:] += 100
        changed[unit != unit[position]] += 50
        again = made_columns({"z": changed, "y": z}, daily, unit, start)["z_mean"]
        np.testing.assert_equal(again[position], made[position])


def test_the_calendar_says_hour_weekday_day_month_and_day_of_year(daily):
    start = np.array(["2023-12-31T00:00", "2024-02-29T06:30"], "datetime64[us]")
    made = made_columns({"z": np.zeros(2), "y": np.zeros(2)}, daily, np.zeros(2, int), start)
    assert made["hour"].tolist() == [0.0, 6.5]
    assert made["weekday"].tolist() == [6, 3]  # a Sunday and a Thursday
    assert made["day"].tolist() == [31, 29]
    assert made["month"].tolist() == [12, 2]
    assert made["day_of_year"].tolist() == [365, 60]


def test_who_lends_is_in_the_seeds_order(daily, toy_seed):
    assert lenders(toy_seed) == ("y",)
    assert lenders(daily) == ("z", "y")
