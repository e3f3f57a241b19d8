"""Slips of units, places and words of the contract, at their bounds."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.table import contract
from models.table.contract import Checked, Fault, Source, TableError


def slip(median: float, mean: float, sd: float, low: float, high: float, rows: int = 10) -> str | None:
    """What is said of a column whose values all are `median`: their size, or that they are something else."""
    column: Any = SimpleNamespace(typical=SimpleNamespace(mean=mean, sd=sd), limits=(low, high), unit="kA")
    found = contract._slip(pd.Series([median] * rows + [np.nan, np.inf]), column)
    if found is None:
        return None
    got, expected = found
    assert got == f"median {median:.6g}"
    assert expected.startswith(f"{mean:g} kA or so (typical, sd {sd:g}): ")
    return expected.partition("): ")[2]


OTHER = "another unit or another quantity?"


def size(times: str) -> str:
    return (
        f"a slip of units? the file's numbers are about {times} times those of kA "
        "(a tag's scale in the seed converts them)"
    )


@pytest.mark.parametrize(
    ("median", "mean", "sd", "low", "high", "said"),
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
    median: float, mean: float, sd: float, low: float, high: float, said: str | None
) -> None:
    assert slip(median, mean, sd, low, high) == said


def test_nine_values_show_nothing() -> None:
    assert slip(10000.0, 10.0, 1.0, 0.0, 20.0, rows=9) is None


def test_a_process_with_a_mean_of_one_may_slip_too() -> None:
    assert slip(1000.0, 1.0, 0.1, 0.0, 2.0) == size("1000")


def test_a_fault_is_a_line_with_its_place() -> None:
    assert str(Fault("f.csv", 3, "z", "'x'", "a number")) == "f.csv, row 3, column z: got 'x': expected a number"
    assert str(Fault("f.csv", None, None, "no rows", "one")) == "f.csv: got no rows: expected one"
    assert str(TableError(Fault("f", row, None, "a", "b") for row in (1, 2))) == (
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
    assert contract._shown(cell) == shown


def test_columns_of_a_table_are_listed_up_to_200_characters(toy_seed) -> None:
    with pytest.raises(TableError) as caught:
        contract.check(pd.DataFrame({f"column {i:03d}": [1] for i in range(30)}), toy_seed)
    got = caught.value.faults[0].value
    assert got.startswith("columns column 000, column 001")
    assert (len(got), got[-3:]) == (len("columns ") + 200, "...")


def test_rows_of_one_file_follow_each_other() -> None:
    source = Source.one("t", 3)
    assert [source.place(i) for i in range(3)] == [("t", 1), ("t", 2), ("t", 3)]
    assert Source.one("t", 2, first=7).place(1) == ("t", 8)
    both = Source("folder", ("a", "b"), np.array([0, 1]), np.array([2, 5]))
    assert (both.place(0), both.place(1)) == (("a", 2), ("b", 5))


def test_a_row_with_two_impossible_values_is_rejected_once() -> None:
    rejected = pd.DataFrame({"file": ["a", "a", "a", "b"], "row": [2, 2, 3, 2]})
    assert Checked(pd.DataFrame(), rejected, ()).rejected_rows == 3
