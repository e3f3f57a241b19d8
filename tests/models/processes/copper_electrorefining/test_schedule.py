"""A tankhouse by the hour: its curves meet what was measured, and a swing costs copper."""

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from seeds import load

SEED = load("copper_electrorefining")
physics = schedule_of(SEED)
CURRENTS = np.linspace(30.5, 37.5, 30)


def rows(**other):
    typical = {name: SEED.column(name).typical_value for name in physics.NEEDED}
    return {name: np.array([value, value]) for name, value in (typical | other).items()}


@pytest.fixture
def line():
    return physics.line(rows(), rows(), SEED, 48, 1.0)


def test_curves_meet_what_was_measured(line):
    typical = np.array([SEED.column("charge").typical_value / 168.0])
    assert line.usual == pytest.approx(typical[0])
    assert line.voltage(typical)[0] == pytest.approx(SEED.column("cell_voltage").typical_value)
    assert line.efficiency(typical)[0] == pytest.approx(SEED.column("current_efficiency").typical_value)


def test_nearly_all_of_the_voltage_is_resistance(line):
    low, high = line.voltage(np.array([0.95, 1.05]) * line.usual)
    slope = (high - low) / 0.1 / line.voltage(np.array([line.usual]))[0]
    assert 0.85 < slope < 1.0


def test_power_is_convex_and_metal_concave(line):
    assert (np.diff(line.power(CURRENTS), 2) > 0).all()
    assert (np.diff(line.metal(CURRENTS), 2) < 0).all()


def test_a_swing_costs_copper_by_the_shorts_that_it_makes(line):
    # births with the power 5.5 of the share: half of 5.5 x 4.5 times the variance of the current, of the loss to shorts
    up, down = (line.metal(np.array([share * line.usual]))[0] for share in (1.08, 0.92))
    steady = line.metal(np.array([line.usual]))[0]
    lost = 1.0 - 0.5 * (up + down) / steady
    assert 0.0002 < lost < 0.01


def test_limits_of_voltage_and_polarisation_are_levels_of_the_current(line):
    assert [level.name for level in line.levels] == ["cell_voltage", "polarisation"]
    for level in line.levels:
        assert (np.diff(level.value(CURRENTS)) > 0).all()


def test_rows_without_an_assay_are_refused():
    with pytest.raises(ScheduleError, match=r"rows\.electrolyte_cu"):
        physics.line(rows(electrolyte_cu=np.nan), rows(), SEED, 48, 1.0)
