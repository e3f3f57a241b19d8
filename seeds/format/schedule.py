"""Hourly load limits of a line, for schedules that follow a tariff."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from seeds.format import constraints
from seeds.format.constraints import Constraint
from seeds.format.quantity import Name, Quantity, SeedPart

CURRENT_UNIT, RAMP_UNIT = "kA", "kA/h"
_CURRENTS = (CURRENT_UNIT, "kAh")
_ORDERED = ("holding", "lowest", "highest")


class ScheduleLimits(SeedPart):
    """Hourly limits of the current of cells in series, and inputs of its physics that are no columns.

    Attributes
    ----------
    current : str
        Number column of role during that holds the mean current [kA], or the charge of the period [kAh].
    holding : Quantity or None
        Current that keeps the metal from dissolving in a stop [kA]; None where the line cannot stop.
    lowest, highest : Quantity
        Current in operation [kA].
    ramp : Quantity
        Largest change in an hour [kA/h].
    limits : list of Constraint
        What cells keep in each hour, in the place of [[constraints]], which are of a whole period; empty: these are.
    parameters : dict of str to Quantity
        Sizes and doubts that the physics of the process's schedules names.
    """

    current: Name
    holding: Quantity | None = None
    lowest: Quantity
    highest: Quantity
    ramp: Quantity
    limits: Annotated[list[Constraint], Field([])]
    parameters: Annotated[dict[Name, Quantity], Field({})]


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions within [schedule] and with the columns; type errors are reported separately."""
    given = raw.get("schedule")
    if not isinstance(given, dict):
        return
    name = given.get("current")
    column = columns.get(name) if isinstance(name, str) else None
    if isinstance(name, str) and (
        column is None or column.get("role") != "during" or column.get("unit") not in _CURRENTS
    ):
        yield f"schedule.current: got '{name}': expected a column of role during in kA, or of charge in kAh"
    for fault in constraints.faults({"constraints": given.get("limits")}, columns):
        yield fault.replace("constraints", "schedule.limits", 1)
    yield from _number_faults(given)


def _number_faults(given: Mapping[str, Any]) -> Iterator[str]:
    """Units and order of the current's limits."""
    result: list[tuple[str, float]] = []
    for key in (*_ORDERED, "ramp"):
        one, unit = given.get(key), RAMP_UNIT if key == "ramp" else CURRENT_UNIT
        if not isinstance(one, dict) or not isinstance(one.get("value"), int | float):
            continue
        if one.get("unit") != unit:
            yield f"schedule.{key}.unit: got '{one.get('unit')}': expected '{unit}'"
        if one["value"] <= 0:
            yield f"schedule.{key}.value: got {one['value']:g}: expected more than 0"
        if key != "ramp":
            result.append((key, one["value"]))
    for (low, least), (high, most) in itertools.pairwise(result):
        if least >= most:
            yield f"schedule.{high}.value: got {most:g}: expected more than {low}, {least:g}"
