"""Requests to the service from rows of units."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.periods import PeriodRow, written_start
from gateway.units import Label, Unit
from seeds import Column, Seed

MOST_ROWS = 1000


def predictions_body(seed: Seed, rows: Sequence[PeriodRow], units: Iterable[Unit]) -> bytes:
    """Request for predictions, with the finished periods that inputs are made from.

    Parameters
    ----------
    seed : Seed
        The process.
    rows : sequence of PeriodRow
        One row a unit and period.
    units : iterable of Unit
        The units of these rows.
    """
    lists: dict[str, Iterable[dict[str, Any]]] = {"rows": (_row(seed, row) for row in rows)}
    if (periods := periods_needed(seed)) > 0:
        starts = {row.unit: written_start(seed, row.start) for row in rows}
        sources = {column.lent_by for column in seed.columns if column.lent_by is not None}
        source_columns = [seed.column(name) for name in sorted(sources)]
        lists["history"] = (
            _identity(seed, unit.name, start) | _cells(source_columns, cells)
            for unit in units
            for start, cells in unit.finished.latest(periods + 1)
            if start < starts[unit.name]
        )
    return _encoded(lists)


def advice_body(seed: Seed, units: Sequence[Unit], now: dt.datetime) -> bytes | None:
    """Request for warnings or recommendations: plans of the period under way, and finished periods.

    Returns
    -------
    bytes or None
        None if no unit has enough history and all its set-points.
    """
    planned = [column for column in seed.by_role("before") if not column.is_made]
    setpoints = list(seed.by_role("setpoint"))
    past = [column for column in seed.columns if column.role not in ("key", "time") and not column.is_made]
    past = [column for column in past if not column.classes]
    rows: dict[str, dict[str, Any]] = {}
    for unit in units:
        row = unit.row(now)
        if row is None or len(unit.finished) < 3 or any(row.cells.get(one.name) is None for one in setpoints):
            continue
        start = written_start(seed, row.start)
        rows[unit.name] = _identity(seed, unit.name, start) | _cells([*planned, *setpoints], row.cells)
    if not rows:
        return None
    history = (
        _identity(seed, unit.name, start) | _cells(past, cells)
        for unit in units
        if unit.name in rows
        for start, cells in unit.finished
        if start < rows[unit.name][seed.clock.name]
    )
    return _encoded({"rows": rows.values(), "history": history})


def outcomes_body(seed: Seed, labels: Sequence[Label]) -> bytes:
    """Batch of outcomes, one row a unit and period."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for label in labels:
        row = rows.setdefault((label.unit, label.start), _identity(seed, label.unit, label.start))
        row[label.column] = label.value
    return _encoded({"outcomes": rows.values()})


def periods_needed(seed: Seed) -> int:
    """Number of earlier periods that inputs are made from; 0 if none is."""
    spans = [column.previous.periods for column in seed.columns if column.previous is not None]
    spans += [column.rolling.window for column in seed.columns if column.rolling is not None]
    return max(spans, default=0)


def is_refused(seed: Seed, row: PeriodRow) -> bool:
    """Return whether a row lacks a value without which the seed allows no prediction."""
    return any(
        quality in ("bad", "stale") and seed.column(name).when_bad == "refused" for name, quality in row.quality.items()
    )


def _encoded(lists: Mapping[str, Iterable[dict[str, Any]]]) -> bytes:
    """JSON of lists, row by row: the history of a line takes tens of megabytes as dictionaries."""
    encode, content, opening = json.JSONEncoder(ensure_ascii=False).encode, bytearray(), "{"
    for name, rows in lists.items():
        content += f'{opening}"{name}": ['.encode()
        separator = b""
        for row in rows:
            content += separator + encode(row).encode()
            separator = b", "
        opening = "], "
    content += b"]}"
    return bytes(content)


def _row(seed: Seed, row: PeriodRow) -> dict[str, Any]:
    inputs = [column for column in seed.stated_inputs if not column.is_made]
    names = {column.name for column in inputs}
    quality = {name: one for name, one in row.quality.items() if name in names}
    request = _identity(seed, row.unit, written_start(seed, row.start)) | _cells(inputs, row.cells)
    return request | ({"data_quality": quality} if quality else {})


def _identity(seed: Seed, unit: str, start: str) -> dict[str, Any]:
    identity: dict[str, Any] = {} if seed.key is None else {seed.key.name: unit}
    return identity | {seed.clock.name: start}


def _cells(columns: Sequence[Column], cells: dict[str, Any]) -> dict[str, Any]:
    return {column.name: cells.get(column.name) for column in columns}
