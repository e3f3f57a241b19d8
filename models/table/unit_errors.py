"""Unit errors: columns, or part of their rows, about a power of 1000 off the seed's typical value."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from physics.arrays import BoolArray, FloatArray
from seeds import Column

# A slip of units shows in a column's median: so many values at least, about a power of 1000 (within a factor) away from
# the typical mean and not within its spread; or further away than any process runs.
_SLIP_VALUES = 10
_SLIP_FACTOR = 2.0
_SLIP_NEAR_SD = 2.0
_SLIP_FAR_SD = 50.0

# In a part of the rows it shows as a second crowd: so many values of the column at least, and fewer than half as many
# between it and those within this factor of the typical mean; tails of a wide column have more there.
_PART_VALUES = 3
_CROWD_FACTOR = 4.0
_BETWEEN_SHARE = 0.5

# Units that are written with the prefixes of thousands.
_PREFIXES = ("n", "µ", "m", "", "k", "M", "G")
_UNITS = "Wh|A|V|W|Pa|J|Ω|mol|Hz"


def slip(values: pd.Series, column: Column) -> tuple[str, str] | None:
    """Return found and expected value if a column's median indicates another unit; None otherwise."""
    if column.typical is None:
        return None
    mean, sd = column.typical.mean, column.typical.sd
    finite = values[np.isfinite(values)]
    if len(finite) < _SLIP_VALUES or mean == 0:
        return None
    median = float(finite.median())
    low, high = column.limits
    ratio = median / mean
    power = round(math.log10(ratio) / 3) if ratio > 0 else 0
    is_power = power != 0 and 1 / _SLIP_FACTOR <= ratio / 1000.0**power <= _SLIP_FACTOR
    typical = f"{mean:g} {column.unit} or so (typical, sd {sd:g})"
    if is_power and abs(median - mean) > _SLIP_NEAR_SD * sd:
        other = _other_unit(column.unit or "", 1000.0**power)
        named = f", as {other} has them" if other else ""
        size = f"the file's numbers are about {1000.0**power:g} times those of {column.unit}{named}"
        return f"median {median:.6g}", f"{typical}: a slip of units? {size} (a tag's scale in the seed converts them)"
    if abs(median - mean) > _SLIP_FAR_SD * sd and not low <= median <= high:
        return f"median {median:.6g}", f"{typical}: another unit or another quantity?"
    return None


class PartSlip(NamedTuple):
    """A part of a column's rows in another unit.

    Attributes
    ----------
    rows : ndarray of bool, shape (n,)
        Which rows.
    values : int
        Number of values of the column other than 0.
    size : float
        About how many times larger than the others they are.
    expected : str
        What was expected of them.
    """

    rows: BoolArray
    values: int
    size: float
    expected: str

    @property
    def got(self) -> str:
        """Number of the values and their size as text."""
        return f"{np.count_nonzero(self.rows)} of {self.values} values about {_times(self.size)} than the others"


def part_slip(values: FloatArray, column: Column) -> PartSlip | None:
    """Rows of a column that are about 1000, or a million, times larger or smaller than the others.

    Parameters
    ----------
    values : float array (n,)
        The column in the seed's unit; NaN where missing.
    column : Column
        A number column, whose median shows no slip.

    Returns
    -------
    PartSlip or None
        The largest such part of at least three rows; None where there is none, or where values of all sizes are there.
    """
    if column.typical is None:
        return None
    mean, sd = column.typical.mean, column.typical.sd
    if mean == 0 or not len(values):
        return None
    ratio = values / mean
    with np.errstate(invalid="ignore"):
        far = np.abs(values - mean) > _SLIP_NEAR_SD * sd
        there = np.count_nonzero(np.isfinite(ratio) & (ratio != 0))
    best = None
    for power in (-2, -1, 1, 2):
        size = 1000.0**power
        rows = far & (ratio >= size / _SLIP_FACTOR) & (ratio <= size * _SLIP_FACTOR)
        count = np.count_nonzero(rows)
        low, high = (size * _SLIP_FACTOR, 1 / _CROWD_FACTOR) if power < 0 else (_CROWD_FACTOR, size / _SLIP_FACTOR)
        between = np.count_nonzero((ratio > low) & (ratio < high))
        is_crowd = count >= _PART_VALUES and between < _BETWEEN_SHARE * count
        if is_crowd and (best is None or count > np.count_nonzero(best[0])):
            best = rows, size
    if best is None:
        return None
    rows, size = best
    other = _other_unit(column.unit or "", size)
    named = f" ({other} for {column.unit})" if other else ""
    expected = f"{mean:g} {column.unit} or so (typical, sd {sd:g}): a slip of units in a part of the rows{named}?"
    return PartSlip(rows, int(there), size, expected)


def _other_unit(unit: str, size: float) -> str | None:
    """Return the unit that is `unit` times such a size: MA for kA and 0.001; None if it has no name."""
    written = re.match(f"([{''.join(_PREFIXES)}]?)({_UNITS})\\b(.*)", unit)
    if written is None:
        return None
    prefix, base, suffix = written.groups()
    place = _PREFIXES.index(prefix) - round(math.log10(size) / 3)
    return f"{_PREFIXES[place]}{base}{suffix}" if 0 <= place < len(_PREFIXES) else None


def _times(size: float) -> str:
    return f"{size:.0f} times larger" if size > 1 else f"{1 / size:.0f} times smaller"
