"""Effect of accepted recommendations: predicted by the response, and realised in the outcomes.

The realised effect is a difference in differences: the mean outcome of the periods of the recommendation less the mean
of as many periods before, less the same change of units without an accepted recommendation. Chance and everything else
that changed at these units alone are in it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from dashboard.state.process import ProcessState
from records.outcomes import Slot
from records.user_decisions import UserDecision

PERIODS = 3
"""Periods over which recommendations state their effects, and as many before them."""
MOST_ACCEPTED = 100
"""Newest accepted recommendations that are compared with outcomes."""
MOST_OTHERS = 30
"""Units without an accepted recommendation with which those of one period are compared."""
_TWO_SIDED_90 = 1.645  # standard deviations of a normal distribution

Outcomes = Mapping[Slot, Mapping[str, Any]]


@dataclass(frozen=True)
class Effect:
    """Effect on one quantity.

    Attributes
    ----------
    quantity, unit : str
    count : int
        Accepted recommendations whose outcomes are known.
    predicted : float
        Mean of the predicted effects of these [unit].
    realised, low, high : float
        Mean of the realised effects and its 90 % interval [unit]; NaN for no interval of a single one.
    """

    quantity: str
    unit: str
    count: int
    predicted: float
    realised: float
    low: float
    high: float


def accepted(state: ProcessState) -> list[UserDecision]:
    """Newest accepted recommendations, of each unit and period the latest decision, in their order."""
    latest = {(one.unit, one.period): one for one in state.user_decisions.values() if not one.event}
    return [one for one in latest.values() if one.action == "accept"][-MOST_ACCEPTED:]


def slots_of(state: ProcessState, decisions: Sequence[UserDecision]) -> list[Slot]:
    """Unit and period of all outcomes that the effects of decisions are computed from."""
    chosen = dict[Slot, None]()
    for one in decisions:
        for unit in (one.unit, *_others(state, decisions, one.period)):
            chosen |= dict.fromkeys((unit, period) for part in _periods(state, unit, one.period) for period in part)
    return list(chosen)


def effects(state: ProcessState, decisions: Sequence[UserDecision], outcomes: Outcomes) -> list[Effect]:
    """Effects of accepted recommendations on each quantity with outcomes."""
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in decisions:
        for quantity, unit, predicted in _predicted(one):
            realised = _realised(state, decisions, one, quantity, outcomes)
            if realised is not None:
                pairs.setdefault((quantity, unit), []).append((predicted, realised))
    return [_effect(quantity, unit, each) for (quantity, unit), each in pairs.items()]


def _effect(quantity: str, unit: str, pairs: Sequence[tuple[float, float]]) -> Effect:
    realised = [one for _, one in pairs]
    half = _TWO_SIDED_90 * stdev(realised) / math.sqrt(len(realised)) if len(realised) > 1 else math.nan
    middle = mean(realised)
    return Effect(quantity, unit, len(pairs), mean(one for one, _ in pairs), middle, middle - half, middle + half)


def _predicted(decision: UserDecision) -> Iterator[tuple[str, str, float]]:
    for quantity, one in (decision.content.get("effects") or {}).items():
        value = one.get("value")
        if isinstance(value, int | float) and math.isfinite(value):
            yield quantity, str(one.get("unit", "")), float(value)


def _realised(
    state: ProcessState, decisions: Sequence[UserDecision], one: UserDecision, quantity: str, outcomes: Outcomes
) -> float | None:
    """Realised effect of a decision; None as long as outcomes of it or of all others are missing."""

    def change(unit: str) -> float | None:
        means = [_mean(unit, periods, quantity, outcomes) for periods in _periods(state, unit, one.period)]
        return None if means[0] is None or means[1] is None else means[1] - means[0]

    own = change(one.unit)
    if own is None:
        return None
    others = [each for each in map(change, _others(state, decisions, one.period)) if each is not None]
    return own - mean(others) if others else None


def _mean(unit: str, periods: Sequence[str], quantity: str, outcomes: Outcomes) -> float | None:
    """Mean of a quantity over periods; None as long as one of them has no outcome."""
    values = [outcomes.get((unit, period), {}).get(quantity) for period in periods]
    numbers = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
    return mean(numbers) if len(numbers) == PERIODS else None


def _others(state: ProcessState, decisions: Sequence[UserDecision], period: str) -> list[str]:
    """Units without an accepted recommendation in the compared periods, in the order of their names."""
    compared = {(unit, each) for unit in state.units for part in _periods(state, unit, period) for each in part}
    moved = {one.unit for one in decisions if (one.unit, one.period) in compared}
    return [name for name in sorted(state.units) if name not in moved][:MOST_OTHERS]


def _periods(state: ProcessState, unit: str, period: str) -> tuple[list[str], list[str]]:
    """Predicted periods of a unit before a recommendation, and from it on."""
    # Taken from the rows: periods of a calendar month differ in length.
    known = [] if unit not in state.units else [point.slot for point in state.units[unit].points]
    place = bisect_left(known, period)
    return known[max(0, place - PERIODS) : place], known[place : place + PERIODS]
