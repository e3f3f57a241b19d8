"""Types of arrays that every room shares: what physics takes and gives is float64, by NumPy's broadcasting."""

from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
Numeric = float | FloatArray


def floats(values: Numeric) -> FloatArray:
    """An array of float64 of numbers or an array; what records operations in place of an array stays as it is."""
    anything: Any = values
    if isinstance(anything, NDArrayOperatorsMixin):
        return cast(FloatArray, anything)
    return np.asarray(values, dtype=np.float64)
