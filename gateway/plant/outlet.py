"""Protocol through which a live plant offers its values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.readings import DataQuality


class PlantError(RuntimeError):
    """Live plant that cannot start or go on: text for the user, one line."""


@dataclass(frozen=True)
class TagValue:
    """Value of a tag of a unit, with its source time in UTC.

    Attributes
    ----------
    unit, tag : str
        Unit, and column or `COLUMN.period`.
    value : float, str, datetime or None
        A datetime is the start of a period.
    at : datetime
        Source time.
    quality : {"good", "uncertain", "bad"}
        Quality.
    """

    unit: str
    tag: str
    value: float | str | dt.datetime | None
    at: dt.datetime
    quality: DataQuality = "good"


class Outlet(Protocol):
    """Server or publisher of the values; opened once, closed once."""

    async def open(self) -> None:
        """Start to offer the tags; PlantError with the reason if that is impossible."""

    async def write(self, values: Sequence[TagValue]) -> None:
        """Offer new values."""

    async def close(self) -> None:
        """Stop to offer the tags."""
