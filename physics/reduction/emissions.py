"""Greenhouse gases of aluminium reduction: anode carbon, PFCs of anode effects, electricity."""

from __future__ import annotations

from physics.arrays import FloatArray, Numeric, floats

_CO2_PER_CARBON, _GWP_CF4, _GWP_C2F6 = 3.664, 6630.0, 11100.0  # t/t, by Implementing Regulation (EU) 2025/2547


def stoichiometric_carbon(current_efficiency: Numeric) -> FloatArray:
    """Carbon that 2 Al2O3 + 3 C = 4 Al + 3 CO2 burns, back reaction included: 333.9/(CE/100).

    Parameters
    ----------
    current_efficiency
        Current efficiency CE, above 0 [%]

    Returns
    -------
    FloatArray
        Carbon a tonne of metal [kg/t]

    References
    ----------
    Stoichiometry: 3 x 12.011 g of carbon for 4 x 26.982 g of aluminium.
    """
    return 1000.0 * 100.0 * (3.0 * 12.011 / (4.0 * 26.98154)) / floats(current_efficiency)


def anode_co2(net_carbon: Numeric, sulphur_and_ash: Numeric = 0.03) -> FloatArray:
    """CO2 of the anodes: NAC (1 - s) 44/12/1000.

    Parameters
    ----------
    net_carbon
        Net anode consumption a tonne of metal, NAC [kg/t]
    sulphur_and_ash
        Share s of the anode that is not carbon [1]

    Returns
    -------
    FloatArray
        CO2 a tonne of metal [tCO2e/t]

    References
    ----------
    40 CFR 98.63.
    """
    return floats(net_carbon) * (1.0 - sulphur_and_ash) * (44.0 / 12.0 / 1000.0)


def cf4_emission(ae_frequency: Numeric, ae_duration: Numeric, slope: Numeric = 0.122) -> FloatArray:
    """CF4 by the slope method: slope x anode-effect minutes of a pot in a day.

    Emissions at low voltage, outside anode effects, are not in it: the Refinement of 2019 adds them. Valid for the pot
    technology of the slope.

    Parameters
    ----------
    ae_frequency
        Anode effects of a pot in a day [1/d]
    ae_duration
        Mean duration of one, 0 where there is none [min]
    slope
        CF4 a tonne of metal for one minute a day, 0.122 for large point-fed prebake pots [kg/t*d/min]

    Returns
    -------
    FloatArray
        CF4 a tonne of metal [kg/t]

    References
    ----------
    40 CFR 98.63, equation F-2; slope of the 2019 Refinement to IPCC 2006 (recalled). The Guidelines of 2006 have 0.143
    for centre-worked prebake pots, vol. 3 ch. 4 table 4.16 (recalled).
    """
    return slope * floats(ae_frequency) * ae_duration


def c2f6_emission(cf4: Numeric, c2f6_to_cf4: Numeric = 0.097) -> FloatArray:
    """C2F6 as a share of CF4.

    Parameters
    ----------
    cf4
        CF4 a tonne of metal [kg/t]
    c2f6_to_cf4
        Mass of C2F6 over that of CF4, 0.097 for large point-fed prebake pots [1]

    Returns
    -------
    FloatArray
        C2F6 a tonne of metal [kg/t]

    References
    ----------
    40 CFR 98.63, equation F-4; share of the 2019 Refinement to IPCC 2006 (recalled). The Guidelines of 2006 have 0.121
    for centre-worked prebake pots, vol. 3 ch. 4 table 4.16 (recalled).
    """
    return c2f6_to_cf4 * floats(cf4)


def perfluorocarbon_co2e(
    cf4: Numeric, c2f6: Numeric, gwp_cf4: Numeric = 6630.0, gwp_c2f6: Numeric = 11100.0
) -> FloatArray:
    """Warming of CF4 and C2F6 over a hundred years as that of CO2.

    Parameters
    ----------
    cf4
        CF4 a tonne of metal [kg/t]
    c2f6
        C2F6 a tonne of metal [kg/t]
    gwp_cf4
        Global warming potential of CF4, 6630 in AR5 [1]
    gwp_c2f6
        Global warming potential of C2F6, 11100 in AR5 [1]

    Returns
    -------
    FloatArray
        CO2 equivalent a tonne of metal [tCO2e/t]

    References
    ----------
    IPCC Fifth Assessment Report, warming potentials over 100 years (recalled from memory).
    """
    return 0.001 * (floats(cf4) * gwp_cf4 + floats(c2f6) * gwp_c2f6)


def embedded_emission(net_carbon: Numeric, cf4: Numeric, c2f6: Numeric, sulphur_and_ash: Numeric = 0.03) -> FloatArray:
    """Direct emission embedded in unwrought aluminium by the rules of CBAM.

    (3.664 NAC (1 - s) + 6630 CF4 + 11100 C2F6)/1000. The regulation fixes the warming potentials and the ratio of CO2
    to carbon. Fuels, flue gas treatment, precursors and perfluorocarbons outside anode effects are not in it.

    Parameters
    ----------
    net_carbon
        Net anode consumption a tonne of metal, NAC [kg/t]
    cf4
        CF4 a tonne of metal, by the slope method [kg/t]
    c2f6
        C2F6 a tonne of metal, as a share of CF4 [kg/t]
    sulphur_and_ash
        Share s of the anode that is not carbon [1]

    Returns
    -------
    FloatArray
        Embedded emission a tonne of metal [tCO2e/t]

    References
    ----------
    Commission Implementing Regulation (EU) 2025/2547, Annex I point 3.17, Annex II points B.3.2, B.7 and G.
    """
    anodes = floats(net_carbon) * (1.0 - floats(sulphur_and_ash)) * (_CO2_PER_CARBON / 1000.0)
    return anodes + perfluorocarbon_co2e(cf4, c2f6, _GWP_CF4, _GWP_C2F6)


def electricity_co2e(alternating_current_energy: Numeric, grid_emission_factor: Numeric) -> FloatArray:
    """CO2 of the electricity bought: SEC x factor/1000.

    Parameters
    ----------
    alternating_current_energy
        Energy bought a tonne of metal, SEC [kWh/t]
    grid_emission_factor
        CO2 of the grid; China 0.5306 in 2023 [kgCO2e/kWh]

    Returns
    -------
    FloatArray
        CO2 a tonne of metal [tCO2e/t]

    References
    ----------
    Location-based accounting; factor of the Ministry of Ecology and Environment (recalled from memory).
    """
    return 0.001 * floats(alternating_current_energy) * grid_emission_factor
