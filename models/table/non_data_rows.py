"""Rows of a file without data: skipped rows, repeated headers, totals or means at the end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.table.sources import Source, heading_of
from seeds import Seed

PASSED_OVER = "passed over, as [table] skip says"
HEADER_AGAIN = "the header again, no row of the plant"
TOTAL = "a total or a mean, no row of the plant"

_TOTALS = (
    *("total", "totals", "grand total", "subtotal", "sum", "sums", "mean", "average", "avg", "median"),
    *("summe", "gesamt", "gesamtsumme", "mittelwert", "mittel", "durchschnitt"),
    *("somme", "moyenne", "suma", "promedio", "合计", "总计", "平均", "平均值"),
)


def without_strays(frame: pd.DataFrame, source: Source, seed: Seed) -> tuple[pd.DataFrame, Source, pd.DataFrame]:
    """Rows of the plant alone, and a list of the others.

    Parameters
    ----------
    frame : DataFrame
        Rows as read.
    source : Source
        Where they stand.
    seed : Seed
        The process.

    Returns
    -------
    DataFrame, Source
        The rows that are left; both are those given where all are.
    DataFrame
        The others as in `Checked.rejected`: `value` is the cell that shows what the row is.
    """
    reason = np.full(len(frame), "", dtype=object)
    shows = np.full(len(frame), "", dtype=object)
    for column in (seed.key, seed.time):
        header = None if column is None else heading_of(column, frame)
        if column is None or header is None or not isinstance(frame[header].dtype, pd.StringDtype):
            continue
        text = frame[header].str.strip()
        again = (text == header).to_numpy(dtype=np.bool_, na_value=False)
        total = text.str.rstrip(":").str.lower().isin(_TOTALS).to_numpy(dtype=np.bool_) & ~again
        for rows, cause in ((again, HEADER_AGAIN), (total, TOTAL)):
            reason[rows], shows[rows] = cause, column.name
    skipped = np.isin(source.row, seed.table.skip)
    reason[skipped], shows[skipped] = PASSED_OVER, seed.target.name
    stray = reason != ""
    at = np.flatnonzero(stray)
    listed = pd.DataFrame(
        {
            "file": pd.array([source.files[i] for i in source.file[at]], dtype="str"),
            "row": source.row[at],
            "unit": pd.array([""] * len(at), dtype="str"),
            "period_start": pd.array(np.full(len(at), "NaT", "datetime64[us]")),
            "column": pd.array(shows[at], dtype="str"),
            "value": np.array([_cell(frame, seed, shows[i], int(i)) for i in at], dtype=object),
            "reason": pd.array(reason[at], dtype="str"),
        }
    )
    if not len(at):
        return frame, source, listed
    data_rows = source.rows(np.flatnonzero(~stray))
    return frame[~stray].reset_index(drop=True), data_rows, listed


def _cell(frame: pd.DataFrame, seed: Seed, name: str, position: int) -> str:
    """Return a cell's content in the file, for a column of the seed."""
    header = heading_of(seed.column(name), frame)
    return "" if header is None else str(frame[header].iloc[position])
