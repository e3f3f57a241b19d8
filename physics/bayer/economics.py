"""Money of an alumina line: what a day's flows are worth by a plant's prices, and what they emit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.carbon import CARBON_PRICES, Emission
from physics.prices import checked

# What is needed of the prices, in $/t, $/GJ, $/kWh, $/K, tCO2e/GJ, kgCO2e/kWh, tCO2e/t, kWh/t.
_EMITTED = ("fuel_emission_factor", "calciner_emission_factor", "grid_emission_factor", "electricity")
_MARGIN = (
    *("alumina_price", "bauxite_price", "bauxite_use", "steam_price", "fuel_price", "caustic_price", "lime_price"),
    *("seed_price", "cooling_price", "power_price", "grade_discount", *CARBON_PRICES),
    *_EMITTED,
)
_KILO = 1000.0


@dataclass(frozen=True)
class PrecipitationFlows:
    """Daily production and consumption of a line; numbers, or arrays of one shape.

    Attributes
    ----------
    alumina, downgraded
        Alumina made, and the part of it that keeps a buyer's limits of soda, fines and loss on ignition not [t/d]
    steam, boiler_fuel, calciner_fuel
        Steam [t/d], fuel for it, and the calciner's [GJ/d]
    caustic
        NaOH lost [t/d]
    lime
        Lime dosed [t/d]
    seed
        Seed that is filtered and pumped [t/d]
    cooled
        Alumina times what the train is cooled by [t.K/d]
    """

    alumina: Numeric
    downgraded: Numeric
    steam: Numeric
    boiler_fuel: Numeric
    calciner_fuel: Numeric
    caustic: Numeric
    lime: Numeric
    seed: Numeric
    cooled: Numeric


def margin(flows: PrecipitationFlows, prices: Mapping[str, float]) -> FloatArray:
    """Alumina sold, less bauxite, steam, fuel, chemicals, cooling, power, discounts and emissions.

    Parameters
    ----------
    flows
        Of a line and day
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
    price = checked(prices, _MARGIN)
    alumina = np.asarray(flows.alumina, dtype=np.float64)
    a_tonne = price["alumina_price"] - price["bauxite_use"] * price["bauxite_price"]
    a_tonne -= price["electricity"] * price["power_price"]
    return (
        alumina * a_tonne
        - np.asarray(flows.downgraded, dtype=np.float64) * price["grade_discount"]
        - np.asarray(flows.steam, dtype=np.float64) * price["steam_price"]
        - np.asarray(flows.calciner_fuel, dtype=np.float64) * price["fuel_price"]
        - np.asarray(flows.caustic, dtype=np.float64) * price["caustic_price"]
        - np.asarray(flows.lime, dtype=np.float64) * price["lime_price"]
        - np.asarray(flows.seed, dtype=np.float64) * price["seed_price"]
        - np.asarray(flows.cooled, dtype=np.float64) * price["cooling_price"]
        - emitted(flows, price).charge(price)
    )


def emitted(flows: PrecipitationFlows, prices: Mapping[str, float]) -> Emission:
    """Greenhouse gases of boilers, calciner and electricity bought.

    Parameters
    ----------
    flows
        Of a line and day
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
    Fuel by its own factor; location-based accounting of electricity.
    """
    factor = checked(prices, _EMITTED)
    burnt = np.asarray(flows.boiler_fuel, dtype=np.float64) * factor["fuel_emission_factor"]
    burnt = burnt + np.asarray(flows.calciner_fuel, dtype=np.float64) * factor["calciner_emission_factor"]
    bought = np.asarray(flows.alumina, dtype=np.float64) * factor["electricity"]
    return Emission(direct=burnt, indirect=bought * factor["grid_emission_factor"] / _KILO)
