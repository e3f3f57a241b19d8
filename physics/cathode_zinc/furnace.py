"""Melting of cathodes in an induction furnace: heat, dross, iron of tools, cadmium that evaporates."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_MELTING_POINT = 419.5  # °C
_ROOM = 25.0  # °C
_SOLID_HEAT, _FUSION_HEAT, _LIQUID_HEAT = 0.0275, 7.32, 0.0314  # kJ/(mol K), kJ/mol, kJ/(mol K)
_ZINC_MASS = 65.38  # g/mol
_MEGAJOULES = 3.6  # a kWh
_USUAL_TEMPERATURE = 480.0  # °C
_USUAL_SALT = 0.9  # kg/t
_TOOL_TEMPERATURE = 470.0  # °C
_TOOL_TIME = 20.0  # min


def melting_heat(melt_temperature: Numeric) -> FloatArray:
    """Heat of zinc from 25 °C to the melt: (27.5 J/K·394.5 K + 7.32 kJ + 31.4 J/K (T - 419.5))/M.

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt, 419.5 °C and above [°C]

    Returns
    -------
    FloatArray
        Heat; 85 at 480 °C [kWh/t]

    References
    ----------
    Heats of zinc as in handbooks (recalled): 27.5 J/(mol K) solid on average, 7.32 kJ/mol, 31.4 J/(mol K) liquid.
    """
    solid = _SOLID_HEAT * (_MELTING_POINT - _ROOM) + _FUSION_HEAT
    molar = solid + _LIQUID_HEAT * (np.asarray(melt_temperature, dtype=np.float64) - _MELTING_POINT)
    return 1e3 * molar / _ZINC_MASS / _MEGAJOULES


def melting_energy(
    melt_temperature: Numeric, furnace_efficiency: Numeric = 0.78, thin_share: Numeric = 0.0
) -> FloatArray:
    """Electricity for a tonne of molten zinc: q(T) (1 + 0.3 f)/eta.

    Thin and wet cathodes bring water and oxide along.

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt [°C]
    furnace_efficiency
        Heat in the metal over electricity, eta; about 0.8 of channel furnaces, less as their lining ages [1]
    thin_share
        Share f of thin, dendritic or wet cathodes [1]

    Returns
    -------
    FloatArray
        Electricity; 100-125 in plants [kWh/t]

    References
    ----------
    Balance of heat, 100 to 125 kWh/t: practice of melting houses; what thin cathodes take is assumed.
    """
    wet = 1.0 + 0.3 * np.asarray(thin_share, dtype=np.float64)
    result: FloatArray = melting_heat(melt_temperature) * wet / furnace_efficiency
    return result


def dross_share(
    melt_temperature: Numeric,
    ammonium_chloride_dose: Numeric,
    thin_share: Numeric = 0.0,
    reference_dross: Numeric = 2.2,
) -> FloatArray:
    """Dross of a charge: D (T/480)³ (1 + 0.8 f) (n/0.9)^-0.35.

    Ammonium chloride breaks the oxide skins of the drops, which else stay in the dross.

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt [°C]
    ammonium_chloride_dose
        Ammonium chloride n for a tonne of cathodes, above 0 [kg/t]
    thin_share
        Share f of thin, dendritic or wet cathodes [1]
    reference_dross
        Dross D at 480 °C and 0.9 kg/t of sound cathodes; 1.5-3.5 in plants [%]

    Returns
    -------
    FloatArray
        Share of the charge [%]

    References
    ----------
    1.5 to 3.5 % with 80 to 85 % zinc: practice of melting houses; exponents assumed.
    """
    hot = np.power(np.asarray(melt_temperature, dtype=np.float64) / _USUAL_TEMPERATURE, 3.0)
    salted = np.power(np.asarray(ammonium_chloride_dose, dtype=np.float64) / _USUAL_SALT, -0.35)
    result: FloatArray = reference_dross * hot * (1.0 + 0.8 * np.asarray(thin_share)) * salted
    return result


def iron_of_tools(melt_temperature: Numeric, stirring_time: Numeric, tool_iron: Numeric = 4.0) -> FloatArray:
    """Iron that steel tools and scrapers leave in the melt: f exp(0.03 (T - 470)) (t/20 min)^0.5.

    The melt could dissolve 200 to 300 ppm at 450 °C: it is the tools' time and temperature that decide.

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt [°C]
    stirring_time
        Time t of stirring and skimming, 0 or more [min]
    tool_iron
        Iron f at 470 °C and 20 min; 2-8 in plants [ppm]

    Returns
    -------
    FloatArray
        Content added [ppm]

    References
    ----------
    Solubility 0.02-0.03 % at 450 °C (recalled); 2 to 8 ppm, 3 % a kelvin and the root of time assumed.
    """
    hot = np.exp(0.03 * (np.asarray(melt_temperature, dtype=np.float64) - _TOOL_TEMPERATURE))
    result: FloatArray = tool_iron * hot * np.sqrt(np.asarray(stirring_time, dtype=np.float64) / _TOOL_TIME)
    return result


def cadmium_left(melt_temperature: Numeric, evaporated_cadmium: Numeric = 0.12) -> FloatArray:
    """Share of cadmium that does not evaporate from the melt: exp(-a exp(0.02 (T - 480))).

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt [°C]
    evaporated_cadmium
        What a heat at 480 °C loses, a [1]

    Returns
    -------
    FloatArray
        Share [1]

    References
    ----------
    Cadmium boils at 767 °C, below zinc; 5 to 20 % lost in a heat and 2 % a kelvin assumed.
    """
    hot = np.exp(0.02 * (np.asarray(melt_temperature, dtype=np.float64) - _USUAL_TEMPERATURE))
    result: FloatArray = np.exp(-np.asarray(evaporated_cadmium) * hot)
    return result
