"""Page of a unit: trends with normal bands, explanation, warnings, recommendation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.links import ProcessStatus
from dashboard.state.process import EXPLANATIONS, ProcessState
from dashboard.state.units import Point, UnitState
from dashboard.views.figures import Figure, quantities, readings
from dashboard.views.recommendations import Recommendation, recommendation_of
from dashboard.views.warnings import UnitWarning, of_unit
from records.outcomes import Slot

MOST_PARTS = 8
"""Contributions of an explanation that are shown, the largest first."""
_PLACES = 6  # significant digits of a value in a chart

Outcomes = Mapping[Slot, Mapping[str, Any]]
"""Known outcomes by unit and period."""


@dataclass(frozen=True)
class Trend:
    """A number over the periods of a unit.

    Attributes
    ----------
    figure : Figure
        Its latest value with its band.
    series : Mapping
        Lists for the chart: times [s since 1970] `x`, `value`, `low`, `high`, `outcome`; null for none.
    """

    figure: Figure
    series: Mapping[str, Sequence[float | None]]


@dataclass(frozen=True)
class Part:
    """A contribution to a prediction: its name, value in the row, and size in the unit of the quantity.

    `share` is its size over the largest one, from -1 to 1.
    """

    name: str
    value: Any
    unit: str
    contribution: float
    share: float


@dataclass(frozen=True)
class Explanation:
    """A prediction as a sum.

    Attributes
    ----------
    quantity, unit : str
    base : float
        Prediction of an average row [unit].
    total : float
        Base and all contributions [unit].
    causes, parts : sequence of Part
        Contributions by physical cause, and the largest of single inputs.
    others : int
        Contributions of inputs that are not shown.
    at : int
        Arrival of the request [microseconds since 1970, UTC].
    """

    quantity: str
    unit: str
    base: float
    total: float
    causes: Sequence[Part]
    parts: Sequence[Part]
    others: int
    at: int


@dataclass(frozen=True)
class UnitPage:
    """Content of the page of a unit.

    Attributes
    ----------
    status : ProcessStatus
    unit : UnitState
    trends, readings : sequence of Trend
        Of the predicted quantities and of the inputs.
    flags : sequence of str
        Remarks of the latest prediction, as answered.
    label : str
        Predicted class; empty where numbers are predicted.
    explanations : sequence of Explanation
    warnings : sequence of UnitWarning
    recommendation : Recommendation or None
    """

    status: ProcessStatus
    unit: UnitState
    trends: Sequence[Trend]
    readings: Sequence[Trend]
    flags: Sequence[str]
    label: str
    explanations: Sequence[Explanation]
    warnings: Sequence[UnitWarning]
    recommendation: Recommendation | None


def unit_page(status: ProcessStatus, state: ProcessState, unit: UnitState, outcomes: Outcomes) -> UnitPage:
    """Content of the page of a unit."""
    seed, point = status.seed, unit.point
    latest = {} if unit.latest is None else unit.latest.content
    return UnitPage(
        status=status,
        unit=unit,
        trends=[] if point is None else list(_trends(state, unit, outcomes)),
        readings=[] if point is None else list(_readings(state, unit)),
        flags=[str(flag) for flag in latest.get("flags", [])],
        label=str(latest.get(seed.target.name, "")) if seed.classes else "",
        explanations=list(_explanations(unit)),
        warnings=of_unit(state, unit),
        recommendation=recommendation_of(state, unit),
    )


def slots_of(unit: UnitState) -> list[Slot]:
    """Unit and period of each period in memory, as outcomes have them."""
    return [(unit.name, one.slot) for one in unit.points]


def _trends(state: ProcessState, unit: UnitState, outcomes: Outcomes) -> Iterator[Trend]:
    last = unit.points[-1]
    times: list[float | None] = [time_of(one) for one in unit.points]
    for i, figure in enumerate(quantities(state.seed, last)):
        parts = zip(*(one.quantity(i) for one in unit.points), strict=True)
        columns = [[_finite(value) for value in part] for part in parts]
        known = [_finite(outcomes.get((unit.name, one.slot), {}).get(figure.name)) for one in unit.points]
        values: list[list[float | None]] = [times, *columns, known]
        series = dict(zip(("x", "value", "low", "high", "outcome"), values, strict=True))
        yield Trend(figure, series)


def _readings(state: ProcessState, unit: UnitState) -> Iterator[Trend]:
    last = unit.points[-1]
    times = [time_of(one) for one in unit.points]
    places = {column.name: i for i, column in enumerate(state.seed.inputs)}
    for figure in readings(state.seed, last):
        place = places[figure.name]
        values = [_finite(one.readings[place]) if place < len(one.readings) else None for one in unit.points]
        yield Trend(figure, {"x": times, "value": values})


def time_of(point: Point) -> float:
    """Start of a period [s since 1970], UTC unless it has a zone; its arrival where it has no start."""
    try:
        moment = dt.datetime.fromisoformat(point.slot)
    except ValueError:
        return point.at / 1e6
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _finite(value: Any) -> float | None:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(f"{value:.{_PLACES}g}")


def _explanations(unit: UnitState) -> Iterator[Explanation]:
    advice = unit.explained
    if advice is None:
        return
    single, several = (advice.content.get(field) for field in EXPLANATIONS)
    for one in [single, *(several or {}).values()]:
        if one is not None:
            yield _explanation(one, advice.at)


def _explanation(one: Mapping[str, Any], at: int) -> Explanation:
    contributions = one.get("contributions") or []
    causes = [Part(str(each["cause"]), None, "", each["contribution"], 0.0) for each in one.get("causes") or []]
    parts = [Part(str(each["input"]), each["value"], each["unit"], each["contribution"], 0.0) for each in contributions]
    base = float(one.get("base_value") or 0.0)
    return Explanation(
        quantity=str(one.get("quantity", "")),
        unit=str(one.get("unit", "")),
        base=base,
        total=base + sum(part.contribution for part in parts),
        causes=_scaled(causes)[:MOST_PARTS],
        parts=_scaled(parts)[:MOST_PARTS],
        others=max(0, len(parts) - MOST_PARTS),
        at=at,
    )


def _scaled(parts: Sequence[Part]) -> list[Part]:
    largest = max((abs(part.contribution) for part in parts), default=0.0)
    return [
        Part(part.name, part.value, part.unit, part.contribution, part.contribution / largest if largest else 0.0)
        for part in parts
    ]
