"""Readings: a value with its quality and source time, whatever the protocol."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DataQuality = Literal["good", "uncertain", "bad"]

_NUMBERS = (bool, int, float)  # a union would be made for each of thousands of values a second
NOT_A_NUMBER = "text where a number is expected"
NO_VALUE = "no value"


@dataclass(frozen=True, slots=True)
class Reading:
    """Value of a tag at a time.

    Attributes
    ----------
    tag : str
        Text of the live tag, without placeholders.
    value : float or str or None
        None if the quality is bad: a bad value may carry a number, which means nothing.
    quality : {"good", "uncertain", "bad"}
        From the status, which is read before the value.
    at : datetime
        Source time in UTC.
    reason : str
        Status of a value that is not good.
    is_historical : bool
        Whether it waited for a connection: it may be older than the latest one, and does not replace it.
    """

    tag: str
    value: float | str | None
    quality: DataQuality
    at: dt.datetime
    reason: str = ""
    is_historical: bool = False


def as_number(value: object) -> float | None:
    """Return a finite number as float, True and False as 1 and 0; None for anything else."""
    if not isinstance(value, _NUMBERS):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_text(value: object) -> str | None:
    """Return a text, a time in ISO 8601 without offset (UTC), or a number as text; None for anything else."""
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
        return aware.isoformat()
    if isinstance(value, dt.date | str):
        text = str(value).strip()
        return text or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:g}"


def reading_of(
    tag: str,
    value: object,
    quality: DataQuality,
    at: dt.datetime,
    is_number: bool,
    reason: str = "",
    *,
    is_historical: bool = False,
) -> Reading:
    """Return the reading of a value; a bad one has no value, and text in place of a number is bad.

    Parameters
    ----------
    tag : str
        Text of the tag.
    value : object
        As the protocol gives it.
    quality : {"good", "uncertain", "bad"}
        Quality that the status states.
    at : datetime
        Source time in UTC.
    is_number : bool
        Whether the column holds numbers.
    reason : str
        Status of a value that is not good.
    is_historical : bool
        Whether it waited for a connection.
    """
    if quality == "bad":
        return Reading(tag, None, "bad", at, reason, is_historical)
    usable = as_number(value) if is_number else as_text(value)
    if usable is None:
        cause = NO_VALUE if value is None or not is_number else NOT_A_NUMBER
        return Reading(tag, None, "bad", at, cause, is_historical)
    return Reading(tag, usable, quality, at, reason, is_historical)


def in_order(readings: Sequence[Reading]) -> list[Reading]:
    """Return readings by source time."""
    return sorted(readings, key=lambda reading: reading.at)
