"""Voltage of a whole reduction cell, and the anode-cathode distance that a measured voltage implies."""

from __future__ import annotations

from physics.arrays import FloatArray, Numeric, floats
from physics.reduction.cell_design import P400, CellDesign
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997, conductivity_wang_1992, cryolite_ratio
from physics.reduction.voltage_terms import (
    anode_concentration_overvoltage,
    anode_reaction_overvoltage,
    bath_ohmic_voltage,
    bubble_coverage,
    bubble_voltage,
    cathode_overvoltage,
    critical_current_density,
    reversible_voltage,
)


def voltage_line(
    line_current: Numeric,
    bath_temperature: Numeric,
    excess_alf3: Numeric,
    caf2: Numeric,
    alumina: Numeric,
    lif: Numeric = 0.0,
    cathode_voltage_drop: Numeric = 300.0,
    design: CellDesign = P400,
) -> tuple[FloatArray, FloatArray]:
    """Cell voltage as a line in the anode-cathode distance: V = V0 + slope d.

    V0 holds reversible voltage, the three overvoltages, bubbles, and the ohmic drops of anodes and cathode, which are
    given at the nominal current and move with it. Bus bars outside the pot are left out. Valid where each term is.

    Parameters
    ----------
    line_current
        Line current [kA]
    bath_temperature
        Bath temperature [°C]
    excess_alf3
        Excess AlF3 [wt%]
    caf2
        CaF2 [wt%]
    alumina
        Dissolved Al2O3 [wt%]
    lif
        LiF [wt%]
    cathode_voltage_drop
        Ohmic drop in the cathode lining and bars at the nominal current [mV]
    design
        Dimensions of the pot

    Returns
    -------
    offset
        V0, the voltage at no anode-cathode distance [V]
    slope
        Voltage of one millimetre of bath [V/mm]

    References
    ----------
    Sum as in Haupin 1998, Light Metals (recalled from memory); each term names its own source.
    """
    current = floats(line_current)
    density = current * (0.1 / design.anode_face)
    ratio = cryolite_ratio(excess_alf3, caf2, alumina, lif)
    conductivity = conductivity_wang_1992(bath_temperature, ratio, alumina, caf2, lif)
    solubility = alumina_solubility_skybakmoen_1997(bath_temperature, excess_alf3, caf2, lif)
    critical = critical_current_density(bath_temperature, alumina, 1e4 * design.anode_face / design.anodes)
    coverage = bubble_coverage(density, ratio, alumina, design.onset_alumina)
    offset = (
        reversible_voltage(bath_temperature, alumina, solubility)
        + anode_reaction_overvoltage(bath_temperature, density, alumina)
        + anode_concentration_overvoltage(bath_temperature, density, critical)
        + cathode_overvoltage(bath_temperature, current * (0.1 / design.cathode_face), ratio)
        + bubble_voltage(density, conductivity, coverage, design.slot_factor)
        + (design.anode_drop + 0.001 * cathode_voltage_drop) * current / design.nominal_current
    )
    return offset, bath_ohmic_voltage(density, 1.0, conductivity, design.fan_out)


def cell_voltage(
    acd: Numeric,
    line_current: Numeric,
    bath_temperature: Numeric,
    excess_alf3: Numeric,
    caf2: Numeric,
    alumina: Numeric,
    lif: Numeric = 0.0,
    cathode_voltage_drop: Numeric = 300.0,
    design: CellDesign = P400,
) -> FloatArray:
    """Voltage of a pot in normal operation, without anode effects and without bus bars outside the pot.

    Parameters
    ----------
    acd
        Anode-cathode distance [mm]
    line_current
        Line current [kA]
    bath_temperature
        Bath temperature [°C]
    excess_alf3
        Excess AlF3 [wt%]
    caf2
        CaF2 [wt%]
    alumina
        Dissolved Al2O3 [wt%]
    lif
        LiF [wt%]
    cathode_voltage_drop
        Ohmic drop in the cathode lining and bars at the nominal current [mV]
    design
        Dimensions of the pot

    Returns
    -------
    FloatArray
        Cell voltage [V]

    References
    ----------
    Sum as in Haupin 1998, Light Metals (recalled from memory); each term names its own source.
    """
    offset, slope = voltage_line(
        line_current, bath_temperature, excess_alf3, caf2, alumina, lif, cathode_voltage_drop, design
    )
    return offset + slope * acd


def acd_from_voltage(
    cell_voltage: Numeric,
    line_current: Numeric,
    bath_temperature: Numeric,
    excess_alf3: Numeric,
    caf2: Numeric,
    alumina: Numeric,
    lif: Numeric = 0.0,
    cathode_voltage_drop: Numeric = 300.0,
    design: CellDesign = P400,
) -> FloatArray:
    """Anode-cathode distance at which the voltage equation gives the measured voltage: d = (V - V0)/slope.

    An error of 34 mV in the terms of V0 is one of 1 mm here, so it serves to compare a pot with itself.

    Parameters
    ----------
    cell_voltage
        Cell voltage in normal operation V [V]
    line_current
        Line current [kA]
    bath_temperature
        Bath temperature [°C]
    excess_alf3
        Excess AlF3 [wt%]
    caf2
        CaF2 [wt%]
    alumina
        Dissolved Al2O3 [wt%]
    lif
        LiF [wt%]
    cathode_voltage_drop
        Ohmic drop in the cathode lining and bars at the nominal current [mV]
    design
        Dimensions of the pot

    Returns
    -------
    FloatArray
        Anode-cathode distance d [mm]

    References
    ----------
    The voltage equation of `cell_voltage`, solved for the distance.
    """
    offset, slope = voltage_line(
        line_current, bath_temperature, excess_alf3, caf2, alumina, lif, cathode_voltage_drop, design
    )
    return (cell_voltage - offset) / slope
