"""Run all label checks on new rows and stop the job if labels are inconsistent with history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from physics.arrays import BoolArray
from registry.retraining.new_rows import ACCEPTED_SHIFT
from registry.tracking import Tracking
from registry.versions import NOTHING, PASSED, REFUSED
from seeds import Seed
from system.temporary_folder import scratch
from training.core.dataset import Dataset, moment, row_key
from training.core.gate import GateCondition, Gated
from training.labels.accumulated import accumulated
from training.labels.checks import compared
from training.labels.outliers import Suspicious, suspicious
from training.labels.quantities import LabelledRows, Quantities, rows_of
from training.labels.reference_windows import FEWEST_PERIODS, Window, runs, windows
from training.labels.units import exchanged, missing
from training.labels.unlabelled import AllRows, left_out

SET_ASIDE_SHARE = 0.2  # of the new rows; more are no single labels


LABELS, LABELS_REASONS = "labels", "labels_reasons"
LABELS_FILE = "labels.txt"
ACCEPT = "--accept-label-shift"  # with which a person lets a job learn from labels that it has stopped at


class ShiftError(ValueError):
    """Labels are inconsistent with history; no model was trained."""


@dataclass(frozen=True, eq=False)
class LabelChecks:
    """Results of the label checks of new rows, before any fit.

    Attributes
    ----------
    conditions : tuple of GateCondition
        Each check with what was measured and expected.
    aside : DataFrame
        Excluded rows: key columns of the row, `column`, `value` and `reason`.
    accepted : str or None
        Reason of a user to train on them although they are inconsistent with history.
    """

    conditions: tuple[GateCondition, ...]
    aside: pd.DataFrame
    accepted: str | None = None

    @property
    def passed(self) -> bool:
        """Return whether the labels are consistent with history."""
        return Gated(self.conditions).passed

    @property
    def reasons(self) -> list[str]:
        """Checks that are not kept, one line each."""
        return Gated(self.conditions).reasons

    @property
    def stops(self) -> bool:
        """Return whether the checks stop training on the new rows."""
        return not self.passed and self.accepted is None

    @property
    def shift(self) -> str:
        """Reason for training on labels inconsistent with history, as text; empty if they are consistent."""
        return "" if self.passed else f"shift accepted: {self.accepted}"

    @property
    def tags(self) -> dict[str, str]:
        """The outcome as tags of a run and of a version."""
        tags = {LABELS: PASSED if self.passed else REFUSED, LABELS_REASONS: "\n".join(self.reasons) or NOTHING}
        return tags if self.accepted is None else tags | {ACCEPTED_SHIFT: self.accepted}

    def to_dict(self) -> Mapping[str, Any]:
        """The checks as JSON values."""
        return {
            "passed": self.passed,
            "accepted": self.accepted,
            "conditions": [asdict(one) for one in self.conditions],
            "set_aside": len(self.aside),
        }


def check_labels(
    data: Dataset,
    labels: Quantities,
    is_new: BoolArray,
    early: int = 0,
    is_after: BoolArray | None = None,
    came: int | None = None,
    others: AllRows | None = None,
    shifts: Sequence[pd.Timestamp] = (),
) -> LabelChecks:
    """Hold the labels of new rows against those of the past.

    Each block of new rows is compared with windows of all that is older, and all rows that came after the latest model
    that a person accepted, together, against runs of what that model's history was.

    Parameters
    ----------
    data : Dataset
        Labelled rows of history and the new ones.
    labels : Quantities of n rows
        Their labels as the task compares them.
    is_new : ndarray of bool, shape (n,)
        Which rows came with the job.
    early : int
        How many more rows came, of periods that are not over.
    is_after : ndarray of bool, shape (n,), optional
        Which rows came after the latest model that a person accepted; by default the new ones.
    came : int, optional
        How many rows came, those among them that history has already; by default the new ones.
    others : AllRows, optional
        Rows with and without labels, to hold these against each other.
    shifts : sequence of Timestamp, optional
        Starts of accepted label shifts.

    Returns
    -------
    LabelChecks
    """
    rows = rows_of(data, labels, is_new, is_after, shifts)
    known, blocks = windows(rows)
    outliers = suspicious(rows, known, blocks)
    many = _many(outliers, int(is_new.sum()))
    if not many.passed:
        outliers = []
    far = {one.row for one in outliers}
    blocks = [_without(one, far) for one in blocks]
    blocks = [one for one in blocks if len(one.rows)]
    conditions = (
        _early(early, int(is_new.sum()) if came is None else came),
        many,
        *compared(data, rows, known, blocks),
        *_of_units_and_runs(data, rows, known, blocks, far),
        *(() if others is None else left_out(others)),
    )
    if not known and is_new.any():
        conditions = (*conditions, _short(data, is_new))
    return LabelChecks(conditions, _aside(data, labels, outliers))


def _of_units_and_runs(
    data: Dataset, rows: LabelledRows, known: list[Window], blocks: list[Window], far: set[int]
) -> tuple[GateCondition, ...]:
    """Checks of single units, and of all that came after the latest model that a person accepted."""
    past, after = runs(rows)
    longest = max((len(run.blocks) for run in past), default=0)
    newest = [_without(run.newest(longest), far) for run in after]
    return (
        *accumulated(data, rows, past, after),
        *missing(data, rows, past, after, is_due(data.periods, data.seed)),
        *exchanged(data, rows, [run.newest(longest) for run in past], newest),
        *exchanged(data, rows, known, blocks, by_balance=True),
    )


def is_due(starts: pd.DatetimeIndex, seed: Seed) -> BoolArray:
    """Return for each start of a period whether all labels of the period should be known by now."""
    if seed.time is None:
        return np.ones(len(starts), dtype=np.bool_)
    return np.asarray(starts + seed.period + seed.delay <= moment(), dtype=np.bool_)


def _without(window: Window, far: set[int]) -> Window:
    """Return a window without the single labels that are excluded."""
    return replace(window, rows=window.rows[~np.isin(window.rows, list(far))])


def _early(early: int, new: int) -> GateCondition:
    return GateCondition(
        "labels, from the future",
        early <= SET_ASIDE_SHARE * (early + new),
        f"{early} of {early + new} rows are of periods that are not over",
        f"at most {SET_ASIDE_SHARE:.0%}, which are excluded",
    )


def _many(outliers: list[Suspicious], new: int) -> GateCondition:
    count = len({one.row for one in outliers})
    return GateCondition(
        "labels, single ones far from all others",
        count <= SET_ASIDE_SHARE * new,
        f"{count} of {new} rows" + (f", the first: {outliers[0].reason}" if outliers else ""),
        f"at most {SET_ASIDE_SHARE:.0%}, which are excluded",
    )


def _short(data: Dataset, is_new: BoolArray) -> GateCondition:
    """The remark that the past is too short to hold labels against."""
    periods = data.periods[~is_new].nunique()
    expected = f"a history of {FEWEST_PERIODS} periods to hold labels against"
    return GateCondition("labels, past", True, f"{periods} periods: too few to hold new labels against", expected)


def _aside(data: Dataset, labels: Quantities, outliers: list[Suspicious]) -> pd.DataFrame:
    at = [one.row for one in outliers]
    columns = [labels.columns[one.column] for one in outliers]
    frame = data.table[row_key(data.seed)].iloc[at].reset_index(drop=True)
    values = [data.table[column].iloc[row] for row, column in zip(at, columns, strict=True)]
    reasons = [f"outlier, excluded: {one.reason}" for one in outliers]
    return frame.assign(column=columns, value=values, reason=reasons)


def keep_labels(run: str, labels: LabelChecks, tracking: Tracking) -> None:
    """Keep what was found of the new labels with a job's run: a file, and tags."""
    with scratch() as folder:
        lines = Gated(labels.conditions).lines
        (folder / LABELS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        tracking.log_files(run, folder)
    tracking.log(run, tags=labels.tags)


def stopped(process: str, labels: LabelChecks) -> str:
    """Return the message on labels that are inconsistent with history, line by line."""
    lines = [f"{process}: no model was trained, the new labels are inconsistent with history:"]
    lines += [f"  - {line}" for line in labels.reasons]
    return "\n".join([*lines, f"if the plant has changed so, and the labels are right: {ACCEPT} REASON"])
