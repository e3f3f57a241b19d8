"""Periods of units: rows equal those that training makes, labels find their period, restarts lose nothing."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gateway.outbox import Outbox
from gateway.periods import sampling_of, start_of
from gateway.readings import Reading
from gateway.tag_map import TagMap
from gateway.units import Unit
from models.table.contract import check
from seeds import Seed
from seeds.format.gateway import GatewaySettings
from seeds.format.loader import parse
from seeds.format.quantity import PeriodLength

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.db")


def sampled(seed: Seed, tmp_path: Path, statistic: str = "mean") -> Seed:
    """Seed whose rows are made of daily samples."""
    text = seed.text.replace("[references]", '[table]\nevery = { value = 1, unit = "d" }\n\n[references]', 1)
    text = text.replace(
        'name = "z"\n', f'name = "z"\nstatistic = "{statistic}"\nrefresh = {{ value = 1, unit = "d" }}\n'
    )
    text = text.replace('name = "x_set"\n', 'name = "x_set"\nrefresh = { value = 1, unit = "d" }\n')
    return parse(text, tmp_path / "toy_cells.toml")


class Feed:
    """Readings of one unit by column."""

    def __init__(self, seed: Seed, outbox: Outbox) -> None:
        self.tags = TagMap(seed, ("A",))
        self.unit = Unit("A", self.tags, outbox)

    def give(
        self, at: dt.datetime, quality: str = "good", use: str = "value", waited: bool = False, **values: object
    ) -> None:
        for name, value in values.items():
            tag = next(one for one in self.tags.tags if one.column.name == name and one.use == use)
            self.unit.take(tag, Reading(tag.text, value, quality, at, is_historical=waited))


@pytest.mark.parametrize("statistic", ["mean", "sd", "min", "max", "last"])
def test_a_row_of_samples_equals_the_row_that_training_makes_of_them(
    toy_seed: Seed, tmp_path: Path, outbox: Outbox, statistic: str
) -> None:
    seed = sampled(toy_seed, tmp_path, statistic)
    rng = np.random.default_rng(5)
    begin = start_of(seed, START).replace(tzinfo=dt.UTC)
    days = [begin + n * DAY for n in range(30)]
    z, x = 4 + rng.normal(0, 0.5, 30), 10 + rng.normal(0, 1, 30)
    feed = Feed(seed, outbox)
    rows = []
    for at, one, other in zip(days, z, x, strict=True):
        feed.give(at, z=float(one), x_set=float(other))
        rows += feed.unit.advance(at)[0]
    assert rows == []
    feed.give(begin + 30 * DAY, z=4.0, x_set=10.0)
    ((row,), _) = feed.unit.advance(begin + 30 * DAY)
    frame = pd.DataFrame({"unit": "A", "period_start": [f"{at:%Y-%m-%dT%H:%M:%S}" for at in days], "z": z, "x_set": x})
    trained = check(frame, seed, form=seed.table, labelled=False).table
    assert row.start == trained["period_start"].iloc[0].to_pydatetime()
    assert row.cells["z"] == pytest.approx(trained["z"].iloc[0], rel=1e-12)
    assert row.cells["x_set"] == pytest.approx(trained["x_set"].iloc[0], rel=1e-12)


@pytest.mark.parametrize("is_stated", [False, True], ids=["calendar", "stated start"])
def test_values_that_waited_for_a_connection_fill_the_period_under_way(
    toy_seed: Seed, tmp_path: Path, outbox: Outbox, is_stated: bool
) -> None:
    feed = Feed(sampled(toy_seed, tmp_path), outbox)
    begin = start_of(toy_seed, START).replace(tzinfo=dt.UTC)
    if is_stated:
        feed.give(begin, period_start="2026-02-01")
    for day in (0, 1, 5):
        feed.give(begin + day * DAY, z=4.0)
        feed.unit.advance(begin + day * DAY)
    for day in (-1, 2, 3, 4):
        feed.give(begin + day * DAY, waited=True, z=7.0)
    if is_stated:
        feed.give(begin - DAY, waited=True, period_start="2026-01-01")
    assert feed.unit.advance(begin + 5 * DAY) == ([], [])
    row = feed.unit.row(begin + 5 * DAY)
    assert row is not None
    assert row.cells["z"] == pytest.approx((3 * 4.0 + 3 * 7.0) / 6, rel=1e-12)
    numbers = set(feed.unit.complete_samples())
    assert len(numbers) == 5, "days 2 to 4 are stored again"


def test_values_that_waited_do_not_replace_a_newer_one(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, z=4.0)
    feed.give(START - dt.timedelta(seconds=1), waited=True, z=7.0)
    feed.unit.advance(START - dt.timedelta(seconds=5))  # no tag states a start, which would follow soon
    feed.unit.advance(START)
    feed.give(START - dt.timedelta(seconds=2), waited=True, z=6.0)
    feed.unit.advance(START)
    row = feed.unit.row(START)
    assert row is not None
    assert row.cells["z"] == 4.0


def test_without_samples_the_latest_value_of_a_period_counts(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, z=4.0, x_set=10.0, period_start="2026-01-01")
    feed.give(START + dt.timedelta(seconds=1), z=4.5)
    feed.unit.advance(START + dt.timedelta(seconds=1))
    # The new start and the values of the same time belong to the new period, in whatever order they arrive.
    feed.give(START + dt.timedelta(seconds=2), z=7.0)
    feed.give(START + dt.timedelta(seconds=2), period_start="2026-01-31")
    ((row,), _) = feed.unit.advance(START + dt.timedelta(seconds=2))
    assert (row.start, row.cells["z"], row.cells["x_set"]) == (dt.datetime(2026, 1, 1), 4.5, 10.0)
    now = feed.unit.row(START + dt.timedelta(seconds=2))
    assert now is not None
    assert (now.start, now.cells["z"]) == (dt.datetime(2026, 1, 31), 7.0)


def test_bad_stale_and_impossible_values_are_missing_in_a_row(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, x_set=10.0, tapped=9e9)
    feed.unit.advance(START)  # no tag states a start, which would follow soon
    feed.give(START + dt.timedelta(seconds=9), quality="bad", z=None)
    feed.unit.advance(START + dt.timedelta(seconds=9))
    row = feed.unit.row(START + dt.timedelta(seconds=9))
    assert row is not None
    assert (row.cells["z"], row.cells["x_set"], row.cells["tapped"]) == (None, None, None)
    assert row.quality == {"z": "bad", "x_set": "stale", "tapped": "stale"}
    feed.give(START + dt.timedelta(seconds=10), x_set=99.0)
    feed.unit.advance(START + dt.timedelta(seconds=10))
    row = feed.unit.row(START + dt.timedelta(seconds=10))
    assert row is not None
    assert (row.cells["x_set"], row.quality["x_set"]) == (None, "bad")


def test_a_label_belongs_to_the_stated_period(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, z=4.0, period_start="2026-01-31")
    feed.give(START, use="label_time", y="2026-01-01")
    feed.give(START, y=91.5)
    _, labels = feed.unit.advance(START)
    assert [(one.unit, one.start, one.column, one.value) for one in labels] == [("A", "2026-01-01", "y", 91.5)]


@pytest.mark.parametrize(
    ("tag", "value"), [("Ausbeute", 0.915), ("nsu=urn:plant;s={unit}.y", 91.5)], ids=["file", "live"]
)
def test_a_label_is_scaled_only_if_the_column_states_the_live_tag(
    toy_seed: Seed, tmp_path: Path, outbox: Outbox, tag: str, value: float
) -> None:
    text = toy_seed.text.replace('name = "y"\n', f'name = "y"\ntag = "{tag}"\nscale = 100\n')
    feed = Feed(parse(text, tmp_path / "toy_cells.toml"), outbox)
    feed.give(START, y=0.915)
    _, (label,) = feed.unit.advance(START)
    assert label.value == pytest.approx(value, rel=1e-12)


def test_a_label_without_a_stated_period_belongs_to_that_of_its_source_time(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, y=91.5)
    _, (label,) = feed.unit.advance(START)
    assert label.start == start_of(toy_seed, START).date().isoformat()


def test_a_label_with_a_stated_period_that_is_no_time_is_not_guessed(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, use="label_time", y="soon")
    feed.give(START, y=91.5)
    assert feed.unit.advance(START) == ([], [])


def test_periods_and_samples_outlive_a_restart(toy_seed: Seed, tmp_path: Path, outbox: Outbox) -> None:
    seed = sampled(toy_seed, tmp_path)
    begin = start_of(seed, START).replace(tzinfo=dt.UTC)
    feed = Feed(seed, outbox)
    for day in range(33):
        feed.give(begin + day * DAY, z=4.0 + day / 100, x_set=10.0)
        feed.unit.advance(begin + day * DAY)
        with outbox.transaction() as database:
            feed.unit.write(database)
        feed.unit.note_written()
    again = Feed(seed, outbox)
    assert list(again.unit.finished) == list(feed.unit.finished)
    assert again.unit.period is not None
    assert feed.unit.period is not None
    assert again.unit.period.start == feed.unit.period.start
    assert again.unit.period.samples == {
        number: cells for number, cells in feed.unit.period.samples.items() if number < max(feed.unit.period.samples)
    }


def write(unit: Unit, outbox: Outbox) -> None:
    with outbox.transaction() as database:
        unit.write(database)
        unit.write_state(database)
    unit.note_written()
    unit.note_state_written()


def test_a_period_under_way_outlives_a_restart_with_its_stated_start_and_latest_values(
    toy_seed: Seed, outbox: Outbox
) -> None:
    feed, second = Feed(toy_seed, outbox), dt.timedelta(seconds=1)
    feed.give(START, period_start="2026-02-01", x_set=10.0, z=4.0)
    feed.unit.advance(START)
    write(feed.unit, outbox)
    again = Feed(toy_seed, outbox)
    again.give(START + second, z=5.0)
    assert again.unit.advance(START + second) == ([], [])
    again.give(START + 2 * second, period_start="2026-03-03")
    ((row,), _) = again.unit.advance(START + 2 * second)
    assert row.start == dt.datetime(2026, 2, 1)
    assert (row.cells["x_set"], row.cells["z"]) == (10.0, 5.0)


def test_the_end_of_a_period_that_is_read_again_after_a_restart_makes_no_second_row(
    toy_seed: Seed, outbox: Outbox
) -> None:
    feed, second = Feed(toy_seed, outbox), dt.timedelta(seconds=1)
    feed.give(START, period_start="2026-02-01", z=4.0)
    feed.unit.advance(START)
    write(feed.unit, outbox)
    feed.give(START + second, period_start="2026-03-03")
    assert len(feed.unit.advance(START + second)[0]) == 1
    with outbox.transaction() as database:
        feed.unit.write(database)  # the state of the second period is not written before the end
    again = Feed(toy_seed, outbox)
    again.give(START + second, period_start="2026-03-03")
    assert again.unit.advance(START + second) == ([], [])
    again.give(START + 2 * second, period_start="2026-04-02")
    ((row,), _) = again.unit.advance(START + 2 * second)
    assert row.start == dt.datetime(2026, 3, 3)


def test_a_unit_out_of_service_has_no_period(toy_seed: Seed, outbox: Outbox) -> None:
    feed = Feed(toy_seed, outbox)
    feed.give(START, quality="bad", x_set=None, z=None)
    assert feed.unit.advance(START) == ([], [])
    assert feed.unit.row(START) is None
    feed.give(START + DAY, period_start="2026-02-01", z=4.0)
    feed.unit.advance(START + DAY)
    row = feed.unit.row(START + DAY)
    assert row is not None
    assert (row.start, row.cells["z"]) == (dt.datetime(2026, 2, 1), 4.0)


def test_values_that_come_before_the_start_of_their_period_wait_for_it(toy_seed: Seed, outbox: Outbox) -> None:
    feed, second = Feed(toy_seed, outbox), dt.timedelta(seconds=1)
    feed.give(START, z=4.0)
    assert feed.unit.advance(START + second) == ([], [])
    assert feed.unit.row(START + second) is None
    feed.give(START, period_start="2026-02-01")
    assert feed.unit.advance(START + 2 * second) == ([], [])
    row = feed.unit.row(START + 2 * second)
    assert row is not None
    assert (row.start, row.cells["z"]) == (dt.datetime(2026, 2, 1), 4.0)


def test_periods_follow_the_standard_time_of_the_plant(toy_seed: Seed) -> None:
    shanghai = toy_seed.model_copy(update={"table": toy_seed.table.model_copy(update={"time_zone": "Asia/Shanghai"})})
    daily = shanghai.model_copy(
        update={"process": shanghai.process.model_copy(update={"period": PeriodLength(value=1.0, unit="d")})}
    )
    assert start_of(daily, dt.datetime(2026, 3, 1, 15, 59, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 1)
    assert start_of(daily, dt.datetime(2026, 3, 1, 16, 0, tzinfo=dt.UTC)) == dt.datetime(2026, 3, 2)
    berlin = daily.model_copy(update={"table": daily.table.model_copy(update={"time_zone": "Europe/Berlin"})})
    assert start_of(berlin, dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)) == dt.datetime(2026, 7, 1)
    assert start_of(berlin, dt.datetime(2026, 7, 1, 23, 0, tzinfo=dt.UTC)) == dt.datetime(2026, 7, 2)


def test_the_interval_of_the_gateway_comes_before_that_of_the_table(toy_seed: Seed, tmp_path: Path) -> None:
    seed = sampled(toy_seed, tmp_path)
    assert sampling_of(toy_seed) is None
    assert sampling_of(seed) == DAY
    hourly = GatewaySettings(every=PeriodLength(value=1.0, unit="h"))
    assert sampling_of(seed.model_copy(update={"gateway": hourly})) == dt.timedelta(hours=1)
