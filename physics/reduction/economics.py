"""Money of a reduction pot: what a day's flows are worth by a plant's prices, and what they emit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.carbon import CARBON_PRICES, Emission
from physics.electrochemistry import alternating_current_energy
from physics.power_tiers import TieredPrice
from physics.prices import checked as prices_checked
from physics.reduction.emissions import anode_co2, c2f6_emission, cf4_emission, electricity_co2e, perfluorocarbon_co2e

# What is needed of the prices, in $/t, $/kWh, $/tCO2e, 1/a, kgCO2e/kWh, 1, kWh/t and the units of `emissions`. A price
# of 0 would say that metal or a raw material is free, which is a slip; power and carbon may be.
_ABOVE_ZERO = ("rectifier_efficiency", "aluminium_price", "alumina_price", "alf3_price", "anode_price")
_EMITTED = (
    *("rectifier_efficiency", "auxiliary_energy", "grid_emission_factor", "anode_sulphur_and_ash"),
    *("cf4_slope", "c2f6_to_cf4", "gwp_cf4", "gwp_c2f6"),
)
_MARGIN = (*_ABOVE_ZERO[1:], "power_price", *CARBON_PRICES, "interest", *_EMITTED)
_TONNE = 1000.0  # kg/t
_YEAR = 365.25  # d/a


@dataclass(frozen=True)
class PotFlows:
    """Daily production, consumption and stocks of a pot; numbers, or arrays of one shape.

    Attributes
    ----------
    metal
        Metal made [kg/d]
    energy
        Direct-current energy, anode effects included [kWh/d]
    alumina
        Alumina fed, less what the bath and the sludge gained [kg/d]
    alf3
        AlF3 added, less what the bath gained [kg/d]
    net_carbon
        Net anode carbon, which is what the pot burns [kg/d]
    ae_minutes
        Time in anode effects [min/d]
    pool
        Metal that stands in the pot [kg]
    """

    metal: Numeric
    energy: Numeric
    alumina: Numeric
    alf3: Numeric
    net_carbon: Numeric
    ae_minutes: Numeric
    pool: Numeric


def margin(flows: PotFlows, prices: Mapping[str, float]) -> FloatArray:
    """Value of the metal less power, alumina, AlF3, anodes, emissions and interest on metal in the pot.

    A tiered power price, if the prices state its year, is charged by the stated consumption of the plant and the pot's
    effect on it; without `plant_consumption` as if the plant took what the pot takes.

    What does not change with how a pot is run (labour, lining, overheads) is left out.

    Parameters
    ----------
    flows
        Of a pot and day
    prices
        Prices and emission factors by name, in the units that a seed's economics have

    Returns
    -------
    FloatArray
        Margin; NaN where a flow is missing [$/d]

    Raises
    ------
    ValueError
        A price is missing, negative or no number; it is named. Power, carbon and interest may be 0.

    References
    ----------
    Sum of what is bought and sold; no source of its own.
    """
    price = checked(prices, _MARGIN)
    pool = floats(flows.pool) / _TONNE
    return (
        floats(flows.metal) / _TONNE * price["aluminium_price"]
        - _bought(flows, price) * price["power_price"]
        - floats(flows.alumina) / _TONNE * price["alumina_price"]
        - floats(flows.alf3) / _TONNE * price["alf3_price"]
        - floats(flows.net_carbon) / _TONNE * price["anode_price"]
        - emitted(flows, price).charge(price)
        - _tier_charge(flows, prices, price)
        - pool * price["aluminium_price"] * price["interest"] / _YEAR
    )


def emitted(flows: PotFlows, prices: Mapping[str, float]) -> Emission:
    """Greenhouse gases of the electricity bought, of anode carbon and of perfluorocarbons.

    Parameters
    ----------
    flows
        Of a pot and day
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
    40 CFR 98.63 for anodes and perfluorocarbons; location-based accounting of electricity.
    """
    price = checked(prices, _EMITTED)
    cf4 = cf4_emission(flows.ae_minutes, 1.0, price["cf4_slope"])
    gases = perfluorocarbon_co2e(cf4, c2f6_emission(cf4, price["c2f6_to_cf4"]), price["gwp_cf4"], price["gwp_c2f6"])
    return Emission(
        direct=anode_co2(flows.net_carbon, price["anode_sulphur_and_ash"]) + gases * floats(flows.metal) / _TONNE,
        indirect=electricity_co2e(_bought(flows, price), price["grid_emission_factor"]),
    )


def _tier_charge(flows: PotFlows, prices: Mapping[str, float], price: Mapping[str, float]) -> FloatArray:
    """Surcharge of the tiered power price [$/d]; 0 where the prices state none."""
    tiers = TieredPrice.of(prices)
    if tiers is None:
        return np.zeros(())
    metal = floats(flows.metal) / _TONNE
    alternating = alternating_current_energy(flows.energy, price["rectifier_efficiency"]) / metal
    return metal * tiers.cost_of_part(tiers.consumption(alternating, price["auxiliary_energy"]))


def _bought(flows: PotFlows, price: Mapping[str, float]) -> FloatArray:
    """Alternating-current energy [kWh/d]."""
    auxiliary = price["auxiliary_energy"] * floats(flows.metal) / _TONNE
    return alternating_current_energy(flows.energy, price["rectifier_efficiency"], auxiliary)


def checked(prices: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """Prices and factors of these names, once each is there and possible.

    Parameters
    ----------
    prices
        By name; other names are ignored
    names
        Which are needed

    Returns
    -------
    dict[str, float]
        Those that are needed

    Raises
    ------
    ValueError
        One is missing, negative or no number; it is named.

    References
    ----------
    None: a check, not an equation.
    """
    return prices_checked(prices, names, _ABOVE_ZERO)
