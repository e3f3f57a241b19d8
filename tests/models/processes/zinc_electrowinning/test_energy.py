"""Where a cell's energy goes, and its heat."""

import numpy as np
import pytest

from models.energy.account import account, flow
from models.processes.lookup import energy_of, needed_physics_of
from models.processes.zinc_electrowinning.physics import CONTACTS, IRON_SHARE
from seeds import load

SEED = load("zinc_electrowinning")
energy = energy_of(SEED)
process = needed_physics_of(SEED)
ECONOMICS = {name: one.value for name, one in SEED.economics.items()}


def typical(**changed):
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_heat_of_a_cell_as_worked_by_hand():
    # 100 kA, 3.35 V, 90 %: 100 (3.35 - 2.28 * 0.9 - 1.48 * 0.1) = 115 kW; iron's current of 0.3 % makes no hydrogen
    columns = typical(line_current=100, cell_voltage=3.35, short_circuits=0)
    heat = flow(energy, columns, np.array([90.0]), ECONOMICS).heat
    tonnes = energy.made(columns, np.array([90.0]), 1.0)
    assert heat * tonnes == pytest.approx(115 + 100 * 1.48 * IRON_SHARE, abs=0.05)


def test_the_zinc_holds_what_its_enthalpy_says():
    # 439.7 kJ/mol over 65.38 g/mol are 1868 kWh/t, whatever the efficiency
    for efficiency in (85.0, 93.0):
        assert energy.bound(typical(), np.array([efficiency]))["zinc"] == pytest.approx(1868, abs=2)


def test_hydrogen_holds_39_kilowatt_hours_a_kilogram():
    columns, efficiency = typical(), np.array([88.0])
    kilograms = process.derived(columns, efficiency, ECONOMICS)["hydrogen"]
    assert energy.bound(columns, efficiency)["hydrogen"] / kilograms == pytest.approx(39.4, abs=0.1)


def test_terms_of_the_usual_cell_are_those_of_its_features():
    columns, efficiency = typical(), np.array([90.0])
    result = energy.uses(columns, efficiency)
    volts = {name: value / 819.9 for name, value in result.items()}
    # 2.02 V, 0.82 V and about 0.4 V at 500 A/m² and 30 mm, less the deposit
    assert volts["decomposition"] == pytest.approx(2.02, abs=0.03)
    assert volts["oxygen overvoltage"] == pytest.approx(0.82, abs=0.005)
    assert volts["electrolyte"] == pytest.approx(0.40, abs=0.05)
    excess = process.features(columns)["excess_voltage"]
    assert volts["contacts and anode mud"] == pytest.approx(CONTACTS + excess, abs=1e-4)


def test_a_fallen_efficiency_goes_to_hydrogen():
    one, other = (energy.uses(typical(), np.array([efficiency])) for efficiency in (90.0, 60.0))
    more = {name: float(other[name][0] - one[name][0]) for name in one}
    assert max(more, key=more.get) == "hydrogen and dissolution"
    assert all(abs(more[name]) < 1e-9 for name in ("decomposition", "electrolyte", "zinc overvoltage"))


def test_coal_equivalent_and_co2_as_worked_by_hand():
    # 3300 kWh/t: 406 kgce/t, 1.75 t/t by the national factor
    bare = ECONOMICS | {"rectifier_efficiency": 1.0, "auxiliary_energy": 0.0}
    columns = typical(cell_voltage=3300 / 819.87 * 0.9)
    of = account(energy, columns, np.array([90.0]), bare)
    assert of.coal_equivalent == pytest.approx(406, abs=0.5)
    assert of.scopes["total"] == pytest.approx(1.751, abs=0.0005)


def test_metal_of_a_cell_and_hour():
    assert energy.made(typical(line_current=100), np.array([90.0]), 1.0) == pytest.approx(0.10978, abs=1e-5)
