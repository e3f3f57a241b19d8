"""What a row may hold of a column, of which quality it is, and an example of it."""

from __future__ import annotations

import math

from seeds import Column

QUALITY = "quality"  # field of a row: the quality of its values, by column
USED, UNUSED = ("good", "uncertain"), ("bad", "stale", "stuck")
LONGEST_KEY, LONGEST_TIME, LONGEST_TEXT = 200, 40, 200  # characters


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
    usual = column.usual if column.typical is not None else (low + high) / 2
    return usual if math.isfinite(usual) else max(low, min(high, 1.0))
