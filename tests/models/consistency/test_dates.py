"""Dates with day and month exchanged show in the order of rows and in columns of the calendar; right ones do not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.consistency.dates import contradictions, exchanged, irregular_steps


def days(times: pd.Series, names: str) -> pd.Series:
    return times.dt.day_of_week.map(dict(enumerate(names.split())))


def flagged(times: pd.Series, **columns: pd.Series) -> dict[str, bool]:
    """Contradictions of some times, and whether the exchange explains each."""
    return {one.what: one.is_exchange for one in contradictions(times, columns, np.zeros(len(times), np.int64))}


def year(freq: str = "h", rows: int = 24 * 365) -> pd.Series:
    return pd.Series(pd.date_range("2018-01-01", periods=rows, freq=freq))


def test_the_exchange_is_its_own_inverse_and_keeps_the_clock() -> None:
    times = year("7h", 1200)
    turned = exchanged(times)
    assert turned[times == "2018-01-02 04:00"].tolist() == [pd.Timestamp("2018-02-01 04:00")]
    assert (turned != times).sum() == ((times.dt.day <= 12) & (times.dt.day != times.dt.month)).sum()
    pd.testing.assert_series_equal(exchanged(turned), times)
    assert exchanged(pd.Series([pd.NaT])).isna().all()


def test_irregular_steps_are_counted_within_units() -> None:
    times = pd.concat([year("D", 50), year("D", 50)], ignore_index=True)
    assert irregular_steps(times, np.repeat([0, 1], 50)) == 0
    assert irregular_steps(times, np.zeros(100, np.int64)) == 1
    assert irregular_steps(times.drop(index=[7, 8]), np.repeat([0, 1], [48, 50])) == 1
    assert irregular_steps(times[::-1].reset_index(drop=True), np.repeat([0, 1], 50)) == 0


@pytest.mark.parametrize("freq", ["15min", "h", "D", "12h"])
def test_exchanged_dates_show_in_the_order_of_their_rows(freq: str) -> None:
    rows = {"15min": 4 * 24 * 90, "h": 24 * 90, "D": 365, "12h": 180}[freq]
    times = year(freq, rows)
    assert flagged(exchanged(times)) == {"the order of rows": True}
    assert flagged(times) == {}


def test_first_days_of_months_read_as_days_of_january() -> None:
    months = pd.Series(pd.date_range("2015-01-01", periods=48, freq="MS"))
    assert flagged(months) == {}
    assert flagged(exchanged(months)) == {"the order of rows": True}


@pytest.mark.parametrize(
    "names",
    [
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mo Di Mi Do Fr Sa So",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
        "hétfő kedd szerda csütörtök péntek szombat vasárnap",  # in no list: it follows the weekday all the same
        "1 2 3 4 5 6 7",
    ],
)
def test_weekdays_contradict_exchanged_dates_of_rows_in_no_order(names: str) -> None:
    times = year().sample(frac=1, random_state=0, ignore_index=True)
    column = days(times, names)
    assert flagged(times, day=column) == {}
    assert flagged(exchanged(times), day=column) == {"day": True}


def test_weekends_and_months_contradict_them_too() -> None:
    times = year().sample(frac=1, random_state=0, ignore_index=True)
    columns = {"weekend": times.dt.day_of_week >= 5, "month": times.dt.month, "load": times.dt.hour // 6}
    assert flagged(exchanged(times), **columns) == {"weekend": True, "month": True}
    assert flagged(times, **columns) == {}


def test_weekdays_that_are_wrong_in_themselves_are_no_exchange() -> None:
    times = year("D", 300)
    shifted = days(times + pd.Timedelta(days=1), "Mo Di Mi Do Fr Sa So")
    assert flagged(times, day=shifted) == {"day": False}
    (one,) = contradictions(times, {"day": shifted}, np.zeros(300, np.int64))
    assert str(one) == ("day contradicts 300 of 300 dates (100.0%), such as 'Di' on 2018-01-01 00:00, a Monday")


def test_shifts_show_a_clock_of_another_zone() -> None:
    """Shanghai's shifts beside stamps at UTC are eight hours off."""
    times = year("h", 500)
    shift = pd.cut(times.dt.hour, [-1, 7, 15, 23], labels=["夜班", "早班", "中班"]).astype("str")
    assert flagged(times, shift=shift) == {}
    assert flagged(times - pd.Timedelta(hours=8), shift=shift) == {"shift": False}


def test_a_value_held_for_a_day_is_one_value_in_however_many_rows() -> None:
    """Twelve days of a month are, exchanged, twelve months of one row each: any daily value follows those."""
    times = year("min", 12 * 1440)
    rng = np.random.default_rng(0)
    assert flagged(times, assay=pd.Series(np.repeat(rng.normal(0, 1, 12), 1440))) == {}


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2029-01-01").date()),
    freq=st.sampled_from(["15min", "h", "8h", "D", "7D", "MS", "QS"]),
    rows=st.integers(1, 900),
    retained=st.floats(0.3, 1.0),
    order=st.sampled_from(["sorted", "reversed", "shuffled", "by text", "by value"]),
    rng_seed=st.integers(0, 9),
)
def test_right_dates_are_never_taken_for_exchanged_ones(start, freq, rows, retained, order, rng_seed) -> None:
    """Gaps, rows in any order, and columns that follow nothing, the clock, or the calendar."""
    rng = np.random.default_rng(rng_seed)
    times = pd.Series(pd.date_range(start, periods=rows, freq=freq))
    times = times[rng.random(rows) < retained].reset_index(drop=True)
    columns = pd.DataFrame(
        {
            "ore": rng.choice(["wet", "dry"], len(times)),
            "crew": rng.choice(["A", "B", "C", "D"], len(times)),
            "weekday": days(times, "Mo Di Mi Do Fr Sa So"),
            "month": times.dt.month,
            "hour": times.dt.hour,
            "lot": times.dt.day_of_year // 5,
            "value": rng.normal(0, 1, len(times)),
        }
    )
    position = {
        "sorted": np.arange(len(times)),
        "reversed": np.arange(len(times))[::-1],
        "shuffled": rng.permutation(len(times)),
        "by text": np.argsort(times.dt.strftime("%d.%m.%Y %H:%M"), kind="stable"),
        "by value": np.argsort(columns["value"]),
    }[order]
    times, columns = times.iloc[position].reset_index(drop=True), columns.iloc[position].reset_index(drop=True)
    assert flagged(times, **{str(name): columns[name] for name in columns}) == {}
