"""Margin of a section of a copper tankhouse: daily flows at a plant's prices, with emissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.carbon import CARBON_PRICES, Emission
from physics.electrochemistry import alternating_current_energy
from physics.prices import checked

# What is needed of the prices, in $/t, $/kWh, $/kg, $, $/tCO2e, 1/a, kWh/t, kgCO2e/kWh, tCO2e/t and 1. Only what is
# divided by, and what copper is worth, cannot be 0.
_ABOVE_ZERO = ("rectifier_efficiency", "copper_price")
_EMITTED = ("rectifier_efficiency", "auxiliary_energy", "grid_emission_factor", "steam_emission_factor")
_MARGIN = (
    *("refining_margin", "reject_cost", "copper_price", "interest", "price_valley", "price_flat", "price_peak"),
    *("steam_price", "glue_price", "thiourea_price", "patrol_cost", *CARBON_PRICES),
    *_EMITTED,
)
_TONNE = 1000.0  # kg/t
_YEAR = 365.25  # d/a


@dataclass(frozen=True)
class CopperSectionFlows:
    """Daily production, consumption and stocks of a section; numbers, or arrays of one shape.

    Attributes
    ----------
    copper, rejected
        Copper made, and the part of it that inspection rejects [t/d]
    energy_valley, energy_flat, energy_peak
        Direct-current energy in the hours of each class of the tariff [kWh/d]
    steam
        Steam to the heaters [t/d]
    glue, thiourea
        Additives dosed [kg/d]
    patrols
        Patrols for shorts [1/d]
    inventory
        Copper that stands in the cells [t]
    """

    copper: Numeric
    rejected: Numeric
    energy_valley: Numeric
    energy_flat: Numeric
    energy_peak: Numeric
    steam: Numeric
    glue: Numeric
    thiourea: Numeric
    patrols: Numeric
    inventory: Numeric


def margin(flows: CopperSectionFlows, prices: Mapping[str, float]) -> FloatArray:
    """Refining charge less rejects, power, steam, additives, patrols, emissions and interest.

    Auxiliaries run all day and are paid at the flat price. What does not change with how a section is run is left out.

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
    copper = np.asarray(flows.copper, dtype=np.float64)
    direct = (
        np.asarray(flows.energy_valley, dtype=np.float64) * price["price_valley"]
        + np.asarray(flows.energy_flat, dtype=np.float64) * price["price_flat"]
        + np.asarray(flows.energy_peak, dtype=np.float64) * price["price_peak"]
    )
    return (
        copper * price["refining_margin"]
        - np.asarray(flows.rejected, dtype=np.float64) * price["reject_cost"]
        - direct / price["rectifier_efficiency"]
        - copper * price["auxiliary_energy"] * price["price_flat"]
        - np.asarray(flows.steam, dtype=np.float64) * price["steam_price"]
        - np.asarray(flows.glue, dtype=np.float64) * price["glue_price"]
        - np.asarray(flows.thiourea, dtype=np.float64) * price["thiourea_price"]
        - np.asarray(flows.patrols, dtype=np.float64) * price["patrol_cost"]
        - emitted(flows, price).charge(price)
        - np.asarray(flows.inventory, dtype=np.float64) * price["copper_price"] * price["interest"] / _YEAR
    )


def emitted(flows: CopperSectionFlows, prices: Mapping[str, float]) -> Emission:
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
    copper = np.asarray(flows.copper, dtype=np.float64)
    direct = np.asarray(flows.energy_valley, dtype=np.float64) + flows.energy_flat + flows.energy_peak
    bought = alternating_current_energy(direct, factor["rectifier_efficiency"], copper * factor["auxiliary_energy"])
    steam = np.asarray(flows.steam, dtype=np.float64) * factor["steam_emission_factor"]
    return Emission(direct=0.0, indirect=bought * factor["grid_emission_factor"] / _TONNE + steam)
