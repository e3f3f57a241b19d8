"""Energy and greenhouse gases of a tonne of metal: by boundary, by scope, and by what the energy goes into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.energy.process import Columns, EnergyPhysics, Prices
from physics.arrays import FloatArray
from physics.coal_equivalent import GIGAJOULE, coal_equivalent, steam_heat
from physics.electrochemistry import alternating_current_energy
from physics.prices import checked
from seeds import Quantity

GRID_FACTOR = "grid_emission_factor"  # kgCO2e/kWh
FACTORS = {"rectifier_efficiency": "1", "auxiliary_energy": "kWh/t", GRID_FACTOR: "kgCO2e/kWh"}  # of every process
_ABOVE_ZERO = ("rectifier_efficiency",)

DIRECT, ALTERNATING, COMPREHENSIVE = "direct", "alternating", "comprehensive"
BOUNDARIES = {
    DIRECT: "direct current at the cells",
    ALTERNATING: "alternating current that the cells' rectifier takes",
    COMPREHENSIVE: "alternating current, auxiliaries and bought steam",
}
RECTIFIER, AUXILIARIES, STEAM = "rectifier", "auxiliaries", "steam"
OUTSIDE = {
    RECTIFIER: "loss of the rectifier and its transformer",
    AUXILIARIES: "pumps, fans, compressors, cranes",
    STEAM: "heat of bought steam",
}
ELECTRICITY = "electricity"
BOUGHT = {ELECTRICITY: "electricity bought, by the factor of the grid", STEAM: "steam bought"}


@dataclass(frozen=True, eq=False)
class Account:
    """Energy and greenhouse gases of a tonne of metal, n rows; NaN where an input is missing.

    Attributes
    ----------
    boundaries : Mapping of str to ndarray, shape (n,)
        Specific energy by the names of `BOUNDARIES`; steam counts with its heat [kWh/t].
    coal_equivalent : ndarray, shape (n,)
        The comprehensive energy as coal equivalent [kgce/t].
    steam : ndarray, shape (n,)
        Heat of bought steam, within the comprehensive energy [kWh/t].
    scope_1, scope_2 : Mapping of str to ndarray, shape (n,)
        Emissions by what they come from: of the process itself, and of what it buys [tCO2e/t].
    """

    boundaries: Mapping[str, FloatArray]
    coal_equivalent: FloatArray
    steam: FloatArray
    scope_1: Mapping[str, FloatArray]
    scope_2: Mapping[str, FloatArray]

    @property
    def scopes(self) -> dict[str, FloatArray]:
        """Emissions of each scope, and of both [tCO2e/t]."""
        one, two = (sum(parts.values(), np.zeros(self.steam.shape)) for parts in (self.scope_1, self.scope_2))
        return {"scope_1": one, "scope_2": two, "total": one + two}


def factors_of(physics: EnergyPhysics) -> dict[str, str]:
    """Values of [economics] that an account of a process is computed with, and the units that they must have."""
    return {**FACTORS, **physics.FACTORS}


def check_factors(physics: EnergyPhysics, economics: Mapping[str, Quantity]) -> None:
    """Whether a seed's factors are what an account of its process is computed with.

    Raises
    ------
    ValueError
        A factor is missing, in another unit, negative or no number; it is named.
    """
    for name, unit in factors_of(physics).items():
        if name in economics and economics[name].unit != unit:
            raise ValueError(f"economics.{name}.unit: got '{economics[name].unit}': expected '{unit}'")
    checked({name: one.value for name, one in economics.items()}, factors_of(physics), _ABOVE_ZERO)


def account(physics: EnergyPhysics, columns: Columns, efficiency: FloatArray, economics: Prices) -> Account:
    """Energy and greenhouse gases of n rows.

    Parameters
    ----------
    physics : EnergyPhysics
        The process's energy module.
    columns : Mapping of str to ndarray, shape (n,)
        Measured columns, in the unit of the seed; NaN where missing.
    efficiency : ndarray, shape (n,) or (e, n)
        Current efficiency, above 0; e of each row where several are asked for at once [%].
    economics : Mapping of str to float
        Values of the seed's [economics], in the unit of the seed.

    Returns
    -------
    Account
        Of the shape of the efficiency; what does not depend on it may be of shape (n,).

    Raises
    ------
    ValueError
        A factor is missing, negative or no number; it is named.
    """
    factors = checked(economics, factors_of(physics), _ABOVE_ZERO)
    direct = physics.direct(columns, efficiency)
    alternating = alternating_current_energy(direct, factors["rectifier_efficiency"])
    electricity = alternating + factors["auxiliary_energy"]
    scope_2 = {ELECTRICITY: 0.001 * electricity * factors[GRID_FACTOR]}
    heat = np.zeros(direct.shape)  # GJ/t
    if "steam_heat" in physics.FACTORS:
        bought = physics.steam(columns, efficiency)
        heat = steam_heat(bought, factors["steam_heat"])
        scope_2[STEAM] = 0.001 * bought * factors["steam_emission_factor"]
    return Account(
        boundaries={DIRECT: direct, ALTERNATING: alternating, COMPREHENSIVE: electricity + GIGAJOULE * heat},
        coal_equivalent=coal_equivalent(electricity, heat),
        steam=GIGAJOULE * heat,
        scope_1=physics.emitted(columns, efficiency, factors),
        scope_2=scope_2,
    )


@dataclass(frozen=True, eq=False)
class Flow:
    """Where the comprehensive energy of a tonne goes, n rows.

    Attributes
    ----------
    cells : Mapping of str to ndarray, shape (n,)
        What direct current goes into, by the names of the process's `USES` [kWh/t].
    outside : Mapping of str to ndarray, shape (n,)
        What goes elsewhere, by the names of `OUTSIDE`; steam where there is any [kWh/t].
    bound : Mapping of str to ndarray, shape (n,)
        What products hold of the direct current's energy, by the names of the process's `BOUND` [kWh/t].
    heat : ndarray, shape (n,)
        The rest of it, which becomes heat of the cells [kWh/t].
    """

    cells: Mapping[str, FloatArray]
    outside: Mapping[str, FloatArray]
    bound: Mapping[str, FloatArray]
    heat: FloatArray


def flow(physics: EnergyPhysics, columns: Columns, efficiency: FloatArray, economics: Prices) -> Flow:
    """Where the energy of n rows goes: cells and outside together are the comprehensive energy.

    Parameters and errors as of `account`.
    """
    of, factors = account(physics, columns, efficiency, economics), checked(economics, FACTORS, _ABOVE_ZERO)
    direct = of.boundaries[DIRECT]
    outside = {
        RECTIFIER: of.boundaries[ALTERNATING] - direct,
        AUXILIARIES: np.full_like(direct, factors["auxiliary_energy"]),
    }
    if STEAM in of.scope_2:
        outside[STEAM] = of.steam
    bound = physics.bound(columns, efficiency)
    return Flow(physics.uses(columns, efficiency), outside, bound, direct - sum(bound.values(), np.zeros_like(direct)))
