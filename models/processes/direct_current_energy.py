"""Accounts of direct current: cells behind a rectifier, with auxiliaries and purchased steam."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from models.interfaces.energy import (
    AUXILIARIES,
    COMPREHENSIVE,
    ELECTRICITY,
    GRID_FACTOR,
    Account,
    EnergyFlow,
    EnergyPhysics,
    Kind,
    Prices,
)
from models.interfaces.physics import Columns, PhysicsT
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
    AUXILIARIES: "pumps, fans, compressors, cranes, and in copper liberators",
    STEAM: "heat of bought steam",
}
BOUGHT = {ELECTRICITY: "electricity bought, by the factor of the grid", STEAM: "steam bought"}
_READING = (
    "A mean tonne of the month, from what is bought to what becomes of it. Each part of the direct current is what its "
    "voltage takes; current that makes no metal takes the whole voltage. One part is what the measured voltage leaves "
    "over, so that all of them sum to it. What a reaction binds beyond its least voltage it takes from the heat of all "
    "other parts alike."
)


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
)


class CellPhysics(EnergyPhysics[PhysicsT]):
    """Energy of a process that takes direct current.

    Efficiency is the current efficiency, shape (n,) or (e, n) if several are given for each row, above 0 [%]. What
    does not depend on it may be of shape (n,) alone.
    """

    KIND: ClassVar[Kind] = KIND

    @abstractmethod
    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Return direct-current energy at the cells [kWh/t]; falls where the efficiency rises."""

    @abstractmethod
    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Return what `direct` goes into, by the names of `USES`: its sum is `direct` [kWh/t]."""

    def bound(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Return what products hold of `direct`, by the names of `BOUND` [kWh/t]."""
        return {}

    def steam(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Return steam bought [kg/t], 0 where there is none; does not rise where the efficiency rises."""
        return np.zeros_like(efficiency)

    def emitted(self, columns: Columns, efficiency: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Return what the process itself emits, by the names of `EMITTED` [tCO2e/t]."""
        return {}

    def embedded(self, columns: Columns, economics: Prices) -> FloatArray | None:
        """Return embedded emissions of `CBAM_GOODS` [tCO2e/t]; None where there are none."""
        return None

    def bought(self) -> dict[str, str]:
        """Electricity, and steam where the cells need some."""
        return {name: about for name, about in BOUGHT.items() if name != STEAM or self._buys_steam}

    def account(self, columns: Columns, target: FloatArray, factors: Prices) -> Account:
        """Account of direct current, alternating current, and all that is bought."""
        direct = self.direct(columns, target)
        alternating = alternating_current_energy(direct, factors["rectifier_efficiency"])
        electricity = alternating + factors["auxiliary_energy"]
        scope_2 = {ELECTRICITY: 0.001 * electricity * factors[GRID_FACTOR]}
        tiers = self.tiers(factors)
        heat = np.zeros(direct.shape)  # GJ/t
        if self._buys_steam:
            bought = self.steam(columns, target)
            heat = steam_heat(bought, factors["steam_heat"])
            scope_2[STEAM] = 0.001 * bought * factors["steam_emission_factor"]
        return Account(
            boundaries={DIRECT: direct, ALTERNATING: alternating, COMPREHENSIVE: electricity + GIGAJOULE * heat},
            coal_equivalent=coal_equivalent(electricity, heat),
            scope_1=self.emitted(columns, target, factors),
            scope_2=scope_2,
            embedded=self.embedded(columns, factors),
            tiers={} if tiers is None else tiers.parts(alternating, factors["auxiliary_energy"]),
        )

    def flow(self, columns: Columns, target: FloatArray, factors: Prices) -> EnergyFlow:
        """Parts of the direct current, rectifier, auxiliaries and steam."""
        direct = self.direct(columns, target)
        outside = {
            RECTIFIER: alternating_current_energy(direct, factors["rectifier_efficiency"]) - direct,
            AUXILIARIES: np.full_like(direct, factors["auxiliary_energy"]),
        }
        if self._buys_steam:
            outside[STEAM] = GIGAJOULE * steam_heat(self.steam(columns, target), factors["steam_heat"])
        bound = self.bound(columns, target)
        return EnergyFlow(
            self.uses(columns, target), outside, bound, direct - sum(bound.values(), np.zeros_like(direct))
        )

    def slope(self, comprehensive: float, target: float, factors: Prices) -> float:
        """All but the auxiliaries is divided by the efficiency [kWh/t/%]."""
        return (comprehensive - factors["auxiliary_energy"]) / target

    @property
    def _buys_steam(self) -> bool:
        return "steam_heat" in self.FACTORS
