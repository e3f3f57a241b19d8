"""Known errors of units by time, and their means over the newest ones before a moment."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray

WINDOW = 24
"""Errors of a unit that its state is made of: the newest ones."""
_NUMBER_AT_END = re.compile(r"[\W_]*\d+\s*$")


def group_of(unit: str) -> str:
    """Return the group of a unit, such as its line: its name without the number at the end.

    Examples
    --------
    >>> group_of("A-001"), group_of("line 2 / 17"), group_of("north")
    ('A', 'line 2', 'north')
    """
    return _NUMBER_AT_END.sub("", unit)


@dataclass(frozen=True, eq=False)
class UnitErrors:
    """Errors of units, sorted by unit and time.

    Parameters
    ----------
    names : tuple of str
        Names of the units.
    unit : ndarray of int, shape (n,)
        Number of each error's unit in `names`.
    start : ndarray of int, shape (n,)
        Start of its period [microseconds since 1970].
    error : ndarray, shape (n,)
        Label minus expectation [scale of the model's errors].
    """

    names: tuple[str, ...] = ()
    unit: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    start: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    error: FloatArray = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, units: Sequence[str] | npt.NDArray[np.object_], start: IntArray, error: FloatArray) -> Self:
        """Return errors given in any order, without those that are not finite; of a period the last."""
        known = np.isfinite(error)
        names, unit = np.unique(np.asarray(units, dtype=object)[known].astype(str), return_inverse=True)
        start, error = np.asarray(start, dtype=np.int64)[known], np.asarray(error, dtype=np.float64)[known]
        order = np.lexsort((start, unit))
        unit, start, error = unit[order], start[order], error[order]
        last = np.ones(len(unit), dtype=np.bool_)
        last[:-1] = (unit[1:] != unit[:-1]) | (start[1:] != start[:-1])
        return cls(tuple(names.tolist()), unit[last].astype(np.int64), start[last], error[last])

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each unit by its name."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def group(self) -> tuple[tuple[str, ...], IntArray]:
        """Names of the groups, and the number of each unit's group, shape (units,)."""
        names, of_unit = np.unique(np.array([group_of(one) for one in self.names], dtype=object), return_inverse=True)
        return tuple(names.tolist()), of_unit.astype(np.int64)

    @cached_property
    def _line(self) -> tuple[int, int, IntArray, FloatArray]:
        """First moment, length of a unit's segment, place of each error on one line, and sums of errors."""
        first, length = (int(self.start.min()), int(np.ptp(self.start)) + 3) if len(self.start) else (0, 3)
        return first, length, self.unit * length + (self.start - first + 1), np.r_[0.0, np.cumsum(self.error)]

    @cached_property
    def _lists(self) -> tuple[list[int], list[float]]:
        return self._line[2].tolist(), self._line[3].tolist()

    def means(self, unit: IntArray, since: IntArray, until: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean of the newest WINDOW errors of units and their number, shape (m,) each.

        Parameters
        ----------
        unit : ndarray of int, shape (m,)
            Numbers of units; -1 for one without errors.
        since, until : ndarray of int, shape (m,)
            First and last start of the periods that count [microseconds since 1970].

        Returns
        -------
        tuple of ndarray
            Mean, 0 where there is no error, and number of errors.
        """
        first, length, place, sums = self._line
        after, before = (np.clip(one - first + 1, 0, length - 1) for one in (since, until))
        end = np.searchsorted(place, unit * length + before, side="right")
        begin = np.maximum(np.searchsorted(place, unit * length + after, side="left"), end - WINDOW)
        count = np.where(unit < 0, 0, np.maximum(end - begin, 0))
        return np.where(count > 0, (sums[end] - sums[begin]) / np.maximum(count, 1), 0.0), count.astype(np.float64)

    def mean(self, unit: str, since: int, until: int) -> tuple[float, int]:
        """Return `means` of one unit without arrays: a request often has one row."""
        number = self.number.get(unit)
        if number is None:
            return 0.0, 0
        first, length, *_ = self._line
        places, sums = self._lists
        after, before = (min(max(one - first + 1, 0), length - 1) for one in (since, until))
        end = bisect_right(places, number * length + before)
        begin = max(bisect_left(places, number * length + after), end - WINDOW)
        return ((sums[end] - sums[begin]) / (end - begin), end - begin) if end > begin else (0.0, 0)

    def joined(self, other: UnitErrors, without: Mapping[str, int] | None = None) -> UnitErrors:
        """Return these errors and others, which replace those of the same unit and period.

        Parameters
        ----------
        other : UnitErrors
            Further errors.
        without : Mapping of str to int, optional
            Moment by unit [microseconds since 1970]: errors of older periods are left out.
        """
        parts = (self, other)
        units = np.concatenate([np.array(one.names, dtype=object)[one.unit] for one in parts])
        start, error = np.concatenate([self.start, other.start]), np.concatenate([self.error, other.error])
        if without and len(start):
            error = np.where(start < np.array([without.get(one, start.min()) for one in units]), np.nan, error)
        return type(self).of(units, start, error)

    def newest(self) -> UnitErrors:
        """Return the newest WINDOW errors of each unit."""
        ends = np.searchsorted(self.unit, np.arange(len(self.names)), side="right")
        retained = np.arange(len(self.unit)) >= ends[self.unit] - WINDOW
        return type(self)(self.names, self.unit[retained], self.start[retained], self.error[retained])

    def without(self, units: Sequence[str]) -> UnitErrors:
        """Return the errors of all units but these."""
        retained = ~np.isin(np.array(self.names, dtype=object)[self.unit].astype(str), list(units))
        return type(self).of(
            np.array(self.names, dtype=object)[self.unit[retained]], self.start[retained], self.error[retained]
        )

    def state(self) -> dict[str, Any]:
        """Return the errors as JSON values: by unit the starts of the periods and the errors."""
        ends = np.searchsorted(self.unit, np.arange(len(self.names) + 1))
        parts = {name: slice(ends[i], ends[i + 1]) for i, name in enumerate(self.names)}
        return {name: [self.start[of].tolist(), self.error[of].tolist()] for name, of in parts.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        if not state:
            return cls()
        units = [name for name, (starts, _) in state.items() for _ in starts]
        start, error = (np.concatenate([np.array(one[part]) for one in state.values()]) for part in (0, 1))
        return cls.of(units, start.astype(np.int64), error.astype(np.float64))
