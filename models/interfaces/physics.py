"""Physics of a process, bound to the facts of one plant."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Generic, Literal, NoReturn, Self, TypeAlias, TypeVar

from models.interfaces.feature import PhysicsFeature
from physics.arrays import FloatArray
from seeds import Quantity, Seed
from seeds.format.names import nearest

Columns = Mapping[str, FloatArray]
Given = Literal["first_principles", "derived", "contents", "class_scores", "money"]
EquipmentT = TypeVar("EquipmentT", bound="Equipment")
_FACT = "fact"
_DAY, _HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@dataclass(frozen=True)
class Fact:
    """Definition of a fact of a plant: what a drawing, a name plate or a contract says.

    Attributes
    ----------
    unit : str
        Unit in which a seed states it.
    low, high : float
        Bounds that its value must lie in, both included [unit].
    description : str
        Description.
    until_now : float
        Value that every plant was taken to have before seeds stated it; models that were stored then keep it [unit].
    """

    unit: str
    low: float
    high: float
    description: str
    until_now: float

    @property
    def bounds(self) -> str:
        """Bounds as text."""
        return f"{self.low:g} to {self.high:g}"

    def faults(self, stated: Quantity | None) -> Iterator[str]:
        """Yield each fault of a statement, None where the seed has none."""
        if stated is None:
            form = f'{{ value = ..., unit = "{self.unit}", source = "..." }}'
            taken = f"until version 0.1 every plant was taken to have {self.until_now:g}"
            yield f"missing: expected {form}, {self.description}, {self.bounds}; {taken}"
            return
        if stated.unit != self.unit:
            yield f'got unit "{stated.unit}": expected "{self.unit}"'
        elif not self.low <= stated.value <= self.high:
            yield f"got {stated.value:g}: expected {self.bounds} {self.unit}"
        elif self.unit == "count" and not stated.value.is_integer():
            yield f"got {stated.value:g}: expected a whole number"


def faults(section: str, known: Mapping[str, Fact], stated: Mapping[str, Quantity]) -> Iterator[str]:
    """Yield each fault of what a section of a seed states of these facts, with its place."""
    for name, one in known.items():
        yield from (f"{section}.{name}: {fault}" for fault in one.faults(stated.get(name)))


def fact(unit: str, low: float, high: float, description: str, *, until_now: float) -> Any:
    """Return the field of an `Equipment` that holds a fact; the arguments are those of `Fact`."""
    return field(metadata={_FACT: Fact(unit, low, high, description, until_now)})


@dataclass(frozen=True)
class Equipment:
    """Plant facts for physics, a field each; the class of a process makes its fields by `fact`."""

    @classmethod
    def facts(cls) -> dict[str, Fact]:
        """Return the definition of each fact by name."""
        return {one.name: one.metadata[_FACT] for one in fields(cls) if _FACT in one.metadata}

    @classmethod
    def of(cls, stated: Mapping[str, Quantity]) -> Self:
        """Return the facts as a seed states them; KeyError names one that is missing."""
        return cls(**{name: stated[name].value for name in cls.facts()})

    @classmethod
    def faults(cls, stated: Mapping[str, Quantity], process_type: str) -> Iterator[str]:
        """Yield each fault of the facts that a seed states, with its place in the seed."""
        known = cls.facts()
        yield from faults("equipment", known, stated)
        for name in stated:
            if name not in known:
                near = nearest([name], known)
                expected = f"the nearest is {near}" if near else f"expected {', '.join(known) or 'none'}"
                yield f"equipment.{name}: no fact of {process_type}; {expected}"

    @classmethod
    def until_now(cls, **stated: float) -> Self:
        """Return the facts that every plant was taken to have, but for those that are stated."""
        return cls(**{name: one.until_now for name, one in cls.facts().items()} | stated)


@dataclass(frozen=True)
class Physics(ABC, Generic[EquipmentT]):
    """Physics of a process at a plant.

    All of it works on columns: measured columns of n rows by name, each of shape (n,), in the unit of the seed and NaN
    where missing. What it computes of a row whose input is missing is NaN. A process's own class overrides what it
    computes in addition to `features`, as stated by `gives`. Each equation names its own source.

    Parameters
    ----------
    equipment : Equipment
        Facts of the plant.
    period : timedelta or None
        Length of a production period; None where the table has no time.
    terms : Mapping of str to float
        Values of [economics] by the names of `TERMS`.
    """

    equipment: EquipmentT
    period: dt.timedelta | None = None
    terms: Mapping[str, float] = field(default_factory=dict)

    equipment_type: ClassVar[type[Equipment]] = Equipment
    TERMS: ClassVar[Mapping[str, Fact]] = {}  # of a contract, which [economics] states next to prices
    FEATURES: ClassVar[Sequence[PhysicsFeature]] = ()
    AGE: ClassVar[str | None] = None  # input with the time since a unit was rebuilt, whose history begins then
    # What a contribution to a prediction is put down to: inputs and features by the physics they act through.
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @classmethod
    def of(cls, seed: Seed) -> Self:
        """Return the physics of a seed's plant; KeyError names a fact that is missing."""
        period = None if seed.process.period is None else seed.period
        terms = {name: seed.economics[name].value for name in cls.TERMS}
        return cls(cls.equipment_type.of(seed.equipment), period, terms)  # type: ignore[arg-type]

    @classmethod
    def gives(cls, quantity: Given) -> bool:
        """Return True where the process's own class computes a quantity."""
        return getattr(cls, quantity) is not getattr(Physics, quantity)

    @abstractmethod
    def features(self, columns: Columns) -> dict[str, FloatArray]:
        """Return the physics features of rows, one array a name of `FEATURES`, in the unit stated there."""

    def first_principles(self, columns: Columns) -> FloatArray:
        """Return the primary target by physics alone, shape (n,), in the unit of the seed.

        Raises
        ------
        NotImplementedError
            The process's class does not give it.
        """
        self._not_given("first_principles")

    def derived(self, columns: Columns, target: FloatArray, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return the targets derived from the primary one, by name, each of its shape [the seed's unit].

        Parameters
        ----------
        columns : Mapping of str to ndarray, shape (n,)
            Measured columns.
        target : ndarray, shape (n,) or (e, n)
            Values of the primary target; e of each row if several are requested together.
        economics : Mapping of str to float
            Values of the seed's [economics] by name, in the unit of the seed.

        Raises
        ------
        NotImplementedError
            The process's class does not give it.
        """
        self._not_given("derived")

    def contents(self, columns: Columns) -> dict[str, FloatArray]:
        """Return contents of lots by balances, by the name of the element's column, shape (n,), in its unit.

        Raises
        ------
        NotImplementedError
            The process's class does not give it.
        """
        self._not_given("contents")

    def class_scores(self, columns: Columns) -> FloatArray:
        """Return the logarithm of the likelihood of each class, up to a constant a row.

        Returns
        -------
        ndarray, shape (n, K)
            In the order of the seed's K classes [1].

        Raises
        ------
        NotImplementedError
            The process's class does not give it.
        """
        self._not_given("class_scores")

    def money(self, columns: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Return the margin of a unit from the measurements of a period.

        Parameters
        ----------
        columns : Mapping of str to ndarray, shape (n,)
            Measured columns, targets among them.
        economics : Mapping of str to float
            Values of the seed's [economics] by name, in the unit of the seed.

        Returns
        -------
        ndarray, shape (n,)
            Margin [$/d].

        Raises
        ------
        NotImplementedError
            The process's class does not give it.
        ValueError
            A price is missing, negative or no number; it is named.
        """
        self._not_given("money")

    @property
    def days(self) -> float:
        """Length of a production period [d]."""
        return self._in(_DAY)

    @property
    def hours(self) -> float:
        """Length of a production period [h]."""
        return self._in(_HOUR)

    def _not_given(self, quantity: Given) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} does not give {quantity}")

    def _in(self, unit: dt.timedelta) -> float:
        if self.period is None:
            raise TypeError("the table has no time, so it has no period")
        return self.period / unit


AnyPhysics: TypeAlias = Physics[Any]
PhysicsT = TypeVar("PhysicsT", bound=AnyPhysics)
