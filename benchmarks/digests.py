"""Digest of a table that does not depend on the processor."""

import numpy as np
import pandas as pd

from models.table.reading import digest
from physics.arrays import FloatArray

BITS = 17  # of a number's leading ones: five decimal digits


def table_digest(table: pd.DataFrame) -> str:
    """Digest of a checked table whose numbers are rounded to their BITS leading binary digits.

    NumPy and its linear algebra choose instructions by the processor, so that two kinds of processor simulate the same
    plant with differences in the last of some sixteen digits. `models.table.reading.digest` separates these; here
    they are the same table.

    Parameters
    ----------
    table : DataFrame
        A checked table: one row a unit and period.

    Returns
    -------
    str
        `sha256:` and 64 hexadecimal digits.
    """
    numbers = {name: column.to_numpy() for name, column in table.items() if column.dtype == np.float64}
    return digest(table.assign(**{name: _rounded(column) for name, column in numbers.items()}))


def _rounded(values: FloatArray) -> FloatArray:
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)
