"""Outcomes received since a model entered service, and the interval of its responses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.intervals import Conformal, rows_needed
from seeds import Seed

ENOUGH = 50.0
"""Outcomes for a level of their own: 90 % coverage is known to a standard deviation of 0.04."""
LAPSE = 4
"""Periods plus outcome delay after which a level without new outcomes is no longer current."""

Kind = Literal["fixed", "wider", "adaptive", "transferred"]


@dataclass(frozen=True)
class Interval:
    """The interval of a response.

    Attributes
    ----------
    kind : str
        fixed: as calibrated in training. adaptive: as the received outcomes have it. wider: the wider of these two.
        transferred: as calibrated on other plants of the kind.
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
    passed_over : int
        How many of them moved the offset of a transferred model, before errors were of a settled offset.
    is_current : bool
        Whether the newest of them arrived a short time ago, by LAPSE.
    """

    outcomes: int = 0
    is_current: bool = True
    passed_over: int = 0

    def are_enough(self, weight: float) -> bool:
        """Return whether they suffice for the level, each counted as `weight`; see `adaptive_intervals`."""
        return self.is_current and (self.outcomes - self.passed_over) * weight >= ENOUGH

    def interval(self, level: IntervalLevel | None, is_transferred: bool = False) -> Interval:
        """Return the interval that is answered with this level; None where the model has none."""
        if level is None:
            return FIXED
        if self.are_enough(level.weight):
            return Interval("adaptive", self.outcomes)
        has_own = not is_transferred or (self.outcomes - self.passed_over) * level.weight >= ENOUGH
        return Interval("wider" if has_own else "transferred", self.outcomes)

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
    """Return whether the latest outcome's arrival is recent [both microseconds since 1970]."""
    return now - newest_at <= LAPSE * (seed.period + seed.delay) / dt.timedelta(microseconds=1)


def of_transferred(outcomes: int, current: bool, level: IntervalLevel) -> Received:
    """Return the outcomes of a transferred model, whose level began without any."""
    return Received(outcomes, current, outcomes - len(level.scores))


NONE = Received()
ALL = Received(int(1e9))
"""More than any level needs: the interval is the adaptive one."""
