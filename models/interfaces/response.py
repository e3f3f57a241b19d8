"""Interface of a process's response, so that set-points are recommended alike for all processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeAlias

from models.interfaces.physics import Columns, PhysicsT
from physics.arrays import FloatArray, IntArray, Numeric

Numbers = Mapping[str, Numeric]


@dataclass(frozen=True)
class Constant:
    """Positive plant-specific constant of the physics; log-normal about `value` before any data.

    Attributes
    ----------
    name, unit, description, source : str
        What it is, and where value and doubt come from.
    value : float
        Median before data.
    doubt : float
        Standard deviation of its logarithm before data.
    """

    name: str
    unit: str
    value: float
    doubt: float
    description: str
    source: str


@dataclass(frozen=True)
class Response(ABC, Generic[PhysicsT]):
    """Effects of moves of a unit's set-points, by physics.

    Arrays of n units have shape (n,); moves, and all that follows from them, may have shape (m, n): m moves a unit.

    Parameters
    ----------
    physics : Physics
        Physics of the process at the plant.

    Attributes
    ----------
    CONSTANTS : tuple of Constant
        Constants that a plant's history sharpens.
    SHARED_CONSTANTS : tuple of Constant
        Constants of the effects of shared set-points, in addition to `CONSTANTS`; history updates none of them.
    SETPOINTS : Mapping of str to str
        Own set-points of each unit, and the column that follows each without delay.
    TUNED : tuple of str
        Those of `SETPOINTS` that operators have tuned for years: the mean gain of a step is assumed small.
    SURE : frozenset of (str, str)
        Outcomes and set-points of `SETPOINTS` whose effect is known except for the constants: without an offset.
    FOLLOWING : frozenset of str
        Those of `SETPOINTS`, not all, that operators set for reasons outside the readings: their own moves are no
        trials.
    SHARED : Mapping of str to str
        Set-points common to all units, and the column that follows each; no unit's history differs in them.
    DRIVEN : tuple of str
        Columns that contain no information on a unit beyond `hidden`, whatever its set-points are.
    BEFORE : tuple of str
        `before` columns that `hidden` and `state` compute with.
    SMOOTHED : tuple of str
        Entries of `hidden` that are better known from long smoothed readings than as expected.
    ASSUMED : Mapping of str to str
        Quantities of `respond` that are no columns, and their units.
    CAUSES : Mapping of str to tuple of str
        Physical causes of a gain as text, and the outcomes that each moves.
    """

    physics: PhysicsT

    CONSTANTS: ClassVar[tuple[Constant, ...]]
    SETPOINTS: ClassVar[Mapping[str, str]]
    TUNED: ClassVar[tuple[str, ...]]
    DRIVEN: ClassVar[tuple[str, ...]]
    BEFORE: ClassVar[tuple[str, ...]]
    SURE: ClassVar[frozenset[tuple[str, str]]] = frozenset()
    FOLLOWING: ClassVar[frozenset[str]] = frozenset()
    SHARED: ClassVar[Mapping[str, str]] = {}
    SMOOTHED: ClassVar[tuple[str, ...]] = ()
    ASSUMED: ClassVar[Mapping[str, str]] = {}
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @property
    def SHARED_CONSTANTS(self) -> tuple[Constant, ...]:
        """Constants of the effects of shared set-points; a plant's facts may be among them."""
        return ()

    @abstractmethod
    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """Return the unit state independent of set-points, from the readings of a period."""

    @abstractmethod
    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Return what is common to all units, from their smoothed `hidden`; it joins the constants.

        `unexpected` is by how much a period's `hidden` differ from what was to be expected: a standard deviation.
        """

    @abstractmethod
    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """Return the period to come under the plan."""

    @abstractmethod
    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings, drawn with normals of shape (2, n)."""

    def unmeasured_errors(self, line: Mapping[str, float], quantiles: FloatArray) -> dict[str, FloatArray]:
        """Return, for each of `ASSUMED`, quantiles of what a period is off from its expected mean, rising."""
        return {}

    @abstractmethod
    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Return the outcomes of `respond` that a table measures, from its columns of shape (units, periods)."""

    @abstractmethod
    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Return the outcomes of a period after moves from its state.

        Omitted shared set-points are not moved, and their omitted constants have the usual value. Moves are
        the mean persisting parts over the periods of the outcome. Their fraction is among the constants,
        as `<set-point> in force`, 1 if omitted: a curved effect of a whole move for a part of the time is another
        than that of a part of the move all the time.
        """

    @abstractmethod
    def power(self, outcomes: Columns) -> FloatArray:
        """Return the power that units take from what they share [MW]."""

    @abstractmethod
    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return targets that follow from outcomes, by name [their units]."""

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Return money a unit and day; ValueError names a price that is missing or impossible."""
        return self.physics.money(outcomes, economics)

    def causes(self, before: Columns, after: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return the money of each physical cause of a change of outcome, by the cause's text."""
        return {
            cause: self.gain(before, {name: after[name] for name in names}, economics)
            for cause, names in self.CAUSES.items()
        }

    def gain(self, before: Columns, changed: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Return money that some changed outcomes bring, all others as before."""
        return self.money(dict(before) | dict(changed), economics) - self.money(before, economics)


AnyResponse: TypeAlias = Response[Any]
