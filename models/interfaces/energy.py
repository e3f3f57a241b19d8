"""What the energy module of a process offers, so that energy is accounted for in the same way for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from models.processes.lookup import bound
from physics.arrays import FloatArray
from seeds import Seed

if TYPE_CHECKING:
    from models.energy.account import Account, Flow

Columns = Mapping[str, FloatArray]
Prices = Mapping[str, float]


class EnergyPhysics(Protocol):
    """A module `models.processes.<process>.energy`; what else it offers is up to its `KIND`.

    Columns are measured columns of n rows by name, each of shape (n,), in the unit of the seed and NaN where missing.
    """

    @property
    def KIND(self) -> Kind:
        """What its account is one of: `models.energy.direct_current.KIND` or `models.energy.fuel.KIND`."""

    @property
    def TARGET(self) -> str:
        """The target that energy follows from: predicted in an answer, measured in a report."""

    @property
    def PRODUCT(self) -> str:
        """What a tonne is of: metal, alumina."""

    @property
    def MADE_BY(self) -> str:
        """What `made` is the product of, and what it is computed from, in words."""

    @property
    def NEEDED(self) -> tuple[str, ...]:
        """Inputs without which no account is known."""

    @property
    def FACTORS(self) -> Mapping[str, str]:
        """Values of [economics] that it computes with, beside those of its kind, and their units."""

    @property
    def USES(self) -> Mapping[str, str]:
        """What the energy of the first boundary goes into, each with what it is."""

    @property
    def BOUND(self) -> Mapping[str, str]:
        """Products that hold part of that energy, each with what it is; the rest is heat."""

    @property
    def EMITTED(self) -> Mapping[str, str]:
        """What the process itself emits, each with what it is: scope 1."""

    def made(self, columns: Columns, target: FloatArray, hours: float) -> FloatArray:
        """Product of a row whose period has so many hours [t]; columns hold measured targets too."""


class CellPhysics(EnergyPhysics, Protocol):
    """A module whose process takes direct current.

    Efficiency is the current efficiency, shape (n,) or (e, n) where several are asked for each row, above 0 [%]. What
    does not depend on it may be of shape (n,) alone.
    """

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct-current energy at the cells [kWh/t]; falls where the efficiency rises."""

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """What `direct` goes into, by the names of `USES`: its sum is `direct` [kWh/t]."""

    def bound(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """What products hold of `direct`, by the names of `BOUND` [kWh/t]."""

    def steam(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Steam bought [kg/t], 0 where there is none; does not rise where the efficiency rises."""

    def emitted(self, columns: Columns, efficiency: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """What the process itself emits, by the names of `EMITTED` [tCO2e/t]."""


class FuelPhysics(EnergyPhysics, Protocol):
    """A module whose process burns fuel, all that a tonne takes being its `TARGET`.

    Fuel is of shape (n,) or (e, n) where several are asked for each row, above 0 [GJ/t].
    """

    def uses(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """What fuel goes into, by the names of `USES`: their sum is it [GJ/t]; columns hold measured targets too."""

    def bound(self, columns: Columns, fuel: FloatArray) -> dict[str, FloatArray]:
        """What products hold of it, by the names of `BOUND` [GJ/t]."""

    def emitted(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """What burning it emits, by the names of `EMITTED` [tCO2e/t]; does not fall where more is burnt."""


@dataclass(frozen=True)
class Kind:
    """What the accounts of some processes have in common.

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
    account, flow : callable
        As `models.energy.account.account` and `flow`, of factors that were checked.
    bought : callable
        What a process of the kind buys and others emit for, each with what it is: scope 2.
    slope : callable
        Comprehensive energy that a unit of the target is worth, from the energy, the target and the factors.
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
    account: Callable[[EnergyPhysics, Columns, FloatArray, Prices], Account]
    flow: Callable[[EnergyPhysics, Columns, FloatArray, Prices], Flow]
    bought: Callable[[EnergyPhysics], dict[str, str]]
    slope: Callable[[float, float, Prices], float]

    @property
    def first(self) -> str:
        """The boundary that `EnergyPhysics.USES` cut."""
        return next(iter(self.boundaries))

    def shown(self, energy: float) -> str:
        """A tonne's energy as it is shown, without its unit."""
        return f"{energy:,.{self.digits}f}"


def energy_of(seed: Seed) -> EnergyPhysics | None:
    """Energy of a process, at the seed's plant; None where there is none."""
    return cast("EnergyPhysics | None", bound("energy", "ENERGY", seed))
