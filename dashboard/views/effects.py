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
from statistics import fmean, stdev
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


Window = tuple[Sequence[Slot], Sequence[Slot]]
"""Predicted periods of a unit before a recommendation, and from it on."""


@dataclass(frozen=True)
class ComparedRecommendation:
    """An accepted recommendation with the periods of its unit, and those of units without one."""

    decision: UserDecision
    own: Window
    others: Sequence[Window]


def comparisons(state: ProcessState) -> list[ComparedRecommendation]:
    """Newest accepted recommendations in their order; of each unit and period the latest decision counts."""
    latest = {(one.unit, one.period): one for one in state.user_decisions.values() if not one.event}
    accepted = {slot: one for slot, one in latest.items() if one.action == "accept"}
    newest = list(accepted.values())[-MOST_ACCEPTED:]
    windows = {period: _windows(state, period) for period in {one.period for one in newest}}
    others = {
        period: [of[unit] for unit in sorted(of) if not any(slot in accepted for part in of[unit] for slot in part)]
        for period, of in windows.items()
    }
    none: Window = ((), ())
    return [
        ComparedRecommendation(one, windows[one.period].get(one.unit, none), others[one.period][:MOST_OTHERS])
        for one in newest
    ]


def _windows(state: ProcessState, period: str) -> dict[str, Window]:
    """Periods of each unit, from its rows, since calendar months differ in length."""
    windows = dict[str, Window]()
    for name, unit in state.units.items():
        place = bisect_left(unit.points, period, key=lambda point: point.slot)
        parts = unit.points[max(0, place - PERIODS) : place], unit.points[place : place + PERIODS]
        before, since = ([(name, point.slot) for point in part] for part in parts)
        windows[name] = before, since
    return windows


def slots_of(compared: Sequence[ComparedRecommendation]) -> list[Slot]:
    """Unit and period of all outcomes that effects are computed from."""
    windows = (window for one in compared for window in (one.own, *one.others))
    return list(dict.fromkeys(slot for window in windows for part in window for slot in part))


def effects(compared: Sequence[ComparedRecommendation], outcomes: Outcomes) -> list[Effect]:
    """Effects of accepted recommendations on each quantity with outcomes."""
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in compared:
        for quantity, unit, predicted in _predicted(one.decision):
            realised = _realised(one, quantity, outcomes)
            if realised is not None:
                pairs.setdefault((quantity, unit), []).append((predicted, realised))
    return [_effect(quantity, unit, each) for (quantity, unit), each in pairs.items()]


def _effect(quantity: str, unit: str, pairs: Sequence[tuple[float, float]]) -> Effect:
    realised = [one for _, one in pairs]
    half = _TWO_SIDED_90 * stdev(realised) / math.sqrt(len(realised)) if len(realised) > 1 else math.nan
    middle = fmean(realised)
    return Effect(quantity, unit, len(pairs), fmean(one for one, _ in pairs), middle, middle - half, middle + half)


def _predicted(decision: UserDecision) -> Iterator[tuple[str, str, float]]:
    for quantity, one in (decision.content.get("effects") or {}).items():
        value = one.get("value")
        if isinstance(value, int | float) and math.isfinite(value):
            yield quantity, str(one.get("unit", "")), float(value)


def _realised(one: ComparedRecommendation, quantity: str, outcomes: Outcomes) -> float | None:
    """Realised effect of a decision; None as long as outcomes of it or of all others are missing."""
    own = _change(one.own, quantity, outcomes)
    if own is None:
        return None
    others = [each for window in one.others if (each := _change(window, quantity, outcomes)) is not None]
    return own - fmean(others) if others else None


def _change(window: Window, quantity: str, outcomes: Outcomes) -> float | None:
    """Mean of a quantity since a recommendation less that before; None without all outcomes."""
    before, since = (_mean(slots, quantity, outcomes) for slots in window)
    return None if before is None or since is None else since - before


def _mean(slots: Sequence[Slot], quantity: str, outcomes: Outcomes) -> float | None:
    values = [outcomes.get(slot, {}).get(quantity) for slot in slots]
    numbers = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
    return fmean(numbers) if len(numbers) == PERIODS else None
