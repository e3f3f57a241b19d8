"""Types of arrays that every room shares: what physics takes and gives is float64, by NumPy's broadcasting."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
Numeric = float | FloatArray


def floats(values: Numeric) -> FloatArray:
    """An array of float64 of numbers or an array."""
    return np.asarray(values, dtype=np.float64)
