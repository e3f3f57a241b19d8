"""Fields of a planned period, and examples of rows, as operations that look ahead have them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from operations.forms.fields import Record, row_fields
from seeds import Seed

UNIT, FIRST = "A-001", dt.date(2026, 8, 3)  # of the examples


def plan_fields(seed: Seed) -> tuple[dict[str, Any], Record]:
    """Fields of a planned period: set-points are required, values known at its start are optional."""
    before = [column for column in seed.by_role("before") if not column.is_made]
    kinds, example = row_fields((*seed.identity, *before, *seed.by_role("setpoint")), UNIT, FIRST.isoformat())
    for column in seed.by_role("setpoint"):
        if column.is_number:
            about = f"{column.description}, as planned for the period [{column.unit}]"
            kinds[column.name] = number_in(column.unit, about, example[column.name], column.low, column.high)
    return kinds, example


def example_at(example: Record, seed: Seed, number: int) -> Record:
    """An example's row, so many periods later."""
    start = dt.datetime.combine(FIRST, dt.time()) + number * seed.period
    return example | {seed.clock.name: start.date().isoformat() if seed.is_daily else start.isoformat()}


def number_in(unit: str | None, about: str, example: Any, low: float | None = None, high: float | None = None) -> Any:
    """Type of a number in a unit."""
    described = Field(ge=low, le=high, description=about, examples=[example], json_schema_extra={"x-unit": str(unit)})
    return Annotated[float, described]
