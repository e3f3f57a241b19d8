"""Cell voltage: the published table against alumina, the sum of its terms, inversion."""

from dataclasses import replace

import numpy as np
import pytest

from physics.reduction.cell_design import P400, CellDesign
from physics.reduction.cell_voltage import acd_from_voltage, cell_voltage, voltage_line
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997, conductivity_wang_1992, cryolite_ratio
from physics.reduction.voltage_terms import (
    anode_concentration_overvoltage,
    anode_reaction_overvoltage,
    bubble_coverage,
    bubble_voltage,
    cathode_overvoltage,
    critical_current_density,
    reversible_voltage,
)

TABLE = {1.9: 4.382, 2.0: 4.210, 2.2: 4.120, 2.5: 4.078, 3.0: 4.053, 4.0: 4.041, 5.0: 4.045, 6.0: 4.057}
STATE = {"line_current": 400.0, "bath_temperature": 958.0, "excess_alf3": 10.5, "caf2": 5.0}


def test_voltage_against_alumina():
    # The table's anode face and cathode current density are unsaid. 49.0 m² (the class has 49 to 50) gives every row
    # within 1 mV; with our 49.4 m² (0.81 A/cm² exactly) all rows lie 15 to 16 mV lower, and the shape is the same.
    alumina, volt = np.array(list(TABLE)), np.array(list(TABLE.values()))
    result = cell_voltage(43.0, alumina=alumina, design=replace(P400, anode_face=49.0), **STATE)
    assert result == pytest.approx(volt, abs=0.001)
    ours = cell_voltage(43.0, alumina=alumina, **STATE)
    assert np.ptp(volt - ours) < 0.0020


def test_voltage_has_its_minimum_near_four_per_cent_alumina():
    # the curve that demand feed lives on, blind at its minimum
    alumina = np.linspace(1.9, 6.0, 411)
    voltage = cell_voltage(43.0, alumina=alumina, **STATE)
    assert 3.8 <= alumina[np.argmin(voltage)] <= 4.4
    slope = np.gradient(voltage, alumina)
    # "about -50 mV per per cent near 2.5 to 3 %" is the chord from 2.5 to 3
    assert np.interp(3.0, alumina, voltage) - np.interp(2.5, alumina, voltage) == pytest.approx(-0.025, abs=0.001)
    assert abs(slope[np.argmin(np.abs(alumina - 4.0))]) < 0.005


def test_voltage_rises_with_current_and_cathode_drop_and_falls_with_temperature():
    pot = {"acd": 43.0, "alumina": 2.8} | STATE
    assert np.all(np.diff(cell_voltage(**(pot | {"line_current": np.linspace(380.0, 420.0, 9)}))) > 0.0)
    assert np.all(np.diff(cell_voltage(**(pot | {"bath_temperature": np.linspace(940.0, 980.0, 9)}))) < 0.0)
    drop = cell_voltage(**pot, cathode_voltage_drop=np.array([300.0, 310.0]))
    assert drop[1] - drop[0] == pytest.approx(0.010, rel=1e-9)


def test_distance_from_voltage_is_the_inverse():
    acd = np.linspace(30.0, 60.0, 13)
    voltage = cell_voltage(acd, alumina=2.5, lif=0.4, cathode_voltage_drop=330.0, **STATE)
    result = acd_from_voltage(voltage, alumina=2.5, lif=0.4, cathode_voltage_drop=330.0, **STATE)
    assert result == pytest.approx(acd, rel=1e-12)


def test_the_voltage_is_the_sum_of_its_terms():
    design = CellDesign(45.0, 40, 52.0, 0.94, 0.55, 1.7, 0.32, 380.0)
    bath = {"excess_alf3": 11.0, "caf2": 5.0, "lif": 0.4}
    solubility = alumina_solubility_skybakmoen_1997(955.0, **bath)
    ratio = cryolite_ratio(alumina=3.0, **bath)
    conductivity = conductivity_wang_1992(955.0, ratio, 3.0, 5.0, 0.4)
    density = 390.0 / 450.0  # 390 kA through 45 m²
    offset = (
        reversible_voltage(955.0, 3.0, solubility)
        + anode_reaction_overvoltage(955.0, density, 3.0)
        + anode_concentration_overvoltage(955.0, density, critical_current_density(955.0, 3.0, 450000.0 / 40.0))
        + cathode_overvoltage(955.0, 390.0 / 520.0, ratio)
        + bubble_voltage(density, conductivity, bubble_coverage(density, ratio, 3.0, 1.7), 0.55)
        + (0.32 + 0.33) * 390.0 / 380.0
    )
    result = voltage_line(390.0, 955.0, alumina=3.0, cathode_voltage_drop=330.0, design=design, **bath)
    assert result == pytest.approx((offset, 0.94 * density * 0.1 / conductivity), rel=1e-9)
    typical = voltage_line(390.0, 955.0, alumina=3.0, design=design, **bath)
    assert result[0] - typical[0] == pytest.approx(0.030 * 390.0 / 380.0, rel=1e-9)
    for function in (voltage_line, cell_voltage, acd_from_voltage):
        first = () if function is voltage_line else (43.0,) if function is cell_voltage else (4.1,)
        plain = function(*first, 390.0, 955.0, 11.0, 5.0, 3.0)
        given = function(*first, 390.0, 955.0, 11.0, 5.0, 3.0, lif=0.0, cathode_voltage_drop=300.0, design=P400)
        assert plain == given
