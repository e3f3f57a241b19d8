"""Money of a zinc cell: what a day's flows are worth by a plant's prices, and what they emit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics.arrays import FloatArray, Numeric, floats
from physics.carbon import CARBON_PRICES, Emission
from physics.electrochemistry import alternating_current_energy
from physics.prices import checked

# What is needed of the prices, in $/t, $/m³, $/tCO2e, kWh/t, kgCO2e/kWh and 1.
_ABOVE_ZERO = ("rectifier_efficiency", "zinc_price")
_EMITTED = ("rectifier_efficiency", "auxiliary_energy", "grid_emission_factor")
_BOUGHT = ("feed_zinc_price", "solution_price", "power_price", "glue_price")
_MARGIN = ("zinc_price", *_BOUGHT, *CARBON_PRICES, *_EMITTED)
_TONNE = 1000.0  # kg/t


@dataclass(frozen=True)
class ZincCellFlows:
    """Daily production and consumption of a cell; numbers, or arrays of one shape.

    Attributes
    ----------
    zinc
        Zinc deposited [kg/d]
    energy
        Direct-current energy [kWh/d]
    hours
        Price of the hours that the energy is drawn in, over the flat price, on average over the energy [1]
    feed
        Neutral feed [m³/d]
    glue
        Glue dosed [kg/d]
    """

    zinc: Numeric
    energy: Numeric
    hours: Numeric
    feed: Numeric
    glue: Numeric


def margin(flows: ZincCellFlows, prices: Mapping[str, float]) -> FloatArray:
    """Value of the zinc less zinc in solution, purification, power, glue and emissions.

    Auxiliaries run all day and are paid at the flat price. Zinc that leaves with the spent electrolyte is leached again
    and not lost; what it costs is the volume that is purified once more. What does not change with how a cell is run is
    left out.

    Parameters
    ----------
    flows
        Of a cell and day
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
    zinc = floats(flows.zinc) / _TONNE
    direct = floats(flows.energy) / price["rectifier_efficiency"]
    return (
        zinc * (price["zinc_price"] - price["feed_zinc_price"])
        - floats(flows.feed) * price["solution_price"]
        - (direct * flows.hours + zinc * price["auxiliary_energy"]) * price["power_price"]
        - floats(flows.glue) / _TONNE * price["glue_price"]
        - emitted(flows, price).charge(price)
    )


def emitted(flows: ZincCellFlows, prices: Mapping[str, float]) -> Emission:
    """Greenhouse gases of the electricity bought; the cells themselves emit none.

    Parameters
    ----------
    flows
        Of a cell and day
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
    Location-based accounting of electricity.
    """
    factor = checked(prices, _EMITTED, _ABOVE_ZERO)
    zinc = floats(flows.zinc) / _TONNE
    bought = alternating_current_energy(flows.energy, factor["rectifier_efficiency"], zinc * factor["auxiliary_energy"])
    return Emission(direct=0.0, indirect=bought * factor["grid_emission_factor"] / _TONNE)
