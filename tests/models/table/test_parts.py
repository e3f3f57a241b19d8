"""Tables in parts: they are the tables that are read in whole, and so is what is wrong with them."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.table import parts, stored_parts
from models.table.parts import checked_parts
from models.table.reading import read_table
from models.table.sources import TableError
from seeds import Seed

TODAY = dt.date(2040, 1, 1)
TOYS = {
    "toy_seed": "toy_frame",
    "toy_class_seed": "toy_class_frame",
    "toy_sorting_seed": "toy_sorting_frame",
    "toy_quality_seed": "toy_quality_frame",
}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CELLS", 300)
    monkeypatch.setattr(stored_parts, "_BATCH", 16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "rows"
    path.mkdir()
    return path


def write(frame: pd.DataFrame, folder: Path, files: int = 3, seed: int = 1) -> None:
    """Rows in no order, in several files."""
    mixed = frame.sample(frac=1, random_state=seed)
    for number, rows in enumerate(np.array_split(np.arange(len(mixed)), files)):
        mixed.iloc[rows].to_parquet(folder / f"{number}.parquet", index=False)


def in_parts(folder: Path, seed: Seed, tmp_path: Path) -> tuple[parts.CheckedParts, list[pd.DataFrame]]:
    with checked_parts(folder, seed, today=TODAY, folder=tmp_path, step=lambda *_: None) as checked:
        tables = list(checked.tables())
        assert [len(one) for one in checked.tables()] == [len(one) for one in tables]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("nonferrous-")] == []
    return checked, tables


def as_whole(folder: Path, seed: Seed) -> parts.Checked:
    return read_table(folder, seed, today=TODAY, labelled=False)


def assert_same(folder: Path, seed: Seed, tmp_path: Path, fewest: int = 3) -> parts.CheckedParts:
    checked, tables = in_parts(folder, seed, tmp_path)
    whole = as_whole(folder, seed)
    assert len(tables) >= fewest
    pd.testing.assert_frame_equal(pd.concat(tables, ignore_index=True), whole.table, check_exact=True)
    assert checked.rows == len(whole.table)
    assert checked.rejected_rows == whole.rejected_rows
    assert checked.rejected_values == len(whole.rejected)
    pd.testing.assert_frame_equal(checked.rejected, whole.rejected.head(100), check_dtype=False)
    return checked


def errors(act, *given) -> list[str]:
    with pytest.raises(TableError) as caught:
        act(*given)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", TOYS)
def test_parts_in_their_order_are_the_table(name, request, folder, tmp_path):
    seed, frame = request.getfixturevalue(name), request.getfixturevalue(TOYS[name])()
    if seed.time is None:  # the order of the files is that of the table
        frame = frame.head(400)
    write(frame, folder)
    assert assert_same(folder, seed, tmp_path).has_labels


def test_a_part_that_begins_within_a_unit_knows_its_earlier_rows(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=2, periods=150)
    write(frame[frame.index % 7 != 3], folder)  # with gaps
    assert_same(folder, toy_seed, tmp_path, fewest=5)
    table = as_whole(folder, toy_seed).table
    assert table["previous_y"].notna().mean() > 0.5


def test_a_table_without_units_is_divided_by_time(toy_seed, toy_frame, folder, tmp_path):
    seed = without(toy_seed, "key")
    frame = toy_frame(units=1, periods=150).drop(columns="unit")
    write(frame, folder)
    assert_same(folder, seed, tmp_path, fewest=3)


def test_a_table_without_time_is_divided_by_its_rows(toy_class_seed, toy_class_frame, folder, tmp_path):
    time = toy_class_seed.time
    seed = without(toy_class_seed, "time") if time is not None else toy_class_seed
    frame = toy_class_frame().head(400)
    frame = frame if time is None else frame.drop(columns=time.tag if time.tag in frame else time.name)
    write(frame, folder)
    assert_same(folder, seed, tmp_path)


def without(seed: Seed, role: str) -> Seed:
    dumped = seed.model_dump(exclude_unset=True, by_alias=True)
    dumped["columns"] = [one for one in dumped["columns"] if one["role"] != role]
    return Seed.model_validate(dumped)


def test_a_small_table_is_read_in_whole(toy_seed, toy_frame, folder, tmp_path):
    write(toy_frame(units=2, periods=10), folder, files=1)
    assert len(in_parts(folder, toy_seed, tmp_path)[1]) == 1


def test_a_file_that_is_no_parquet_is_read_in_whole(toy_seed, toy_frame, folder, tmp_path):
    toy_frame().to_csv(folder / "t.csv", index=False)
    assert len(in_parts(folder, toy_seed, tmp_path)[1]) == 1


def test_folders_may_state_a_column(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=6)
    frame["unit"] = frame["unit"].str.replace("-", "/")
    expected = tmp_path / "expected.parquet"
    frame.to_parquet(expected, index=False)
    for unit, rows in frame.groupby("unit"):
        own = folder / f"year=2022/unit={unit.replace('/', '%2F')}"
        own.mkdir(parents=True)
        rows.drop(columns="unit").to_parquet(own / "part-0.parquet", index=False)
    checked = assert_same(folder, toy_seed, tmp_path)
    pd.testing.assert_frame_equal(as_whole(folder, toy_seed).table, as_whole(expected, toy_seed).table)
    assert any("year" in line for line in checked.cautions)


def test_a_column_in_the_file_and_in_the_name_of_its_folder_is_a_defect(toy_seed, toy_frame, folder, tmp_path):
    own = folder / "unit=A"
    own.mkdir()
    toy_frame().to_parquet(own / "part-0.parquet", index=False)
    (line,) = errors(in_parts, folder, toy_seed, tmp_path)
    assert line.endswith("part-0.parquet, row 1, column unit: got 2 columns of this name: expected one")


def test_files_may_have_other_types_and_another_order_of_columns(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=8)
    frame["z"] = frame["z"].round()
    first, second, third, fourth = (frame.iloc[i::4].reset_index(drop=True) for i in range(4))
    first.assign(z=first["z"].astype("int64")).to_parquet(folder / "0.parquet", index=False)
    texts = second.assign(period_start=second["period_start"].dt.strftime("%Y-%m-%dT%H:%M"))
    texts[texts.columns[::-1]].to_parquet(folder / "1.parquet", index=False)
    encoded = pa.Table.from_pandas(third, preserve_index=False)
    pq.write_table(encoded.set_column(0, "unit", encoded["unit"].dictionary_encode()), folder / "2.parquet")
    fourth.astype({"z": "float32", "unit": "category"}).to_parquet(folder / "3.parquet", index=False)
    frame.head(0).to_parquet(folder / "4.parquet", index=False)
    assert_same(folder, toy_seed, tmp_path)


def test_times_of_a_zone_are_one_error(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=8)
    write(frame, folder)
    zoned = frame.head(5).assign(period_start=frame["period_start"].head(5).dt.tz_localize("Asia/Shanghai"), unit="B")
    zoned.to_parquet(folder / "9.parquet", index=False)
    lines = errors(in_parts, folder, toy_seed, tmp_path)
    assert lines == errors(as_whole, folder, toy_seed)
    assert f"{folder}/9.parquet, row 1, column period_start" in lines[0]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"z": "bad"}, "z"),
        ({"z": np.inf}, "z"),
        ({"unit": None}, "unit"),
        ({"period_start": pd.NaT}, "period_start"),
    ],
)
def test_a_cell_that_cannot_be_is_the_same_error(toy_seed, toy_frame, folder, tmp_path, change, column):
    frame = toy_frame(units=8)
    for name, value in change.items():
        frame[name] = frame[name].astype("object")
        frame.loc[77, name] = value
    frame["z"] = frame["z"].map(str) if column == "z" else frame["z"]
    write(frame, folder, files=2)
    lines = errors(in_parts, folder, toy_seed, tmp_path)
    assert lines == errors(as_whole, folder, toy_seed)
    (line,) = lines
    assert f", column {column}: got" in line
    assert ".parquet, row " in line


def test_a_row_of_a_unit_and_period_that_stands_twice_is_the_same_error(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=8)
    write(frame, folder)
    frame.iloc[[50]].to_parquet(folder / "again.parquet", index=False)
    lines = errors(in_parts, folder, toy_seed, tmp_path)
    assert lines == errors(as_whole, folder, toy_seed)
    assert "again.parquet, row 1" in lines[0]


def test_a_unit_out_of_range_does_not_stop_the_others(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame()
    frame.loc[frame["unit"] == "A-007", "z"] = 99.0
    write(frame, folder)
    checked = assert_same(folder, toy_seed, tmp_path)
    assert checked.rejected_rows == 24


def test_a_table_of_which_a_third_is_out_of_range_is_refused(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame()
    frame.loc[frame.index % 3 == 0, "z"] = 99.0
    write(frame, folder)
    lines = errors(in_parts, folder, toy_seed, tmp_path)
    assert "rows out of physical range: expected at most 20% of the rows" in lines[0]
    assert errors(as_whole, folder, toy_seed)[0].partition(": got")[2].endswith(lines[0].partition(" rows out")[2])


def test_a_column_in_another_unit_is_refused(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame()
    tag = next(name for name in ("x_set", "z") if toy_seed.column(name).typical is not None)
    frame[tag] = frame[tag] * 1000
    write(frame, folder)
    assert any(
        "slip of units" in line or "another unit" in line for line in errors(in_parts, folder, toy_seed, tmp_path)
    )


def test_files_of_other_columns_are_one_error_before_a_row_is_read(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame()
    write(frame, folder)
    frame.head(3).drop(columns="z").to_parquet(folder / "9.parquet", index=False)
    (line,) = errors(in_parts, folder, toy_seed, tmp_path)
    assert line == f"{folder}/9.parquet: got columns without z: expected the same columns as in {folder}/0.parquet"


@pytest.mark.parametrize("content", [b"", b"PAR1 cut off"])
def test_a_file_that_is_none_is_one_error(toy_seed, toy_frame, folder, tmp_path, content):
    write(toy_frame(), folder)
    (folder / "9.parquet").write_bytes(content)
    (line,) = errors(in_parts, folder, toy_seed, tmp_path)
    assert line.startswith(f"{folder}/9.parquet: got ")


def test_damaged_pages_are_an_error_of_the_file(toy_seed, toy_frame, folder, tmp_path):
    write(toy_frame(), folder, files=1)
    content = bytearray((folder / "0.parquet").read_bytes())
    content[4:2000] = bytes(1996)
    (folder / "0.parquet").write_bytes(content)
    (line,) = errors(in_parts, folder, toy_seed, tmp_path)
    assert line.startswith(f"{folder}/0.parquet: got a file that cannot be read")


def test_what_is_interrupted_leaves_nothing(toy_seed, toy_frame, folder, tmp_path):
    write(toy_frame(), folder)

    def interrupted() -> None:
        with checked_parts(folder, toy_seed, today=TODAY, folder=tmp_path, step=lambda *_: None) as checked:
            next(checked.tables())
            assert sum(path.name.startswith("nonferrous-") for path in tmp_path.iterdir()) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


def test_what_is_read_as_missing_is_said_of_its_part(toy_seed, toy_frame, folder, tmp_path):
    frame = toy_frame(units=8)
    frame["z"] = frame["z"].map(str)
    frame.loc[77, "z"] = "n/a"
    write(frame, folder)
    checked, _ = in_parts(folder, toy_seed, tmp_path)
    (line,) = [line for line in checked.cautions if "read as missing" in line]
    assert line.startswith("A-00")
    assert line.endswith("z ('n/a' 1)")
