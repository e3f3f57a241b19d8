"""Sheets of a spreadsheet: which one is read, what becomes of its cells, and what is said of those with errors."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from models.table.sources import RawTable
from models.table.spreadsheet import read_sheet
from seeds import TableFormat

PLAIN = TableFormat()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writer of a workbook from rows by sheet."""

    def made(name: str = "t.xlsx", **sheets: list[list[object]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return made


def defects(raw: RawTable) -> list[tuple[str, str]]:
    return [(fault.value, fault.expected) for fault in raw.faults]


def test_numbers_and_times_keep_their_type_and_all_else_is_text(write) -> None:
    rows = [["t", "x", "n", "mixed", "flag"], [dt.datetime(2024, 1, 1, 6, 30), 1.5, 12, 3, True], *[[]] * 2]
    rows += [[dt.date(2024, 1, 2), None, 13, "<0.5", False]]
    raw = read_sheet(write(A=rows), PLAIN)
    assert raw.headers == ["t", "x", "n", "mixed", "flag"]
    assert raw.row.tolist() == [2, 5]  # blank rows keep their number
    assert raw.frame["t"].dtype == "datetime64[us]"
    assert raw.frame["t"].tolist() == [dt.datetime(2024, 1, 1, 6, 30), dt.datetime(2024, 1, 2)]
    np.testing.assert_array_equal(raw.frame["x"], [1.5, np.nan])
    assert raw.frame["n"].tolist() == [12, 13]
    assert raw.frame["n"].dtype == np.int64
    assert raw.frame["mixed"].tolist() == ["3", "<0.5"]
    assert raw.frame["flag"].tolist() == ["1", "0"]


def test_a_number_among_texts_has_the_decimal_sign_of_the_others(write) -> None:
    form = TableFormat(decimal=",", separator=";")
    assert read_sheet(write(A=[["x"], [1.5], ["2,5"], [3]]), form).frame["x"].tolist() == ["1,5", "2,5", "3"]


def test_a_missing_name_of_a_unit_does_not_make_the_others_fractions(write) -> None:
    assert read_sheet(write(A=[["unit", "x"], [12, 1], [None, 2]]), PLAIN).frame["unit"].tolist() == ["12", ""]


def test_titles_above_the_header_are_passed_over(write) -> None:
    raw = read_sheet(write(A=[["Report"], [], ["a", "b"], [1, 2]]), TableFormat(header=3))
    assert (raw.headers, raw.row.tolist()) == (["a", "b"], [4])


def test_the_only_sheet_with_cells_is_read_and_of_several_one_must_be_named(write) -> None:
    table = [["a"], [1]]
    assert read_sheet(write(A=table, Empty=[]), PLAIN).headers == ["a"]
    file = write(A=table, B=[["b"], [1]])
    expected = "one sheet; say in the seed which: [table] sheet = ..., or sheets = [...]"
    assert defects(read_sheet(file, PLAIN)) == [("sheets A, B", expected)]
    assert read_sheet(file, TableFormat(sheet="B")).headers == ["b"]
    assert defects(read_sheet(file, TableFormat(sheet="C"))) == [("sheets A, B", "a sheet 'C', as [table] says")]
    assert defects(read_sheet(write(A=[]), PLAIN))[0][0] == "no sheet with cells"


def test_cells_with_errors_are_counted(write) -> None:
    raw = read_sheet(write(A=[["a", "b"], ["#REF!", 1], ["#DIV/0!", 2], [3, 4]]), PLAIN)
    assert raw.cautions == ("read as missing: 2 cells with an error such as #REF! in sheet A",)
    np.testing.assert_array_equal(raw.frame["a"], ["", "", "3"])


def test_a_file_that_is_no_spreadsheet_or_cut_off_is_one_fault(write, tmp_path: Path) -> None:
    whole = write(A=[["a"], [1]]).read_bytes()
    for content in (b"", b"PK\x03\x04junk", whole[:-100], b"a,b\n1,2\n"):
        (tmp_path / "broken.xlsx").write_bytes(content)
        ((got, expected),) = defects(read_sheet(tmp_path / "broken.xlsx", PLAIN))
        assert got.startswith("a file that cannot be read (")
        assert expected == "a spreadsheet, whole and not protected"


def test_names_twice_and_a_header_that_is_not_there(write) -> None:
    assert defects(read_sheet(write(A=[["a", "a"], [1, 2]]), PLAIN)) == [("2 columns of this name", "one")]
    assert defects(read_sheet(write(A=[["a"], [1]]), TableFormat(header=9))) == [("2 rows", "a header in row 9")]
    assert defects(read_sheet(write(A=[[], ["a"]]), PLAIN)) == [
        ("an empty row", "a header row with the columns' names")
    ]


@pytest.mark.parametrize("sheet", [None, "A"])
@pytest.mark.parametrize("far", ["XFD1048576", "XFD40000", "AZZ1048576"])
def test_a_filled_cell_far_away_is_named_before_the_sheet_is_held(write, sheet: str | None, far: str) -> None:
    path = write(A=[["x", "y"], *[[i, 2 * i] for i in range(50)]])
    book = openpyxl.load_workbook(path)
    book["A"][far] = "x"
    book.save(path)
    (fault,) = read_sheet(path, PLAIN, sheet).faults
    assert fault.file == f"{path} [A]"
    assert fault.value.endswith(f"the last of them {far}")
    assert fault.expected == f"a table without cells far away from it: delete the content of {far}"


def test_a_far_cell_of_another_sheet_does_not_keep_the_named_one_from_being_read(write) -> None:
    path = write(A=[["x", "y"], [1, 2]], Notes=[["made by hand"]])
    book = openpyxl.load_workbook(path)
    book["Notes"]["XFD1048576"] = "x"
    book.save(path)
    assert read_sheet(path, PLAIN, "A").frame["y"].tolist() == [2]
    assert defects(read_sheet(path, PLAIN))[0][0] == "sheets A, Notes"


def test_cells_with_a_format_alone_are_no_cells(write) -> None:
    path = write(A=[["x", "y"], [1, 2]])
    book = openpyxl.load_workbook(path)
    book["A"]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    assert read_sheet(path, PLAIN).frame.to_dict("list") == {"x": [1], "y": [2]}


def test_one_note_far_below_a_table_is_a_row_of_it(write) -> None:
    """A cell in the last row alone makes a sheet that fits into memory."""
    path = write(A=[["x", "y"], [1, 2]])
    book = openpyxl.load_workbook(path)
    book["A"]["A1048576"] = "checked"
    book.save(path)
    assert read_sheet(path, PLAIN).row.tolist() == [2, 1048576]
