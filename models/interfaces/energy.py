"""Interface of the energy of a process, so that energy accounts are alike for all processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeAlias

import numpy as np

from models.interfaces.physics import Columns, PhysicsT
from physics.arrays import FloatArray
from physics.power_tiers import TieredPrice

Prices = Mapping[str, float]

GRID_FACTOR = "grid_emission_factor"  # kgCO2e/kWh
COMPREHENSIVE = "comprehensive"  # of all kinds: all energy that is bought
AUXILIARIES, ELECTRICITY = "auxiliaries", "electricity"


@dataclass(frozen=True, eq=False)
class Account:
    """Energy and greenhouse gases of a tonne of product, n rows; NaN where an input is missing.

    Attributes
    ----------
    boundaries : Mapping of str to ndarray, shape (n,)
        Specific energy by the names of the kind's `boundaries` [unit of the kind].
    coal_equivalent : ndarray, shape (n,)
        The comprehensive energy as coal equivalent [kgce/t].
    scope_1, scope_2 : Mapping of str to ndarray, shape (n,)
        Emissions by source: of the process itself, and of its purchases [tCO2e/t].
    embedded : ndarray, shape (n,), or None
        Embedded emissions of the goods that CBAM covers [tCO2e/t]; None for other goods.
    tiers : Mapping of str to ndarray, shape (n,)
        `consumption` [kWh/t], `surcharge` [$/kWh] and `cost` [$/t] of a tiered power price; empty without one.
    """

    boundaries: Mapping[str, FloatArray]
    coal_equivalent: FloatArray
    scope_1: Mapping[str, FloatArray]
    scope_2: Mapping[str, FloatArray]
    embedded: FloatArray | None = None
    tiers: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def scopes(self) -> dict[str, FloatArray]:
        """Emissions of each scope, and of both [tCO2e/t]."""
        none = np.zeros(self.coal_equivalent.shape)
        one, two = (sum(parts.values(), none) for parts in (self.scope_1, self.scope_2))
        return {"scope_1": one, "scope_2": two, "total": one + two}


@dataclass(frozen=True, eq=False)
class EnergyFlow:
    """Uses of the comprehensive energy of a tonne, n rows [unit of the kind].

    Attributes
    ----------
    uses : Mapping of str to ndarray, shape (n,)
        What the energy of the first boundary goes into, by the names of the process's `USES`.
    outside : Mapping of str to ndarray, shape (n,)
        What goes elsewhere, by the names of the kind's `outside`; those that the process has.
    bound : Mapping of str to ndarray, shape (n,)
        What products hold of the first boundary's energy, by the names of the process's `BOUND`.
    heat : ndarray, shape (n,)
        The rest of it, which becomes heat.
    """

    uses: Mapping[str, FloatArray]
    outside: Mapping[str, FloatArray]
    bound: Mapping[str, FloatArray]
    heat: FloatArray


@dataclass(frozen=True)
class Kind:
    """Names and units that the accounts of some processes have in common.

    Attributes
    ----------
    unit, whole : str
        Of a tonne's energy, and of a thousand times as much.
    digits : int
        After the point, where energy is shown.
    boundaries : Mapping of str to str
        What is counted, each with what it is: each contains the one before it, the last is all.
    outside : Mapping of str to str
        What goes elsewhere than into the first boundary, each with what it is.
    source, carrier, heat : str
        What the energy of the first boundary is bought as, what it is called there, and as what it ends.
    reading : str
        How to read where it goes.
    factors : Mapping of str to str
        Values of [economics] that every account of the kind is computed with, and their units.
    above_zero : tuple of str
        Those of them that cannot be 0.
    """

    unit: str
    whole: str
    digits: int
    boundaries: Mapping[str, str]
    outside: Mapping[str, str]
    source: str
    carrier: str
    heat: str
    reading: str
    factors: Mapping[str, str]
    above_zero: tuple[str, ...]

    @property
    def first(self) -> str:
        """The boundary that `EnergyPhysics.USES` cut."""
        return next(iter(self.boundaries))

    def shown(self, energy: float) -> str:
        """A tonne's energy as it is shown, without its unit."""
        return f"{energy:,.{self.digits}f}"


@dataclass(frozen=True)
class EnergyPhysics(ABC, Generic[PhysicsT]):
    """Energy of a process; subclasses by kind are in `direct_current_energy` and `fuel_energy`.

    Columns are measured columns of n rows by name, each of shape (n,), in the unit of the seed and NaN where missing.

    Parameters
    ----------
    physics : Physics
        Physics of the process at the plant.

    Attributes
    ----------
    KIND : Kind
        What its account has in common with others.
    TARGET : str
        The target that energy follows from: predicted in an answer, measured in a report.
    PRODUCT : str
        What a tonne is of: metal, alumina.
    MADE_BY : str
        Product and computation basis of `made`, as text.
    NEEDED : tuple of str
        Inputs without which no account is known.
    FACTORS : Mapping of str to str
        Values of [economics] that it computes with, in addition to those of its kind, and their units.
    OPTIONAL : Mapping of str to str
        Further values of [economics] that it computes with where a seed states them, and their units.
    USES : Mapping of str to str
        What the energy of the first boundary goes into, each with what it is.
    BOUND : Mapping of str to str
        Products that hold part of that energy, each with what it is; the rest is heat.
    EMITTED : Mapping of str to str
        What the process itself emits, each with what it is: scope 1.
    CBAM_GOODS : str or None
        Goods of the process that CBAM covers, the carbon border adjustment of the EU; None: its goods are outside.
    """

    physics: PhysicsT

    KIND: ClassVar[Kind]
    TARGET: ClassVar[str]
    PRODUCT: ClassVar[str]
    MADE_BY: ClassVar[str]
    NEEDED: ClassVar[tuple[str, ...]]
    USES: ClassVar[Mapping[str, str]]
    FACTORS: ClassVar[Mapping[str, str]] = {}
    OPTIONAL: ClassVar[Mapping[str, str]] = {}
    BOUND: ClassVar[Mapping[str, str]] = {}
    EMITTED: ClassVar[Mapping[str, str]] = {}
    CBAM_GOODS: ClassVar[str | None] = None

    @abstractmethod
    def made(self, columns: Columns, target: FloatArray, hours: float) -> FloatArray:
        """Return the product of a row whose period has so many hours [t]; columns hold measured targets too."""

    @abstractmethod
    def bought(self) -> dict[str, str]:
        """Return what it buys and others emit for, each with what it is: scope 2."""

    def tiers(self, factors: Prices) -> TieredPrice | None:
        """Return the tiered power price that factors state; ValueError where it cannot be."""
        return None

    @abstractmethod
    def account(self, columns: Columns, target: FloatArray, factors: Prices) -> Account:
        """Return the account as `models.energy.account.account` does, of factors that were checked."""

    @abstractmethod
    def flow(self, columns: Columns, target: FloatArray, factors: Prices) -> EnergyFlow:
        """Return the flow as `models.energy.account.flow` does, of factors that were checked."""

    @abstractmethod
    def slope(self, comprehensive: float, target: float, factors: Prices) -> float:
        """Return the comprehensive energy that a unit of the target is worth, from both and the factors."""


AnyEnergy: TypeAlias = EnergyPhysics[Any]
