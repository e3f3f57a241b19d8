"""Where the energy of a section of lead cells goes, and its steam."""

import numpy as np
import pytest

from models.energy.account import account
from models.processes.lookup import energy_of
from seeds import load

SEED = load("lead_refining")
energy = energy_of(SEED)
ECONOMICS = {name: one.value for name, one in SEED.economics.items()}
EQUIVALENT = 3600.0 * 207.2 / (2.0 * 96485.33212)


def typical(**changed):
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_parts_by_hand():
    result = energy.uses(typical(current_density=185, short_rate=1.5), np.array([95.0]))
    conductivity = 0.22 * (1.0 + 0.015 * 2.0)  # 40 °C, 85 and 85 g/L
    grown = 185.0 * 72.0 * EQUIVALENT / 11340.0
    ohmic = 185.0e-5 * (40.0 - 0.5 * grown) / conductivity
    contacts = 0.075 * 185.0 / 180.0
    volt = 1000.0 / EQUIVALENT  # kWh/t
    assert result["electrolyte"][0] == pytest.approx(volt * ohmic, rel=1e-9)
    assert result["contacts and electrodes"][0] == pytest.approx(volt * contacts, rel=1e-9)
    assert result["slime"][0] == pytest.approx(volt * (0.47 - ohmic - contacts), rel=1e-9)
    direct = volt * 0.47 / 0.95
    assert result["short circuits"][0] == pytest.approx(0.03 * direct, rel=1e-9)
    assert result["leakage and dissolution"][0] == pytest.approx(0.02 * direct, rel=1e-9)
    assert sum(result.values())[0] == pytest.approx(direct, rel=1e-9)


def test_shorts_take_no_more_than_is_lost():
    result = energy.uses(typical(short_rate=40), np.array([95.5]))
    assert result["leakage and dissolution"] == 0
    assert result["short circuits"] == pytest.approx(energy.direct(typical(), np.array([95.5])) * 0.045, rel=1e-9)


def test_nothing_is_spent_on_a_reaction_and_nothing_is_emitted():
    assert energy.bound(typical(), np.array([95.5])) == {}
    assert energy.emitted(typical(), np.array([95.5]), ECONOMICS) == {}


def test_electricity_is_a_fifth_of_the_norm():
    # 130 kWh/t are 16 kgce/t, so that limits of 80 to 120 are mostly what melts and casts
    bare = ECONOMICS | {"rectifier_efficiency": 1.0, "auxiliary_energy": 0.0}
    columns = typical(steam_flow=0, cell_voltage=130 / 258.7 * 0.95)
    of = account(energy, columns, np.array([95.0]), bare)
    assert of.coal_equivalent == pytest.approx(16.0, abs=0.05)


def test_steam_and_metal_by_hand():
    columns = typical(steam_flow=40, charge=725)
    tonnes = 16.0 * 725.0 * EQUIVALENT * 0.955 / 1000.0
    assert energy.made(columns, np.array([95.5]), 72.0) == pytest.approx(tonnes, rel=1e-12)
    assert energy.steam(columns, np.array([95.5])) == pytest.approx(72.0 * 40.0 / tonnes, rel=1e-12)
