"""Slips of units, places and words of the contract, at their bounds."""

import datetime as dt
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.table import contract, sources
from models.table.contract import Checked
from models.table.sources import Source, TableDefect, TableError
from models.table.unit_errors import _other_unit
from models.table.unit_errors import slip as slip_of


def slip(median: float, mean: float, sd: float, low: float, high: float, rows: int = 10) -> str | None:
    """What is said of a column whose values all are `median`: their size, or that they are something else."""
    column: Any = SimpleNamespace(typical=SimpleNamespace(mean=mean, sd=sd), limits=(low, high), unit="kA")
    result = slip_of(pd.Series([median] * rows + [np.nan, np.inf]), column)
    if result is None:
        return None
    got, expected = result
    assert got == f"median {median:.6g}"
    assert expected.startswith(f"{mean:g} kA or so (typical, sd {sd:g}): ")
    return expected.partition("): ")[2]


OTHER = "another unit or another quantity?"


def size(times: str) -> str:
    other = {"1e-06": "GA", "0.001": "MA", "1000": "A", "1e+06": "mA"}.get(times)
    named = "" if other is None else f", as {other} has them"
    return (
        f"a slip of units? the file's numbers are about {times} times those of kA{named} "
        "(a tag's scale in the seed converts them)"
    )


@pytest.mark.parametrize(
    ("median", "mean", "sd", "low", "high", "message"),
    [
        (10000.0, 10.0, 1.0, 0.0, 20.0, size("1000")),
        (0.01, 10.0, 1.0, 0.0, 20.0, size("0.001")),
        (1e7, 10.0, 1.0, 0.0, 20.0, size("1e+06")),
        (-10000.0, -10.0, 1.0, -20.0, 0.0, size("1000")),
        # Up to twice or half of a power of 1000; the value may be physically possible all the same.
        (20000.0, 10.0, 1.0, 0.0, 1e5, size("1000")),
        (20001.0, 10.0, 1.0, 0.0, 1e5, None),
        (20001.0, 10.0, 1.0, 0.0, 20.0, OTHER),
        (5000.0, 10.0, 1.0, 0.0, 1e5, size("1000")),
        (4999.0, 10.0, 1.0, 0.0, 1e5, None),
        # More than two standard deviations away: 1000 - 1 = 999.
        (1000.0, 1.0, 499.0, 0.0, 2000.0, size("1000")),
        (1000.0, 1.0, 499.5, 0.0, 2000.0, None),
        (0.5, 500.0, 249.0, 0.0, 2000.0, size("0.001")),
        (0.5, 500.0, 250.0, 0.0, 2000.0, None),
        # More than fifty away, and not possible.
        (60.0, 10.0, 1.0, 0.0, 20.0, None),
        (60.5, 10.0, 1.0, 0.0, 20.0, OTHER),
        (60.5, 10.0, 1.0, 0.0, 60.5, None),
        (-40.5, 10.0, 1.0, -40.0, 20.0, OTHER),
        (-40.5, 10.0, 1.0, -40.5, 20.0, None),
        # Nothing is a power of nothing.
        (0.0, 10.0, 1.0, 0.0, 20.0, None),
        (1000.0, 0.0, 1.0, 0.0, 20.0, None),
        (10.0, 10.0, 1.0, 0.0, 20.0, None),
    ],
)
def test_a_slip_of_units_shows_in_the_median(
    median: float, mean: float, sd: float, low: float, high: float, message: str | None
) -> None:
    assert slip(median, mean, sd, low, high) == message


def test_nine_values_show_nothing() -> None:
    assert slip(10000.0, 10.0, 1.0, 0.0, 20.0, rows=9) is None


def test_a_process_with_a_mean_of_one_may_slip_too() -> None:
    assert slip(1000.0, 1.0, 0.1, 0.0, 2.0) == size("1000")


def test_a_fault_is_a_line_with_its_place() -> None:
    assert str(TableDefect("f.csv", 3, "z", "'x'", "a number")) == "f.csv, row 3, column z: got 'x': expected a number"
    assert str(TableDefect("f.csv", None, None, "no rows", "one")) == "f.csv: got no rows: expected one"
    assert str(TableError(TableDefect("f", row, None, "a", "b") for row in (1, 2))) == (
        "f, row 1: got a: expected b\nf, row 2: got a: expected b"
    )


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (math.nan, "nothing"),
        (None, "nothing"),
        ("", "nothing"),
        (2.0 / 3.0, "0.666667"),
        (12, "'12'"),
        ("x", "'x'"),
        # With its quotes a text of 58 characters is 60 long; of a longer one 57 are shown.
        ("v" * 58, "'" + "v" * 58 + "'"),
        ("v" * 59, "'" + "v" * 56 + "..."),
    ],
)
def test_a_cell_is_shown_short(cell: object, shown: str) -> None:
    assert sources._shown(cell) == shown


@pytest.mark.parametrize(
    ("heading", "hint"),
    [
        ("X_Set", "; the nearest is 'X_Set'"),
        ("x set", "; the nearest is 'x set'"),
        ("x_sett", "; the nearest is 'x_sett'"),
        ("speed", ""),
        ("tapped", ""),
        ("x_set" + " of the cell" * 9, ""),
    ],
)
def test_a_missing_column_is_named_once_with_the_nearest_heading(heading: str, hint: str, toy_seed) -> None:
    frame = rows(2).drop(columns=["x_set", "y"]).assign(y=90.0, **{heading: 10.0})
    got = f"no such column among {len(frame.columns)}{hint}"
    assert messages(frame, toy_seed) == [f"table, column x_set: got {got}: expected a column 'x_set'"]


def test_a_heading_that_means_another_column_is_not_the_nearest(toy_seed) -> None:
    frame = rows(2).drop(columns="period_start").assign(Period_End="2024")
    (fault,) = messages(frame, toy_seed)
    assert fault == (
        "table, column period_start: got no such column among 5; the nearest is 'Period_End': "
        "expected a column 'period_start'"
    )


def test_rows_of_one_file_follow_each_other() -> None:
    source = Source.one("t", 3)
    assert [source.place(i) for i in range(3)] == [("t", 1), ("t", 2), ("t", 3)]
    assert Source.one("t", 2, first=7).place(1) == ("t", 8)
    both = Source("folder", ("a", "b"), np.array([0, 1]), np.array([2, 5]))
    assert (both.place(0), both.place(1)) == (("a", 2), ("b", 5))


def test_a_row_with_two_impossible_values_is_rejected_once() -> None:
    rejected = pd.DataFrame({"file": ["a", "a", "a", "b"], "row": [2, 2, 3, 2]})
    assert Checked(pd.DataFrame(), rejected, ()).rejected_rows == 3


def rows(n: int) -> pd.DataFrame:
    """n sound rows of one unit, a day after the other."""
    start = pd.date_range("2024-01-01", periods=n, freq="D")
    return pd.DataFrame({"unit": "A", "period_start": start, "x_set": 10.0, "z": 4.0, "y": 90.0})


def messages(frame: pd.DataFrame, seed, **how: Any) -> list[str]:
    with pytest.raises(TableError) as caught:
        contract.check(frame, seed, **how)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("bad", "more"), [(5, []), (6, ["1 more cells like the last"]), (9, ["4 more cells like the last"])]
)
def test_five_cells_of_a_kind_are_told_one_by_one(bad: int, more: list[str], toy_seed) -> None:
    frame = rows(20).astype({"z": object})
    frame.loc[: bad - 1, "z"] = "x"
    expected = "a number, or an empty cell where nothing was measured"
    assert messages(frame, toy_seed) == [
        *[f"table, row {i}, column z: got 'x': expected {expected}" for i in range(1, 6)],
        *[f"table, column z: got {words}: expected {expected}" for words in more],
    ]


@pytest.mark.parametrize(("again", "more"), [(5, 0), (6, 1), (8, 3)])
def test_five_rows_that_stand_before_are_told_one_by_one(again: int, more: int, toy_seed) -> None:
    frame = pd.concat([rows(9), rows(9)[1 : 1 + again]], ignore_index=True)
    place = "column unit, period_start"
    assert messages(frame, toy_seed) == [
        *[
            f"table, row {10 + i}, {place}: got A 2024-01-0{2 + i} 00:00:00 again: "
            f"expected one row a unit and period, as in row {2 + i} of table"
            for i in range(5)
        ],
        *[
            f"table, {place}: got {more} more rows of a unit and period that stand before: "
            "expected one row a unit and period"
        ]
        * bool(more),
    ]


def test_a_row_that_stands_three_times_names_the_first(toy_seed) -> None:
    frame = pd.concat([rows(3), rows(2)[1:], rows(2)[1:]], ignore_index=True)
    assert [fault.partition("as in ")[2] for fault in messages(frame, toy_seed)] == ["row 2 of table"] * 2


def test_a_period_may_begin_until_the_end_of_today(toy_seed) -> None:
    frame = rows(3)
    frame["period_start"] = pd.to_datetime(["2024-05-01T00:00:00", "2024-05-02T23:59:59", "2024-05-03T00:00:00"])
    day = dt.date(2024, 5, 2)
    (fault,) = messages(frame, toy_seed, today=day)
    assert fault.startswith("table, row 3, column period_start: got '2024-05-03 00:00:00': expected a period that has")
    assert fault.endswith("started, at the latest on 2024-05-02")
    assert len(contract.check(frame[:2], toy_seed, today=day).table) == 2


def test_a_fifth_of_the_rows_may_be_impossible_and_no_more(toy_seed) -> None:
    frame = rows(10)
    frame.loc[:1, "z"] = 9.0  # at most 8 V
    checked = contract.check(frame, toy_seed)
    assert (len(checked.table), checked.rejected_rows) == (8, 2)
    assert checked.rejected["reason"].tolist() == ["outside 0 to 8 V"] * 2
    frame.loc[2, "x_set"] = -1.0
    assert messages(frame, toy_seed) == [
        "table: got 3 of 10 rows out of physical range: expected at most 20% of the rows",
        "table, row 3, column x_set: got -1: expected 0 to 20 kA",
        "table, row 1, column z: got 9: expected 0 to 8 V",
        "table, row 2, column z: got 9: expected 0 to 8 V",
    ]


def test_a_target_without_any_label_is_told_and_one_label_is_enough(toy_seed) -> None:
    frame = rows(4)
    frame.loc[1:, "y"] = np.nan
    assert len(contract.check(frame, toy_seed).table) == 4
    frame["y"] = np.nan
    assert messages(frame, toy_seed) == ["table, column y: got no value in any row: expected at least one label"]


def test_a_column_that_is_named_twice_or_not_at_all(toy_seed) -> None:
    frame = rows(2).drop(columns="z")
    assert messages(frame, toy_seed) == ["table, column z: got no such column among 4: expected a column 'z'"]
    twice = pd.concat([rows(2), rows(2)[["z"]]], axis=1)
    assert messages(twice, toy_seed)[0] == "table, column z: got columns 'z' and 'z': expected one column 'z'"


def test_the_value_of_the_period_before_is_that_of_a_row_that_was_kept(toy_seed) -> None:
    """Periods of 30 days; the third row is taken out and lends nothing."""
    frame = rows(6)
    frame["period_start"] = pd.date_range("2023-01-01", periods=6, freq="30D")
    frame["y"] = [90.0, 91.0, 92.0, 93.0, 94.0, 95.0]
    frame.loc[2, "z"] = 9.0
    result = contract.check(frame[::-1], toy_seed).table
    assert result["y"].tolist() == [90.0, 91.0, 93.0, 94.0, 95.0]
    np.testing.assert_array_equal(result["previous_y"], [np.nan, 90.0, np.nan, 93.0, 94.0])
    assert list(result.columns) == ["unit", "period_start", "previous_y", "x_set", "z", "tapped", "y"]
    assert result["tapped"].isna().all()


def test_columns_that_were_not_used_are_named(toy_seed) -> None:
    checked = contract.check(rows(3).assign(note="x", previous_y=1.0), toy_seed)
    assert checked.ignored == ("note", "previous_y")
    assert len(checked.rejected) == 0


def wide(size: float, share: int, n: int = 60) -> pd.DataFrame:
    """Sound rows, of which every `share`-th has x_set in another unit."""
    frame = rows(n)
    frame["x_set"] = 10.0 + np.arange(n) % 7 / 10
    frame["z"] += np.arange(n) / 1000
    frame.loc[::share, "x_set"] *= size
    return frame


def test_a_part_of_the_rows_in_another_unit_is_one_fault_with_its_count(toy_seed) -> None:
    expected = "10 kA or so (typical, sd 1): a slip of units in a part of the rows (MA for kA)?"
    assert messages(wide(0.001, 3), toy_seed) == [
        f"table, row 1, column x_set: got 20 of 60 values about 1000 times smaller than the others, from here on: "
        f"expected {expected}"
    ]
    first, second, *_ = messages(wide(1e6, 3), toy_seed)
    assert first.startswith(
        "table, row 1, column x_set: got 20 of 60 values about 1000000 times larger than the others, from here on"
    )
    assert second == "table: got 20 of 60 rows out of physical range: expected at most 20% of the rows"


@pytest.mark.parametrize(
    ("unit", "size", "other"),
    [
        ("kA", 0.001, "MA"),
        ("kA", 1000.0, "A"),
        ("kA", 1e6, "mA"),
        ("V", 1000.0, "mV"),
        ("V", 0.001, "kV"),
        ("kWh/t", 0.001, "MWh/t"),
        ("GW", 0.001, None),
        ("nA", 1000.0, None),
        ("%", 1000.0, None),
        ("Am", 1000.0, None),
        ("", 1000.0, None),
    ],
)
def test_the_other_unit_has_a_name_where_prefixes_make_one(unit: str, size: float, other: str | None) -> None:
    assert _other_unit(unit, size) == other


def test_energy_in_megawatt_hours_is_noticed_where_kilowatt_hours_are_expected() -> None:
    typical = SimpleNamespace(mean=13000.0, sd=200.0)
    column: Any = SimpleNamespace(typical=typical, limits=(0.0, 20000.0), unit="kWh/t")
    result = slip_of(pd.Series(np.linspace(12.8, 13.4, 20)), column)
    assert result is not None
    expected = "the file's numbers are about 0.001 times those of kWh/t, as MWh/t has them"
    assert result[1].startswith("13000 kWh/t or so (typical, sd 200): a slip of units? " + expected)
    assert slip_of(pd.Series(np.linspace(12800.0, 13400.0, 20)), column) is None


def test_few_rows_in_another_unit_are_a_caution(toy_seed) -> None:
    checked = contract.check(wide(0.001, 15), toy_seed)
    typical = "10 kA or so (typical, sd 1): a slip of units in a part of the rows (MA for kA)?"
    line = f"x_set: 4 of 60 values about 1000 times smaller than the others, first in row 1: expected {typical}"
    assert checked.cautions == (line,)
    assert len(checked.table) == 60
    checked = contract.check(wide(1000.0, 6), toy_seed)
    typical = typical.replace("MA", "A")
    line = f"x_set: 10 of 60 values about 1000 times larger than the others, first in row 1: expected {typical}"
    assert checked.cautions == (line,)
    assert checked.rejected_rows == 10
    # Exactly a tenth of possible values is too much, two values are no crowd.
    assert len(messages(wide(0.001, 10), toy_seed)) == 1
    assert contract.check(wide(0.001, 30), toy_seed).cautions == ()


def test_a_class_whose_signal_is_a_thousand_times_that_of_the_others_is_a_caution(
    toy_class_seed, toy_class_frame
) -> None:
    """Painted pieces have much titanium, and so have a fifth of the pieces of some plants."""
    frame = toy_class_frame()
    frame.loc[::5, "tonnes"] *= 1000.0
    columns = [one.model_copy(update={"high": 1e9}) if one.name == "tonnes" else one for one in toy_class_seed.columns]
    checked = contract.check(frame, toy_class_seed.model_copy(update={"columns": tuple(columns)}))
    assert len(checked.table) == len(frame)
    assert any(line.startswith("tonnes: ") and "1000 times larger" in line for line in checked.cautions)


def test_the_tail_of_a_wide_column_is_no_slip(toy_seed) -> None:
    frame = wide(1.0, 1)
    frame.loc[:5, "x_set"] = [0.01, 0.009, 0.011, 1.0, 2.0, 0.05]
    assert contract.check(frame, toy_seed).cautions == ()
    frame.loc[3:5, "x_set"] = [10.0, 2.0, 10.0]
    assert len(contract.check(frame, toy_seed).cautions) == 1


def test_texts_read_as_missing_are_counted_by_column(toy_seed) -> None:
    frame = rows(4).astype({"x_set": object, "z": object})
    frame.loc[:1, "z"] = "n/a"
    frame.loc[2, "z"] = "NULL"
    frame.loc[3, "x_set"] = "#N/A"
    assert contract.check(frame, toy_seed).cautions == ("read as missing: x_set ('#N/A' 1), z ('n/a' 2, 'NULL' 1)",)
