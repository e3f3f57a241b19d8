"""Rows of a retraining: the table of a training, accepted batches, and the new rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.table.contract import Checked
from models.table.reading import digest
from physics.arrays import BoolArray
from registry.retraining.new_rows import ROWS_FILE, TESTS_FILE, accepted, accepted_by_person, base_of, opening
from registry.tracking import Tracking
from registry.versions import Version
from seeds import Seed
from system.temporary_folder import scratch
from training.core.dataset import labelled, period_of, row_key
from training.core.setpoint_tests import joined_tests
from training.jobs.train import TABLE, TESTS


@dataclass(frozen=True, eq=False)
class AcceptedHistory:
    """Accepted table and batches before a job.

    Attributes
    ----------
    table : DataFrame
        Rows of the training, each batch's in the place of those of the same unit and period.
    tests : DataFrame or None
        Set-point tests among them; None where none are known.
    base : str
        Run of the training.
    batches : int
        How many batches there are on top of it.
    since : DataFrame
        Rows of batches that jobs accepted after a person last accepted a model, by unit and period.
    shifts : tuple of Timestamp
        First period of each batch with labels accepted although inconsistent with history.
    """

    table: pd.DataFrame
    tests: pd.DataFrame | None
    base: str
    batches: int
    since: pd.DataFrame
    shifts: tuple[pd.Timestamp, ...] = ()

    def brought(self, new: pd.DataFrame, seed: Seed) -> pd.DataFrame:
        """New or changed rows compared with history, by unit and period; other rows are accepted already."""
        names = [column.name for column in seed.columns if not column.is_made and column.name in new]
        known = self.table.reindex(columns=names)
        key = row_key(seed)
        both = new[names].merge(known, on=key, how="left", suffixes=("", " known"), indicator=True)
        same = np.array(both.pop("_merge") == "both")
        for name in set(names) - set(key):
            one, other = both[name], both[f"{name} known"]
            same &= np.asarray((one == other) | (one.isna() & other.isna()))
        return new.loc[~same, key]


def join(history: pd.DataFrame, new: pd.DataFrame, seed: Seed) -> tuple[pd.DataFrame, int]:
    """Join history and new rows; a new row replaces one of the same unit and period.

    Returns
    -------
    DataFrame
        History's rows that remain, then the new ones.
    int
        How many were replaced.
    """
    replaced = are_in(history, new, seed)
    return pd.concat([history[~replaced], new], ignore_index=True), int(replaced.sum())


def are_in(table: pd.DataFrame, other: pd.DataFrame, seed: Seed) -> BoolArray:
    """Return whether each row of a table is in another, by unit and period, shape (n,)."""
    key = row_key(seed)
    is_in = pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(other[key]))
    return np.asarray(is_in, dtype=np.bool_)


def history_of(seed: Seed, versions: list[Version], tracking: Tracking) -> AcceptedHistory:
    """Return the accepted history: table of the latest accepted training and all accepted batches since.

    Rows of jobs that were rejected, cut off or withdrawn are not in it.

    Raises
    ------
    RegistryError
        No training was accepted.
    """
    process = seed.process.name
    base = base_of(process, versions, tracking)
    table, tests = tracking.table(base, TABLE), _tests(base, TESTS, tracking)
    batches = accepted(process, base, tracking)
    by_person, since = accepted_by_person(batches, versions), table.iloc[:0][row_key(seed)]
    shifts = list[pd.Timestamp]()
    for number, batch in enumerate(batches):
        rows = tracking.table(batch.run, ROWS_FILE)
        if number >= by_person:
            brought = AcceptedHistory(table, tests, base, number, since).brought(rows, seed)
            since = pd.concat([since, brought], ignore_index=True)
        if batch.shift is not None:
            shifts.append(period_of(rows[labelled(rows, seed)], seed).min())
        table, _ = join(table, rows, seed)
        tests = joined_tests(tests, _tests(batch.run, TESTS_FILE, tracking), seed)
    return AcceptedHistory(table, tests, base, len(batches), since, tuple(shifts))


def _tests(run: str, name: str, tracking: Tracking) -> pd.DataFrame | None:
    return tracking.table(run, name) if tracking.has(run, name) else None


def keep_batch(
    run: str,
    seed: Seed,
    history: AcceptedHistory,
    new: pd.DataFrame,
    tests: pd.DataFrame | None,
    path: Path,
    tracking: Tracking,
) -> None:
    """Keep the new rows with a job's run as a batch that counts for nothing yet."""
    with scratch() as folder:
        new.to_parquet(folder / ROWS_FILE, index=False)
        if tests is not None:
            tests.to_parquet(folder / TESTS_FILE, index=False)
        tracking.log_files(run, folder)
    data_end = period_of(new[labelled(new, seed)], seed).max().isoformat()
    tags = opening(seed.process.name, history.base, path.name, len(new), data_end, digest(new), tracking)
    tracking.log(run, tags=tags)


def without(new: Checked, excluded: pd.DataFrame, seed: Seed, file: str, known: int, reason: str) -> Checked:
    """Return new rows without the excluded ones, which are added to the list of rejected rows.

    Parameters
    ----------
    new : Checked
        New rows.
    excluded : DataFrame
        Rows to exclude: key columns, `column`, `value` and `reason`.
    seed : Seed
        The process.
    file : str
        Name of their file.
    known : int
        Rows of history that remain, after which the new ones are counted.
    reason : str
        Reason of the exclusion, as text.
    """
    if excluded.empty:
        return new
    is_aside = are_in(new.table, excluded, seed)
    place = pd.MultiIndex.from_frame(new.table[row_key(seed)]).get_indexer(
        pd.MultiIndex.from_frame(excluded[row_key(seed)])
    )
    listed = pd.DataFrame(
        {
            "file": file,
            "row": known + 1 + place,
            "unit": "" if seed.key is None else excluded[seed.key.name],
            "period_start": excluded[seed.clock.name],
            "column": excluded["column"],
            "value": excluded["value"],
            "reason": excluded["reason"],
        }
    )
    rejected = listed if new.rejected.empty else pd.concat([new.rejected, listed], ignore_index=True)
    caution = f"{len(excluded)} rows were excluded: {reason}"
    return replace(
        new,
        table=new.table[~is_aside].reset_index(drop=True),
        rejected=rejected,
        cautions=(*new.cautions, caution),
    )
