"""From an order to a schedule, and from a schedule to an answer, each number with its unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from models.consistency.unit_names import unit_name
from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from models.schedules.current_state import line_at, not_reported
from models.schedules.errors import ImpossibleError
from models.schedules.order_parsing import read_order
from models.schedules.schedule import IntervalValue, Schedule, schedule
from operations.forms.decoding import parsed_json
from operations.forms.faults import MOST_FAULTS, RequestDefect, RequestError, invalid, shown, within
from operations.forms.fields import Record
from operations.forms.history import starts_of
from operations.schedules.forms import ASSUMPTIONS, MOST_UNITS, ScheduleForm
from seeds import Seed
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

InHand = tuple[Sequence[str], Any, Mapping[str, Any]]
"""Unit, start of the period, and numbers by column, of the available rows"""


@dataclass(frozen=True)
class AskedSchedule:
    """An order that was read.

    Attributes
    ----------
    in_hand : callable
        Gives the rows available; RequestError where their times cannot be compared.
    request : dict
        The request around them.
    """

    in_hand: Callable[[], InHand]
    request: Record


def answered(seed: Seed, request: AskedSchedule) -> Record:
    """Response to an order.

    Raises
    ------
    RequestError
        No schedule keeps the order; all faults, or all limits that could give way, are named.
    """
    try:
        return _answer(scheduled(seed, request)) | {"not_reported": _not_reported(lacking(seed, request))}
    except ScheduleError as error:
        raise invalid(
            [RequestDefect(field=place, value=shown(got), expected=expected) for place, got, expected in error.faults]
        ) from None
    except ImpossibleError as error:
        raise _impossible(error) from None


def scheduled(seed: Seed, request: AskedSchedule) -> Schedule:
    """The schedule of an order.

    Raises
    ------
    ScheduleError, ImpossibleError
        The order cannot be, or no schedule keeps it.
    """
    order = read_order(request.request, seed)
    line = line_at(schedule_of(seed), seed, *request.in_hand(), len(order.prices.values), order.prices.step)
    return schedule(line, order)


def lacking(seed: Seed, request: AskedSchedule) -> dict[str, list[str]]:
    """Return the units whose newest row lacks a reading of the line's state, by column."""
    physics = schedule_of(seed)
    return {} if physics is None else not_reported(physics, seed, *request.in_hand())


def read(payloads: ScheduleForm, body: bytes) -> AskedSchedule:
    """Read the body of a request.

    Raises
    ------
    RequestError
        400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first 100 of
        more.
    """
    parsed = parsed_json(body)
    request, faults = payloads.envelope.read(parsed)
    given = parsed.get("rows") if isinstance(parsed, dict) else None
    rows = []
    for i, one in enumerate(between(given[: payloads.max_rows] if isinstance(given, list) else [])):
        row, wrong = payloads.row.read(one)
        faults += [within(f"rows.{i}", fault) for fault in wrong]
        rows.append(row)
        if len(faults) > MOST_FAULTS:
            break
    if request is None or faults:
        raise invalid(faults)
    return AskedSchedule(partial(_in_hand, rows, payloads.seed), request)


def order_of(table: pd.DataFrame, seed: Seed, request: Record) -> AskedSchedule:
    """Return an order with all available rows of a table."""
    assert seed.key is not None
    units, clock = table[seed.key.name].tolist(), table[seed.clock.name]
    columns = {column.name: table[column.name].to_numpy() for column in seed.columns if column.is_number}
    return AskedSchedule(lambda: (units, clock.to_numpy(dtype="datetime64[us]"), columns), request)


def _in_hand(rows: list[Record], seed: Seed) -> InHand:
    assert seed.key is not None
    starts, faults = starts_of(rows, len(rows), seed)
    if faults:
        raise invalid([within("rows", fault) for fault in faults])
    units = [unit_name(row[seed.key.name]) for row in rows]
    numbers = [column.name for column in seed.columns if column.is_number]
    columns = {name: np.array([row.get(name) for row in rows], dtype=np.float64) for name in numbers}
    return units, starts, columns


def _impossible(error: ImpossibleError) -> RequestError:
    """All limits that could give way, each with what it would have to be."""
    faults = [
        RequestDefect(
            field=one.limit,
            value=one.stands,
            bound=one.stands + one.by,
            expected=f"{one.stands + one.by:.4g} {one.unit}, if this limit alone gives way",
        )
        for one in error.relaxations
    ]
    return RequestError(str(error), faults)


def _answer(plan: Schedule) -> Record:
    order = plan.order
    flat_cost = plan.total_cost.value + plan.saving.value
    return {
        "assumptions": ASSUMPTIONS,
        "minutes": order.prices.minutes,
        "hours": [
            {
                "start": start.isoformat(),
                "price": float(order.prices.values[i]),
                "running": bool(plan.running[i]),
                "current": float(plan.current[i]),
                "power": float(plan.power[i]),
                "metal": float(plan.metal[i]),
                "cost": float(plan.cost[i]),
                "co2e": float(plan.co2e[i]),
                "states": {name: float(state[i]) for name, state in plan.states.items()},
            }
            for i, start in enumerate(order.prices.starts)
        ],
        "metal": _ranged(plan.tonnes, "t"),
        "cost": _ranged(plan.total_cost, "$"),
        "saving": _ranged(plan.saving, "$"),
        "energy": _number(plan.energy, "kWh"),
        "co2e": _number(plan.emission, "kgCO2e"),
        "constant_current": {
            "current": _number(plan.flat, "kA"),
            "cost": _number(flat_cost, "$"),
            "energy": _number(plan.flat_energy, "kWh"),
            "co2e": _number(plan.flat_emission, "kgCO2e"),
        },
        "power_tiers": _tiers(plan),
        "limits": [
            {
                "name": margin.limit.name,
                "unit": margin.limit.unit,
                "at_most": margin.limit.bound if margin.limit.at_most else None,
                "at_least": None if margin.limit.at_most else margin.limit.bound,
                "max_violation_probability": margin.limit.chance,
                "tightened_limit": margin.tightened_limit,
                "nearest": margin.extreme,
                "kept": margin.always,
            }
            for margin in plan.kept
        ],
        "unmodelled_limits": plan.unmodelled_limits,
        "shadow_price": [
            {"limit": name, "value": value, "unit": f"$/{plan.units[name]}"} for name, value in plan.worth.items()
        ],
    }


def _not_reported(units: Mapping[str, Sequence[str]]) -> list[Record]:
    return [{"column": name, "count": len(own), "units": list(own[:MOST_UNITS])} for name, own in units.items()]


def _tiers(plan: Schedule) -> Record | None:
    """Part of the cost that a tiered power price takes; None without one."""
    if np.isnan(plan.consumption):
        return None
    return {
        "consumption": _number(plan.consumption, "kWh/t"),
        "cost": _number(plan.surcharge, "$"),
        "constant_current_cost": _number(plan.flat_surcharge, "$"),
    }


def _ranged(one: IntervalValue, unit: str) -> Record:
    return {"value": one.value, "low": one.low, "high": one.high, "unit": unit}


def _number(value: float, unit: str) -> Record:
    return {"value": value, "unit": unit}
