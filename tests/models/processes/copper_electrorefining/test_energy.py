"""Where a section's energy goes, and its steam."""

import numpy as np
import pytest

from models.energy.account import account
from models.energy.grades import counted
from models.processes.lookup import energy_of, needed_physics_of
from physics.electrochemistry import COPPER_EQUIVALENT, specific_energy
from seeds import load

SEED = load("copper_electrorefining")
energy = energy_of(SEED)
process = needed_physics_of(SEED)
ECONOMICS = {name: one.value for name, one in SEED.economics.items()}


def typical(**changed):
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_a_clean_cell_is_the_voltage_equation_without_what_contacts_add():
    columns, result = typical(), energy.uses(typical(), np.array([95.5]))
    excess = process.features(columns)["voltage_excess"]
    usual_contacts = 0.055 * columns["current_density"] / 300.0
    expected = specific_energy(excess + usual_contacts, 100.0, COPPER_EQUIVALENT)
    assert result["contacts and slimes"] == pytest.approx(expected, rel=1e-9)


def test_nothing_is_spent_on_a_reaction():
    assert energy.bound(typical(), np.array([95.5])) == {}
    assert "decomposition" not in energy.uses(typical(), np.array([95.5]))


def test_shorts_take_no_more_than_is_lost():
    result = energy.uses(typical(short_rate=40), np.array([95.5]))
    assert result["leakage and dissolution"] == 0
    assert result["short circuits"] == pytest.approx(energy.direct(typical(), np.array([95.5])) * 0.045, rel=1e-9)
    assert energy.uses(typical(short_rate=0), np.array([95.5]))["short circuits"] == 0


def test_electricity_alone_is_a_third_of_the_norm():
    # 300 kWh/t are 36.9 kgce/t, so that limits of 70 to 110 are mostly steam and auxiliaries
    bare = ECONOMICS | {"rectifier_efficiency": 1.0, "auxiliary_energy": 0.0}
    columns = typical(steam_flow=0, cell_voltage=300 / 843.55 * 0.95)
    of = account(energy, columns, np.array([95.0]), bare)
    assert of.coal_equivalent == pytest.approx(36.9, abs=0.05)


def test_steam_counts_with_its_heat():
    without, with_steam = typical(steam_flow=0), typical(steam_flow=240)
    one, other = (account(energy, columns, np.array([95.5]), ECONOMICS) for columns in (without, with_steam))
    tonnes = energy.made(with_steam, np.array([95.5]), 168.0)
    steam = 168 * 240 / tonnes  # kg/t
    assert energy.steam(with_steam, np.array([95.5])) == pytest.approx(steam, rel=1e-12)
    more = other.coal_equivalent - one.coal_equivalent
    assert more == pytest.approx(steam * 2.7e-3 * 34.12, rel=1e-9)
    assert other.boundaries["comprehensive"] - one.boundaries["comprehensive"] == pytest.approx(steam * 0.75, rel=1e-9)
    assert other.boundaries["alternating"] == one.boundaries["alternating"]


def test_liberators_are_part_of_the_auxiliaries():
    """Faraday's law on the copper that they plate out: 2,034 kWh/t at 2.05 V and 85 %, about 1 kgce/t of cathode."""
    liberated = 4.1e-3 * specific_energy(2.05, 85.0, COPPER_EQUIVALENT) / ECONOMICS["rectifier_efficiency"]
    assert liberated * 0.1229 == pytest.approx(1.06, abs=0.01)
    assert ECONOMICS["auxiliary_energy"] == pytest.approx(40.0 + liberated, abs=0.05)


def test_norms_count_the_remelting_of_anode_scrap():
    """Of 1,176 kg of anodes a tonne of cathode is made and 176 kg are left: 0.26 GJ at 34.12 kgce/GJ."""
    scrap = 0.15 / 0.85  # t/t
    for norm in SEED.norms:
        assert norm.outside_boundary is not None
        assert norm.outside_boundary.value == pytest.approx(scrap * 1.5 * 34.12, abs=0.05)
        assert counted(norm, account(energy, typical(), np.array([95.5]), ECONOMICS)) == pytest.approx(
            account(energy, typical(), np.array([95.5]), ECONOMICS).coal_equivalent + norm.outside_boundary.value
        )


def test_metal_of_a_section_and_crop():
    # 20 cells, 5700 kAh each: 135.15 t without loss
    assert energy.made(typical(charge=5700), np.array([100.0]), 168.0) == pytest.approx(135.15, abs=0.01)
