"""Slips of units: columns about a power of 1000 away from what the seed calls typical."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from seeds import Column

# A slip of units shows in a column's median: so many values at least, about a power of 1000 (within a factor) away from
# the typical mean and not within its spread; or further away than any process runs.
_SLIP_VALUES = 10
_SLIP_FACTOR = 2.0
_SLIP_NEAR_SD = 2.0
_SLIP_FAR_SD = 50.0


def slip(values: pd.Series, column: Column) -> tuple[str, str] | None:
    """What was found and expected where a column's median shows another unit than the seed's."""
    assert column.typical is not None
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
        size = f"the file's numbers are about {1000.0**power:g} times those of {column.unit}"
        return f"median {median:.6g}", f"{typical}: a slip of units? {size} (a tag's scale in the seed converts them)"
    if abs(median - mean) > _SLIP_FAR_SD * sd and not low <= median <= high:
        return f"median {median:.6g}", f"{typical}: another unit or another quantity?"
    return None
