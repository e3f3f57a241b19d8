"""Readings and results of a live plant are those of its table, with faults as quality and results late."""

import asyncio
import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from gateway.plant.live_plant import LivePlant
from gateway.plant.outlet import PlantError
from gateway.plant.run import batches, period_seconds, readings_at, results_at, run
from seeds import load
from synthetic_data import begin, replay

SIZE = {"units": 3, "years": 0.3}


@pytest.fixture(scope="module", params=["copper_electrorefining", "aluminium_ingot"])
def lived(request):
    """Process, the live plant, and its first twelve periods."""
    seed = load(request.param)
    plant = LivePlant(seed, **SIZE)
    return seed, plant, [plant.advance() for _ in range(12)]


def stepped(seed):
    """Steps of the same plant, begun in the same way."""
    running = begin(seed, **SIZE, more_years=100.0)
    return [running.step() for _ in range(12)]


def test_the_plant_goes_on_after_its_history(lived):
    seed, _, periods = lived
    history = replay(seed, **SIZE).table
    assert periods[0].start > history[seed.clock.name].max()
    assert {b.start - a.start for a, b in pairwise(periods)} == {seed.period}


def test_a_plant_that_starts_later_is_the_same_plant():
    seed = load("copper_electrorefining")
    later, running = begin(seed, units=3, years=0.2, more_years=0.2), begin(seed, units=3, years=0.4)
    while running.period < later.period:
        running.step()
    known = [column.name for column in seed.columns if not column.is_made and column.role not in ("target", "late")]
    for _ in range(3):
        assert later.step().table[known].equals(running.step().table[known])


def test_readings_are_the_rows_of_the_table(lived):
    seed, plant, periods = lived
    for period, step in zip(periods, stepped(seed), strict=True):
        rows = step.table.set_index(seed.key.name)
        assert len(period.readings) == len(rows) * len(plant.columns)
        for reading in period.readings:
            cell = rows.at[reading.unit, reading.column]
            is_missing = not isinstance(cell, str) and bool(np.isnan(cell))
            assert (reading.quality == "bad") is is_missing
            assert is_missing or reading.value == cell


def test_a_bad_reading_has_the_last_value_of_its_instrument(lived):
    _, _, periods = lived
    last, bad = {}, 0
    for period in periods:
        for reading in period.readings:
            place = reading.unit, reading.column
            if reading.quality == "bad":
                bad += 1
                assert reading.value == last.get(place)
            else:
                last[place] = reading.value
    assert bad > 0


def test_results_arrive_after_their_period_and_once(lived):
    seed, _, periods = lived
    results = [(period.start, result) for period in periods for result in period.results]
    assert len(results) > 20
    assert all(result.start < arrived for arrived, result in results)
    places = [(result.unit, result.column, result.start) for _, result in results]
    assert len(set(places)) == len(places)
    names, known = [column.name for column in seed.by_role("target", "late")], {}
    for step in stepped(seed):
        for table in (step.table, step.came_in):
            for row in table.to_dict("records"):
                known |= {(row[seed.key.name], name, row[seed.clock.name]): row[name] for name in names}
    assert all(known[result.unit, result.column, result.start] == result.value for _, result in results)


def test_a_result_follows_the_start_of_its_period(lived):
    _, plant, periods = lived
    at = dt.datetime.now(dt.UTC)
    period = next(period for period in periods if period.results)
    values = results_at(period.results, at)
    for start, value in zip(values[::2], values[1::2], strict=True):
        assert start.tag == f"{value.tag}.period"
        assert isinstance(start.value, dt.datetime)
    groups = batches(period.results)
    assert all(len({result.start for result in group}) == 1 for group in groups)
    assert sum(map(len, groups)) == len(period.results)
    scan = readings_at(plant, period, at)
    starts = [one.value for one in scan if one.tag == plant.seed.clock.name]
    assert starts == [period.start] * len({reading.unit for reading in period.readings})


@pytest.mark.parametrize(("speed", "seconds"), [(None, 60.0), (604800.0 / 5, 5.0), (1.0, 604800.0)])
def test_the_speed_is_simulated_time_over_real_time(speed, seconds):
    assert period_seconds(dt.timedelta(days=7), speed) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), 0.5, 604800.0 / 4])
def test_another_speed_is_refused(speed):
    with pytest.raises(PlantError, match=r"speed: got .*: expected 1 to 120960, at which a period takes 5 s"):
        period_seconds(dt.timedelta(days=7), speed)


class Recorder:
    """Outlet that notes its values."""

    def __init__(self):
        self.scans, self.is_open = [], False

    async def open(self):
        self.is_open = True

    async def write(self, values):
        assert self.is_open
        self.scans.append(values)

    async def close(self):
        self.is_open = False


def test_a_run_offers_each_period_and_closes_the_outlet(lived):
    seed, _, periods = lived
    plant, recorder = LivePlant(seed, **SIZE), Recorder()
    asyncio.run(run(plant, recorder, 0.3, lambda period, scan: None, periods=4))
    assert not recorder.is_open
    offered = [one for scan in recorder.scans for one in scan]
    starts = {one.value for one in offered if one.tag == seed.clock.name}
    assert sorted(starts) == [period.start for period in periods[:4]]
    arrived = {(one.unit, one.tag, one.value) for one in offered}
    results = {(one.unit, one.column, one.value) for period in periods[:4] for one in period.results}
    assert results
    assert results <= arrived
    assert all(one.at.tzinfo is dt.UTC for one in offered)
