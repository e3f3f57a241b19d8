"""Digests of what figures were measured on: a table, whatever the processor, and what a seed says of it."""

import hashlib
import json

import numpy as np
import pandas as pd

from models.table.reading import digest
from physics.arrays import FloatArray
from seeds import Seed

BITS = 17  # of a number's leading ones: five decimal digits
# Parts of a seed that no simulated row, prediction or set-point depends on.
BESIDE = frozenset({"references", "norms", "warnings", "schedule"})


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


def seed_digest(seed: Seed) -> str:
    """Digest of what a seed says, but for the parts that figures of predictions and set-points do not depend on.

    Parameters
    ----------
    seed : Seed
        Its comments, and the order and spelling of its file, do not count.

    Returns
    -------
    str
        `sha256:` and 64 hexadecimal digits.
    """
    said = seed.model_dump(mode="json", exclude=set(BESIDE) | {"text"}, exclude_defaults=True)
    return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _rounded(values: FloatArray) -> FloatArray:
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)
