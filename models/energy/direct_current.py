"""Accounts of direct current: cells behind a rectifier, with auxiliaries and bought steam beside them."""

from __future__ import annotations

from typing import cast

import numpy as np

from models.energy.account import AUXILIARIES, COMPREHENSIVE, ELECTRICITY, GRID_FACTOR, Account, Flow
from models.interfaces.energy import CellPhysics, Columns, EnergyPhysics, Kind, Prices
from physics.arrays import FloatArray
from physics.coal_equivalent import GIGAJOULE, coal_equivalent, steam_heat
from physics.electrochemistry import alternating_current_energy

FACTORS = {"rectifier_efficiency": "1", "auxiliary_energy": "kWh/t", GRID_FACTOR: "kgCO2e/kWh"}
DIRECT, ALTERNATING = "direct", "alternating"
BOUNDARIES = {
    DIRECT: "direct current at the cells",
    ALTERNATING: "alternating current that the cells' rectifier takes",
    COMPREHENSIVE: "alternating current, auxiliaries and bought steam",
}
RECTIFIER, STEAM = "rectifier", "steam"
OUTSIDE = {
    RECTIFIER: "loss of the rectifier and its transformer",
    AUXILIARIES: "pumps, fans, compressors, cranes",
    STEAM: "heat of bought steam",
}
BOUGHT = {ELECTRICITY: "electricity bought, by the factor of the grid", STEAM: "steam bought"}
_READING = (
    "A mean tonne of the month, from what is bought to what becomes of it. Each part of the direct current is what its "
    "voltage takes; current that makes no metal takes the whole voltage. One part is what the measured voltage leaves "
    "over, so that all of them sum to it. What a reaction binds beyond its least voltage it takes from the heat of all "
    "other parts alike."
)


def _account(physics: EnergyPhysics, columns: Columns, efficiency: FloatArray, factors: Prices) -> Account:
    cells = cast(CellPhysics, physics)
    direct = cells.direct(columns, efficiency)
    alternating = alternating_current_energy(direct, factors["rectifier_efficiency"])
    electricity = alternating + factors["auxiliary_energy"]
    scope_2 = {ELECTRICITY: 0.001 * electricity * factors[GRID_FACTOR]}
    heat = np.zeros(direct.shape)  # GJ/t
    if _buys_steam(physics):
        bought = cells.steam(columns, efficiency)
        heat = steam_heat(bought, factors["steam_heat"])
        scope_2[STEAM] = 0.001 * bought * factors["steam_emission_factor"]
    return Account(
        boundaries={DIRECT: direct, ALTERNATING: alternating, COMPREHENSIVE: electricity + GIGAJOULE * heat},
        coal_equivalent=coal_equivalent(electricity, heat),
        scope_1=cells.emitted(columns, efficiency, factors),
        scope_2=scope_2,
    )


def _flow(physics: EnergyPhysics, columns: Columns, efficiency: FloatArray, factors: Prices) -> Flow:
    cells = cast(CellPhysics, physics)
    direct = cells.direct(columns, efficiency)
    outside = {
        RECTIFIER: alternating_current_energy(direct, factors["rectifier_efficiency"]) - direct,
        AUXILIARIES: np.full_like(direct, factors["auxiliary_energy"]),
    }
    if _buys_steam(physics):
        outside[STEAM] = GIGAJOULE * steam_heat(cells.steam(columns, efficiency), factors["steam_heat"])
    bound = cells.bound(columns, efficiency)
    return Flow(cells.uses(columns, efficiency), outside, bound, direct - sum(bound.values(), np.zeros_like(direct)))


def _buys_steam(physics: EnergyPhysics) -> bool:
    return "steam_heat" in physics.FACTORS


def _bought(physics: EnergyPhysics) -> dict[str, str]:
    return {name: about for name, about in BOUGHT.items() if name != STEAM or _buys_steam(physics)}


def _slope(comprehensive: float, efficiency: float, factors: Prices) -> float:
    """All but the auxiliaries is divided by the efficiency [kWh/t/%]."""
    return (comprehensive - factors["auxiliary_energy"]) / efficiency


KIND = Kind(
    unit="kWh/t",
    whole="MWh",
    digits=0,
    boundaries=BOUNDARIES,
    outside=OUTSIDE,
    source=ELECTRICITY,
    carrier="direct current",
    heat="heat of the cells",
    reading=_READING,
    factors=FACTORS,
    above_zero=("rectifier_efficiency",),
    account=_account,
    flow=_flow,
    bought=_bought,
    slope=_slope,
)
