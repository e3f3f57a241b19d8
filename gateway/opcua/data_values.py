"""Parts of the values of OPC UA: content, quality and time."""

from __future__ import annotations

import datetime as dt

from asyncua import ua

from gateway.readings import DataQuality


def content_of(value: ua.DataValue) -> object:
    """Content of a value; None without one."""
    return None if value.Value is None else value.Value.Value


def utc(time: dt.datetime | None) -> dt.datetime | None:
    """Time of the library, which states no zone or UTC, as UTC."""
    if time is None:
        return None
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)


def quality_of(status: ua.StatusCode | None) -> tuple[DataQuality, str]:
    """Quality of a status, and its name unless it is good; no status means good."""
    if status is None or status.is_good():
        return "good", ""
    # The two highest bits are the severity: 01 is uncertain, 10 and 11 are bad.
    return ("uncertain" if status.value >> 30 == 1 else "bad"), status.name
