"""What a process's response module offers, so that set-points are recommended in the same way for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from models.processes.lookup import bound
from physics.arrays import FloatArray, IntArray, Numeric
from seeds import Seed

if TYPE_CHECKING:
    from models.setpoints.situations import Situations

Columns = Mapping[str, FloatArray]
Numbers = Mapping[str, Numeric]


@dataclass(frozen=True)
class Constant:
    """A positive constant of the physics that differs between plants; log-normal about `value` before any data.

    Attributes
    ----------
    name, unit, meaning, source : str
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
    meaning: str
    source: str


class Response(Protocol):
    """A module `models.processes.<process>.response`: what moving a unit's knobs does, by physics.

    Arrays of n units have shape (n,); moves, and all that follows from them, may have shape (m, n): m moves a unit.
    """

    @property
    def CONSTANTS(self) -> tuple[Constant, ...]:
        """What a plant's history sharpens."""

    @property
    def KNOBS(self) -> Mapping[str, str]:
        """Knobs that each unit has for itself, and the column that follows each at once."""

    @property
    def TUNED(self) -> tuple[str, ...]:
        """Those of `KNOBS` that operators have tuned for years: a step brings little on average, it is believed."""

    @property
    def SURE(self) -> frozenset[tuple[str, str]]:
        """Outcomes and knobs of `KNOBS` whose effect is known but for the constants: it is not off by an offset."""

    @property
    def FOLLOWING(self) -> frozenset[str]:
        """Those of `KNOBS`, not all, that crews set by what no reading shows: their own moves are no trials."""

    @property
    def SHARED(self) -> Mapping[str, str]:
        """Knobs that are one for all units, and the column that follows each; no unit's history differs in them."""

    @property
    def SHARED_CONSTANTS(self) -> tuple[Constant, ...]:
        """What the effects of shared knobs rest on beside `CONSTANTS`; history sharpens none of them."""

    @property
    def DRIVEN(self) -> tuple[str, ...]:
        """Columns that say nothing of a unit which `hidden` does not say whatever its knobs are."""

    @property
    def BEFORE(self) -> tuple[str, ...]:
        """`before` columns that `hidden` and `state` compute with."""

    @property
    def ASSUMED(self) -> Mapping[str, str]:
        """Quantities of `respond` that are no columns, and their units."""

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """What units are like whatever their knobs are, by the readings of a period."""

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """What is common to all units, from their smoothed `hidden`; it joins the constants.

        `unexpected` is by how much a period's `hidden` differ from what was to be expected: a standard deviation.
        """

    def smoothed(self, at: Situations) -> dict[str, FloatArray]:
        """Entries of `hidden` that are better known from long smoothed readings than as expected."""

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The period to come under the plan."""

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """A state that readings do not tell from this one, from normals of shape (2, n)."""

    def unmeasured_errors(self, line: Mapping[str, float], quantiles: FloatArray) -> dict[str, FloatArray]:
        """For each of `ASSUMED` quantiles of what a period is off from its expected mean, rising."""

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Outcomes of `respond` that a table measures, from its columns of shape (units, periods)."""

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Outcomes of a period after moves from its state.

        Shared knobs that are left out are not moved, constants of theirs that are left out as usual. Moves are what is
        still there of them on average over the periods of the outcome. Which share that is stands among the constants,
        as `<knob> in force`, 1 where it is left out: a curved effect of a whole move for a part of the time is another
        than that of a part of the move all the time.
        """

    def power(self, outcomes: Columns) -> FloatArray:
        """Power that units take from what they share [MW]."""

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Money a unit and day; ValueError names a price that is missing or impossible."""

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Targets that follow from outcomes, by name [their units]."""

    def causes(self, before: Columns, after: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Money that each physical cause brings from one outcome to another, by the cause in words."""


def response_of(seed: Seed) -> Response | None:
    """Response of a process to its set-points, at the seed's plant; None where there is none."""
    return cast("Response | None", bound("response", "RESPONSE", seed))
