"""Durations in a readable format, in the seeds' format, and the usual periods."""

import re

from drafting.findings import DraftError
from seeds.format.quantity import SECONDS

USUAL = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 28800, 43200, 86400, 7 * 86400)
_NEAR = 0.02


def snapped(seconds: float) -> float:
    """A length of time, as the usual one that it is within 2 % of."""
    return next((float(one) for one in USUAL if abs(seconds - one) <= _NEAR * one), seconds)


def period_parts(seconds: float) -> tuple[float, str]:
    """A length of time as value and unit of a seed."""
    unit = next((unit for unit, size in SECONDS.items() if seconds >= size), "s")
    for name, size in SECONDS.items():
        if seconds >= size and (seconds / size) % 1 == 0:
            unit = name
            break
    return float(f"{seconds / SECONDS[unit]:.6g}"), unit


def length(seconds: float) -> str:
    """Duration as text, in a unit with at most three digits before the decimal point."""
    value, unit = period_parts(seconds)
    if value >= 1000:
        unit = next(unit for unit, size in SECONDS.items() if seconds >= size)
        value = seconds / SECONDS[unit]
    return f"{value:.3g} {unit}"


def read_period(text: str) -> float:
    """Length of a period [s] from text such as `8h` or `1d`."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(d|h|min|s)\s*", text)
    if match is None or float(match[1]) == 0:
        raise DraftError(f"--period: got '{text}': expected a number and d, h, min or s, such as 8h")
    return float(match[1]) * SECONDS[match[2]]
