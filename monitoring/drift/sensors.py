"""Sensor faults by unit: missing values, stuck values, and values outside the range of history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from monitoring.drift.results import Sensor
from physics.arrays import BoolArray, FloatArray, IntArray

MISSING, STUCK, OUTSIDE = "missing", "stuck", "outside the training range"
SHORTEST = 3  # rows of a unit in a row
LONGEST = 12
FEWEST_VALUES = 20  # different ones, of a column that may be stuck
MOST_USUAL = 0.5  # where more rows than this lack a value, or repeat it, no run of them is odd
_CHANCE = 0.01  # that chance makes one such run among all units and columns
LEAST_OUTSIDE = 0.05  # of the rows of a window
FEWEST_OUTSIDE = 5


@dataclass(frozen=True, eq=False)
class SensorHistory:
    """Typical behaviour of each of k inputs in history.

    Attributes
    ----------
    names : tuple of str
        The inputs.
    runs : dict of str to ndarray of int, shape (k,)
        After how many rows in a row a unit's sensor is said to be `missing` or `stuck`; 0 where none is odd.
    low, high : ndarray, shape (k,)
        Range of history; NaN where it holds no value.
    """

    names: tuple[str, ...]
    runs: dict[str, IntArray]
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(
        cls, names: Sequence[str], X: FloatArray, unit: npt.NDArray[Any], step: IntArray, may_stick: BoolArray
    ) -> Self:
        """Fit on X, shape (n, k), of units and steps, (n,); `may_stick`, (k,), marks inputs to check."""
        order = np.lexsort((step, unit))
        rows, units = X[order], unit[order]
        same = units[1:] == units[:-1]
        pairs = max(1, int(same.sum()))
        repeats = ((rows[1:] == rows[:-1]) & same[:, None]).sum(axis=0) / pairs
        missing = np.isnan(rows).mean(axis=0) if len(rows) else np.ones(len(names))
        many = np.array([len(np.unique(column[~np.isnan(column)])) >= FEWEST_VALUES for column in rows.T])
        number = max(1, len(np.unique(unit))) * max(1, len(names))
        runs = {
            MISSING: _runs(missing, number, np.ones(len(names), dtype=np.bool_)),
            STUCK: _runs(repeats, number, many & may_stick),
        }
        low, high = (ufunc.reduce(rows) if len(rows) else np.full(len(names), np.nan) for ufunc in (np.fmin, np.fmax))
        return cls(tuple(names), runs, low, high)

    def found(self, X: FloatArray, unit: npt.NDArray[Any], step: IntArray, window: int) -> list[Sensor]:
        """Sensors of n rows after history, X of shape (n, k), that are odd at the newest step of their unit."""
        order = np.lexsort((step, unit))
        rows, units = X[order], unit[order]
        if not len(rows):
            return []
        newest = np.append(units[1:] != units[:-1], True)
        same = np.append(False, units[1:] == units[:-1])
        repeated = np.zeros(rows.shape, dtype=np.bool_)
        repeated[1:] = (rows[1:] == rows[:-1]) & same[1:, None]
        events = {MISSING: _run_lengths(np.isnan(rows), same), STUCK: _run_lengths(repeated, same)}
        recent = step[order] > step.max() - window
        suspect = [
            sensor for fault, runs in events.items() for sensor in self._odd(fault, runs, newest & recent, units)
        ]
        return [*suspect, *self._outside(rows[recent], units[recent])]

    def _odd(self, fault: str, runs: IntArray, newest: BoolArray, units: npt.NDArray[Any]) -> Iterator[Sensor]:
        needed = self.runs[fault]
        for j in np.flatnonzero(((runs[newest] >= needed) & (needed > 0)).any(axis=0)).tolist():
            which = newest & (runs[:, j] >= needed[j])
            yield Sensor(self.names[j], fault, tuple(map(str, units[which])), int(runs[which, j].max()), None)

    def _outside(self, rows: FloatArray, units: npt.NDArray[Any]) -> Iterator[Sensor]:
        outside = (rows < self.low) | (rows > self.high)
        count = outside.sum(axis=0)
        share = count / np.maximum(1, (~np.isnan(rows)).sum(axis=0))
        for j in np.flatnonzero((count >= FEWEST_OUTSIDE) & (share >= LEAST_OUTSIDE)).tolist():
            affected = tuple(sorted(set(map(str, units[outside[:, j]]))))
            yield Sensor(self.names[j], OUTSIDE, affected, int(count[j]), float(share[j]))


def _runs(share: FloatArray, number: int, checked: BoolArray) -> IntArray:
    """Run length that is improbable in all of `number` sensors at this fraction of affected rows."""
    safe = np.clip(share, 1e-3, MOST_USUAL)
    length = np.clip(np.ceil(np.log(_CHANCE / number) / np.log(safe)), SHORTEST, LONGEST)
    return np.where(checked & (share < MOST_USUAL), length, 0).astype(np.intp)


def _run_lengths(event: BoolArray, same: BoolArray) -> IntArray:
    """Number of consecutive rows of the same unit with the event, up to each row, shape (n, k)."""
    row = np.arange(1, len(event) + 1)[:, None]
    begins = np.flatnonzero(~same)
    first = np.zeros(len(event), dtype=np.intp)
    first[begins] = begins
    first = np.maximum.accumulate(first)
    last = np.maximum.accumulate(np.where(event, 0, row), axis=0)
    return np.asarray(row - np.maximum(last, first[:, None]))
