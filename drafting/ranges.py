"""Range and typical values of a column of numbers, wide enough for the table and for tomorrow's rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray

_TAIL = 0.005
# So many times the span of all but the tails is added on either side: a value beyond is no drift of a process.
_WIDER = 3.0
_SHARES = ("%", "wt%", "vol%")
_FEW_OUTSIDE = 0.02


@dataclass(frozen=True)
class ObservedRange:
    """Observed range of a column's values.

    Attributes
    ----------
    low, high : float
        Range that rows are taken in.
    mean, sd : float
        Mean and standard deviation of the values within the range.
    outside : int
        How many values of the table lie outside.
    lowest, highest : float
        Smallest and largest value of the table.
    """

    low: float
    high: float
    mean: float
    sd: float
    outside: int
    lowest: float
    highest: float


def find_range(values: FloatArray, unit: str) -> ObservedRange:
    """Range by robust quantiles.

    The span between the quantiles of 0.5 % and 99.5 % is added three times on either side; a column that is never
    negative does not go below zero, a share stays within 0 and 100. Where more than 2 % of the values would be outside,
    as with values that are mostly zero, the whole span of the table takes the place of the quantiles.

    Parameters
    ----------
    values : float array (n,)
        The column; NaN where missing. At least one value is there.
    unit : str
        Its unit.
    """
    there = values[np.isfinite(values)]
    lowest, highest = float(there.min()), float(there.max())
    first, last = (float(q) for q in np.quantile(there, (_TAIL, 1 - _TAIL)))
    low, high = _around(first, last, lowest, highest, unit)
    if first == last or np.mean((there < low) | (there > high)) > _FEW_OUTSIDE:
        low, high = _around(lowest, highest, lowest, highest, unit)
    within = there[(there >= low) & (there <= high)]
    mean, sd = float(within.mean()), float(within.std())
    return ObservedRange(low, high, rounded(mean, 5), rounded(sd, 3), len(there) - len(within), lowest, highest)


def _around(first: float, last: float, lowest: float, highest: float, unit: str) -> tuple[float, float]:
    span = last - first or abs(first) or 1.0
    low, high = _outwards(first - _WIDER * span, -1), _outwards(last + _WIDER * span, 1)
    if lowest >= 0:
        low = max(low, 0.0)
    if highest <= 0:
        high = min(high, 0.0)
    if unit in _SHARES and lowest >= 0 and highest <= 100:
        high = min(high, 100.0)
    return low, high


def _outwards(value: float, way: int) -> float:
    """A value of two digits that lies no further inwards: up for `way` 1, down for -1."""
    if value == 0:
        return 0.0
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    steps = math.ceil(value / size) if way > 0 else math.floor(value / size)
    return float(f"{steps * size:.12g}")


def rounded(value: float, digits: int) -> float:
    """A value of so many digits."""
    return float(f"{value:.{digits}g}")
