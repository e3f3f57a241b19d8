"""Tags that a server or broker offers: value, unit, range and time of each."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.readings import DataQuality

KINDS = {float: "Double", str: "String", bool: "Boolean"}
"""Names of data types."""
COLUMNS = ("tag", "path", "type", "unit", "low", "high", "value", "status", "source_time")


@dataclass(frozen=True)
class Offer:
    """Tag that a plant offers, with its value now.

    Attributes
    ----------
    tag : str
        Text of the tag.
    path : tuple of str
        Names from the root of the server, or levels of the topic.
    kind : str
        Data type; empty if it is unknown.
    content : object
        Value as the protocol gives it; None without one.
    quality : {"good", "uncertain", "bad"}
        Quality.
    status : str
        Name of the status.
    at : datetime or None
        Source time in UTC by the clock of this machine.
    unit : str or None
        Unit that the plant states.
    low, high : float or None
        Range that the plant states [unit].
    """

    tag: str
    path: tuple[str, ...]
    kind: str
    content: object
    quality: DataQuality
    status: str
    at: dt.datetime | None
    unit: str | None = None
    low: float | None = None
    high: float | None = None


def table(offers: Iterable[Offer]) -> str:
    """Tags as CSV, in the order of their paths."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in sorted(offers, key=lambda offer: offer.path):
        shown = "" if one.content is None else str(one.content)[:200]
        row = (one.tag, "/".join(one.path), one.kind, one.unit or "", _text(one.low), _text(one.high), shown)
        writer.writerow((*row, one.status, "" if one.at is None else one.at.isoformat()))
    return text.getvalue()


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
