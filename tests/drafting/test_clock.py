"""Periods, units, gaps and labels that repeat."""

import numpy as np
import pandas as pd
import pytest

from drafting.findings import DraftError


@pytest.mark.parametrize(("freq", "parts"), [("min", (1, "min")), ("h", (1, "h")), ("8h", (8, "h")), ("D", (1, "d"))])
def test_the_period_is_the_usual_step(plant, draft_of, freq, parts):
    period = draft_of(plant(freq=freq)).seed.process.period
    assert (period.value, period.unit) == parts


def test_gaps_are_counted(plant, draft_of, suspected):
    table = plant()
    table = table[(table.index < 100) | (table.index > 130)]
    drafted = draft_of(table)
    assert suspected(drafted, "gaps") == ["time"]
    (one,) = [one for one in drafted.suspicions if one.kind == "gaps"]
    assert one.evidence == "1 gap of 32 d after 2024-04-09 00:00"


def test_irregular_times_are_named(plant, draft_of, suspected):
    table = plant()
    rng = np.random.default_rng(0)
    table["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.cumsum(rng.exponential(20, 240)).round(2), unit="h")
    assert suspected(draft_of(table), "irregular") == ["time"]


def test_the_time_that_tells_rows_apart_is_taken(plant, draft_of, suspected):
    table = plant()
    table.insert(0, "printed", "2025-01-01")
    table.insert(1, "week", table["time"].dt.to_period("W").dt.start_time)
    drafted = draft_of(table)
    assert drafted.seed.clock.tag in (None, "time")
    assert drafted.seed.clock.name == "time"
    assert suspected(drafted, "left out") == ["printed", "week"]


def test_a_column_that_holds_no_times_is_refused(plant, draft_of):
    with pytest.raises(DraftError, match=r"column ratio: got no text: expected times"):
        draft_of(plant(), time="ratio")


def test_both_orders_of_a_date_are_asked_for(plant, draft_of):
    table = plant(rows=12)
    table["time"] = table["time"].dt.strftime("%d/%m/%Y")
    with pytest.raises(
        DraftError, match=r"column time: '02/01/2024' and '03/01/2024'.*give --day-first or --month-first"
    ):
        draft_of(table)


def test_a_target_that_stays_for_some_rows_is_no_longer_label(plant, draft_of, suspected):
    """Values rounded coarsely repeat by chance, at no regular length."""
    table = plant(rows=400)
    table["yield_pct"] = table["yield_pct"].round(0)
    drafted = draft_of(table)
    assert drafted.seed.table.every is None
    assert drafted.seed.process.period.value == 1


def test_a_leak_of_the_periods_mean_is_seen_through_the_noise_of_the_rows(plant, draft_of, suspected):
    """The label of the day is the mean of a noisy column, which no single row shows."""
    rng = np.random.default_rng(0)
    table = plant(rows=24 * 80, freq="h")
    table["twin"] = np.repeat(rng.normal(93, 1, 80), 24) + rng.normal(0, 3, 24 * 80)
    table["yield_pct"] = table.groupby(table["time"].dt.floor("D"))["twin"].transform("mean")
    assert suspected(draft_of(table), "leak") == ["twin"]


def test_labels_that_change_within_the_day_are_named(plant, draft_of):
    table = plant(rows=960, freq="h")
    shifted = (table["time"] - pd.Timedelta(hours=6)).dt.floor("D")
    table["yield_pct"] = table["yield_pct"].groupby(shifted).transform("mean").round(4)
    result = [one.evidence for one in draft_of(table).suspicions if one.kind == "repeated labels"]
    assert "labels change 6 h after the period's start" in result


def test_times_with_an_offset_are_kept_at_utc(plant, draft_of, suspected):
    table = plant(freq="h")
    table["time"] = table["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    drafted = draft_of(table)
    assert drafted.seed.table.time_zone == "UTC"
    assert drafted.checked.table["time"].iloc[5] == pd.Timestamp("2024-01-01 05:00")
    assert "time" in suspected(drafted, "choice")


def test_summer_time_is_taken_out_where_the_zone_is_named(plant, draft_of):
    table = plant(freq="h", start="2024-10-25")
    local = table["time"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin").dt.tz_localize(None)
    with pytest.raises(DraftError, match=r"got 2024-10-27 02:00 twice.*by --time-zone"):
        draft_of(table.assign(time=local))
    drafted = draft_of(table.assign(time=local), time_zone="Europe/Berlin")
    assert drafted.checked.table["time"].diff().dropna().unique().tolist() == [pd.Timedelta(hours=1)]


def test_labels_repeated_without_a_time_are_named(plant, draft_of, suspected):
    table = plant().drop(columns="time")
    table["yield_pct"] = np.repeat(90 + 0.1 * np.arange(24), 10)
    drafted = draft_of(table)
    assert suspected(drafted, "repeated labels") == ["yield_pct"]
    assert next(one for one in drafted.suspicions if one.kind == "repeated labels").evidence.startswith(
        "24 labels in 240"
    )
