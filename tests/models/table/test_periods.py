"""Rows that are faster than the period: what becomes of them, and labels that are held over many of them."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.table.periods import period_start
from models.table.reading import read_table
from models.table.sources import TableError
from seeds import Seed
from seeds.format.loader import parse

DAILY = """
[process]
name = "furnace"
task = "regression"
title = "A furnace that is measured every minute and assayed once a day"
period = { value = 1, unit = "d" }

[references]

[table]
every = { value = 1, unit = "min" }

[[columns]]
name = "period_start"
role = "time"
description = "day"
tag = "Time"

[[columns]]
name = "power"
role = "during"
description = "mean power"
unit = "kW"
low = 0
high = 500
source = "assumed: made up"
tag = "P"

[[columns]]
name = "power_sd"
role = "during"
description = "deviation of the power"
unit = "kW"
source = "assumed: made up"
tag = "P"
statistic = "sd"

[[columns]]
name = "power_max"
role = "during"
description = "highest power"
unit = "kW"
source = "assumed: made up"
tag = "P"
statistic = "max"

[[columns]]
name = "readings"
role = "during"
description = "how many readings there were"
unit = "1"
source = "assumed: made up"
tag = "P"
statistic = "count"

[[columns]]
name = "ore"
role = "before"
description = "what is charged"
values = ["wet", "dry"]
source = "assumed: made up"

[[columns]]
name = "y"
role = "target"
description = "assay"
unit = "%"
source = "assumed: made up"

[targets.y]
unit = "%"
description = "assay"
source = "assumed: made up"
"""
DAYS, MINUTES = 12, 1440


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    """A seed of daily periods and rows of a minute."""
    return parse(DAILY, tmp_path / "furnace.toml")


@pytest.fixture
def rows() -> pd.DataFrame:
    """Twelve days of minutes, the assay of each day held over all of its rows."""
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(DAYS), MINUTES)
    return pd.DataFrame(
        {
            "Time": pd.date_range("2024-03-01", periods=DAYS * MINUTES, freq="min"),
            "P": 300 + 10 * rng.standard_normal(DAYS * MINUTES),
            "ore": np.where(day % 3 == 0, "wet", "dry"),
            "y": 5 + rng.normal(size=DAYS)[day],
        }
    )


def read(rows: pd.DataFrame, seed: Seed, folder: Path, name: str = "t.parquet"):
    rows.to_parquet(folder / name)
    return read_table(folder / name, seed)


def test_each_column_becomes_its_statistic_of_the_day(seed: Seed, rows: pd.DataFrame, tmp_path: Path) -> None:
    rows.loc[5, "P"] = np.nan
    table = read(rows, seed, tmp_path).table
    by_day = rows.groupby(rows["Time"].dt.floor("D"))
    assert table["period_start"].tolist() == list(by_day.groups)
    np.testing.assert_allclose(table["power"], by_day["P"].mean(), rtol=1e-12)
    np.testing.assert_allclose(table["power_sd"], by_day["P"].std(), rtol=1e-9)
    np.testing.assert_allclose(table["power_max"], by_day["P"].max())
    assert table["readings"].tolist() == [MINUTES - 1] + [MINUTES] * (DAYS - 1)
    assert table["ore"].tolist() == ["wet" if day % 3 == 0 else "dry" for day in range(DAYS)]
    np.testing.assert_allclose(table["y"], by_day["y"].first(), rtol=1e-12)


def test_the_order_of_the_rows_does_not_matter(seed: Seed, rows: pd.DataFrame, tmp_path: Path) -> None:
    shuffled = rows.sample(frac=1, random_state=0)
    first, second = (read(one, seed, tmp_path, f"{i}.parquet").table for i, one in enumerate((rows, shuffled)))
    pd.testing.assert_frame_equal(first.drop(columns="ore"), second.drop(columns="ore"))


def test_a_reading_out_of_range_is_left_out_of_its_day_and_said(seed: Seed, rows: pd.DataFrame, tmp_path: Path) -> None:
    whole = rows["P"][:MINUTES].drop([7, 8])
    rows.loc[[7, 8], "P"] = [99_999.0, -5.0]
    checked = read(rows, seed, tmp_path)
    assert checked.table["power"][0] == pytest.approx(whole.mean(), rel=1e-12)
    assert f"power: 2 of {len(rows)} readings outside 0 to 500 kW were left out of their periods" in checked.cautions
    assert checked.rejected_rows == 0


def test_many_readings_out_of_range_stop_the_work(seed: Seed, rows: pd.DataFrame, tmp_path: Path) -> None:
    rows.loc[: len(rows) // 4, "P"] = 600.0  # a quarter of them, and so a day's mean that would look possible
    with pytest.raises(TableError) as caught:
        read(rows, seed, tmp_path)
    (fault,) = caught.value.faults
    assert (fault.column, fault.row) == ("P", None)
    assert fault.value == f"{len(rows) // 4 + 1} of {len(rows)} readings outside 0 to 500 kW"
    assert fault.expected == "at most 20% of a column's readings"


def test_rows_and_periods_are_counted_and_a_day_that_has_just_begun_is_said(
    seed: Seed, rows: pd.DataFrame, tmp_path: Path
) -> None:
    checked = read(rows[:-1000], seed, tmp_path)
    assert checked.cautions[0] == f"{len(rows) - 1000} rows of 1 min became 12 periods of 1 d"
    assert "1 of 12 periods have less than half the usual 1440 rows" in checked.cautions


def test_a_label_that_changes_within_a_day_is_said(seed: Seed, rows: pd.DataFrame, tmp_path: Path) -> None:
    rows.loc[3, "y"] += 1
    checked = read(rows, seed, tmp_path)
    assert "y has several values in 1 of 12 periods: the mean counts" in checked.cautions


def test_a_label_held_over_many_rows_is_refused_with_the_lines_to_add(
    seed: Seed, rows: pd.DataFrame, tmp_path: Path
) -> None:
    """Twelve labels are no 17,280: the seed must say that rows are faster than they are."""
    text = re.sub(r"\[table\]\nevery.*\n", "", DAILY).replace('value = 1, unit = "d"', 'value = 1, unit = "min"')
    for gone in ("power_sd", "power_max", "readings"):
        text = re.sub(rf'\[\[columns\]\]\nname = "{gone}"\n(.+\n)+', "", text)
    minutely = parse(text, tmp_path / "furnace.toml")
    with pytest.raises(TableError) as caught:
        read(rows, minutely, tmp_path)
    (fault,) = caught.value.faults
    assert fault.value == "12 values that stand in 1440 rows each: 12 labels, not 17280"
    assert fault.expected == (
        'one row a label: say [table] every = { value = 1, unit = "min" } in the seed, and [process] period = '
        '{ value = 1, unit = "d" }'
    )


def test_a_target_that_is_often_the_same_is_no_held_label(toy_seed: Seed, toy_frame) -> None:
    frame = toy_frame()
    frame["y"] = frame["y"].round(0)
    assert len(check(frame, toy_seed).table) == len(frame)


def test_contents_that_all_lie_below_a_limit_are_no_held_labels(toy_quality_seed: Seed, toy_quality_frame) -> None:
    """Lot after lot is reported alike, where a number that stands in so many rows is held over them."""
    frame = toy_quality_frame()
    assert len(check(frame.assign(r=-0.05), toy_quality_seed).table) == len(frame)
    with pytest.raises(TableError, match="values that stand in 150 rows each"):
        check(frame.assign(r=0.5), toy_quality_seed)


@pytest.mark.parametrize(
    ("time", "period", "start"),
    [
        ("2024-03-05 23:59", dt.timedelta(days=1), "2024-03-05"),
        ("2024-03-05 23:59", dt.timedelta(hours=8), "2024-03-05 16:00"),
        ("2024-03-05 00:00", dt.timedelta(hours=8), "2024-03-05"),
        ("2024-03-10 12:00", dt.timedelta(days=7), "2024-03-04"),  # a Sunday, and the Monday before it
        ("1969-12-31 12:00", dt.timedelta(days=1), "1969-12-31"),
    ],
)
def test_periods_begin_at_midnight_and_weeks_on_mondays(time: str, period: dt.timedelta, start: str) -> None:
    assert period_start(pd.Series([pd.Timestamp(time)]), period).tolist() == [pd.Timestamp(start)]
