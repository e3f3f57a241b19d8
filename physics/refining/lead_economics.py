"""Margin of a section of a lead refinery: daily flows at a plant's prices, with emissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.carbon import CARBON_PRICES, Emission
from physics.electrochemistry import alternating_current_energy
from physics.prices import checked
from physics.special import ndtr

# What is needed of the prices, in $/t, $/kWh, $/kg, $/tCO2e, kWh/t, kgCO2e/kWh, tCO2e/t and 1.
_ABOVE_ZERO = ("rectifier_efficiency",)
_EMITTED = ("rectifier_efficiency", "auxiliary_energy", "grid_emission_factor", "steam_emission_factor")
_MARGIN = (
    *("refining_margin", "bismuth_discount", "power_price", "steam_price", "acid_price", "glue_price"),
    *("lignin_price", *CARBON_PRICES),
    *_EMITTED,
)
_TONNE = 1000.0  # kg/t


@dataclass(frozen=True)
class LeadSectionFlows:
    """Daily production and consumption of a section; numbers, or arrays of one shape.

    Attributes
    ----------
    lead, downgraded
        Lead deposited, and the part of it that holds more bismuth than its grade allows [t/d]
    energy
        Direct-current energy [kWh/d]
    steam
        Steam to the heaters [t/d]
    acid
        Fluosilicic acid lost [kg/d]
    glue, lignin
        Additives dosed [kg/d]
    """

    lead: Numeric
    downgraded: Numeric
    energy: Numeric
    steam: Numeric
    acid: Numeric
    glue: Numeric
    lignin: Numeric


def share_above(impurity_content: Numeric, highest_content: Numeric, lot_scatter: Numeric) -> FloatArray:
    """Share of a crop's lots whose content is above a limit: Φ(ln(w/w0)/σ).

    Parameters
    ----------
    impurity_content
        Mean content w of the crop, above 0 [ppm]
    highest_content
        Highest content w0 that the grade allows, above 0 [ppm]
    lot_scatter
        Standard deviation σ of the logarithm between the lots of a crop, above 0 [1]

    Returns
    -------
    FloatArray
        Share above the limit [1]

    References
    ----------
    Log-normal contents; exact.
    """
    above = np.log(np.asarray(impurity_content, dtype=np.float64) / highest_content) / lot_scatter
    result: FloatArray = ndtr(above)
    return result


def margin(flows: LeadSectionFlows, prices: Mapping[str, float]) -> FloatArray:
    """Refining charge earned, less discounts for bismuth, power, steam, acid, additives and emissions.

    What does not change with how a section is run is left out.

    Parameters
    ----------
    flows
        Of a section and day
    prices
        Prices and emission factors by name, in the units that a seed's economics have

    Returns
    -------
    FloatArray
        Margin; NaN where a flow is missing [$/d]

    Raises
    ------
    ValueError
        A price is missing, negative or no number; it is named.

    References
    ----------
    Sum of what is bought and sold; no source of its own.
    """
    price = checked(prices, _MARGIN, _ABOVE_ZERO)
    bought = _bought(flows, price)
    return (
        np.asarray(flows.lead, dtype=np.float64) * price["refining_margin"]
        - np.asarray(flows.downgraded, dtype=np.float64) * price["bismuth_discount"]
        - bought * price["power_price"]
        - np.asarray(flows.steam, dtype=np.float64) * price["steam_price"]
        - np.asarray(flows.acid, dtype=np.float64) * price["acid_price"]
        - np.asarray(flows.glue, dtype=np.float64) * price["glue_price"]
        - np.asarray(flows.lignin, dtype=np.float64) * price["lignin_price"]
        - emitted(flows, price).charge(price)
    )


def emitted(flows: LeadSectionFlows, prices: Mapping[str, float]) -> Emission:
    """Greenhouse gases of the electricity bought and of steam; the cells themselves emit none.

    Parameters
    ----------
    flows
        Of a section and day
    prices
        Emission factors by name, in the units that a seed's economics have

    Returns
    -------
    Emission
        By scope; NaN where a flow is missing [tCO2e/d]

    Raises
    ------
    ValueError
        A factor is missing, negative or no number; it is named.

    References
    ----------
    Location-based accounting of electricity; steam by its own factor.
    """
    factor = checked(prices, _EMITTED, _ABOVE_ZERO)
    steam = np.asarray(flows.steam, dtype=np.float64) * factor["steam_emission_factor"]
    return Emission(direct=0.0, indirect=_bought(flows, factor) * factor["grid_emission_factor"] / _TONNE + steam)


def _bought(flows: LeadSectionFlows, price: Mapping[str, float]) -> FloatArray:
    """Electricity of rectifiers and auxiliaries [kWh/d]."""
    auxiliaries = np.asarray(flows.lead, dtype=np.float64) * price["auxiliary_energy"]
    return alternating_current_energy(flows.energy, price["rectifier_efficiency"], auxiliaries)
