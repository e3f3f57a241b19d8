"""Differences between a map and a plant."""

from __future__ import annotations

from dataclasses import dataclass

MISSING, TEXT, UNIT, RANGE, STATUS, AGE, CLOCK, RESULTS, REFUSED, WRITER = (
    "missing",
    "text",
    "unit",
    "range",
    "status",
    "age",
    "clock",
    "results",
    "refused",
    "writer",
)


@dataclass(frozen=True)
class Finding:
    """Difference between the map and a plant.

    Attributes
    ----------
    kind : str
        Such as `missing` or `unit`.
    tag : str
        The tag; empty for the server as a whole.
    text : str
        What was found and expected.
    """

    kind: str
    tag: str
    text: str
