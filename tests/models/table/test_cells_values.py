"""Numbers that are numbers already pass untouched, and times that are times."""

import numpy as np
import pandas as pd

from models.table.cells import FINITE, ISO_TIME, MARK, TOLD, classes, contents, marks, numbers, times, unit_names


def bad(parsed):
    return {expected: np.flatnonzero(mask).tolist() for expected, mask in parsed[1].items() if mask.any()}


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
