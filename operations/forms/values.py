"""Values that a row may hold of a column, their quality, and an example."""

from __future__ import annotations

import math

from seeds import Column

FORMER_QUALITY = "quality"  # in requests that versions before 0.2 recorded
QUALITY = "data_quality"  # field of a row: the quality of its values, by column
USED, UNUSED = ("good", "uncertain"), ("bad", "stale", "stuck")
LONGEST_KEY, LONGEST_TIME, LONGEST_TEXT = 200, 40, 200  # characters

# Days that there are, the 29th of February in leap years alone; no year 0.
_DATE = (
    r"(?!0000)(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_HOUR = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_OFFSET = r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
TIME = rf"^{_DATE}(?:{_HOUR}{_OFFSET}?)?$"
"""Pattern of a date or time in OpenAPI; other ISO 8601 forms that Python reads are accepted too."""
TIME_WITH_OFFSET = rf"^{_DATE}{_HOUR}{_OFFSET}$"


def bounds(column: Column) -> tuple[float | None, float | None]:
    """Lowest and highest number; a content below the laboratory's limit is that limit, negative."""
    return -column.high if column.censored and column.high is not None else column.low, column.high


def example(column: Column, unit: str, time: str) -> str | float:
    """A value that is taken; `unit` and `time` are those of key and time."""
    if column.role in ("key", "time"):
        return unit if column.role == "key" else time
    if column.values is not None:
        return column.values[0]
    low, high = column.limits
    typical = column.typical_value if column.typical is not None else (low + high) / 2
    return typical if math.isfinite(typical) else max(low, min(high, 1.0))
