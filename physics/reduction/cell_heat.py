"""Heat of a reduction cell: generated heat, losses of side and ledge, warming of the bath."""

from __future__ import annotations

from physics.arrays import FloatArray, Numeric, floats

# kJ/kg, from a measured enthalpy of fusion of 107.3 kJ/mol (JANAF, recalled). The slope of Dewing's line of the Gibbs
# energy of fusion (1997), 119.3 kJ/mol, is no measured heat: the line is 0 at 987 °C, not at the melting point.
LATENT_HEAT_CRYOLITE = 511.0
BATH_HEAT_CAPACITY = 1.76  # kJ/kg/K, public simulator of Lundby et al.
METAL_HEAT_CAPACITY = 1.18  # kJ/kg/K, engineering practice


def enthalpy_voltage(current_efficiency: Numeric) -> FloatArray:
    """Enthalpy voltage of metal production with warming of alumina and carbon: V_eq = 1.65 + 0.48 CE/100.

    Valid for prebake cells with pure alumina feed, CE from 80 to 100 %.

    Parameters
    ----------
    current_efficiency
        Current efficiency CE [%]

    Returns
    -------
    FloatArray
        Voltage equivalent of the reaction enthalpy V_eq [V]

    References
    ----------
    Kvande, H., Haupin, W., Cell voltage in aluminum electrolysis: a practical approach, JOM 52(2), 31-37, 2000
    (recalled from memory; at CE 100 % it gives 6.35 kWh/kg, accepted is about 6.34).
    """
    return 1.65 + 0.0048 * floats(current_efficiency)


def heat_available(line_current: Numeric, cell_voltage: Numeric, current_efficiency: Numeric) -> FloatArray:
    """Heat that the cell must lose in a steady state: Q = I (V - V_eq).

    Parameters
    ----------
    line_current
        Line current I [kA]
    cell_voltage
        Pot voltage V, without bus bars outside the pot [V]
    current_efficiency
        Current efficiency [%]

    Returns
    -------
    FloatArray
        Heat available Q [kW]

    References
    ----------
    Kvande & Haupin 2000, JOM 52(2), 31-37 (recalled from memory).
    """
    return line_current * (cell_voltage - enthalpy_voltage(current_efficiency))


def ledge_heat(
    liquidus: Numeric,
    wall_temperature: Numeric,
    ledge_thickness: Numeric,
    area: Numeric,
    ledge_conductivity: Numeric = 1.5,
) -> FloatArray:
    """Heat through the frozen ledge to the wall: Q = k A (t_liq - t_wall)/d.

    Valid for a ledge much thinner than the pot is wide.

    Parameters
    ----------
    liquidus
        Liquidus temperature t_liq, that of the ledge's surface [°C]
    wall_temperature
        Temperature t_wall at the ledge's back [°C]
    ledge_thickness
        Ledge thickness d, above 0 [cm]
    area
        Ledge surface A [m²]
    ledge_conductivity
        Thermal conductivity k of the ledge, 1.0 to 2.5 [W/m/K]

    Returns
    -------
    FloatArray
        Heat out of the ledge Q [kW]

    References
    ----------
    Fourier's law; k 2.5 in the public simulator of Lundby et al., lower values of Taylor & Welch 1987 (recalled from
    memory).
    """
    gradient = 100.0 * (floats(liquidus) - wall_temperature) / ledge_thickness
    return 0.001 * gradient * ledge_conductivity * area


def concentration_after_freezing(concentration: Numeric, bath_mass: Numeric, frozen_mass: Numeric) -> FloatArray:
    """Content of a substance that the ledge does not take, after pure cryolite froze out: c m/(m - dm).

    Parameters
    ----------
    concentration
        Content c before, of excess AlF3, CaF2, LiF or alumina [wt%]
    bath_mass
        Mass m of the liquid bath before [kg]
    frozen_mass
        Cryolite frozen dm, below 0 when ledge melts, smaller than m [kg]

    Returns
    -------
    FloatArray
        Content after [wt%]

    References
    ----------
    Mass balance; that the ledge is pure cryolite is assumed.
    """
    mass = floats(bath_mass)
    return concentration * mass / (mass - frozen_mass)


def thermal_mass(bath_mass: Numeric, metal_mass: Numeric) -> FloatArray:
    """Heat that warms bath and metal by one kelvin: C = (1.76 m_bath + 1.18 m_metal)/1000.

    Parameters
    ----------
    bath_mass
        Liquid bath [kg]
    metal_mass
        Metal pool [kg]

    Returns
    -------
    FloatArray
        Thermal mass C [MJ/K]

    References
    ----------
    Heat capacity of bath as in the public simulator of Lundby et al.; that of the metal is engineering practice.
    """
    bath = floats(bath_mass)
    return 0.001 * (BATH_HEAT_CAPACITY * bath + METAL_HEAT_CAPACITY * metal_mass)
