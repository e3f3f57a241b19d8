"""Rows of periods that are not over: set aside and listed, whatever the clock of the machine says."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.table.periods import first_not_begun
from models.table.sources import TableError
from seeds.format.table import CLOCKS
from training.labels.job import ShiftError
from training.retraining import open_periods
from training.retraining.open_periods import is_early, read_known, read_new

FIRST, PERIOD = pd.Timestamp("2024-01-01"), pd.Timedelta(days=30)


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the machine."""

    def at(now: pd.Timestamp) -> None:
        monkeypatch.setattr(open_periods, "moment", lambda: now)
        monkeypatch.setattr(open_periods, "first_not_begun", lambda: first_not_begun(now.date()))

    return at


@pytest.fixture
def file(toy_frame, tmp_path):
    """Three cells over four periods, the last row of each without a label, and one that the contract turns away."""
    frame = toy_frame(units=3, periods=4).sort_values(["unit", "period_start"], ignore_index=True)
    frame["period_start"] = np.tile(pd.date_range(FIRST, periods=4, freq=PERIOD), 3)
    frame["y"] = frame["y"].fillna(90.0).where(frame["period_start"] < FIRST + 3 * PERIOD)
    frame.loc[0, "z"] = 9.5
    frame.to_parquet(tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_where_all_is_over_nothing_is_set_aside(toy_seed, file, clock):
    clock(FIRST + 4 * PERIOD)
    result, early = read_known(file, toy_seed)
    assert (len(result.table), early, result.rejected_rows) == (11, 0, 1)


def test_rows_of_periods_that_are_not_over_are_listed_with_what_the_contract_turned_away(toy_seed, file, clock):
    clock(FIRST + 1.5 * PERIOD)
    result, early = read_known(file, toy_seed)
    assert (len(result.table), early, result.rejected_rows) == (2, 9, 10)
    assert result.table["period_start"].tolist() == [FIRST] * 2
    listed = result.rejected[result.rejected["column"] == "period_start"]
    assert listed["file"].tolist() == ["rows.parquet"] * 9
    assert listed["value"].tolist()[0] == str(FIRST + PERIOD)
    assert listed["reason"].tolist()[0] == (
        "from the future, excluded: its period ends on 2024-03-01 00:00, and it is 2024-02-15 00:00 UTC by this "
        "machine's clock"
    )
    assert result.cautions[-1] == (
        "9 rows were excluded: their periods are not over: it is 2024-02-15 00:00 UTC by this machine's clock"
    )


def test_a_row_without_a_label_is_early_where_its_period_has_not_begun_alone(toy_seed, clock):
    start = FIRST + np.arange(4) * PERIOD
    table = pd.DataFrame({"unit": "A", "period_start": start, "y": [90.0, 90.0, np.nan, np.nan]})
    clock(FIRST + 2.5 * PERIOD)
    assert is_early(table, toy_seed, FIRST + 2.5 * PERIOD).tolist() == [False, False, False, True]
    clock(FIRST + 1.5 * PERIOD)
    assert is_early(table, toy_seed, FIRST + 1.5 * PERIOD).tolist() == [False, True, True, True]
    over = FIRST + 2 * PERIOD - CLOCKS
    assert not is_early(table, toy_seed, over)[1]
    assert is_early(table, toy_seed, over - pd.Timedelta(seconds=1))[1]


def test_a_clock_that_is_wrong_loses_nothing(toy_seed, file, clock):
    """Years behind, all rows are set aside; once it is right, all of them are there."""
    clock(pd.Timestamp("2019-06-01"))
    result, early = read_known(file, toy_seed)
    assert (len(result.table), early) == (0, 11)
    with pytest.raises(ShiftError) as raised:
        read_new(file, toy_seed)
    assert str(raised.value) == (
        "toy_cells: no rows to train on, all 11 new rows are of periods that are not over: it is 2019-06-01 00:00 UTC "
        "by this machine's clock"
    )
    clock(pd.Timestamp("2026-06-01"))
    assert len(read_new(file, toy_seed)[0].table) == 11


def test_a_year_that_no_plant_lives_to_see_is_still_a_fault(toy_seed, toy_frame, tmp_path):
    frame = toy_frame(units=3, periods=4)
    frame.loc[3, "period_start"] = pd.Timestamp("2206-01-01")
    frame.to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(TableError, match="expected a period that has started, at the latest on 2200-01-01"):
        read_known(tmp_path / "rows.parquet", toy_seed)


def test_the_clock_is_that_of_the_machine():
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert now <= open_periods.moment() <= now + dt.timedelta(minutes=1)
