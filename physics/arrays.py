"""Types of what physics takes and gives: float64, scalar or array, by NumPy's broadcasting."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Numeric = float | FloatArray
