"""Where a pot's energy goes, and what it emits."""

import numpy as np
import pytest

from models.processes.lookup import energy_of
from physics.electrochemistry import ALUMINIUM_EQUIVALENT
from physics.reduction.cell_design import CellDesign
from physics.reduction.cell_voltage import acd_from_voltage, voltage_line
from seeds import load

SEED = load("aluminium_reduction")
energy = energy_of(SEED)
ECONOMICS = {name: one.value for name, one in SEED.economics.items()}


def typical(**changed):
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_the_bath_is_what_the_distance_says():
    columns = typical()
    keys = ("line_current", "bath_temperature", "excess_alf3", "caf2")
    state = [columns[key] for key in keys] + [2.5, columns["lif"], columns["cathode_voltage_drop"]]
    design = CellDesign(cathode_face=57.0)
    _, slope = voltage_line(*state, design=design)
    distance = acd_from_voltage(columns["cell_voltage"], *state, design=design)
    result = energy.uses(columns, np.array([93.0]))
    assert result["bath"] == pytest.approx(1e5 * slope * distance / (100 * ALUMINIUM_EQUIVALENT), rel=1e-9)


def test_the_reaction_takes_what_handbooks_say():
    # accepted is about 6.34 kWh/kg at 100 % current efficiency; 49 % of 13 kWh/kg
    whole = energy.bound(typical(), np.array([100.0]))["metal and gas"]
    assert whole == pytest.approx(6340, rel=0.005)
    assert whole / 13000 == pytest.approx(0.49, abs=0.005)
    # Its least part is the reversible voltage of 1.2 V.
    assert energy.uses(typical(), np.array([93.0]))["decomposition"] / 2980 == pytest.approx(1.22, abs=0.01)


def test_without_anode_effects_nothing_is_lost_to_them():
    assert energy.uses(typical(ae_frequency=0, ae_duration=0), np.array([93.0]))["anode effects"] == 0
    # 0.1 a day of 2 min at 25 V: 0.1 * 2 * 21 V / 1440 = 2.9 mV
    result = energy.uses(typical(cell_voltage=4.0, ae_frequency=0.1, ae_duration=2), np.array([93.0]))["anode effects"]
    assert result == pytest.approx(2980 * 0.1 * 2 * 21 / 1440, rel=1e-3)


def test_emissions_as_worked_by_hand():
    # 410 kg/t of anodes with 3 % sulphur and ash; 0.1 anode effects a day of 2 min by IPCC 2006 and AR5
    old = ECONOMICS | {"cf4_slope": 0.143, "c2f6_to_cf4": 0.121}
    result = energy.emitted(typical(ae_frequency=0.1, ae_duration=2.0), np.array([93.0]), old)
    assert result["anode carbon"] == pytest.approx(1.46, abs=0.005)
    assert result["perfluorocarbons"] == pytest.approx(0.228, abs=0.0005)


def test_embedded_emissions_by_the_slope_method_of_the_regulation():
    """A line of 100,000 t a year by equations 12, 21, 22, 23 and 26 of Annex II and its table 2 for modern cells."""
    modern = ECONOMICS | {"cf4_slope": 0.104, "c2f6_to_cf4": 0.057}
    made, minutes = 100_000.0, 0.15 * 1.8  # t, min a cell and day
    cf4 = minutes * (0.104 / 1000.0) * made  # t
    gases = cf4 * 6630.0 + cf4 * 0.057 * 11100.0
    anodes = 3.664 * made * 0.410 * 0.97
    embedded = energy.embedded(typical(ae_frequency=0.15, ae_duration=1.8), modern)
    assert embedded == pytest.approx((gases + anodes) / made, rel=1e-12)
    # Other warming potentials of the plant do not change what the regulation fixes.
    other = energy.embedded(typical(ae_frequency=0.15, ae_duration=1.8), modern | {"gwp_cf4": 7390.0})
    assert other == embedded


def test_embedded_emissions_without_anode_effects_are_those_of_the_anodes():
    none = energy.embedded(typical(ae_frequency=0.0, ae_duration=0.0), ECONOMICS)
    assert none == pytest.approx(0.410 * 0.97 * 3.664, rel=1e-12)
    assert np.isnan(energy.embedded(typical(ae_frequency=np.nan), ECONOMICS)).all()


def test_the_vintage_of_warming_potentials_is_the_seeds():
    columns = typical(ae_frequency=0.1, ae_duration=2.0)
    fifth = energy.emitted(columns, np.array([93.0]), ECONOMICS)["perfluorocarbons"]
    fourth = energy.emitted(columns, np.array([93.0]), ECONOMICS | {"gwp_cf4": 7390.0, "gwp_c2f6": 12200.0})
    assert SEED.economics["gwp_cf4"].source.startswith("ipcc_ar5")
    shares = (1.0, ECONOMICS["c2f6_to_cf4"])
    expected = np.dot(shares, (7390, 12200)) / np.dot(shares, (6630, 11100))
    assert fourth["perfluorocarbons"] / fifth == pytest.approx(expected, rel=1e-12)


def test_metal_of_a_pot_and_day():
    # 2996 kg a day at 400 kA and 93 %
    assert energy.made(typical(line_current=400), np.array([93.0]), 24.0) == pytest.approx(2.996, abs=0.0005)
