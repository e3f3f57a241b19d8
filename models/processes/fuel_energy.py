"""Accounts of fuel: boilers and kilns of a process, with its electricity."""

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
from physics.coal_equivalent import GIGAJOULE, coal_equivalent

FACTORS = {ELECTRICITY: "kWh/t", GRID_FACTOR: "kgCO2e/kWh"}
FUEL = "fuel"
BOUNDARIES = {FUEL: "heat of the fuel that is burnt", COMPREHENSIVE: "fuel and bought electricity"}
_READING = (
    "A mean tonne of the month, from what is bought to what becomes of it. Heat of steam is that of its meters; one "
    "part is the remainder of the measured fuel, so that all of them sum to it: errors of meters, boilers and scales "
    "gather there. What a reaction binds it takes from the first part, and the rest from all others alike."
)


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
)


class FuelPhysics(EnergyPhysics[PhysicsT]):
    """Energy of a process that burns fuel, all that a tonne takes being its `TARGET`.

    Fuel is of shape (n,) or (e, n) if several are given for each row, above 0 [GJ/t].
    """

    KIND: ClassVar[Kind] = KIND

    @abstractmethod
    def uses(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Return the uses of fuel by the names of `USES`, which sum to it [GJ/t]; columns hold targets too."""

    def bound(self, columns: Columns, fuel: FloatArray) -> dict[str, FloatArray]:
        """Return what products hold of it, by the names of `BOUND` [GJ/t]."""
        return {}

    @abstractmethod
    def emitted(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Return emissions of combustion by the names of `EMITTED` [tCO2e/t], non-decreasing in fuel."""

    def bought(self) -> dict[str, str]:
        """Electricity alone."""
        return {ELECTRICITY: "electricity bought, by the factor of the grid"}

    def account(self, columns: Columns, target: FloatArray, factors: Prices) -> Account:
        """Account of fuel, and of fuel and electricity."""
        electricity = np.full_like(target, factors[ELECTRICITY])
        return Account(
            boundaries={FUEL: target, COMPREHENSIVE: target + electricity / GIGAJOULE},
            coal_equivalent=coal_equivalent(electricity, target),
            scope_1=self.emitted(columns, target, factors),
            scope_2={ELECTRICITY: 0.001 * electricity * factors[GRID_FACTOR]},
        )

    def flow(self, columns: Columns, target: FloatArray, factors: Prices) -> EnergyFlow:
        """Parts of the fuel, and auxiliaries."""
        bound = self.bound(columns, target)
        return EnergyFlow(
            self.uses(columns, target, factors),
            {AUXILIARIES: np.full_like(target, factors[ELECTRICITY] / GIGAJOULE)},
            bound,
            target - sum(bound.values(), np.zeros_like(target)),
        )

    def slope(self, comprehensive: float, target: float, factors: Prices) -> float:
        """Fuel counts as it is [1]."""
        return 1.0
