"""Digest of a table that does not depend on the processor."""

import numpy as np
import pandas as pd

from models.table.reading import digest

DIGITS = 5


def table_digest(table: pd.DataFrame) -> str:
    """Digest of a checked table whose numbers are rounded to DIGITS significant digits.

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
    rounded = {
        name: np.char.mod(f"%.{DIGITS - 1}e", column.to_numpy()).astype(np.float64)
        for name, column in table.items()
        if column.dtype == np.float64
    }
    return digest(table.assign(**rounded))
