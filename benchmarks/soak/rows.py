"""Requests without end: rows of a fixed number of units, a period after another, and outcomes of them later."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from benchmarks.faults.load import PROCESS, TARGET
from benchmarks.service.load import post

UNITS = 264
FIRST = date(2026, 11, 1)


def slot(number: int) -> dict[str, str]:
    """Unit and period of a row by its number."""
    period, unit = divmod(number, UNITS)
    return {"unit": f"A-{unit:03d}", "period_start": (FIRST + timedelta(days=period)).isoformat()}


def prediction(row: dict[str, Any], number: int) -> bytes:
    """A request for a prediction of a row by its number, alike in all else."""
    return post(f"/v1/{PROCESS}/predictions", json.dumps({"rows": [row | slot(number)]}).encode())


def outcomes(first: int, count: int) -> bytes:
    """A request with the outcomes of so many rows from a number on."""
    known = [slot(number) | {TARGET: 92.0 + number * 7919 % 400 / 100} for number in range(first, first + count)]
    return post(f"/v1/{PROCESS}/outcomes", json.dumps({"outcomes": known}).encode())
