"""Rows of a cell house: the label by hand, readings that stick, miss and end at their range."""

import numpy as np
import pytest

from physics.electrochemistry import ZINC_EQUIVALENT
from seeds import load
from synthetic_data.cell_house.instruments import MEASURED, NORMALS, UNIFORMS, label, row, spoil
from synthetic_data.cell_house.parameters import CellHouseParameters
from synthetic_data.cell_house.state import TRAITS, build
from tests.synthetic_data.stated import typical_plant

SEED = typical_plant(load("zinc_electrowinning"))
P = CellHouseParameters.of(SEED)
LIMITS = {name: SEED.column(name).limits for name in MEASURED}


@pytest.fixture
def groups():
    result = build(P, 2, np.random.default_rng(4))
    result.traits[:] = 0.0
    return result


def test_the_label_is_weight_over_charge(groups):
    z = np.zeros((NORMALS, 2))
    z[-2] = [0.0, 1.0]
    result = label(P, groups, np.full(2, 5000.0), np.full(2, 30.0), np.full(2, 100.0), 48.0, z)
    expected = 100.0 * 5000.0 / (ZINC_EQUIVALENT * 100.0 * 48.0)
    assert result["current_efficiency"] == pytest.approx([expected, expected * (1.0 + P.weighing_sd)], rel=1e-12)
    assert result["zinc_stripped"][0] == 5000.0
    assert result["lead_in_zinc"] == pytest.approx([30.0, 30.0])


def test_instruments_without_error_read_the_truth_but_patrols_miss(groups):
    means = {"cell_voltage": 3.3, "cell_temperature": 38.0, "zinc_reading": 55.0, "acid_reading": 170.0, "feed": 1.1}
    means = {name: np.full(2, value) for name, value in (means | {"shorts": 2.0}).items()}
    result = row(P, groups, means, np.zeros((NORMALS, 2)))
    assert tuple(result) == MEASURED
    assert result["cell_voltage"] == pytest.approx(3.3)
    assert result["short_circuits"] == pytest.approx(2.0 * P.shorts_seen)
    groups.traits[TRAITS.index("thermometer")] = 1.0
    assert row(P, groups, means, np.zeros((NORMALS, 2)))["cell_temperature"] == pytest.approx(38.0 + P.thermometer_sd)


def test_readings_stick_miss_and_end(groups):
    read = {name: np.array([SEED.column(name).typical.mean] * 2) for name in MEASURED}
    last = {name: 1.01 * value for name, value in read.items()}
    u = np.ones((UNIFORMS, 2))
    u[0, 0], u[1, 1] = 0.0, 0.0  # voltage: the first misses, the second sticks
    result = spoil(P, read, last, u, LIMITS)
    assert np.isnan(result["cell_voltage"][0])
    assert result["cell_voltage"][1] == last["cell_voltage"][1]
    assert result["zinc_in_cell"] == pytest.approx(read["zinc_in_cell"])
    beyond = spoil(P, read | {"cell_voltage": np.array([9.0, 3.3])}, {}, np.ones((UNIFORMS, 2)), LIMITS)
    assert np.isnan(beyond["cell_voltage"][0])
