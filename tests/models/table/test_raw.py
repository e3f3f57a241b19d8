"""Files as they stand: cells, row numbers and faults, by small files written out in the test."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.table.raw import open_parquet, read_raw
from models.table.sources import RawTable, TableDefect
from seeds import Seed, TableFormat

UTF8 = "a UTF-8 file (in a spreadsheet: save as 'CSV UTF-8', or say [table] encoding in the seed)"


@pytest.fixture
def read(toy_seed: Seed, tmp_path: Path):
    """Reader of a CSV file with this content; faults come without the file's name."""

    def reader(content: bytes | str, name: str = "t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        raw = read_raw(path, toy_seed)
        assert raw.file == str(path)
        assert all(fault.file == str(path) for fault in raw.faults)
        return raw

    return reader


def defects(raw: RawTable) -> list[tuple[int | None, str | None, str, str]]:
    return [(fault.row, fault.column, fault.value, fault.expected) for fault in raw.faults]


def test_cells_are_text_as_they_stand_and_the_header_is_row_1(read) -> None:
    raw = read("a,b\n1, x \n,NA\n")
    assert raw.headers == ["a", "b"]
    assert raw.frame.to_numpy().tolist() == [["1", " x "], ["", "NA"]]
    assert raw.row.tolist() == [2, 3]
    assert raw.faults == []


def test_blank_rows_are_left_out_and_counted(read) -> None:
    raw = read('a,b\n\n1,2\n,\n,3\n"",""\n4,\n')
    assert raw.frame.to_numpy().tolist() == [["1", "2"], ["", "3"], ["4", ""]]
    assert raw.row.tolist() == [3, 5, 7]


def test_a_file_without_blank_rows_keeps_all(read) -> None:
    assert read("a\n1\n2").row.tolist() == [2, 3]
    assert len(read("a,b\n1,2\n3,4").frame) == 2


def test_text_in_quotes_may_hold_commas_and_lines(read) -> None:
    raw = read('a,"b,c"\n"1,5","two\nlines"\n2,3\n')
    assert raw.headers == ["a", "b,c"]
    assert raw.frame.to_numpy().tolist() == [["1,5", "two\nlines"], ["2", "3"]]
    assert raw.row.tolist() == [2, 3]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"a,b\r\n1,2\r\n", b"a,b\n1,2"])
def test_marks_and_line_ends_of_spreadsheets_are_no_part_of_names(content: bytes, read) -> None:
    raw = read(content)
    assert raw.headers == ["a", "b"]
    assert list(raw.frame.columns) == ["a", "b"]
    assert raw.frame.to_numpy().tolist() == [["1", "2"]]


def test_rows_of_another_length_are_faults_and_the_others_keep_their_numbers(read) -> None:
    raw = read("a,b\n1,2\n3\n4,5\n6,7,8\n\n9,0\n")
    assert raw.frame.to_numpy().tolist() == [["1", "2"], ["4", "5"], ["9", "0"]]
    assert raw.row.tolist() == [2, 4, 7]
    hint = ": a decimal comma, or a comma in a text without quotes?"
    assert defects(raw) == [
        (3, None, "1 cells", "2 as in the header"),
        (5, None, "3 cells", "2 as in the header" + hint),
    ]


@pytest.mark.parametrize(
    ("number", "more"), [(5, []), (6, ["1 more rows like these"]), (8, ["3 more rows like these"])]
)
def test_five_rows_of_another_length_are_told_one_by_one(number: int, more: list[str], read) -> None:
    raw = read("a,b\n1,2\n" + "3\n" * number)
    assert [fault.row for fault in raw.faults] == [3, 4, 5, 6, 7, *[None] * len(more)]
    assert [(fault.value, fault.expected) for fault in raw.faults[5:]] == [
        (text, "2 cells as in the header") for text in more
    ]


def test_an_empty_file_has_neither_names_nor_rows(read) -> None:
    raw = read(b"")
    assert defects(raw) == [(None, None, "an empty file", "a table with a header row")]
    assert raw.headers == []
    assert raw.frame.empty
    assert raw.row.tolist() == []


def test_a_header_alone_is_a_table_of_no_rows(read) -> None:
    raw = read("a,b")
    assert (raw.headers, list(raw.frame.columns), len(raw.frame), raw.faults) == (["a", "b"], ["a", "b"], 0, [])


@pytest.mark.parametrize("content", ["\n\n", ",,\n1,2,3\n", "\n1\n"])
def test_an_empty_header_is_a_fault(content: str, read) -> None:
    raw = read(content)
    assert defects(raw) == [(1, None, "an empty row", "a header row with the columns' names")]
    assert raw.headers == []


@pytest.mark.parametrize(("separator", "shown"), [(";", "';'"), ("\t", r"'\t'"), ("|", "'|'")])
def test_other_separators_are_named(separator: str, shown: str, read) -> None:
    expected = f"commas between columns; or say [table] separator = {separator!r} in the seed"
    assert defects(read(f"a{separator}b\n1{separator}2\n")) == [(1, None, f"columns separated by {shown}", expected)]


def test_a_separator_in_some_name_is_none(read) -> None:
    assert read("a;b,c\n1,2\n").headers == ["a;b", "c"]
    assert read("a\n1\n").headers == ["a"]


def test_names_that_head_more_than_one_column_are_faults(read) -> None:
    raw = read("a,b,a,c,c,c\n1,2,3,4,5,6\n")
    assert defects(raw) == [(1, "a", "2 columns of this name", "one"), (1, "c", "3 columns of this name", "one")]
    assert raw.headers == []


def test_what_is_no_utf8_is_shown_with_its_row(read) -> None:
    assert defects(read(b"a,b\n1,2\n3,Z\xfcrich\n\xff,1\n")) == [(3, None, r"b'\xfc', which is not UTF-8", UTF8)]
    assert defects(read(b"\xe4,b\n1,2\n")) == [(1, None, r"b'\xe4', which is not UTF-8", UTF8)]
    # The fault lies in the last byte of a sequence of two that is cut off by the end.
    assert defects(read(b"a,b\n1,x\xc3")) == [(2, None, r"b'\xc3', which is not UTF-8", UTF8)]


# ---- what is no table ----


def test_line_ends_of_old_macs_are_named(read) -> None:
    got = r"lines that end in CR alone, as in 'a,b\r1,2\r3,4'"
    expected = "lines that end in LF or CR LF (in a spreadsheet: save as 'CSV UTF-8')"
    assert defects(read("a,b\r1,2\r3,4\r")) == [(1, None, got, expected)]
    ((_, _, long, _),) = defects(read("a,b\r" + "1,2\r" * 1_000_000))
    assert (len(long), long[-3:]) == (len("lines that end in CR alone, as in ") + 60, "...")


def test_a_name_of_200_kb_is_shown_short(read) -> None:
    ((row, column, got, expected),) = defects(read("a," + "b" * 200_000 + ",c\n1,2,3\n"))
    assert (row, column) == (1, "number 2")
    assert got == "a name of 200000 characters, '" + "b" * 56 + "..."
    assert expected == "a name of at most 1000 characters"
    assert read("a," + "b" * 1000 + "\n1,2\n").faults == []
    assert "a name of 200000 characters" in defects(read('a,"' + "b" * 200_000 + '"\n1,2\n'))[0][2]


def test_a_header_of_more_than_a_megabyte_is_none(read) -> None:
    ((row, _, got, expected),) = defects(read("a," * 600_000 + "b\n"))
    assert (row, expected) == (1, "a header row with the columns' names")
    assert got.startswith("more than 1048576 bytes, 'a,a,a")


def test_nul_in_a_name_is_shown(read) -> None:
    expected = r"a name without the character NUL (\x00)"
    assert defects(read("a,b\0c\n1,2\n")) == [(1, "number 2", r"'b\x00c'", expected)]


def test_a_name_in_quotes_may_have_two_lines(read) -> None:
    raw = read('a,"b\n[kA]"\n1,2\n')
    assert (raw.headers, list(raw.frame.columns), raw.row.tolist()) == (["a", "b\n[kA]"], ["a", "b\n[kA]"], [2])


def test_a_quote_that_is_never_closed_is_shown(read) -> None:
    got = r"""a quote that is never closed in 'a,"b\n1,2\n3,4'"""
    assert defects(read('a,"b\n1,2\n3,4\n')) == [(1, None, got, "a header row with the columns' names")]


@pytest.mark.parametrize("end", ["", '3,4,x"\n', '3,4,x\n5,6,a "new" one\n'])
def test_rows_behind_a_quote_that_is_never_closed_are_not_lost(end: str, read) -> None:
    raw = read('a,b,note\n0,0,"two\nlines, no more"\n1,2,"see\n3,4,x\n' + end)
    ((row, column, got, expected),) = defects(raw)
    assert (row, column) == (3, "note")
    assert got.startswith("'see' and ")
    assert got.endswith(" more lines in one cell")
    assert expected == "a quote that is closed in its own row"


def test_spaces_around_a_name_are_no_part_of_it(read) -> None:
    raw = read("a , b,\u00a0c\n1,2,3\n")
    assert (raw.headers, list(raw.frame.columns)) == (["a", "b", "c"], ["a", "b", "c"])
    assert defects(read("a, a\n1,2\n")) == [(1, "a", "2 columns of this name", "one")]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04", "a spreadsheet (xlsx) or a zip archive"),
        (b"\xd0\xcf\x11\xe0", "a spreadsheet of an old format (xls)"),
        (b"\x1f\x8b", "a file packed by gzip"),
        (b"PAR1", "a Parquet file"),
    ],
)
def test_files_of_another_format_are_named(start: bytes, kind: str, read) -> None:
    expected = "a CSV file, as its name says (a spreadsheet's file ends in .xlsx, .xls, .xlsb or .ods)"
    assert defects(read(start + bytes(range(256)))) == [(None, None, kind, expected)]


@pytest.mark.parametrize(
    ("above", "row", "shown"),
    [
        ("Report of 2024\n\n", 3, "'Report of 2024'"),
        ("sep=,\n", 2, "'sep=,'"),
        ("# a\n# b\n# c\n", 4, "'# a'"),
    ],
)
def test_lines_above_the_header_are_one_fault_that_says_where_it_is(above: str, row: int, shown: str, read) -> None:
    expected = f"the header, which stands in row {row}: say [table] header = {row} in the seed"
    assert defects(read(above + "unit, period_start,z\nA,2024-01-01,4\n")) == [(1, None, shown, expected)]
    assert read("a,b\n1,2\n").faults == []


def test_a_row_that_never_ends_is_named(read) -> None:
    raw = read("a,b\n1,2\n3," + "x" * 5_000_000 + "\n")
    expected = "rows of cells; is a quote opened and never closed?"
    assert defects(raw) == [(None, None, "a row of more than 1 MB", expected)]


def test_a_file_that_cannot_be_opened_is_a_fault(toy_seed: Seed, tmp_path: Path) -> None:
    raw = read_raw(tmp_path / "absent.csv", toy_seed)
    assert defects(raw) == [(None, None, "a file that cannot be read (No such file or directory)", "a readable file")]


def test_an_error_without_words_of_the_system_is_told_in_its_own(
    toy_seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(file: Path, form: TableFormat) -> None:
        raise OSError("the disk stopped")

    monkeypatch.setattr("models.table.raw.read_csv", stops)
    (tmp_path / "t.csv").write_text("a\n1\n")
    (fault,) = read_raw(tmp_path / "t.csv", toy_seed).faults
    assert fault.value == "a file that cannot be read (the disk stopped)"


# ---- Parquet ----


def test_of_parquet_what_the_seed_knows_is_read_with_its_types(toy_seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "t.PARQUET"
    frame = pd.DataFrame(
        {"unit": ["A", "B"], "period_start": pd.to_datetime(["2024-01-01", "2024-01-02"]), "x_set": [1.0, 2.0]}
    )
    frame.assign(note="x", previous_y=3.0).to_parquet(path)
    raw = read_raw(path, toy_seed)
    assert raw.headers == ["unit", "period_start", "x_set", "note", "previous_y"]
    assert list(raw.frame.columns) == ["unit", "period_start", "x_set"]
    assert raw.frame["x_set"].dtype == np.float64
    assert raw.row.tolist() == [1, 2]
    assert raw.faults == []


def test_dates_in_parquet_are_times(toy_seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    dates = pa.array([0, 1], pa.int32()).cast(pa.date32())
    pq.write_table(pa.table({"unit": ["A", "B"], "period_start": dates}), path)
    assert read_raw(path, toy_seed).frame["period_start"].dtype.kind == "M"


def test_an_index_in_parquet_is_a_column(toy_seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"unit": ["A"], "z": [1.0]}).set_index("unit").to_parquet(path)
    assert set(read_raw(path, toy_seed).frame.columns) == {"unit", "z"}


def test_a_parquet_name_that_stands_twice_is_a_fault(toy_seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table([["A"], [1.0], [2.0]], names=["unit", "y", "y"]), path)
    raw = read_raw(path, toy_seed)
    assert defects(raw) == [(1, "y", "2 columns of this name", "one")]
    assert raw.headers == []


def test_a_damaged_parquet_file_is_a_fault_in_one_line(toy_seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    raw = read_raw(path, toy_seed)
    ((row, column, value, expected),) = defects(raw)
    assert (row, column) == (None, None)
    assert re.fullmatch(r"a file that cannot be read \([^\n]+\)", value)
    assert expected == "a whole Parquet file; is this one cut off or damaged?"


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    values = np.arange(100.0) + 0.123
    pq.write_table(pa.table({"y": values}), path, write_page_checksum=True, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(values[7:9].tobytes(), values[8:10].tobytes(), 1))
    assert isinstance(open_parquet(path, lambda names: names), TableDefect)


def test_the_columns_that_are_wanted_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2], "c": [3]}), path)
    table = open_parquet(path, lambda names: [name for name in names if name != "b"])
    assert table.column_names == ["a", "c"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (pa.array([[1.0]]), "list<element: double>"),
        (pa.array([{"a": 1}]), "struct<a: int64>"),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "map<string, int64 ('z')>"),
        (pa.array([b"1"]), "binary"),
        (pa.array([1], pa.duration("s")), "duration[s]"),
    ],
)
def test_a_parquet_column_of_more_than_one_value_a_cell_is_one_fault(
    cells: pa.Array, kind: str, toy_seed: Seed, tmp_path: Path
) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"unit": ["A"], "z": cells}), path)
    raw = read_raw(path, toy_seed)
    assert defects(raw) == [(None, "z", f"a column of type {kind}", "one number, text or time in each cell")]
    assert raw.headers == []


def test_a_tables_parts_are_its_own() -> None:
    one, other = RawTable("one"), RawTable("other")
    one.faults.append(TableDefect("one", None, None, "x", "y"))
    one.headers.append("a")
    assert (other.faults, other.headers, other.row.dtype, len(other.row)) == ([], [], np.int64, 0)
