"""Rows of a file that are no rows of a plant."""

import pandas as pd
import pytest

from models.table.non_data_rows import HEADER_AGAIN, TOTAL
from models.table.reading import read_table
from models.table.sources import TableError


@pytest.fixture
def lines(toy_frame):
    """A plant's CSV file, line by line."""
    return toy_frame(units=2, periods=6).to_csv(index=False).splitlines()


@pytest.fixture
def read(toy_seed, tmp_path):
    def reader(lines):
        (tmp_path / "t.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return read_table(tmp_path / "t.csv", toy_seed)

    return reader


def test_a_second_header_is_listed_and_the_rows_are_those_without_it(lines, read):
    whole = read(lines)
    checked = read([*lines[:5], lines[0], *lines[5:]])
    pd.testing.assert_frame_equal(checked.table, whole.table)
    assert checked.rejected[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        [6, "period_start", "period_start", HEADER_AGAIN]
    ]
    assert checked.rejected["file"][0].endswith("t.csv")
    assert checked.rejected["period_start"].isna().all()
    assert len(checked.table) + checked.rejected_rows == 13
    assert whole.rejected.empty


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("Total,,4800,1900,43000,3e6", "unit", "Total"),
        ("TOTAL:,2022-01-01,10,4,90,3000", "unit", "TOTAL:"),
        ("Mittelwert,2022-01-01,10,4,90,3000", "unit", "Mittelwert"),
        (",Sum,4800,1900,43000,3e6", "period_start", "Sum"),
        ("\u5408\u8ba1,,1,1,1,1", "unit", "\u5408\u8ba1"),
    ],
)
def test_totals_and_means_are_listed(row, column, value, lines, read):
    checked = read([*lines, row])
    assert checked.rejected[["row", "column", "value", "reason"]].to_numpy().tolist() == [[14, column, value, TOTAL]]
    assert len(checked.table) == 12


def test_rows_are_listed_in_the_files_order_beside_impossible_values(lines, read):
    cells = lines[3].split(",")
    bad = ",".join([*cells[:3], "9.5", *cells[4:]])
    checked = read([*lines[:2], lines[0], bad, *lines[4:], "Total,,1,1,1,1"])
    assert checked.rejected["row"].tolist() == [3, 4, 14]
    assert checked.rejected["value"].tolist() == ["period_start", 9.5, "Total"]
    assert checked.rejected_rows == 3


@pytest.mark.parametrize("row", ["Totality,,1,1,1,1", ",,1,1,1,1", "-,-,kA,V,%,kg"])
def test_other_rows_without_unit_or_period_stay_faults(row, lines, read):
    with pytest.raises(TableError, match="row 14"):
        read([*lines, row])


def test_a_file_of_headers_alone_has_no_rows(lines, read):
    with pytest.raises(TableError, match="no rows"):
        read([lines[0], lines[0]])
