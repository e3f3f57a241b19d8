"""Cells of a file as numbers, times and names; what is a number or a time already passes untouched."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.table.cells import (
    CONTENT,
    FINITE,
    ISO_TIME,
    MARK,
    NAME,
    NO_ZONE,
    NUMBER,
    POINT,
    PRINTED,
    SENSIBLE,
    TOLD,
    classes,
    contents,
    markers,
    marks,
    numbers,
    texts,
    times,
    unit_names,
)


def bad(parsed):
    """Positions of faulty cells by what was expected."""
    return {expected: np.flatnonzero(mask).tolist() for expected, mask in parsed[1].items() if mask.any()}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1", 1.0),
        (" 2.50 ", 2.5),
        ("+.5", 0.5),
        ("7.", 7.0),
        ("-1e-3", -0.001),
        ("1E5", 1e5),
        ("", np.nan),
        ("  ", np.nan),
        ("NaN", np.nan),
        ("N/A", np.nan),
        ("null", np.nan),
        ("n/a", np.nan),
        ("#N/A", np.nan),
        ("none", np.nan),
    ],
)
@pytest.mark.parametrize("reference", ["4", "bad"], ids=["in a clean column", "beside a faulty cell"])
def test_number_as_a_file_writes_it(cell, value, reference):
    values, _ = numbers(pd.Series([cell, reference]))
    assert values.dtype == np.float64
    np.testing.assert_equal(values[0], value)


def test_faulty_numbers_are_sorted_by_what_was_expected():
    cells = pd.Series(["1", "1,5", "1'000,5", "x", "inf", "1e999", "2022-01-01", "", "12 kA", "0x1F", "1_000", "-"])
    assert bad(numbers(cells)) == {POINT: [1, 2], NUMBER: [3, 6, 8, 9, 10, 11], FINITE: [4, 5]}


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([1, 2], dtype="int32"),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series([1, 2], dtype="float32"),
        pd.Series(["1", 2.0], dtype=object),
        pd.Series([decimal.Decimal("1"), 2], dtype=object),
        pd.Series(["1", "2"], dtype="category"),
        pd.Series(["1", "2"], dtype="string[python]"),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_every_type_of_a_column_gives_float64(cells):
    values, predictions = numbers(cells)
    assert values.dtype == np.float64
    assert values.tolist() == [1.0, 2.0]
    assert not any(mask.any() for mask in predictions.values())


def test_missing_numbers_of_every_kind_are_nan():
    for cells in (pd.Series([None, pd.NA, np.nan], dtype=object), pd.Series([None, 1], dtype="Int64")[:1]):
        values, predictions = numbers(cells)
        assert values.isna().all()
        assert not any(mask.any() for mask in predictions.values())


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_number_survives_its_text(values):
    parsed, predictions = numbers(pd.Series([repr(value) for value in values]))
    assert parsed.tolist() == values
    assert not predictions[FINITE].any()


@pytest.mark.parametrize(
    "cell",
    [
        "2022-03-04T05:06",
        "2022-03-04 05:06",
        " 2022-03-04 05:06:00",
        "2022-03-04T05:06:00.000000",
        dt.datetime(2022, 3, 4, 5, 6),
        pd.Timestamp("2022-03-04 05:06"),
    ],
)
def test_time_as_a_file_writes_it(cell):
    values, predictions = times(pd.Series([cell], dtype=object))
    assert values.tolist() == [pd.Timestamp("2022-03-04 05:06")]
    assert values.dtype == "datetime64[us]"
    assert not any(mask.any() for mask in predictions.values())


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_every_resolution_are_microseconds(unit):
    values, _ = times(pd.Series(["2022-03-04", None]).astype(f"datetime64[{unit}]"))
    assert values.dtype == "datetime64[us]"
    assert bad(times(values)) == {TOLD: [1]}


def test_faulty_times_are_sorted_by_what_was_expected():
    cells = ["2022-01-01", "", "1/2/2022", "2022-1-2", "2022", "2022-13-01", "2022-01-01T05:00Z", "2022-01-01+02:00"]
    assert bad(times(pd.Series(cells))) == {TOLD: [1], ISO_TIME: [2, 3, 4, 5], NO_ZONE: [6, 7]}
    zoned = pd.Series(pd.date_range("2022-01-01", periods=2, tz="Asia/Shanghai"))
    assert bad(times(zoned)) == {NO_ZONE: [0, 1]}


def test_names_of_units():
    values, _ = unit_names(pd.Series([" A-1", "007", "A 2 "]))
    assert values.tolist() == ["A-1", "007", "A 2"]
    assert unit_names(pd.Series([7, 8]))[0].tolist() == ["7", "8"]
    assert bad(unit_names(pd.Series(["A", "", None]))) == {TOLD: [1, 2]}
    assert bad(unit_names(pd.Series([7.0, None]))) == {NAME: [0], TOLD: [1]}


def test_classes_are_text_of_the_known_ones_and_the_rest_is_told():
    values, faulty = classes(pd.Series([" a", "b", "", None, "B", "7"]), ["a", "b"])
    assert values.tolist()[:2] == ["a", "b"]
    assert values.isna().tolist() == [False, False, True, True, True, True]
    (expected, wrong), *more = faulty.items()
    assert not more
    assert expected == "one of a, b, or an empty cell"
    assert wrong.tolist() == [False, False, False, False, True, True]


def test_whole_numbers_that_a_file_holds_as_floats_are_classes():
    """A column of 0 and 1 with a gap has the type of floats in Parquet."""
    for cells in (pd.Series([1.0, np.nan, 0.0]), pd.Series([1, None, 0], dtype="Int64"), pd.Series(["1", "", "0"])):
        values, faulty = classes(cells, ["0", "1"])
        assert values.fillna("gap").tolist() == ["1", "gap", "0"]
        assert not any(wrong.any() for wrong in faulty.values())
    values, faulty = classes(pd.Series([1.0, 0.5]), ["0", "1"])
    assert values.isna().all()
    assert [wrong.tolist() for wrong in faulty.values()] == [[True, True]]
    assert texts(pd.Series([1.0, np.nan, 2.0]), ["1"])[1] == {"2": 1}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<0.5", -0.5),
        (" < 0.5 ", -0.5),
        ("<.5", -0.5),
        ("<1e-3", -0.001),
        ("<2", -2.0),
        ("-0.5", -0.5),
        ("0.5", 0.5),
        ("", np.nan),
        ("NA", np.nan),
    ],
)
@pytest.mark.parametrize("reference", ["4", "bad"], ids=["in a clean column", "beside a faulty cell"])
def test_content_as_a_laboratory_writes_it(cell, value, reference):
    values, predictions = contents(pd.Series([cell, reference]))
    assert values.dtype == np.float64
    np.testing.assert_equal(values[0], value)
    assert not any(mask[0] for mask in predictions.values())


def test_faulty_contents_are_told_once_by_what_was_expected():
    cells = ["0", "<0", "-0.0", "<", "<-0.5", "<NaN", "<<0.5", "0.5<", "<0,5", "<inf", "<0.5 ppm", "trace", "≤0.5", "1"]
    assert bad(contents(pd.Series(cells))) == {
        CONTENT: [0, 1, 2, 3, 4, 5],
        NUMBER: [6, 7, 10, 11, 12],
        POINT: [8],
        FINITE: [9],
    }


@pytest.mark.parametrize("dtype", ["float64", "float32", "object", "string", "str"])
def test_contents_are_the_same_from_text_and_numbers(dtype):
    values, predictions = contents(pd.Series([-0.5, 2.0, np.nan]).astype(dtype))
    np.testing.assert_array_equal(values, [-0.5, 2.0, np.nan])
    assert not any(mask.any() for mask in predictions.values())
    assert bad(contents(pd.Series([0.0, 1.0]).astype(dtype))) == {CONTENT: [0]}


def test_contents_may_mix_numbers_and_limits():
    values, predictions = contents(pd.Series(["<0.5", 2.0, 3, None], dtype=object))
    np.testing.assert_array_equal(values, [-0.5, 2.0, 3.0, np.nan])
    assert not any(mask.any() for mask in predictions.values())


@given(st.lists(st.floats(1e-300, 1e300), min_size=1), st.booleans())
def test_a_limit_survives_its_text(values, below):
    parsed, predictions = contents(pd.Series([f"{'<' if below else ''}{value!r}" for value in values]))
    assert parsed.tolist() == [-value if below else value for value in values]
    assert not predictions[CONTENT].any()


def test_marks_of_defects_are_0_or_1():
    values, predictions = marks(pd.Series(["0", "1.0", "", "1"]))
    np.testing.assert_array_equal(values, [0.0, 1.0, np.nan, 1.0])
    assert not any(mask.any() for mask in predictions.values())
    assert bad(marks(pd.Series([0.0, 0.3, 2.0, -1.0, np.nan]))) == {MARK: [1, 2, 3]}
    assert bad(marks(pd.Series(["yes", "0,5", "inf", "0.5"]))) == {NUMBER: [0], POINT: [1], FINITE: [2], MARK: [3]}


@pytest.mark.parametrize("cell", ["1 234.5", "1\u00a0234,5", "1\u202f234", "1'234'567.8", "-1 234"])
def test_thousands_in_groups_are_named_as_such(cell):
    expected = {POINT: [0]}
    assert bad(numbers(pd.Series([cell, "4"]))) == expected


@pytest.mark.parametrize("cell", ["Bad", "No Good", "#REF!", "#DIV/0!", "-", "--", "?", "<0.5", "I/O Timeout", "12 34"])
def test_what_may_mean_something_is_no_missing_value(cell):
    assert bad(numbers(pd.Series([cell, "4"]))) == {NUMBER: [0]}


def test_texts_that_were_read_as_missing_are_counted():
    assert markers(pd.Series(["n/a", " n/a", "", "NaN", "4", None, "x"])) == {"n/a": 2, "NaN": 1}
    assert markers(pd.Series(["n/a", 4.0, None, np.nan], dtype=object)) == {"n/a": 1}
    assert markers(pd.Series([1.0, np.nan])) == {}


def test_dates_before_1950_are_no_dates_of_a_plant():
    text = pd.Series(["0001-01-01", "1899-12-30", "1949-12-31T23:59", "1950-01-01", "0000-01-01"])
    assert bad(times(text)) == {SENSIBLE: [0, 1, 2, 4]}
    typed = pd.Series(np.array(["0001-01-01", "1950-01-01"], "datetime64[us]"))
    assert bad(times(typed)) == {SENSIBLE: [0]}


@pytest.mark.parametrize("cell", ["A\x00", "A\x00B", "A\tB", "A\nB", "\x7fA"])
def test_units_have_no_control_characters(cell):
    assert bad(unit_names(pd.Series(["A", cell, "B\u2011 1"]))) == {PRINTED: [1]}


def test_numbers_never_take_the_way_through_text():
    # float32's 0.1 is 0.100000001490116...; as text it would become 0.1 again.
    single = float(np.float32(0.1))
    assert single != 0.1
    for parse in (numbers, contents, marks):
        values, _ = parse(pd.Series([0.1, np.nan], dtype="float32"))
        assert values[0] == single
        assert values.dtype == np.float64
    double = pd.Series([0.1, 0.2])
    assert numbers(double)[0] is double
    # 2**53 + 1 has no float; its text would round as well, so the type is what counts.
    assert numbers(pd.Series([3, 4], dtype="int8"))[0].tolist() == [3.0, 4.0]


def test_missing_whole_numbers_are_nan():
    values, faults = numbers(pd.Series([1, None], dtype="Int64"))
    np.testing.assert_array_equal(values, [1.0, np.nan])
    assert not bad((values, faults))


def test_infinities_are_told_once():
    endless = pd.Series([np.inf, -np.inf, 1.0])
    assert bad(numbers(endless)) == {FINITE: [0, 1]}
    assert bad(marks(endless)) == {FINITE: [0, 1]}
    assert bad(marks(pd.Series(["inf", "-inf", "1"]))) == {FINITE: [0, 1]}
    assert bad(marks(pd.Series([-0.0, 1.0, 1.5]))) == {MARK: [2]}


def test_text_is_no_time_by_its_container():
    for cells in (pd.Series(["1/2/2022", "2022-01-01"], dtype=object), pd.Series(["1/2/2022", "2022-01-01"])):
        values, faults = times(cells)
        assert bad((values, faults)) == {ISO_TIME: [0]}
        assert values[1] == pd.Timestamp("2022-01-01")


def test_a_time_that_is_missing_is_told_once():
    assert bad(times(pd.Series([None, "x"], dtype=object))) == {TOLD: [0], ISO_TIME: [1]}
    assert bad(times(pd.Series(pd.to_datetime(["2022-01-01", None])))) == {TOLD: [1]}


def test_fractions_of_a_second_are_kept_to_the_microsecond():
    values, _ = times(pd.Series(["2022-01-01T00:00:00.123456"]))
    assert values[0] == pd.Timestamp("2022-01-01T00:00:00.123456")


def test_names_and_classes_of_one_chunk_or_many():
    assert unit_names(pd.Series([" 7 ", "b"], dtype="string"))[0].tolist() == ["7", "b"]
    values, faults = classes(pd.Series(["a", "NA", "c"], dtype=object), ["a", "b"])
    assert values[0] == "a"
    assert values.isna().tolist() == [False, True, True]
    assert bad((values, faults)) == {"one of a, b, or an empty cell": [2]}
