"""Names of files in faults, lists of rejected values, and digests by their bytes."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.table.reading import digest, read_table, read_truth, write_frame
from models.table.sources import TableError
from seeds import Seed

HEADER = "unit,period_start,x_set,z,y"


def messages(path: Path, seed: Seed) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_table(path, seed)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "plant"
    path.mkdir()
    return path


def test_a_fault_of_the_whole_table_names_the_file_or_the_folder_of_several(toy_seed: Seed, folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER)
    assert messages(folder, toy_seed) == [f"{folder / 'a.csv'}: got no rows: expected at least one row"]
    (folder / "b.csv").write_text(HEADER)
    assert messages(folder, toy_seed) == [f"{folder}: got no rows: expected at least one row"]


def test_files_with_other_columns_are_told_and_nothing_is_read_from_them(toy_seed: Seed, folder: Path) -> None:
    first, second, third = (folder / name for name in ("a.csv", "b.csv", "c.csv"))
    first.write_text(f"{HEADER}\nA,2022-01-01,bad,4,90\n")
    second.write_text(f"{HEADER},note\nA,2022-02-01,10,4,90,x\n")
    third.write_text(HEADER.replace(",z", "") + "\nA,2022-03-01,10,90\n")
    assert messages(folder, toy_seed) == [
        f"{second}: got columns with note: expected the same columns as in {first}",
        f"{third}: got columns without z: expected the same columns as in {first}",
    ]
    second.write_bytes(b"")
    third.write_text(",".join(reversed(HEADER.split(","))) + "\n90,4,10,2022-03-01,A\n")
    assert messages(folder, toy_seed) == [f"{second}: got an empty file: expected a table with a header row"]


def test_rows_of_several_files_keep_their_own_numbers(toy_seed: Seed, folder: Path) -> None:
    for number, name in enumerate(("a.csv", "b.CSV", "c.csv")):
        rows = [f"A,2022-{1 + 3 * number + i:02d}-01,10,{4 + 30 * (number == 1 and i == 2)},90" for i in range(3)]
        (folder / name).write_text("\n".join([HEADER, *rows]))
    (folder / ".hidden.csv").write_text("x")
    (folder / "notes.txt").write_text("x")
    (folder / "d.csv").mkdir()
    checked = read_table(folder, toy_seed)
    assert len(checked.table) == 8
    assert checked.rejected[["file", "row", "column", "value"]].to_numpy().tolist() == [
        [str(folder / "b.CSV"), 4, "z", 34.0],
    ]


def test_rejected_values_are_written_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "rejected.csv"
    path.write_text("of before")
    write_frame(pd.DataFrame({"file": ["a, b", "ä"], "row": [2, 3], "value": [1.5, np.nan]}), path)
    assert path.read_bytes().decode() == 'file,row,value\n"a, b",2,1.5\nä,3,\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_list_that_cannot_be_written_leaves_the_one_of_before(tmp_path: Path) -> None:
    path = tmp_path / "rejected.csv"
    path.mkdir()
    with pytest.raises(OSError, match="rejected"):
        write_frame(pd.DataFrame({"row": [2]}), path)
    assert list(tmp_path.iterdir()) == [path]


def sha(*parts: bytes) -> str:
    return "sha256:" + hashlib.sha256(b"".join(parts)).hexdigest()


def test_a_digest_is_that_of_its_rows_names_and_values() -> None:
    table = pd.DataFrame(
        {
            "y": [2.0, -0.0, np.nan],
            "unit": ["B", "Aé", "B"],
            "at": pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-01"]),
        }
    )
    # Sorted by `at`, then by unit: rows 1 (A, 1st), 2 (B, 1st), 0 (B, 2nd); columns by name.
    day = 86_400_000_000
    first = 19723 * day  # days from 1970-01-01 to 2024-01-01
    times = np.array([first, first, first + day], "<i8").tobytes()
    units = np.array([3, 1, 1], "<i8").tobytes() + "AéBB".encode()
    values = np.array([0.0, np.nan, 2.0], "<f8").tobytes()
    assert digest(table) == sha(b"3", b"\n2:at:", times, b"\n4:unit:", units, b"\n1:y:", values)


def test_a_digest_of_numbers_alone_takes_rows_as_they_stand() -> None:
    table = pd.DataFrame({"b": [2.0, 1.0], "a": [3.0, 4.0]})
    a, b = np.array([3.0, 4.0], "<f8").tobytes(), np.array([2.0, 1.0], "<f8").tobytes()
    assert digest(table) == sha(b"2", b"\n1:a:", a, b"\n1:b:", b)


# ---- truth ----


def test_truth_is_sorted_by_unit_and_time_with_its_types(toy_seed: Seed, folder: Path) -> None:
    assert read_truth(folder, toy_seed) is None
    dates = pa.array([2, 1, 1], pa.int32()).cast(pa.date32())
    table = pa.table({"unit": [2, 2, 1], "period_start": dates, "y": [3.0, 2.0, 1.0], "hidden": [0.3, 0.2, 0.1]})
    pq.write_table(table, folder / "truth.parquet")
    for path in (folder, folder / "table.parquet", str(folder)):
        truth = read_truth(path, toy_seed)
        assert truth is not None
        assert truth["unit"].tolist() == ["1", "2", "2"]
        assert truth["period_start"].dtype == "datetime64[us]"
        assert truth["period_start"].dt.day.tolist() == [2, 2, 3]
        assert truth["y"].tolist() == [1.0, 2.0, 3.0]
        assert list(truth.columns) == ["unit", "period_start", "y"]  # and no hidden state
        assert truth.index.tolist() == [0, 1, 2]


def test_what_a_truth_lacks_is_told_column_by_column(toy_seed: Seed, folder: Path) -> None:
    file = folder / "truth.parquet"
    pq.write_table(pa.table({"unit": ["A"], "z": [1.0]}), file)
    with pytest.raises(TableError) as caught:
        read_truth(folder, toy_seed)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{file}, column {name}: got columns unit, z: expected a column '{name}'" for name in ("period_start", "y")
    ]
