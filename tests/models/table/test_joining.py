"""Files or sheets with different columns of the same rows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table.reading import read_table
from models.table.sources import TableError
from seeds import Seed
from seeds.format.loader import parse

Toy = Callable[..., Seed]


@pytest.fixture
def joining(toy_seed: Seed, tmp_path: Path) -> Toy:
    """Maker of the toy seed with lines of [table]."""

    def made(*lines: str) -> Seed:
        text = toy_seed.text.replace("[references]", "[table]\n" + "\n".join(lines) + "\n\n[references]", 1)
        return parse(text, tmp_path / "toy_cells.toml")

    return made


FILES = 'files = ["process.csv", "lab.csv"]'


def test_files_are_joined_on_time_and_unit(joining: Toy, toy_frame, tmp_path: Path) -> None:
    frame = toy_frame(units=3, periods=6)
    frame.drop(columns="y").to_csv(tmp_path / "process.csv", index=False)
    lab = frame[["unit", "period_start", "y"]].drop(index=[2, 7]).sample(frac=1, random_state=0)
    lab.to_csv(tmp_path / "lab.csv", index=False)
    table = read_table(tmp_path, joining(FILES)).table
    whole = frame.sort_values(["unit", "period_start"], ignore_index=True)
    pd.testing.assert_series_equal(table["x_set"], whole["x_set"])
    assert np.flatnonzero(table["y"].isna()).tolist() == [2, 7]
    np.testing.assert_allclose(table["y"].drop([2, 7]), whole["y"].drop([2, 7]), rtol=1e-12)


def test_a_file_without_units_is_one_for_all_of_them(joining: Toy, toy_frame, tmp_path: Path) -> None:
    frame = toy_frame(units=3, periods=6)
    z = pd.Series(np.arange(6.0), index=np.sort(frame["period_start"].unique()))
    frame.drop(columns="z").to_csv(tmp_path / "process.csv", index=False)
    z.rename("z").rename_axis("period_start").to_csv(tmp_path / "lab.csv")
    table = read_table(tmp_path, joining(FILES)).table
    assert table["z"].tolist() == [*np.arange(6.0)] * 3


def test_sheets_are_joined_as_files_are(joining: Toy, toy_frame, tmp_path: Path) -> None:
    frame = toy_frame(units=3, periods=6)
    with pd.ExcelWriter(tmp_path / "plant.xlsx") as book:
        frame.drop(columns="y").to_excel(book, sheet_name="Process", index=False)
        frame[["unit", "period_start", "y"]].to_excel(book, sheet_name="Lab", index=False)
    table = read_table(tmp_path / "plant.xlsx", joining('sheets = ["Process", "Lab"]')).table
    np.testing.assert_allclose(table["y"], frame["y"], rtol=1e-12)


def faults_of(path: Path, seed: Seed) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_table(path, seed)
    return [str(fault) for fault in caught.value.faults]


def test_what_keeps_files_from_being_joined_is_named(joining: Toy, toy_frame, tmp_path: Path) -> None:
    frame = toy_frame(units=3, periods=6)
    seed, process, lab = joining(FILES), tmp_path / "process.csv", tmp_path / "lab.csv"
    frame.to_csv(process, index=False)
    assert faults_of(tmp_path, seed) == [f"{tmp_path}: got no such file: expected the file lab.csv, as [table] says"]
    frame[["unit", "period_start", "y"]].to_csv(lab, index=False)
    (fault,) = faults_of(tmp_path, seed)
    assert fault == f"{tmp_path}, column y: got a column of {process} and of {lab}: expected one file for each column"
    frame.drop(columns="y").to_csv(process, index=False)
    frame[["unit", "y"]].to_csv(lab, index=False)
    assert faults_of(tmp_path, seed) == [
        f"{lab}, column period_start: got no such column: expected the time to join on"
    ]
    twice = pd.concat([frame, frame[3:4]])[["unit", "period_start", "y"]]
    twice.to_csv(lab, index=False)
    assert faults_of(tmp_path, seed) == [
        f"{lab}, row 20, column period_start: got 2022-04-01 00:00:00 again: expected one row a time and unit"
    ]
