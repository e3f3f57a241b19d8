"""Bodies with consistent times and units, which reach a model more often than random ones."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

BEGIN = datetime(2026, 8, 3, tzinfo=UTC)
UNITS = 3
_STEPS = {"s": 1, "min": 60, "h": 3600, "d": 86400}  # s


class Naming(NamedTuple):
    """Fields for the unit and time of a process's rows, from `/v1/processes`.

    Attributes
    ----------
    key, time : str, optional
        Fields of a row.
    step : timedelta
        From one period to the next.
    version : str
        Of the model that answers.
    """

    key: str | None
    time: str | None
    step: timedelta
    version: str

    @classmethod
    def of(cls, process: dict[str, Any]) -> Naming:
        period = process["period"] or {"value": 1, "unit": "s"}
        step = timedelta(seconds=period["value"] * _STEPS[period["unit"]])
        return cls(process["key"], process["time"], step, str(process["model"]["version"]))


def aligned(body: Any, naming: Naming) -> Any:
    """Body with few units, history in consecutive periods, later plans and an hourly tariff."""
    if not isinstance(body, dict):
        return body
    body = copy.deepcopy(body)
    history = body.get("history") or ()
    units = min(UNITS, len(history)) or UNITS
    for i, row in enumerate(history):
        _place(row, naming, i % units, i // units)
    if "rows" in body:
        del body["rows"][units:]
    for i, row in enumerate(body.get("rows", ())):
        _place(row, naming, i, len(history) // units + 1)
    for i, row in enumerate(body.get("outcomes", ())):
        if row.get("prediction") is None:
            _place(row, naming, i % UNITS, i // UNITS)
    if "tariff" in body:
        hours = 24 + len(body["tariff"])
        _by_the_hour(body["tariff"], hours)
        _by_the_hour(body.get("grid_factor") or [], hours)
    return body


def _place(row: dict[str, Any], naming: Naming, unit: int, period: int) -> None:
    if naming.key:
        row[naming.key] = f"A-{unit:03d}"
    if naming.time:
        row[naming.time] = (BEGIN + period * naming.step).replace(tzinfo=None).isoformat()


def _by_the_hour(intervals: list[dict[str, Any]], hours: int) -> None:
    del intervals[hours:]
    for i, one in enumerate(intervals):
        one["start"] = (BEGIN + timedelta(hours=i)).isoformat()
        one["end"] = (BEGIN + timedelta(hours=hours)).isoformat() if i == len(intervals) - 1 else None
