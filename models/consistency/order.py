"""Order of a table's rows: files that stand sorted by a class, a maker or the target itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from physics.arrays import IntArray

_FEWEST_ROWS = 40
_MOST_KINDS = 50
_RUNS_A_KIND = 2
# So small a share of the runs that rows in no order would have.
_FEW_RUNS = 0.2


@dataclass(frozen=True)
class SortColumn:
    """A column by which rows stand sorted.

    Attributes
    ----------
    name : str
        The column.
    runs, kinds : int
        Runs of one value on end, and different values.
    """

    name: str
    runs: int
    kinds: int

    def __str__(self) -> str:
        return f"rows stand in {self.runs} runs of the {self.kinds} values of {self.name}"


def sorted_by(name: str, values: pd.Series) -> SortColumn | None:
    """Order of rows by a column: in few runs of its values, or from its lowest to its highest number.

    Parameters
    ----------
    name : str
        What the column is called.
    values : Series (n,)
        Its values in the order of rows.

    Examples
    --------
    >>> str(sorted_by("maker", pd.Series(["A"] * 30 + ["B"] * 30)))
    'rows stand in 2 runs of the 2 values of maker'
    """
    code: IntArray = pd.factorize(values.dropna())[0].astype(np.int64)
    kinds = int(code.max()) + 1 if len(code) else 0
    if len(code) < _FEWEST_ROWS or kinds < 2:
        return None
    runs = 1 + int(np.count_nonzero(np.diff(code)))
    if kinds > _MOST_KINDS:
        # Factorised in the order of rows, so that sorted numbers have rising codes and each value one run.
        is_number = pd.api.types.is_numeric_dtype(values.dtype)
        there = values.dropna()
        is_sorted = is_number and (there.is_monotonic_increasing or there.is_monotonic_decreasing)
        return SortColumn(name, runs, kinds) if is_sorted else None
    share = np.bincount(code) / len(code)
    expected = 1 + (len(code) - 1) * (1 - float(share @ share))
    few = runs <= _RUNS_A_KIND * kinds and runs <= _FEW_RUNS * expected
    return SortColumn(name, runs, kinds) if few else None
