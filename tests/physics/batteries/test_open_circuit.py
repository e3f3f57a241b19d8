"""Voltage of cells at rest: laws."""

import numpy as np
import pytest

from physics.batteries.open_circuit import (
    CHEMISTRIES,
    coke_potential,
    graphite_potential,
    open_circuit_voltage,
)

CHARGE = np.linspace(0.03, 1.0, 98)


@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_a_fuller_cell_has_no_lower_voltage(chemistry):
    volts = open_circuit_voltage(chemistry, CHARGE)
    assert (np.diff(volts) > -2e-3).all()
    assert 2.4 < volts[0] < volts[-1] < 4.5


@pytest.mark.parametrize(
    ("chemistry", "low", "high", "slope"),
    [("LFP", 0.10, 0.30, 4.17), ("LFP", 0.35, 0.50, 0.03), ("NMC", 0.10, 0.20, 8.41), ("NMC", 0.25, 0.35, 3.09)],
)
def test_slopes_of_pulsebat_in_millivolts_a_per_cent(chemistry, low, high, slope):
    below, above = open_circuit_voltage(chemistry, np.array([low, high]))
    assert 10.0 * (above - below) / (high - low) == pytest.approx(slope, abs=0.9)


def test_lfp_stays_below_the_others_against_graphite_where_a_cell_is_neither_empty_nor_full():
    middle = np.linspace(0.3, 0.95, 60)
    lfp = open_circuit_voltage("LFP", middle)
    assert lfp.max() < 3.36
    assert all((open_circuit_voltage(name, middle) > lfp + 0.1).all() for name in ("NMC", "NCA", "LCO"))


def test_an_lmo_cell_with_a_disordered_anode_rises_where_the_others_are_level():
    rise = {name: np.diff(open_circuit_voltage(name, np.array([0.3, 0.5]))).item() for name in CHEMISTRIES}
    assert rise["LMO"] > 2.0 * max(rise[name] for name in CHEMISTRIES if name != "LMO")
    assert open_circuit_voltage("LMO", 0.1) < open_circuit_voltage("LFP", 0.1)


def test_full_cells_rest_just_below_their_charging_voltage():
    full = {name: open_circuit_voltage(name, 1.0).item() for name in CHEMISTRIES}
    assert all(4.16 < full[name] < 4.2 for name in CHEMISTRIES if name != "LFP")
    assert 3.38 < full["LFP"] < 3.65


def test_graphite_has_two_steps_and_coke_none():
    filling = np.linspace(0.1, 0.6, 101)
    steepness = -np.gradient(graphite_potential(filling), filling)
    level = (filling > 0.35) & (filling < 0.45)
    assert steepness[filling < 0.25].min() > steepness[level].max()
    assert steepness[np.abs(filling - 0.57) < 0.02].min() > 2.0 * steepness[level].min()
    assert (np.diff(coke_potential(filling), n=2) > 0).all()


def test_another_chemistry_is_refused():
    with pytest.raises(KeyError, match="LTO"):
        open_circuit_voltage("LTO", 0.5)
