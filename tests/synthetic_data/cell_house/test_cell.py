"""A step of cells: weather and towers, feed and titration, voltage by its terms."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house import cell
from synthetic_data.cell_house.cycle import NORMALS
from synthetic_data.cell_house.parameters import GROUP_FAULTS, TRACES, CellHouseParameters
from synthetic_data.cell_house.state import build
from tests.synthetic_data.stated import typical_plant

COUNT = 4


@pytest.fixture
def p():
    return CellHouseParameters.of(typical_plant(load("zinc_electrowinning")))


@pytest.fixture
def groups(p):
    result = build(p, COUNT, np.random.default_rng(1))
    result.traits[:] = 0.0
    result.walks[:] = 0.0
    return result


def given(p, **changed):
    typical = {
        "current": 100.0,
        "price": 0.1,
        "ambient": 14.0,
        "cooling": 1.0,
        "feed_zinc": 150.0,
        "feed_traces": np.array([[p[f"feed_{name}"]] for name in TRACES]),
        "growth": 24.0,
    }
    return cell.StepInputs(**(typical | changed))


def setpoints(p, **changed):
    typical = {"temperature_target": p.temperature, "acid_zinc_target": p.acid_zinc_ratio, "glue_dose": p.glue_dose}
    return {name: np.full(COUNT, value) for name, value in (typical | changed).items()}


def settled(p, groups, count=30, given_changed=None, **changed):
    fixed = cell.Fixed.of(p, groups, setpoints(p, **changed), p.manganese)
    for _ in range(count):
        result = cell.step(p, groups, fixed, given(p, **(given_changed or {})), np.zeros((NORMALS, COUNT)))
    return result


def test_a_settled_cell_is_a_usual_cell(p, groups):
    result = settled(p, groups)
    assert result["cell_temperature"] == pytest.approx(p.temperature, abs=0.05)
    assert result["acid_in_cell"] / result["zinc_in_cell"] == pytest.approx(p.acid_zinc_ratio, rel=0.03)
    assert result["zinc_gained"] == pytest.approx(0.0, abs=0.5)
    assert 50.0 < groups.zinc[0] < 60.0
    assert 100.0 * result["zinc_share"][0] == pytest.approx(90.5, abs=1.0)
    assert result["cell_voltage"][0] == pytest.approx(3.37, abs=0.05)


def test_hot_weather_and_failed_towers_warm_the_cell(p, groups):
    assert settled(p, groups, given_changed={"ambient": 32.0})["cell_temperature"][0] > p.temperature + 2.0
    failed = {"ambient": 24.0, "cooling": 1.0 - p.cooling_depth}
    hot = settled(p, groups, given_changed=failed)["cell_temperature"][0]
    assert p.temperature + 3.0 < hot < p.temperature + 8.0  # as in plants


def test_towers_cool_no_further_than_the_wet_bulb(p, groups):
    """115 kW over the towers' conductance, above the water that comes back: air at 32 °C has a wet bulb of 28.6."""
    result = settled(p, groups, given_changed={"ambient": 32.0})
    water = 11.0 + 0.98 * (32.0 - 14.0) + p.tower_approach
    expected = water + result["heat_released"][0] / p.tower_capacity
    assert result["cell_temperature"][0] == pytest.approx(expected, abs=0.05)


def test_a_stirred_tank_forgets_exponentially():
    end, mean = cell._exponentially(np.array([10.0]), np.array([20.0]), np.array([0.3]), 4.0)
    assert end == pytest.approx(20.0 - 10.0 * np.exp(-1.2), rel=1e-12)
    assert end - 10.0 == pytest.approx(0.3 * 4.0 * (20.0 - mean), rel=1e-12)


def test_traces_deposit(p, groups):
    settled(p, groups, count=200)
    left = groups.traces[:, 0] / np.array([p[f"feed_{name}"] for name in TRACES])
    by_name = dict(zip(TRACES, left, strict=True))
    assert by_name["cobalt"] == pytest.approx(1.0, abs=0.1)  # evaporation thickens, a little deposits
    assert by_name["antimony"] == pytest.approx(0.5, abs=0.1)


def test_less_feed_is_less_zinc_and_a_fault_ends(p, groups):
    settled(p, groups)
    before = groups.zinc.copy()
    groups.fault_left[GROUP_FAULTS.index("blocked_feed")] = 6.0
    first = settled(p, groups, count=1)
    assert (groups.zinc < before).all()
    second = settled(p, groups, count=1)
    third = settled(p, groups, count=1)
    assert [one["blocked_feed"][0] for one in (first, second, third)] == [1.0, 0.5, 0.0]


def test_a_bad_contact_and_mud_cost_volts(p, groups):
    typical = settled(p, groups)["cell_voltage"][0]
    groups.fault_left[GROUP_FAULTS.index("bad_contact")] = 4.0
    worse = settled(p, groups, count=1)["cell_voltage"][0]
    assert worse - typical == pytest.approx(p.bad_contact_voltage, abs=2e-3)
    groups.mud_age += 10.0
    assert settled(p, groups, count=1)["cell_voltage"][0] - typical == pytest.approx(10.0 * p.mud_voltage, abs=4e-3)


def test_holes_come_with_nickel_late_in_the_cycle(p, groups):
    much = np.array([[2.0], [0.6], [0.01], [0.008], [0.1]])
    settled(p, groups, given_changed={"feed_traces": much})
    early = settled(p, groups, count=1, given_changed={"feed_traces": much, "growth": 2.0})
    late = settled(p, groups, count=1, given_changed={"feed_traces": much, "growth": 46.0})
    assert (early["holes"] == 0.0).all()
    assert (late["holes"] > 0.05).all()
    assert (late["zinc_share"] < early["zinc_share"]).all()
