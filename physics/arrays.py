"""Array types of all packages: physics takes and returns float64 with NumPy's broadcasting."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
Numeric = float | FloatArray


def floats(values: Numeric) -> FloatArray:
    """An array of float64 of numbers or an array."""
    return np.asarray(values, dtype=np.float64)
