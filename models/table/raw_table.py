"""One file of a table as it stands, before anything is made of its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from models.table.contract import Fault
from physics.arrays import IntArray


@dataclass(frozen=True)
class RawTable:
    """One file as read.

    Attributes
    ----------
    file : str
        Its path.
    frame : DataFrame (n, k)
        Cells: text from CSV, the file's own types from Parquet. Blank rows are left out.
    headers : list of str
        Names of all its columns, also of those not read; none where the file cannot be used.
    row : int array (n,)
        Row numbers as a person counts: in CSV the header is row 1, in Parquet the first row is 1.
    faults : list of Fault
        What was met on the way.
    """

    file: str
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    headers: list[str] = field(default_factory=list)
    row: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    faults: list[Fault] = field(default_factory=list)


def repeated(file: Path, headers: Iterable[str]) -> list[Fault]:
    """Names that head more than one column."""
    return [
        Fault(str(file), 1, name, f"{count} columns of this name", "one")
        for name, count in Counter(headers).items()
        if count > 1
    ]
