"""Rows of a table know which of their values are impossible, and which part of them is in another unit."""

import numpy as np
import pandas as pd
import pytest

from models.table.rows import REJECTED_SHARE, SLIP_SHARE, TableRows
from models.table.sources import Source


@pytest.fixture
def rows_with(toy_seed, toy_frame):
    """Maker of rows of the toy seed whose first so many values of a column are others."""

    def made(count: int = 0, value: float = 0.0, name: str = "y") -> TableRows:
        frame = toy_frame()
        values = {column: frame[column].copy() for column in frame}
        values[name].iloc[:count] = value
        return TableRows(toy_seed, Source.one("table", len(frame)), {column: column for column in frame}, values)

    return made


def test_sound_rows_are_all_possible(rows_with):
    rows = rows_with()
    assert not rows.impossible.any()
    assert not rows.part_slips
    assert [*rows.share_faults(), *rows.part_faults(), *rows.part_cautions()] == []
    assert len(rows.table()) == len(rows.source.row)
    assert rows.rejected().empty


def test_each_row_is_in_the_table_or_listed_as_rejected(rows_with, toy_seed):
    low, high = toy_seed.column("y").limits
    rows = rows_with(5, high + 1.0)
    assert np.flatnonzero(rows.impossible).tolist() == [0, 1, 2, 3, 4]
    assert len(rows.table()) == len(rows.source.row) - 5
    assert rows.rejected()["row"].tolist() == [1, 2, 3, 4, 5]
    assert rows.table()["y"].between(low, high).all()
    assert [*rows.share_faults()] == []


def test_more_impossible_rows_than_a_share_are_a_fault(rows_with, toy_seed):
    most = int(REJECTED_SHARE * len(rows_with().source.row))
    value = toy_seed.column("y").limits[1] + 1.0
    assert [*rows_with(most, value).share_faults()] == []
    first, *others = rows_with(most + 1, value).share_faults()
    assert first.value == f"{most + 1} of {len(rows_with().source.row)} rows out of physical range"
    assert all(fault.column == "y" for fault in others)


@pytest.mark.parametrize("is_fault", [False, True])
def test_a_part_in_another_unit_stops_the_work_or_is_a_caution_and_never_both(rows_with, is_fault):
    rows = rows_with(int(SLIP_SHARE * len(rows_with().source.row)) + (1 if is_fault else -1), 0.01, "x_set")
    assert rows.part_slips.keys() == {"x_set"}
    assert len([*rows.part_faults()]) == is_fault
    assert len(rows.part_cautions()) == (not is_fault)


def test_a_table_of_texts_alone_has_no_impossible_row(toy_seed):
    rows = TableRows(toy_seed, Source.one("table", 2), {"unit": "unit"}, {"unit": pd.Series(["A", "B"])})
    assert rows.outside.keys() == {"unit"}
    assert not rows.impossible.any()
