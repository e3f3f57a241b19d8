"""Drift signals at each step since history: inputs by their effects, errors by cumulative sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.table.inputs import matrix
from monitoring.drift.errors import ErrorHistory, step_means
from monitoring.drift.history import DriftReference, of_kinds
from monitoring.drift.residuals import Residual
from monitoring.drift.rows import Answered
from monitoring.drift.tasks import task_of
from monitoring.drift.time_steps import starts_of
from physics.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Sums:
    """Cumulative sums of one quantity's errors at the s steps that have some.

    Attributes
    ----------
    past : ErrorHistory
        Their reference.
    at : ndarray of int, shape (s,)
        Steps since history.
    high, low : ndarray, shape (s,)
        Sums for a rise and a fall, as shares of the limit.
    mean, count : ndarray, shape (s,)
        Mean error and outcomes of each step.
    """

    past: ErrorHistory
    at: IntArray
    high: FloatArray
    low: FloatArray
    mean: FloatArray
    count: FloatArray

    @property
    def beyond(self) -> BoolArray:
        """Return whether a sum is above its limit or has not returned to 0 since, shape (s,)."""
        return _lasting(self.high) | _lasting(self.low)


def _lasting(sums: FloatArray) -> BoolArray:
    """Mask of alarms, from exceeding the limit, 1, to the return to 0; sums near the limit are one alarm."""
    tells = (sums > 1.0) | (sums <= 0.0)
    last = np.maximum.accumulate(np.where(tells, np.arange(len(sums)), -1))
    return np.asarray((last >= 0) & (sums[last] > 1.0))


@dataclass(frozen=True, eq=False)
class DriftSignals:
    """Drift signals of the m rows after a champion's history.

    Attributes
    ----------
    rows : Answered
        These rows.
    step : ndarray of int, shape (m,)
        Steps since history.
    residuals : list of Residual
        The champion's errors on them.
    effects, beyond : ndarray, shape (p, c)
        Effect of each column of inputs at each step, and whether it is above its limit.
    newest : ndarray, shape (w, c)
        Columns of the newest window.
    sums : list of Sums
    """

    rows: Answered
    step: IntArray
    residuals: list[Residual]
    effects: FloatArray
    beyond: BoolArray
    newest: FloatArray
    sums: list[Sums]

    @classmethod
    def of(cls, rows: Answered, step: IntArray, history: DriftReference) -> Self:
        """Signals of rows after history, of steps since it."""
        steps = int(step.max()) + 1 if len(step) else 0
        residuals = task_of(history.seed).residuals(history.model, rows.table) if len(rows) else []
        effects, newest = effects_of(rows, step, steps, history)
        return cls(
            rows,
            step,
            residuals,
            effects,
            history.inputs.beyond(effects),
            newest,
            _sums(residuals, step, steps, history),
        )


def effects_of(rows: Answered, step: IntArray, steps: int, history: DriftReference) -> tuple[FloatArray, FloatArray]:
    """Effects at each of the steps, shape (steps, c), and the columns of the newest window.

    The first windows reach back into the champion's own table.
    """
    seed, trained = history.seed, history.learnt_steps
    own = history.clock.steps(starts_of(history.table, seed))
    between = own >= trained
    columns = history.inputs.seen(np.vstack([matrix(history.table[between], seed), matrix(rows.table, seed)]))
    of_row = np.concatenate([own[between], step + history.steps]).astype(np.intp) - trained
    first = history.steps - trained
    effects = history.inputs.effects(columns, of_row, first + steps)[first:]
    return effects, columns[of_row >= first + steps - history.clock.window]


def _sums(residuals: Sequence[Residual], step: IntArray, steps: int, history: DriftReference) -> list[Sums]:
    values = {(one.name, kind): array for one in residuals for kind, array in of_kinds(one)}
    sums = []
    for past in history.errors:
        mean, count = step_means(values.get((past.name, past.kind), np.full(len(step), np.nan)), step, steps)
        at = np.flatnonzero(count > 0)
        if len(at):
            high, low = past.chart(mean[at], count[at])
            sums.append(Sums(past, at, high, low, mean[at], count[at]))
    return sums
