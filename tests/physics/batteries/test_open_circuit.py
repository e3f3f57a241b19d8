"""Voltage of cells at rest: laws."""

import numpy as np
import pytest

from physics.batteries.open_circuit import CHEMISTRIES, lmo_potential, open_circuit_voltage

CHARGE = np.linspace(0.03, 1.0, 98)


@pytest.mark.parametrize("chemistry", CHEMISTRIES)
def test_a_fuller_cell_has_no_lower_voltage(chemistry):
    volts = open_circuit_voltage(chemistry, CHARGE)
    assert (np.diff(volts) > -2e-3).all()
    assert 2.4 < volts[0] < volts[-1] < 4.5


@pytest.mark.parametrize(("chemistry", "charge", "slope"), [("NMC", 0.3, 10.8), ("NMC", 0.5, 8.8), ("NMC", 0.7, 10.4)])
def test_slopes_of_nmc_in_millivolts_a_per_cent(chemistry, charge, slope):
    below, above = (open_circuit_voltage(chemistry, charge + step) for step in (-0.01, 0.01))
    assert 500.0 * (above - below) == pytest.approx(slope, abs=0.4)


def test_lfp_stays_below_the_others_where_a_cell_is_neither_empty_nor_full():
    middle = np.linspace(0.3, 0.95, 60)
    lfp = open_circuit_voltage("LFP", middle)
    assert lfp.max() < 3.35
    assert all((open_circuit_voltage(name, middle) > lfp + 0.1).all() for name in CHEMISTRIES if name != "LFP")


def test_steps_of_lmo_by_hand():
    assert lmo_potential(0.5) == pytest.approx(4.12, abs=1e-6)
    assert lmo_potential(1.0) == pytest.approx(4.12 - 0.06 - 0.10, abs=1e-5)


def test_another_chemistry_is_refused():
    with pytest.raises(KeyError, match="LTO"):
        open_circuit_voltage("LTO", 0.5)
