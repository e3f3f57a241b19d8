"""What a situation may know: nothing that comes later."""

import numpy as np
import pytest

from models.processes.lookup import response_of
from models.setpoints.situations import AHEAD, UnitPeriodGrid, situations
from seeds import load


@pytest.fixture(scope="module")
def response():
    return response_of(load("aluminium_reduction"))


def test_nothing_that_comes_later_is_known(line, response):
    seed, period = line.seed, 12
    plain = situations(UnitPeriodGrid.of(line.history, seed), seed, response)
    later = line.history.copy()
    number = np.rint((later[seed.clock.name] - later[seed.clock.name].min()) / np.timedelta64(seed.period))
    for column in seed.columns:
        if column.role in ("during", "late", "target"):
            later.loc[number >= period, column.name] *= 1.01
    changed = situations(UnitPeriodGrid.of(later, seed), seed, response)
    seen = plain.periods <= period
    np.testing.assert_array_equal(plain.known[seen], changed.known[seen])
    assert (plain.known[~seen] != changed.known[~seen]).any()


def test_the_label_of_a_period_is_known_only_after_its_delay(line, response):
    seed, label = line.seed, line.seed.target.name
    grid = UnitPeriodGrid.of(line.history, seed)
    at, wait = situations(grid, seed, response), seed.wait(label)
    assert wait == 2  # the seed's own column of the label in hand is two periods old
    rows = at.periods >= wait
    expected = grid.columns[label][at.units[rows], at.periods[rows] - wait]
    np.testing.assert_array_equal(at.of(f"{label} last")[rows], expected)


def test_an_outcome_is_the_mean_of_its_periods(line):
    grid = UnitPeriodGrid.of(line.history, line.seed)
    values = np.arange(grid.there.size, dtype=np.float64).reshape(grid.there.shape)
    result = grid.ahead(values)
    row = int(np.flatnonzero(np.isfinite(result))[0])
    unit, period = (part[row] for part in np.nonzero(grid.there))
    assert result[row] == pytest.approx(values[unit, period : period + AHEAD].mean())
    assert np.isnan(grid.ahead(values)[np.nonzero(grid.there)[1] > grid.there.shape[1] - AHEAD]).all()


def test_a_unit_that_stood_still_starts_anew(line, response):
    seed = line.seed
    unit = line.history[seed.key.name].iloc[0]
    starts = np.sort(line.history[seed.clock.name].unique())
    gone = (line.history[seed.key.name] == unit) & (line.history[seed.clock.name] == starts[10])
    grid = UnitPeriodGrid.of(line.history[~gone], seed)
    at = situations(grid, seed, response)
    after = (grid.units[at.units] == unit) & (at.periods == 11)
    assert at.age[after].tolist() == [0.0]
    assert np.isnan(at.of("bath_temperature over 6")[after]).all()
