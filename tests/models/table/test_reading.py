"""Tables from files: what is read, what is told, and what a digest stands for."""

import csv

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.table.reading import digest, read_table, read_truth, write_frame
from models.table.sources import LISTED, TableError

FIXTURES = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = "unit,period_start,x_set,z,y"


@pytest.fixture
def frame(toy_frame):
    return toy_frame(units=4, periods=6)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "plant"
    path.mkdir()
    return path


def messages(path, seed):
    with pytest.raises(TableError) as caught:
        read_table(path, seed)
    return [str(fault) for fault in caught.value.faults]


def with_rows(folder, *rows, header=HEADER):
    path = folder / "t.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def write_csv(frame, path):
    frame.to_csv(path, index=False)


def write_spreadsheet_csv(frame, path):
    path.write_bytes(b"\xef\xbb\xbf" + frame.to_csv(index=False, lineterminator="\r\n").encode())


def write_quoted_csv(frame, path):
    frame.to_csv(path, index=False, quoting=1)


def write_indexed_parquet(frame, path):
    frame.set_index(["unit", "period_start"]).to_parquet(path)


def write_dates_and_dictionaries(frame, path):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.set_column(0, "unit", table["unit"].dictionary_encode())
    pq.write_table(table.set_column(1, "period_start", table["period_start"].cast(pa.date32())), path)


WRITERS = {
    "t.csv": write_csv,
    "spreadsheet.csv": write_spreadsheet_csv,
    "quoted.CSV": write_quoted_csv,
    "t.parquet": lambda frame, path: frame.to_parquet(path),
    "indexed.parquet": write_indexed_parquet,
    "dates.parquet": write_dates_and_dictionaries,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_gives_the_same_table(toy_seed, frame, folder, name):
    frame.loc[3, ["z", "y"]] = np.nan
    write_csv(frame, folder / "expected.csv")
    WRITERS[name](frame, folder / name)
    expected, result = (
        read_table(folder / "expected.csv", toy_seed).table,
        read_table(str(folder / name), toy_seed).table,
    )
    pd.testing.assert_frame_equal(result, expected, check_exact=True)
    assert digest(result) == digest(expected)
    assert len(result) == 24


def test_a_table_read_from_a_file_can_be_written_to(toy_seed, frame, folder):
    frame.to_parquet(folder / "t.parquet")
    table = read_table(folder / "t.parquet", toy_seed).table
    table.loc[0, "z"] = 1.0
    assert table.loc[0, "z"] == 1.0


@pytest.mark.parametrize("suffixes", [("csv", "csv"), ("parquet", "parquet"), ("csv", "parquet")])
def test_a_folder_is_its_files_together(toy_seed, frame, folder, suffixes):
    frame.loc[20, "z"] = 99.0
    for part, rows, suffix in zip("ba", (frame[:10], frame[10:]), suffixes, strict=True):
        WRITERS[f"t.{suffix}"](rows[rows.columns[:: 1 if part == "a" else -1]], folder / f"{part}.{suffix}")
    (folder / "notes.txt").write_text("no table")
    (folder / ".hidden.csv").write_text("no table")
    checked = read_table(folder, toy_seed)
    assert len(checked.table) == 23
    (rejected,) = checked.rejected.itertuples()
    assert rejected.file == str(folder / f"a.{suffixes[1]}")
    assert rejected.row == 10 + (2 if suffixes[1] == "csv" else 1)


def test_a_simulated_plant_is_its_table_alone(toy_seed, frame, folder):
    frame.to_parquet(folder / "table.parquet")
    for name in ("truth", "events"):
        pd.DataFrame({"other": [1.0]}).to_parquet(folder / f"{name}.parquet")
    assert len(read_table(folder, toy_seed).table) == 24


def test_unused_columns_are_named(toy_seed, frame, folder):
    frame = frame.assign(previous_y=1.0, remark="x")
    for name in ("t.csv", "t.parquet"):
        WRITERS[name](frame, folder / name)
        assert read_table(folder / name, toy_seed).ignored == ("previous_y", "remark")


def test_rows_are_counted_as_a_person_counts_them(toy_seed, folder):
    rows = [f"A,2022-{month:02d}-01,10,4,90" for month in range(1, 10)]
    rows[2] = "A,2022-03-01,10,-4,90"
    path = with_rows(folder, rows[0], "", rows[1], ",,,,", *rows[2:], "", "")
    checked = read_table(path, toy_seed)
    assert checked.rejected["row"].tolist() == [6]
    assert len(checked.table) == 8
    path = with_rows(folder, rows[0], "", rows[1] + ",7", rows[2].replace("-4", "bad"), "A,2022-05-01", *rows[4:])
    assert messages(path, toy_seed) == [
        f"{path}, row 4: got 6 cells: expected 5 as in the header: "
        "a decimal comma, or a comma in a text without quotes?",
        f"{path}, row 6: got 2 cells: expected 5 as in the header",
        f"{path}, row 5, column z: got 'bad': expected a number, or an empty cell where nothing was measured",
    ]


def test_many_ragged_rows_are_counted(toy_seed, folder):
    path = with_rows(folder, *[f"A,2022-01-{day:02d},10,3,5,90" for day in range(1, 29)])
    faults = messages(path, toy_seed)
    assert faults[LISTED] == f"{path}: got {28 - LISTED} more rows like these: expected 5 cells as in the header"
    assert faults[-1] == f"{path}: got no rows: expected at least one row"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "{path}: got an empty file: expected a table with a header row"),
        (b"\n\n", "{path}, row 1: got an empty row: expected a header row"),
        (HEADER.encode(), "{path}: got no rows: expected at least one row"),
        (HEADER.encode() + b"\n\n\n", "{path}: got no rows: expected at least one row"),
        (HEADER.replace(",", ";").encode() + b"\nA;2022-01-01;1,5;4;90", "{path}, row 1: got columns separated by ';'"),
        (HEADER.replace(",", "\t").encode(), "{path}, row 1: got columns separated by '\\t': expected commas"),
        (
            HEADER.encode() + b"\nA,2022-01-01,1,4,9\nZ\xfcrich,2022-01-01,1,4,9",
            "{path}, row 3: got b'\\xfc', which is",
        ),
        ("Gerät,y\n1,2".encode("latin-1"), "{path}, row 1: got b'\\xe4', which is not UTF-8: expected a UTF-8 file"),
        (HEADER.encode("utf-16"), "{path}, row 1: got b'\\xff', which is not UTF-8"),
        (
            b"unit,unit,period_start,x_set,z,y\nA,A,2022-01-01,1,4,9",
            "{path}, row 1, column unit: got 2 columns of this",
        ),
    ],
    ids=["empty", "blank", "header", "header and blanks", "semicolons", "tabs", "latin-1", "header", "utf-16", "twice"],
)
def test_a_csv_file_that_is_none(toy_seed, folder, content, expected):
    path = folder / "t.csv"
    path.write_bytes(content)
    assert messages(path, toy_seed)[0].startswith(expected.format(path=path))


def test_a_cut_or_damaged_parquet_file(toy_seed, frame, folder):
    path = folder / "t.parquet"
    pq.write_table(pa.Table.from_pandas(frame), path, write_page_checksum=True, compression="none")
    whole = path.read_bytes()
    spoilt = {"cut": whole[:-100], "start": whole[:500], "text": HEADER.encode(), "footer": whole[:-8] + b"\xff" * 8}
    spoilt["page"] = whole.replace(frame["z"].to_numpy().tobytes()[:64], bytes(64), 1)
    assert spoilt["page"] != whole
    for name, content in spoilt.items():
        path.write_bytes(content)
        (fault,) = messages(path, toy_seed)
        assert fault.startswith(f"{path}: got a file that cannot be read ("), name
        assert fault.endswith("expected a whole Parquet file; is this one cut off or damaged?"), name


def test_parquet_with_a_column_twice(toy_seed, folder):
    table = pa.table([["A"], ["A"], [1.0]], names=["unit", "unit", "y"])
    pq.write_table(table, folder / "t.parquet")
    path = folder / "t.parquet"
    assert messages(path, toy_seed) == [f"{path}, row 1, column unit: got 2 columns of this name: expected one"]


def test_a_column_that_parquet_lacks_is_looked_for_among_all_of_the_file(toy_seed, frame, folder):
    path = folder / "t.parquet"
    frame.rename(columns={"x_set": "X_Set"}).assign(note="").to_parquet(path)
    got = f"no such column among {len(frame.columns) + 1}; the nearest is 'X_Set'"
    assert messages(path, toy_seed) == [f"{path}, column x_set: got {got}: expected a column 'x_set'"]


def test_parquet_of_other_columns_alone_has_rows(toy_seed, folder):
    path = folder / "t.parquet"
    pd.DataFrame({"note": ["a", "b"]}).to_parquet(path)
    faults = messages(path, toy_seed)
    assert faults
    assert all("got no such column among 1" in fault for fault in faults)


def test_text_and_dates_in_parquet_numbers_are_told(toy_seed, frame, folder):
    path = folder / "t.parquet"
    frame.assign(z="4,2", y=pd.Timestamp("2022-01-01")).to_parquet(path)
    faults = "\n".join(messages(path, toy_seed))
    assert f"{path}, row 1, column z: got '4,2': expected a decimal point" in faults
    assert f"{path}, row 1, column y: got '2022-01-01 00:00:00': expected a number" in faults


def test_paths_that_hold_no_table(toy_seed, folder):
    nowhere, notes = folder / "nowhere.csv", folder / "notes.md"
    notes.write_text("x")
    assert messages(nowhere, toy_seed) == [
        f"{nowhere}: got no such file or folder: expected a CSV or Parquet file, a spreadsheet, or a folder"
    ]
    known = ".csv, .txt, .tsv, .parquet, .xlsx, .xlsm, .xls, .xlsb, .ods"
    assert messages(notes, toy_seed) == [f"{notes}: got a .md file: expected one of {known}"]
    expected = f"files in it that end in {known.replace(' .txt,', '')}"
    assert messages(folder, toy_seed) == [f"{folder}: got a folder without tables: expected {expected}"]


def test_a_file_that_one_may_not_read(toy_seed, frame, folder, monkeypatch):
    def refused(file):
        raise PermissionError(13, "Permission denied", str(file))

    write_csv(frame, folder / "t.csv")
    monkeypatch.setattr("models.table.csv_file._csv_headers", refused)
    path = folder / "t.csv"
    assert messages(path, toy_seed) == [
        f"{path}: got a file that cannot be read (Permission denied): expected a readable file"
    ]


def test_faults_of_all_files_of_a_folder_are_told(toy_seed, frame, folder):
    write_csv(frame[:8], folder / "a.csv")
    write_csv(frame[8:16].drop(columns="z").assign(note="x"), folder / "b.csv")
    frame[16:].to_parquet(folder / "c.parquet")
    (folder / "c.parquet").write_bytes((folder / "c.parquet").read_bytes()[:900])
    (folder / "d.csv").write_bytes(b"")
    faults = messages(folder, toy_seed)
    assert len(faults) == 3
    assert faults[0].startswith(f"{folder / 'c.parquet'}: got a file that cannot be read")
    assert faults[1].startswith(f"{folder / 'd.csv'}: got an empty file")
    assert faults[2] == (
        f"{folder / 'b.csv'}: got columns without z and with note: expected the same columns as in {folder / 'a.csv'}"
    )


def test_a_duplicate_across_files_names_both_places(toy_seed, frame, folder):
    write_csv(frame, folder / "a.csv")
    write_csv(frame[4:5], folder / "b.csv")
    (fault,) = messages(folder, toy_seed)
    assert fault.startswith(f"{folder / 'b.csv'}, row 2, column unit, period_start: got A-000 2022-05-01")
    assert fault.endswith(f"as in row 6 of {folder / 'a.csv'}")


def test_truth_is_read_beside_the_table_alone(toy_seed, frame, folder):
    frame.to_parquet(folder / "table.parquet")
    assert read_truth(folder, toy_seed) is None
    truth = frame[["unit", "period_start", "y"]].assign(sludge=0.5)
    truth.sample(frac=1, random_state=1).to_parquet(folder / "truth.parquet", index=False)
    expected = read_table(folder, toy_seed).table[["unit", "period_start", "y"]]  # and no hidden state
    for path in (folder, str(folder / "table.parquet")):
        pd.testing.assert_frame_equal(read_truth(path, toy_seed), expected)
    write_csv(frame, folder / "t.csv")
    assert read_truth(folder / "t.csv", toy_seed) is None


def test_a_truth_without_target_or_damaged_is_a_fault(toy_seed, frame, folder):
    frame[["unit", "period_start"]].to_parquet(folder / "truth.parquet")
    with pytest.raises(TableError, match=r"truth.parquet, column y: got columns unit, period_start: expected a column"):
        read_truth(folder, toy_seed)
    (folder / "truth.parquet").write_bytes(b"PAR1")
    with pytest.raises(TableError, match=r"truth.parquet: got a file that cannot be read"):
        read_truth(folder, toy_seed)


@FIXTURES
@given(data=st.data())
def test_digest_stands_for_content_not_for_order(toy_seed, toy_frame, data):
    table = toy_frame(units=3, periods=4)
    table.loc[2, "z"], table.loc[3, "z"] = np.nan, 0.0
    rows = data.draw(st.permutations(range(len(table))))
    columns = data.draw(st.permutations(list(table.columns)))
    assert digest(table.iloc[rows][columns]) == digest(table)
    table.loc[3, "z"] = -0.0
    assert digest(table.iloc[rows]) == digest(table)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(z=t["z"].where(t.index != 5, np.nextafter(t["z"], 9))),
        lambda t: t.assign(z=t["z"].where(t.index != 5)),
        lambda t: t.assign(z=t["x_set"], x_set=t["z"]),
        lambda t: t.rename(columns={"z": "w"}),
        lambda t: t.drop(columns="z"),
        lambda t: t[:-1],
        lambda t: t.assign(unit=t["unit"].where(t.index != 5, "B")),
        lambda t: t.assign(period_start=t["period_start"] + pd.Timedelta(microseconds=1)),
    ],
    ids=["last bit", "missing", "swapped", "renamed", "column less", "row less", "unit", "time"],
)
def test_digest_differs_where_content_does(frame, change):
    assert digest(change(frame)) != digest(frame)
    assert digest(frame).startswith("sha256:")


def test_rejected_rows_are_written_whole_or_not_at_all(toy_seed, frame, folder, monkeypatch):
    frame.loc[7, "z"] = 99.5
    rejected = read_table_of(frame, folder, toy_seed).rejected
    path = folder / "rejected.csv"
    write_frame(rejected, path)
    back = pd.read_csv(path, parse_dates=["period_start"])
    assert back[["row", "unit", "column", "value", "reason"]].to_numpy().tolist() == [
        [9, "A-001", "z", 99.5, "outside 0 to 8 V"]
    ]
    before = path.read_bytes()

    def full(*args, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match="No space left"):
        write_frame(rejected, path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in folder.iterdir()) == ["rejected.csv", "t.csv"]


def read_table_of(frame, folder, seed):
    write_csv(frame, folder / "t.csv")
    return read_table(folder / "t.csv", seed)


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1"])
def test_a_text_that_a_spreadsheet_would_compute_is_written_as_text(cell, tmp_path):
    rejected = pd.DataFrame({"file": [cell], "row": [2], "unit": [cell], "value": [-1.5], "reason": ["outside"]})
    write_frame(rejected, tmp_path / "r.csv")
    (written,) = pd.read_csv(tmp_path / "r.csv").to_dict("records")
    assert written == {"file": f"'{cell}", "row": 2, "unit": f"'{cell}", "value": -1.5, "reason": "outside"}


def test_a_line_end_in_front_of_a_formula_hides_nothing(tmp_path):
    write_frame(pd.DataFrame({"unit": ["\r=1"]}), tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_bytes() == b'"unit"\n"\'\r=1"\n'


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_line_end_within_a_text_ends_no_row(tmp_path, end):
    frame = pd.DataFrame({"unit": [f"A{end}=1", "B"], "x": [1.5, np.nan], f"n{end}": [1, 2]})
    write_frame(frame, tmp_path / "r.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "r.csv"), frame, check_dtype=False)
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["unit", "x", f"n{end}"], [f"A{end}=1", "1.5", "1"], ["B", "", "2"]]


def test_a_table_without_line_ends_is_quoted_where_it_must_be_alone(tmp_path):
    write_frame(pd.DataFrame({"unit": ["A,1", 'B"', "C"], "x": [1, 2, 3]}), tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_bytes() == b'unit,x\n"A,1",1\n"B""",2\nC,3\n'


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-1e-3", "A-001", "a=b"])
def test_numbers_and_other_texts_are_written_as_they_are(cell, tmp_path):
    write_frame(pd.DataFrame({"unit": [cell]}), tmp_path / "r.csv")
    assert pd.read_csv(tmp_path / "r.csv", dtype="str")["unit"].tolist() == [cell]


def test_a_reading_ends_with_cautions_and_what_the_table_lacks(frame, toy_seed, folder):
    frame = frame.assign(tapped=np.nan, op="x", shift=1)
    caution = "2 columns are not in the seed and were not used: op, shift"
    for write, name in ((write_csv, "t.csv"), (lambda table, path: table.to_parquet(path), "t.parquet")):
        write(frame, folder / name)
        checked = read_table(folder / name, toy_seed)
        assert (checked.cautions, checked.lacks) == ((caution,), ("no value at all: tapped",))
