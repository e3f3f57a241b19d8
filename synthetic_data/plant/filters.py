"""Linear filters along periods: scipy's compiled loop, without the import time of its package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from physics.arrays import FloatArray
from physics.compiled import compiled


def filtered(
    numerator: Sequence[float], denominator: Sequence[float], values: FloatArray, state: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Same as `scipy.signal.lfilter` along the last axis.

    Parameters
    ----------
    numerator, denominator
        Coefficients of the filter, the first of the denominator 1.
    values : array, shape (..., periods)
        What goes in.
    state : array, shape (..., delays)
        What the filter holds before; a delay is one coefficient after the first.

    Returns
    -------
    tuple of FloatArray
        What comes out, in the shape of `values`, and what the filter then holds, in the shape of `state`.
    """
    loop = _loop()
    if loop is None:
        from scipy.signal import lfilter

        result, left = lfilter(numerator, denominator, values, zi=state)
    else:
        result, left = loop(np.array(numerator), np.array(denominator), values, -1, state)
    return np.asarray(result, dtype=np.float64), np.asarray(left, dtype=np.float64)


@cache
def _loop() -> Any:
    """The compiled loop; None where this version of scipy keeps it elsewhere."""
    return getattr(compiled("scipy.signal._sigtools"), "_linear_filter", None)
