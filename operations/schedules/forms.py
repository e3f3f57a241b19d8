"""Requests and answers of schedules, grown from the seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from models.processes.lookup import schedule_of
from models.schedules.current_state import line_at
from models.schedules.order import replaceable
from operations.forms.fields import WHOLE, Record, record, row_fields, title
from operations.forms.history import known_later
from operations.forms.shapes import Shape
from operations.forms.values import LONGEST_TIME, TIME_WITH_OFFSET
from operations.operation import Form
from seeds import Seed

ASSUMPTIONS = (
    "physics at the state of the newest rows, with the loss of current of recent labels; limits are kept in every step "
    "with the chance that the seed states; intervals hold 90 %"
)
ABOUT = (
    "Hourly current that makes the required metal at least cost, within ramps, limits of the current, "
    "heat, acid and zinc as far as the seed limits them; what limits that bind are worth; and what a current "
    "that never changes would cost. It rests on physics and on the rows, so no trained model is needed. An "
    "order that no schedule keeps is a problem whose errors say which limit, alone, would have to give way."
)
_UNIT, _FIRST = "A-001", dt.date(2026, 8, 1)
_BEGIN = "2026-08-03T{hour:02d}:00+08:00"
MOST = 1e6  # t required, limits and prices: numbers that are finite in all that is computed of them
MOST_UNITS = 5  # that are named of those without a reading
_PRICE, _FACTOR = "$/kWh", "kgCO2e/kWh"


@dataclass(frozen=True)
class ScheduleForm(Form):
    """Requests and responses of schedules.

    Attributes
    ----------
    row : Shape
        One row available.
    """

    row: Shape


def follows_tariff(seed: Seed) -> bool:
    """Return whether a process's current may follow a tariff, and its rows have unit and time."""
    return seed.schedule is not None and schedule_of(seed) is not None and seed.has_unit_and_time


def schedule_form(seed: Seed, max_rows: int) -> ScheduleForm:
    """Requests and answers of a process whose current may follow a tariff."""
    fields, example = row_fields(known_later(seed), _UNIT, _FIRST.isoformat())
    about = "A period that is over, with what has become known of it since."
    row = record(f"{title(seed)}ScheduleRow", about, fields)
    return ScheduleForm(
        summary=f"Current by the hour under a tariff: {seed.process.title}",
        description=ABOUT,
        seed=seed,
        max_rows=max_rows,
        row=Shape(row, seed),
        envelope=Shape(_request(Any, seed, max_rows), seed),
        request=_request(row, seed, max_rows),
        answer=_answer(seed),
        example=_example(example, seed),
    )


def _request(row: Any, seed: Seed, max_rows: int) -> Any:
    schedule = seed.schedule
    assert schedule is not None
    newest = "the newest period of each unit that is over, and some before it whose labels are known, in any order"
    prices = "prices of power in sequence, in hours or half hours"
    factors = "emission factors of the grid, for the hours of the tariff; null: that of the seed"
    bounds: Any = record(
        f"{title(seed)}ScheduleLimits",
        "Bounds that replace those of the seed; what is left out is the seed's.",
        {
            one.name: Annotated[
                float | None,
                Field(
                    default=None,
                    ge=-MOST,
                    le=MOST,
                    description=f"by the seed {'at most' if one.at_most is not None else 'at least'} {one.bound:g}",
                    json_schema_extra={"x-unit": seed.unit_of(one)},
                ),
            ]
            for one in replaceable(seed)
        },
    )
    stops = "whether the line may stop, at the seed's holding current; false where the seed names none"
    never: Record = {"const": False}
    meant = {"required": ["allow_negative_prices"], "properties": {"allow_negative_prices": {"const": True}}}
    positive = {"items": {"properties": {"price": {"minimum": 0}}}}
    related = {"if": meant, "else": {"properties": {"tariff": positive}}}
    # The physics of a line says nothing of currents far from its own.
    least, most = schedule.lowest.value / 2, 2 * schedule.highest.value
    metal = "metal required of all cells over the hours of the tariff"
    price: Any = _value(seed, "price", _PRICE)
    factor: Any = _value(seed, "factor", _FACTOR)
    return record(
        f"{title(seed)}ScheduleRequest",
        f"An order for a schedule. {seed.process.title}.",
        {
            "rows": Annotated[list[row], Field(min_length=1, max_length=max_rows, description=newest)],
            "tariff": Annotated[list[price], Field(min_length=1, description=prices)],
            "metal_target": Annotated[
                float, Field(gt=0, le=MOST, description=metal, json_schema_extra={"x-unit": "t"})
            ],
            "cells": Annotated[
                int, Field(ge=1, le=100_000, description="cells in series, each like those of the rows"), WHOLE
            ],
            "current": Annotated[
                float,
                Field(
                    ge=0,
                    le=most,
                    description="line current just before the first hour",
                    examples=[schedule.highest.value],
                    json_schema_extra={"x-unit": "kA"},
                ),
            ],
            "minutes": Annotated[Literal[60, 30], Field(default=60, description="length of a step")],
            "lowest": _in("kA", "lowest current in operation", schedule.lowest.value, least, most),
            "highest": _in("kA", "highest current", schedule.highest.value, least, most),
            "ramp": _in("kA/h", "largest change of the current", schedule.ramp.value, schedule.ramp.value / 100, most),
            "allow_stops": Annotated[
                bool, Field(default=False, description=stops, json_schema_extra=None if schedule.holding else never)
            ],
            "limits": Annotated[bounds, Field(default={})],
            "grid_factor": Annotated[list[factor] | None, Field(default=None, min_length=1, description=factors)],
            "allow_negative_prices": Annotated[
                bool, Field(default=False, description="whether prices below 0 are meant; else they are refused")
            ],
        },
        related,
    )


def _value(seed: Seed, name: str, unit: str) -> Any:
    """Type of an interval with a value."""
    moment = "with its offset from UTC, such as 2026-08-03T06:00+08:00"
    least = -MOST if name == "price" else 0.0
    timed: Any = Annotated[str, Field(max_length=LONGEST_TIME, json_schema_extra={"pattern": TIME_WITH_OFFSET})]
    return record(
        f"{title(seed)}Schedule{name.capitalize()}",
        f"A {name} and the time for which it holds.",
        {
            "start": Annotated[timed, Field(description=f"time {moment}")],
            "end": Annotated[
                timed | None, Field(default=None, description=f"time {moment}; null: the next one's start")
            ],
            name: Annotated[float, Field(ge=least, le=MOST, json_schema_extra={"x-unit": unit})],
        },
    )


def _in(unit: str, about: str, default: float, low: float, high: float) -> Any:
    """Type of a number of the line; null is the seed's."""
    about_default = f"{about}; null: {default:g}, by the seed"
    kind = Field(default=None, ge=low, le=high, description=about_default, json_schema_extra={"x-unit": unit})
    return Annotated[float | None, kind]


def _answer(seed: Seed) -> Any:
    own = title(seed)
    number: Any = record(f"{own}ScheduleNumber", "A number with its unit.", {"value": float, "unit": str})
    ranged: Any = record(
        f"{own}ScheduleEstimate",
        "A number with its 90 % interval.",
        {"value": float, "low": float, "high": float, "unit": str},
    )
    hour: Any = record(
        f"{own}ScheduleHour",
        "A step of the schedule; all cells together.",
        {
            "start": str,
            "price": Annotated[float, Field(json_schema_extra={"x-unit": _PRICE})],
            "running": Annotated[bool, Field(description="false: a stop, at holding current")],
            "current": Annotated[float, Field(json_schema_extra={"x-unit": "kA"})],
            "power": Annotated[
                float, Field(description="power bought, auxiliaries included", json_schema_extra={"x-unit": "MW"})
            ],
            "metal": Annotated[float, Field(json_schema_extra={"x-unit": "t"})],
            "cost": Annotated[float, Field(json_schema_extra={"x-unit": "$"})],
            "co2e": Annotated[float, Field(description="of the power bought", json_schema_extra={"x-unit": "kgCO2e"})],
            "states": Annotated[dict[str, float], Field(description="of the mean cell when the step ends")],
        },
    )
    limit: Any = record(
        f"{own}ScheduleLimit",
        "A limit that the schedule keeps.",
        {
            "name": str,
            "unit": str,
            "at_most": Annotated[float | None, Field(description="null where it is a lowest value")],
            "at_least": Annotated[float | None, Field(description="null where it is a highest value")],
            "max_violation_probability": Annotated[
                float, Field(description="share of cells and hours that may lie beyond it [1]")
            ],
            "tightened_limit": Annotated[
                float, Field(description="what the mean cell keeps so that cells keep the limit")
            ],
            "nearest": Annotated[float, Field(description="what the mean cell comes nearest to it")],
            "kept": Annotated[bool, Field(description="false: at first no current brings the line within the limit")],
        },
    )
    shadow_price: Any = record(
        f"{own}ScheduleWorth",
        "Saving by one unit more at a limit that binds; for required metal, cost of one tonne more.",
        {"limit": str, "value": float, "unit": str},
    )
    flat: Any = record(
        f"{own}ScheduleFlat",
        "The current that, never changed, makes the same metal.",
        {"current": number, "cost": number, "energy": number, "co2e": number},
    )
    not_reported: Any = record(
        f"{own}ScheduleNotReported",
        "A reading of the line's state that units lack; the mean cell is that of the other units.",
        {
            "column": str,
            "count": Annotated[int, Field(description="number of units whose newest row lacks it")],
            "units": Annotated[list[str], Field(max_length=MOST_UNITS, description="the first of them by name")],
        },
    )
    tiers: Any = record(
        f"{own}SchedulePowerTiers",
        "Part of the cost that a tiered power price takes. The plant's consumption sets it; if the seed states none, "
        "that of the line at its usual current.",
        {
            "consumption": Annotated[number, Field(description="of liquid metal, as the rule of the year counts it")],
            "cost": Annotated[number, Field(description="of the schedule; it is part of its cost")],
            "constant_current_cost": Annotated[number, Field(description="of the flat current; part of its cost")],
        },
    )
    return record(
        f"{own}ScheduleAnswer",
        f"The current by the hour at least cost. {seed.process.title}.",
        {
            "process": Literal[seed.process.name],
            "task": Literal[seed.process.task],
            "advisory": Annotated[Literal[True], Field(description="advice for people: nothing is set by the service")],
            "assumptions": Annotated[str, Field(description="what all numbers rest on")],
            "minutes": Annotated[int, Field(description="length of a step")],
            "hours": list[hour],
            "metal": ranged,
            "cost": ranged,
            "saving": Annotated[ranged, Field(description="against the flat current")],
            "energy": number,
            "co2e": number,
            "constant_current": flat,
            "power_tiers": Annotated[tiers | None, Field(description="null: the seed states no tiered power price")],
            "limits": list[limit],
            "unmodelled_limits": Annotated[
                list[str], Field(description="limits of the seed that physics here does not follow by the hour")
            ],
            "shadow_price": list[shadow_price],
            "not_reported": list[not_reported],
        },
    )


def _example(row: Record, seed: Seed) -> Record:
    """A day of prices, and as much metal of 100 cells as they make at the current of the row."""
    columns = {name: np.array([value if isinstance(value, float) else np.nan]) for name, value in row.items()}
    line = line_at(schedule_of(seed), seed, [_UNIT], np.array([_FIRST], dtype="datetime64[us]"), columns, 24, 1.0)
    tonnes = 0.1 * 24 * float(line.metal(np.array([line.usual]))[0])
    tariff = ((0, 8, 0.05), (8, 12, 0.12), (12, 16, 0.085), (16, 20, 0.12), (20, 24, 0.085))
    return {
        "rows": [row],
        "tariff": [
            {
                "start": _BEGIN.format(hour=start),
                "end": _BEGIN.format(hour=end) if end < 24 else "2026-08-04T00:00+08:00",
                "price": price,
            }
            for start, end, price in tariff
        ],
        "metal_target": round(tonnes, 1),
        "cells": 100,
        "current": round(line.usual, 1),
        "minutes": 60,
        "allow_stops": False,
        "allow_negative_prices": False,
    }
