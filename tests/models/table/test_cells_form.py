"""Cells in a plant's own writing: signs of numbers, formats of times, and clocks that summer time turns."""

import numpy as np
import pandas as pd
import pytest

from models.table.cells import (
    NO_SUCH_HOUR,
    ONE_DATE,
    TOLD,
    WHICH_HOUR,
    Parsed,
    contents,
    numbers,
    texts,
    times,
)
from seeds import TableFormat

GERMAN = TableFormat(decimal=",", thousands=".", separator=";")
SPACED = TableFormat(decimal=",", thousands=" ", separator=";")
ENGLISH = TableFormat(thousands=",", separator=";")
BERLIN = TableFormat(time_zone="Europe/Berlin")


def bad(parsed: Parsed) -> dict[str, list[int]]:
    return {expected: np.flatnonzero(mask).tolist() for expected, mask in parsed[1].items() if mask.any()}


@pytest.mark.parametrize(
    ("form", "cells", "values"),
    [
        (GERMAN, ["1.234,5", "0,5", ",5", "-12", "1.234.567", "1,5e-3"], [1234.5, 0.5, 0.5, -12, 1234567, 0.0015]),
        (SPACED, ["1 234,5", "1\u00a0234,5", "1\u202f234", "1234,5"], [1234.5, 1234.5, 1234, 1234.5]),
        (ENGLISH, ["1,234.5", "1234.5", "12"], [1234.5, 1234.5, 12]),
    ],
)
def test_numbers_are_read_with_their_signs(form: TableFormat, cells: list[str], values: list[float]) -> None:
    result = numbers(pd.Series(cells), form)
    assert bad(result) == {}
    np.testing.assert_allclose(result[0], values, rtol=1e-15)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (GERMAN, ["1.5", "12.34", "1,234,5", "1.2345,6", "1 234", "x"]),  # 1.5 has no group of three: not guessed
        (SPACED, ["1.234,5", "12 34", "1,5.0"]),
        (ENGLISH, ["1,23", "1.234,5", "12,3456"]),
        (TableFormat(decimal=",", separator=";"), ["1.5", "1.234"]),
    ],
)
def test_numbers_with_other_signs_are_faults(form: TableFormat, wrong: list[str]) -> None:
    result = numbers(pd.Series(["1", *wrong]), form)
    ((expected, places),) = bad(result).items()
    assert places == list(range(1, len(wrong) + 1))
    assert f"decimal '{form.decimal}'" in expected
    assert np.isnan(result[0][1:]).all()


def test_what_the_seed_calls_missing_is_missing() -> None:
    form = TableFormat(missing=["Bad", "No Data", "<0.5"])
    cells = pd.Series(["1", "Bad", "No Data", "<0.5", "bad"])
    result = numbers(cells, form)
    assert list(bad(result).values()) == [[4]]
    assert np.isnan(result[0]).tolist() == [False, True, True, True, True]
    assert contents(cells[:3], form)[0].isna().tolist() == [False, True, True]


def test_contents_below_a_limit_have_the_signs_of_other_numbers() -> None:
    assert contents(pd.Series(["<0,5", "1,5"]), GERMAN)[0].tolist() == [-0.5, 1.5]


def test_texts_that_the_seed_does_not_know_are_missing_and_counted() -> None:
    values, unknown = texts(pd.Series(["dry", " wet ", "", "burnt", "burnt", "NA"]), ["dry", "wet"])
    assert values.isna().tolist() == [False, False, True, True, True, True]
    assert values[:2].tolist() == ["dry", "wet"]
    assert unknown == {"burnt": 2}


def test_times_are_read_in_the_seeds_formats_and_never_guessed() -> None:
    cells = pd.Series(["31.12.2023 23:59", "01.02.2024 00:00", "12/31/2023", "", "2024-01-01"])
    result = times(cells, TableFormat(time_format=["%d.%m.%Y %H:%M"]))
    assert result[0][:2].tolist() == [pd.Timestamp("2023-12-31 23:59"), pd.Timestamp("2024-02-01")]
    assert bad(result) == {TOLD: [3], "a time as 28.11.2026 06:05, as [table] time_format says": [2, 4]}


def test_swapped_day_and_month_are_a_fault_from_the_thirteenth_on() -> None:
    result = times(pd.Series(["01/12/2024", "01/13/2024"]), TableFormat(time_format=["%d/%m/%Y"]))
    assert list(bad(result).values()) == [[1]]


def test_a_time_that_two_formats_read_differently_is_a_fault() -> None:
    form = TableFormat(time_format=["%d/%m/%Y", "%m/%d/%Y"])
    assert bad(times(pd.Series(["13/12/2024", "12/13/2024", "05/05/2024", "05/06/2024"]), form)) == {ONE_DATE: [3]}


def test_the_hour_that_stands_twice_when_summer_time_ends_is_two_hours() -> None:
    """On 27 October 2024 clocks in Berlin went from 03:00 back to 02:00; standard time runs on."""
    cells = pd.Series(["2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 03:00"])
    result = times(cells, BERLIN)
    assert bad(result) == {}
    assert result[0].dt.strftime("%H:%M").tolist() == ["00:00", "01:00", "02:00", "03:00"]
    assert result[0].dt.day.tolist() == [27] * 4


def test_each_units_first_hour_is_the_earlier() -> None:
    cells, units = pd.Series(["2024-10-27 02:00"] * 4), pd.Series(["A", "A", "B", "B"])
    assert times(cells, BERLIN, units)[0].dt.hour.tolist() == [1, 2, 1, 2]
    alone = times(pd.Series(["2024-10-27 02:00"]), BERLIN)
    assert bad(alone) == {WHICH_HOUR: [0]}


def test_an_hour_that_summer_time_skips_is_a_fault() -> None:
    cells = pd.Series(["2024-03-31 01:59", "2024-03-31 02:30", "2024-03-31 03:00"])
    result = times(cells, BERLIN)
    assert bad(result) == {NO_SUCH_HOUR: [1]}
    assert result[0][[0, 2]].dt.strftime("%H:%M").tolist() == ["01:59", "02:00"]


def test_times_with_an_offset_are_turned_to_the_plants_standard_time() -> None:
    cells = pd.Series(["2024-07-01T12:00+02:00", "2024-07-01T10:00Z", "2024-07-01 12:00", "2024-01-01T12:00+01:00"])
    result = times(cells, BERLIN)
    assert bad(result) == {}
    assert result[0].tolist() == [pd.Timestamp("2024-07-01 11:00")] * 3 + [pd.Timestamp("2024-01-01 12:00")]


def test_a_zone_without_summer_time_leaves_its_times_as_they_are() -> None:
    cells = pd.Series(pd.date_range("2024-01-01", periods=500, freq="D")).astype("datetime64[us]")
    pd.testing.assert_series_equal(times(cells, TableFormat(time_zone="Asia/Shanghai"))[0], cells)


def test_days_keep_their_date_in_summer_too() -> None:
    """A day is a day on the plant's clock: midnight of summer time is no hour of the day before."""
    cells = pd.Series(["2024-07-01", "2024-01-01", "2024-07-02T00:00+02:00", "2024-07-02T22:00Z"])
    result = times(cells, BERLIN, are_days=True)
    assert bad(result) == {}
    assert result[0].dt.strftime("%Y-%m-%d %H:%M").tolist() == [
        *("2024-07-01 00:00", "2024-01-01 00:00", "2024-07-02 00:00", "2024-07-03 00:00")
    ]
