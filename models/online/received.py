"""Outcomes that a model has received since it began to answer, and the interval that it answers with for that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.intervals import Conformal, rows_needed
from seeds import Seed

ENOUGH = 50.0
"""Outcomes by which a level is set right: so many tell a coverage of 90 % with a standard deviation of 0.04."""
LAPSE = 4
"""Times within which a period is over and its outcome known; a level without outcomes for longer is of the past."""

Kind = Literal["fixed", "wider", "adaptive"]


@dataclass(frozen=True)
class Interval:
    """The interval of a response.

    Attributes
    ----------
    kind : str
        fixed: as calibrated in training. adaptive: as the received outcomes have it. wider: the wider of these two.
    outcomes : int
        Outcomes received since the model began to answer.
    """

    kind: Kind
    outcomes: int


FIXED = Interval("fixed", 0)


@dataclass(frozen=True)
class Received:
    """Outcomes that a model has followed since it began to answer.

    Parameters
    ----------
    outcomes : int
        How many; those of its training are none of them.
    is_current : bool
        Whether the newest of them arrived a short time ago, by LAPSE.
    """

    outcomes: int = 0
    is_current: bool = True

    def are_enough(self, weight: float) -> bool:
        """Return whether the level rests on them alone, where each counts for `weight`; see `adaptive_intervals`."""
        return self.is_current and self.outcomes * weight >= ENOUGH

    def interval(self, level: IntervalLevel | None) -> Interval:
        """Return the interval that is answered with this level; None where the model has none."""
        if level is None:
            return FIXED
        return Interval("adaptive" if self.are_enough(level.weight) else "wider", self.outcomes)

    def half_width(self, conformal: Conformal, level: IntervalLevel | None, coverage: float) -> float:
        """Half width of that interval in the unit of the scores.

        Without outcomes a level is a state of the past, and may be narrower than errors are now: the fixed interval,
        whose calibration rows span a longer time, is then its lower bound.

        Raises
        ------
        CoverageError
            See `Conformal.half_width` and `IntervalLevel.half_width`.
        """
        if level is not None and self.are_enough(level.weight):
            return level.half_width(coverage)
        fixed = conformal.half_width(coverage)
        if level is None or len(level.scores) < rows_needed(coverage):
            return fixed
        return max(fixed, level.half_width(coverage))


def is_current(newest_at: int, now: int, seed: Seed) -> bool:
    """Return whether the newest outcome is current that arrived at this moment [both microseconds since 1970]."""
    return now - newest_at <= LAPSE * (seed.period + seed.delay) / dt.timedelta(microseconds=1)


NONE = Received()
ALL = Received(int(1e9))
"""More than any level needs: the interval is the adaptive one."""
