"""Charge, metal and energy of any electrolysis: Faraday's law and what follows from it."""

from __future__ import annotations

from physics.arrays import FloatArray, Numeric, floats

FARADAY = 96485.33212  # C/mol, CODATA 2018
GAS = 8.314462618  # J/mol/K, CODATA 2018
ZERO_CELSIUS = 273.15  # K


def electrochemical_equivalent(molar_mass: Numeric, electrons: Numeric) -> FloatArray:
    """Mass of metal that one ampere-hour sets free when no current is lost: q = 3600 M / (n F).

    Parameters
    ----------
    molar_mass
        Molar mass M of the metal [g/mol]
    electrons
        Electrons n that one atom takes [1]

    Returns
    -------
    FloatArray
        Electrochemical equivalent q [g/Ah]

    References
    ----------
    Faraday's law; F from CODATA 2018. Exact for any metal.
    """
    return 3600.0 * floats(molar_mass) / (electrons * FARADAY)


# Molar masses from the IUPAC standard atomic weights.
ALUMINIUM_EQUIVALENT = float(electrochemical_equivalent(26.98154, 3))  # g/Ah
COPPER_EQUIVALENT = float(electrochemical_equivalent(63.546, 2))  # g/Ah
ZINC_EQUIVALENT = float(electrochemical_equivalent(65.38, 2))  # g/Ah
LEAD_EQUIVALENT = float(electrochemical_equivalent(207.2, 2))  # g/Ah


def metal_mass(
    line_current: Numeric, duration: Numeric, current_efficiency: Numeric, equivalent: Numeric
) -> FloatArray:
    """Metal that a cell makes: m = q I t CE / 100.

    Parameters
    ----------
    line_current
        Current I through the cell [kA]
    duration
        Time t [h]
    current_efficiency
        Share CE of the charge that ends in metal, 0 to 100 [%]
    equivalent
        Electrochemical equivalent q of the metal [g/Ah]

    Returns
    -------
    FloatArray
        Mass of metal [kg]

    References
    ----------
    Faraday's law.
    """
    return floats(line_current) * duration * current_efficiency * equivalent * 0.01


def current_efficiency_from_mass(
    mass: Numeric, line_current: Numeric, duration: Numeric, equivalent: Numeric
) -> FloatArray:
    """Current efficiency from the metal produced: CE = 100 m / (q I t).

    Parameters
    ----------
    mass
        Metal produced m: tapped plus the change of the metal in the cell [kg]
    line_current
        Current I through the cell, above 0 [kA]
    duration
        Time t, above 0 [h]
    equivalent
        Electrochemical equivalent q of the metal [g/Ah]

    Returns
    -------
    FloatArray
        Current efficiency CE [%]

    References
    ----------
    Faraday's law.
    """
    return 100.0 * floats(mass) / (line_current * duration * equivalent)


def specific_energy(cell_voltage: Numeric, current_efficiency: Numeric, equivalent: Numeric) -> FloatArray:
    """Direct-current energy per tonne: SEC = 1000 V / (q CE / 100); for aluminium 2980 V / (CE / 100).

    Parameters
    ----------
    cell_voltage
        Mean cell voltage V, anode effects included [V]
    current_efficiency
        Current efficiency CE, above 0 [%]
    equivalent
        Electrochemical equivalent q of the metal [g/Ah]

    Returns
    -------
    FloatArray
        Specific energy at the cell, direct current [kWh/t]

    References
    ----------
    Faraday's law and energy = voltage x charge.
    """
    return 1e5 * floats(cell_voltage) / (current_efficiency * equivalent)


def alternating_current_energy(
    direct_current_energy: Numeric, rectifier_efficiency: Numeric = 0.98, auxiliary_energy: Numeric = 0.0
) -> FloatArray:
    """Purchased energy per tonne of metal: direct current, rectifier loss and auxiliaries.

    Parameters
    ----------
    direct_current_energy
        Specific energy at the cells, direct current [kWh/t]
    rectifier_efficiency
        Direct-current power over alternating-current power, 0.975 to 0.985 (engineering practice) [1]
    auxiliary_energy
        Fans, compressors, cranes and what else is counted [kWh/t]

    Returns
    -------
    FloatArray
        Specific energy, alternating current [kWh/t]

    References
    ----------
    Energy balance of the rectifier station; the range of its efficiency is engineering practice, no named source.
    """
    return floats(direct_current_energy) / rectifier_efficiency + auxiliary_energy


def pseudo_resistance(cell_voltage: Numeric, line_current: Numeric, intercept: Numeric = 1.65) -> FloatArray:
    """Resistance that a pot controller regulates: R = 1000 (V - V0) / I.

    Parameters
    ----------
    cell_voltage
        Cell voltage V [V]
    line_current
        Line current I, above 0 [kA]
    intercept
        Voltage V0 at which the line of voltage against current meets zero current [V]

    Returns
    -------
    FloatArray
        Pseudo-resistance R [µΩ]

    References
    ----------
    Grjotheim & Kvande 1993, Introduction to Aluminium Electrolysis (recalled from memory), V0 = 1.65 V too.
    """
    return 1000.0 * (floats(cell_voltage) - intercept) / line_current
