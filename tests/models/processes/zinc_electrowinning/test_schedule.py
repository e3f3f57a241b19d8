"""The cell house by the hour: its curves meet what was measured and have the shapes that the programme needs."""

from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from physics.electrochemistry import specific_energy
from seeds import load

SEED = load("zinc_electrowinning")
physics = schedule_of(SEED)
CURRENTS = np.linspace(50.0, 115.0, 40)


def rows(**other):
    typical = {name: SEED.column(name).typical.mean for name in physics.NEEDED}
    return {name: np.array([value, value]) for name, value in (typical | other).items()}


@pytest.fixture
def line():
    return physics.line(rows(), rows(), SEED, 48, 1.0)


def test_curves_meet_what_was_measured(line):
    typical = np.array([SEED.column("line_current").typical.mean])
    assert line.voltage(typical)[0] == pytest.approx(SEED.column("cell_voltage").typical.mean)
    assert line.efficiency(typical)[0] == pytest.approx(SEED.column("current_efficiency").typical.mean)


def test_power_is_convex_and_metal_concave(line):
    assert (np.diff(line.power(CURRENTS), 2) > 0).all()
    assert (np.diff(line.metal(CURRENTS), 2) < 1e-9).all()


def test_specific_energy_rises_with_the_current_as_published(line):
    # domain notes: 2957 kWh/t at 400 A/m² to 3131 at 600, 43 to 44 for 50 A/m²
    energy = specific_energy(line.voltage(CURRENTS), line.efficiency(CURRENTS), line.equivalent)
    slope = (energy[-1] - energy[0]) / (CURRENTS[-1] - CURRENTS[0]) * 10.0
    assert 38.0 < slope < 55.0


def test_heat_warms_where_the_towers_are_at_their_end(line):
    heat = line.balances[0]
    assert heat.course(np.full(48, 100.0), 1.0)[-1] == heat.start  # cool weather: towers hold the target
    hot = replace(heat, rest=np.full(48, 35.0))
    assert hot.course(np.full(48, 110.0), 1.0)[-1] > hot.course(np.full(48, 80.0), 1.0)[-1] > heat.start


def test_zinc_stays_at_the_usual_current_and_gathers_where_less_is_made_than_fed(line):
    zinc = line.balances[1]
    typical = SEED.column("line_current").typical.mean
    assert zinc.course(np.full(48, typical), 1.0)[-1] == pytest.approx(zinc.start)


def test_rows_without_a_label_or_without_a_voltage_are_refused():
    with pytest.raises(ScheduleError, match="current_efficiency in at least one row"):
        physics.line(rows(), rows(current_efficiency=np.nan), SEED, 48, 1.0)
    with pytest.raises(ScheduleError, match=r"rows\.cell_voltage"):
        physics.line(rows(cell_voltage=np.nan), rows(), SEED, 48, 1.0)
    with pytest.raises(ScheduleError, match="times what physics expects"):
        physics.line(rows(), rows(current_efficiency=40.0), SEED, 48, 1.0)
