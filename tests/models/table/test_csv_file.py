"""CSV files in a plant's own writing: encoding, separator, and where the header stands."""

from pathlib import Path

import pytest

from models.table.csv_file import read_csv
from seeds import TableFormat


def read(content: bytes, form: TableFormat, folder: Path):
    (folder / "t.csv").write_bytes(content)
    return read_csv(folder / "t.csv", form)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "gb18030", "latin-1"])
def test_a_file_is_read_in_the_encoding_that_is_stated(encoding: str, tmp_path: Path) -> None:
    text = "Name;Größe\nOfen 1;3,5\n"
    raw = read(text.encode(encoding), TableFormat(encoding=encoding, separator=";", decimal=","), tmp_path)
    assert raw.faults == []
    assert (raw.headers, raw.frame.to_numpy().tolist()) == (["Name", "Größe"], [["Ofen 1", "3,5"]])


def test_bytes_that_are_not_of_the_encoding_are_named_with_their_row(tmp_path: Path) -> None:
    raw = read(b"a,b\n1,2\n\xff\xff,3\n", TableFormat(encoding="gb18030"), tmp_path)
    (fault,) = raw.faults
    assert (fault.row, fault.expected) == (3, "the encoding that [table] states, gb18030")
    assert "which is not gb18030" in fault.value


def test_what_stands_above_the_header_is_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    raw = read(b"Report\n\na,b\n1,2\n\n3,4,5\n6,7\n", TableFormat(header=3), tmp_path)
    assert (raw.headers, raw.row.tolist()) == (["a", "b"], [4, 7])
    assert [fault.row for fault in raw.faults] == [6]


def test_a_header_beyond_the_end_is_a_fault(tmp_path: Path) -> None:
    (fault,) = read(b"a,b\n1,2\n", TableFormat(header=9), tmp_path).faults
    assert (fault.value, fault.expected) == ("3 lines", "a header in row 9, as [table] says")


def test_another_separator_than_the_stated_one_is_named(tmp_path: Path) -> None:
    (fault,) = read(b"a,b\n1,2\n", TableFormat(separator=";"), tmp_path).faults
    assert fault.expected == "semicolons between columns; or say [table] separator = ',' in the seed"
    assert read(b"a\n1\n", TableFormat(separator=";"), tmp_path).faults == []


def test_tabs_and_quotes_with_tabs_in_them(tmp_path: Path) -> None:
    raw = read(b'a\tb\n1\t"x\ty"\n', TableFormat(separator="\t"), tmp_path)
    assert raw.frame.to_numpy().tolist() == [["1", "x\ty"]]
