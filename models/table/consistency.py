"""Dates of a read table against the order of its rows and its other columns: a fault, or cautions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.consistency.dates import contradictions
from models.table.sources import Source, TableDefect

ONE_FORMAT = (
    "dates of one format in the whole column, stated by [table] time_format in the seed; where a spreadsheet took days "
    "up to 12 for months, let it import the column as text"
)


def date_faults(
    frame: pd.DataFrame, times: pd.Series, header: str, unit: pd.Series | None, source: Source
) -> tuple[list[TableDefect], list[str]]:
    """Compare the dates of a file with its row order and its columns of weekdays, months and shifts.

    Parameters
    ----------
    frame : DataFrame (n, k)
        Cells as read.
    times : Series (n,) of datetime64
        Its times.
    header : str
        The column that holds them.
    unit : Series (n,), optional
        Each row's unit.
    source : Source
        Where the rows stand.

    Returns
    -------
    list of TableDefect
        One where the exchange of day and month explains what contradicts.
    list of str
        Cautions where nothing explains it.
    """
    others = {str(name): frame[name] for name in frame.columns if name != header}
    code = np.zeros(len(times), np.int64) if unit is None else pd.factorize(unit)[0].astype(np.int64)
    issues = contradictions(times, others, code)
    turned = [one for one in issues if one.is_exchange]
    if not turned:
        return [], [f"dates: {one}" for one in issues]
    got = f"dates with day and month exchanged: {'. '.join(map(str, turned[:3]))}"
    return [TableDefect(*source.place(turned[0].first), header, got, ONE_FORMAT)], []
