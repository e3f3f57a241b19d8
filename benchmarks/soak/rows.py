"""Endless requests: rows of a fixed number of units, period by period, and later outcomes of them.

A period begins each minute, so that millions of rows lie between what the simulated plant knows and now.
"""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime, timedelta
from typing import Any

from benchmarks.faults.load import PROCESS, TARGET
from benchmarks.service.load import ADDRESS, post

JSON = {"content-type": "application/json"}
UNITS = 264
FIRST = datetime(2026, 1, 1)


def slot(number: int) -> dict[str, str]:
    """Unit and period of a row by its number."""
    period, unit = divmod(number, UNITS)
    return {"unit": f"A-{unit:03d}", "period_start": (FIRST + timedelta(minutes=period)).isoformat()}


def prediction(row: dict[str, Any], number: int) -> bytes:
    """A request for a prediction of a row by its number, alike in all else."""
    return post(f"/v1/{PROCESS}/predictions", json.dumps({"rows": [row | slot(number)]}).encode())


def answered(port: int, row: dict[str, Any]) -> float:
    """Response of a service to a row."""
    body = json.dumps({"rows": [row]}).encode()
    request = urllib.request.Request(f"http://{ADDRESS}:{port}/v1/{PROCESS}/predictions", body, JSON)
    with urllib.request.urlopen(request, timeout=30) as answer:
        (predicted,) = json.load(answer)["predictions"]
    value: float = predicted[TARGET]["value"]
    return value


def outcomes(first: int, count: int, about: float) -> bytes:
    """Request with outcomes of `count` rows, spread evenly from 2 below to 2 above a value."""
    known = [slot(number) | {TARGET: about + number * 7919 % 400 / 100 - 2} for number in range(first, first + count)]
    return post(f"/v1/{PROCESS}/outcomes", json.dumps({"outcomes": known}).encode())
