"""A potline by the hour: resistance, heat within its balance, and what they do to the current."""

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from physics.reduction.cell_heat import heat_available
from seeds import load

SEED = load("aluminium_reduction")
physics = schedule_of(SEED)
CURRENTS = np.linspace(380.0, 420.0, 30)


def rows(**other):
    typical = {"line_current": 400.0, "cell_voltage": 4.0, "bath_temperature": 962.0, "current_efficiency": 93.0}
    return {name: np.array([value, value]) for name, value in (typical | other).items()}


@pytest.fixture
def line():
    return physics.line(rows(), rows(), SEED, 48, 1.0)


def test_voltage_keeps_its_resistance(line):
    # 2.35 V over the intercept at 400 kA: 5.875 µΩ
    np.testing.assert_allclose(line.voltage(np.array([400.0, 420.0])), [4.0, 1.65 + 5.875e-3 * 420.0])


def test_power_is_convex_and_metal_concave(line):
    assert (np.diff(line.power(CURRENTS), 2) > 0).all()
    assert (np.diff(line.metal(CURRENTS), 2) < 0).all()


def test_heat_moves_the_bath_within_hours_and_comes_to_an_end(line):
    warm, superheat = line.balances
    more = heat_available(408.0, line.voltage(np.array([408.0])), line.efficiency(np.array([408.0])))[0]
    more -= heat_available(400.0, 4.0, 93.0)
    assert 25.0 < more < 40.0  # kW for 2 %
    ends = [one.course(np.full(48, 408.0), 1.0) for one in (warm, superheat)]
    assert ends[0][-1] == pytest.approx(962.0 + 0.14 * more, rel=1e-4)
    assert ends[1][-1] == pytest.approx(8.7 + 0.029 * more, rel=1e-4)
    assert ends[0][3] - 962.0 == pytest.approx((1.0 - np.exp(-4.0 / 3.5)) * (ends[0][-1] - 962.0), rel=1e-3)


def test_limits_of_hours_stand_in_the_place_of_those_of_a_period():
    bounds = {one.name: one.bound for one in SEED.hourly_limits}
    assert bounds == {"bath_temperature": 980.0, "superheat": 5.0}
    assert {one.name for one in SEED.constraints} > set(bounds)


def test_rows_without_a_label_are_refused():
    with pytest.raises(ScheduleError, match="current_efficiency in at least one row"):
        physics.line(rows(), rows(current_efficiency=np.nan), SEED, 48, 1.0)
