"""Samples of large tables: which rows they hold, and that they are the same each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table import parts, sampling
from models.table.reading import read_table
from models.table.sampling import BYTES_OF_CELL, SampledTable, TableBudget, read_within
from models.table.sources import TableError
from seeds import Seed


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CELLS", 500)
    monkeypatch.setattr(sampling, "FEWEST_UNITS", 10)


@pytest.fixture
def read(tmp_path: Path):
    """Reader of a frame from files of a kind, within a budget of so many rows."""

    def reader(frame: pd.DataFrame, seed: Seed, rows: int, files: int = 2, ending: str = "parquet") -> SampledTable:
        folder = tmp_path / f"{files}{ending}"
        folder.mkdir(exist_ok=True)
        mixed = frame.sample(frac=1, random_state=files)
        for number in range(files):
            part = mixed.iloc[number::files]
            if ending == "csv":
                part.to_csv(folder / f"{number}.csv", index=False)
            else:
                part.to_parquet(folder / f"{number}.parquet", index=False)
        budget = TableBudget(rows * len(seed.columns) * BYTES_OF_CELL, tmp_path / "home")
        read_within_budget = read_within(folder, seed, budget, lambda *_: None)
        assert list((tmp_path / "home").glob("*")) == []
        return read_within_budget

    return reader


def whole(frame: pd.DataFrame, seed: Seed, tmp_path: Path) -> pd.DataFrame:
    frame.to_parquet(tmp_path / "whole.parquet", index=False)
    return read_table(tmp_path / "whole.parquet", seed).table


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_that_fits_is_whole(toy_seed, toy_frame, read, tmp_path, ending):
    frame = toy_frame()
    result = read(frame, toy_seed, len(frame), ending=ending)
    expected = whole(frame, toy_seed, tmp_path)
    assert result.sample is None
    pd.testing.assert_frame_equal(result.checked.table, expected)
    assert not any("sample" in line for line in result.checked.cautions)


def test_a_sample_has_whole_units_and_is_the_same_each_time(toy_seed, toy_frame, read, tmp_path):
    frame = toy_frame(units=60)
    results = [
        read(frame, toy_seed, 500, files, ending) for files, ending in ((1, "parquet"), (3, "parquet"), (2, "csv"))
    ]
    table = results[0].checked.table
    for other in results[1:]:
        pd.testing.assert_frame_equal(other.checked.table, table)
    assert 24 * 18 <= len(table) <= 500
    everything = whole(frame, toy_seed, tmp_path)
    of_units = everything[everything["unit"].isin(table["unit"].unique())].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, of_units)
    sample = results[0].sample
    assert sample is not None
    assert (sample.rows, sample.of_rows, sample.of, sample.kind) == (len(table), 60 * 24, 60, "units")
    assert sample.drawn == table["unit"].nunique()
    assert results[0].checked.cautions[0] == str(sample)
    assert sample.facts == {"sample_of_rows": 60 * 24, "sample": f"{sample.drawn} of 60 units"}


def test_units_of_each_line_and_each_first_period_are_in_a_sample(toy_seed, toy_frame, read):
    """Forty units of each of two lines, half of which begin a year later; a quarter of the rows fit."""
    frame = pd.concat([toy_frame(units=40), toy_frame(units=40, rng_seed=2)], ignore_index=True)
    line = np.repeat(["A", "B"], 40 * 24)
    frame["unit"] = line + frame["unit"].str[1:]
    number = frame["unit"].str[2:].astype(int)
    frame = frame[(number < 20) | (frame["period_start"] >= "2023-01-01")].reset_index(drop=True)
    table = read(frame, toy_seed, len(frame) // 4).checked.table
    first = table.groupby("unit")["period_start"].min()
    counts = pd.crosstab(first.index.str[0], first.dt.year)
    assert counts.shape == (2, 2)
    assert counts.to_numpy().min() >= 4
    assert counts.to_numpy().max() <= 6


def test_of_few_units_stretches_are_drawn_whose_rows_know_the_earlier_ones(
    toy_seed, toy_frame, read, tmp_path, monkeypatch
):
    monkeypatch.setattr(sampling, "STRETCH", 4)
    frame = toy_frame(units=6, periods=56)
    result = read(frame, toy_seed, len(frame) // 3)
    table, sample = result.checked.table, result.sample
    assert sample is not None
    assert sample.kind == "stretches of units"
    assert 0.7 * len(frame) / 3 <= len(table) <= len(frame) / 3
    both = table.merge(whole(frame, toy_seed, tmp_path), on=["unit", "period_start"], suffixes=("", "_whole"))
    assert len(both) == len(table)
    np.testing.assert_array_equal(both["previous_y"], both["previous_y_whole"])
    steps = table.groupby("unit")["period_start"].diff().dropna()
    assert (steps == pd.Timedelta(days=30)).mean() > 0.7
    for _, rows in table.groupby("unit"):  # of each third of the time
        assert len(np.unique((rows["period_start"] - pd.Timestamp("2022-01-01")).dt.days // (19 * 30))) == 3
    assert set(table["unit"]) == set(frame["unit"])


def test_pieces_are_drawn_by_whole_lots(toy_sorting_seed, toy_sorting_frame, read, tmp_path):
    frame = toy_sorting_frame()
    result = read(frame, toy_sorting_seed, len(frame) // 3)
    table, lot = result.checked.table, toy_sorting_seed.lots.name
    assert result.sample is not None
    assert result.sample.kind == "lots"
    everything = whole(frame, toy_sorting_seed, tmp_path)
    counts, of_all = table[lot].value_counts(), everything[lot].value_counts()
    assert (counts == of_all[counts.index]).all()
    starts = np.sort(table.groupby(lot)["passed_at"].min().rank().to_numpy())
    assert len(starts) >= 15


def test_labels_that_are_held_over_rows_are_refused_in_a_sample(toy_seed, toy_frame, read):
    frame = toy_frame(units=60)
    frame["y"] = frame["y"].to_numpy()[np.arange(len(frame)) // 6 * 6]
    with pytest.raises(TableError, match="values that stand in 6 rows each"):
        read(frame, toy_seed, 500)


def test_a_table_without_labels_is_refused_as_in_whole(toy_seed, toy_frame, read):
    with pytest.raises(TableError, match="at least one label"):
        read(toy_frame(units=60).assign(y=np.nan), toy_seed, 500)


def test_rejected_rows_of_the_whole_table_are_counted(toy_seed, toy_frame, read):
    frame = toy_frame(units=60)
    frame.loc[frame.index % 50 == 0, "z"] = 99.0
    result = read(frame, toy_seed, 500)
    assert result.rejected_rows == 29
    assert len(result.checked.rejected) == 29
