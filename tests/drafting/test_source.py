"""Files of all kinds as cells under headings."""

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from drafting.findings import DraftError
from drafting.source import read_content
from models.table.sources import TableError


@pytest.fixture
def book(tmp_path, plant):
    """Writer of a workbook: sheets by name, each with rows above its header."""

    def written(above=0, **sheets):
        with pd.ExcelWriter(tmp_path / "plant.xlsx", engine="openpyxl") as writer:
            for name, table in sheets.items():
                table.to_excel(writer, sheet_name=name, index=False, startrow=above)
                if above:
                    writer.sheets[name].cell(1, 1, "Report of line 2")
        return tmp_path / "plant.xlsx"

    return written


def test_cells_of_a_csv_file_are_text(tmp_path):
    (tmp_path / "plant.csv").write_text("a;b\n1,5;x\n;y\n")
    content = read_content(tmp_path / "plant.csv")
    assert content.frame["a"].tolist() == ["1,5", ""]
    assert content.frame["b"].tolist() == ["x", "y"]


def test_encodings_are_read(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / "plant.csv").write_bytes("Öl;Temp (°C)\nfür;1\nüber;2\n".encode(encoding))
        frame = read_content(tmp_path / "plant.csv").frame
        assert list(frame.columns) == ["Öl", "Temp (°C)"]
        assert frame["Öl"].tolist() == ["für", "über"]


def test_a_workbook_keeps_its_types(book, plant):
    table = plant().assign(shift="early")
    content = read_content(book(Data=table))
    assert content.dialect.sheets == ("Data",)
    assert content.frame["time"].tolist() == table["time"].tolist()
    np.testing.assert_allclose(content.frame["current_kA"], table["current_kA"])
    assert content.frame["shift"].tolist() == ["early"] * 240


def test_titles_above_a_sheets_header(book, plant):
    content = read_content(book(above=3, Data=plant()))
    assert content.dialect.header == 4
    assert len(content.frame) == 240


def test_a_workbook_with_two_tables_asks(book, plant):
    path = book(Line1=plant(), Line2=plant(rows=50))
    with pytest.raises(
        DraftError, match=r"2 sheets hold a table, 'Line1' \(240 rows\), 'Line2' \(50 rows\): name one by --sheet"
    ):
        read_content(path)
    assert len(read_content(path, sheet="Line2").frame) == 50


def test_notes_are_no_table(book, plant):
    content = read_content(book(Data=plant(), Notes=pd.DataFrame({"remarks": ["nothing"]})))
    assert content.dialect.sheets == ("Data",)


def test_an_absent_sheet_is_refused(book, plant):
    with pytest.raises(DraftError, match="got sheet 'Line3': expected one of Data"):
        read_content(book(Data=plant()), sheet="Line3")


def test_texts_among_numbers_of_a_sheet_stay_readable(book, plant):
    table = plant().astype({"ratio": object})
    table.loc[3, "ratio"] = "n/a"
    table.loc[4, "ratio"] = 2
    frame = read_content(book(Data=table)).frame
    assert frame["ratio"][3:5].tolist() == ["n/a", "2"]


def test_a_sheet_is_no_option_of_a_csv_file(tmp_path):
    (tmp_path / "plant.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DraftError, match=r"got --sheet 'Data': expected a workbook"):
        read_content(tmp_path / "plant.csv", sheet="Data")


@pytest.mark.parametrize("name", ["plant.xlsx", "plant.parquet"])
def test_a_file_that_is_not_what_it_is_called(tmp_path, name):
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(DraftError, match="cannot be read as"):
        read_content(tmp_path / name)


def test_headings_that_stand_twice_are_refused(tmp_path):
    (tmp_path / "plant.csv").write_text("a,b,c,d,e,a\n1,2,3,4,5,6\n")
    with pytest.raises(DraftError, match="1 heading more than once, such as 'a'"):
        read_content(tmp_path / "plant.csv")


def test_a_header_alone_is_refused(tmp_path):
    (tmp_path / "plant.csv").write_text("a,b\n")
    with pytest.raises(DraftError, match="no rows below the header"):
        read_content(tmp_path / "plant.csv")


def test_parquet_keeps_its_types(tmp_path):
    pd.DataFrame({"t": [dt.datetime(2026, 1, 1)], "a": [1.5], "b": ["x"]}).to_parquet(tmp_path / "plant.parquet")
    frame = read_content(tmp_path / "plant.parquet").frame
    assert [column.kind for column in frame.dtypes] == ["M", "f", "O"]


def test_sheets_that_share_the_time_alone_are_joined(book, plant):
    table = plant()
    path = book(Process=table.drop(columns="yield_pct"), Laboratory=table[["time", "yield_pct"]].iloc[:200])
    content = read_content(path)
    assert (content.dialect.sheets, content.joined_on) == (("Process", "Laboratory"), ("time",))
    assert len(content.frame) == 240
    assert content.frame["yield_pct"].notna().sum() == 200


def test_sheets_that_share_more_than_the_identity_are_not_joined(book, plant):
    with pytest.raises(DraftError, match="name one by --sheet"):
        read_content(book(A=plant(), B=plant()[["time", "ratio", "current_kA", "feed_t_h"]]))


def test_a_cell_at_the_end_of_a_sheet_is_named(plant, tmp_path):
    plant().to_excel(tmp_path / "plant.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "plant.xlsx")
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "plant.xlsx")
    with pytest.raises(TableError, match="delete the content of XFD1048576"):
        read_content(tmp_path / "plant.xlsx")
