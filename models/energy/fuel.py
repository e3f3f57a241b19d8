"""Accounts of fuel: boilers and kilns of a process, with the electricity that it takes beside them."""

from __future__ import annotations

from typing import cast

import numpy as np

from models.energy.account import AUXILIARIES, COMPREHENSIVE, ELECTRICITY, GRID_FACTOR, Account, Flow
from models.interfaces.energy import Columns, EnergyPhysics, FuelPhysics, Kind, Prices
from physics.arrays import FloatArray
from physics.coal_equivalent import GIGAJOULE, coal_equivalent

FACTORS = {ELECTRICITY: "kWh/t", GRID_FACTOR: "kgCO2e/kWh"}
FUEL = "fuel"
BOUNDARIES = {FUEL: "heat of the fuel that is burnt", COMPREHENSIVE: "fuel and bought electricity"}
_READING = (
    "A mean tonne of the month, from what is bought to what becomes of it. Heat of steam is that of its meters; one "
    "part is what the weighed fuel leaves over, so that all of them sum to it: errors of meters, boilers and scales "
    "gather there. What a reaction binds it takes from the first part, and the rest from all others alike."
)


def _account(physics: EnergyPhysics, columns: Columns, fuel: FloatArray, factors: Prices) -> Account:
    electricity = np.full_like(fuel, factors[ELECTRICITY])
    return Account(
        boundaries={FUEL: fuel, COMPREHENSIVE: fuel + electricity / GIGAJOULE},
        coal_equivalent=coal_equivalent(electricity, fuel),
        scope_1=cast(FuelPhysics, physics).emitted(columns, fuel, factors),
        scope_2={ELECTRICITY: 0.001 * electricity * factors[GRID_FACTOR]},
    )


def _flow(physics: EnergyPhysics, columns: Columns, fuel: FloatArray, factors: Prices) -> Flow:
    burning = cast(FuelPhysics, physics)
    bound = burning.bound(columns, fuel)
    return Flow(
        burning.uses(columns, fuel, factors),
        {AUXILIARIES: np.full_like(fuel, factors[ELECTRICITY] / GIGAJOULE)},
        bound,
        fuel - sum(bound.values(), np.zeros_like(fuel)),
    )


def _bought(physics: EnergyPhysics) -> dict[str, str]:
    return {ELECTRICITY: "electricity bought, by the factor of the grid"}


def _slope(comprehensive: float, fuel: float, factors: Prices) -> float:
    """Fuel counts as it is [1]."""
    return 1.0


KIND = Kind(
    unit="GJ/t",
    whole="TJ",
    digits=2,
    boundaries=BOUNDARIES,
    outside={AUXILIARIES: "electricity of pumps, mills, filters and fans"},
    source=FUEL,
    carrier="boilers and kilns",
    heat="heat that is given off",
    reading=_READING,
    factors=FACTORS,
    above_zero=("boiler_efficiency",),  # of processes that have boilers
    account=_account,
    flow=_flow,
    bought=_bought,
    slope=_slope,
)
