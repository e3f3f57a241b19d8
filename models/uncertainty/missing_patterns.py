"""Patterns of missing inputs: rows divided by pattern, and calibration rows blanked by them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Generic, Self, TypeVar

import numpy as np

from models.uncertainty.distinct_rows import grouped
from models.uncertainty.missing_report import INTERVAL, MissingReport, missing_reports
from models.uncertainty.stored_arrays import freeze
from physics.arrays import BoolArray, FloatArray, IntArray

GROUPS = 16
"""Groups of the rarer patterns of one call, by the sum of the effects of their inputs."""
GROUP_MASKS = 64
"""Patterns of a group that are blanked in the calibration rows."""
FEW_ROWS = 16
"""Rows of a call up to which patterns are looked up row by row, which costs less than a search for equal ones."""
MOST_REPORTS = 1024
"""Patterns whose reports are kept, the latest used: about 1 MiB."""

Estimate = Callable[[FloatArray], FloatArray]
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class MissingPatterns:
    """Inputs by the effect of their absence on predictions.

    Parameters
    ----------
    ignored : ndarray of bool, shape (k,)
        Inputs that hardly move a prediction: a row that misses one of them counts as if it were there.
    effects : ndarray, shape (k,)
        Mean square change of the predictions by blanking each input alone, of the quantity that changes most; it
        orders patterns.
    """

    ignored: BoolArray
    effects: FloatArray

    def __post_init__(self) -> None:
        ignored, effects = np.array(self.ignored, dtype=np.bool_), np.array(self.effects, dtype=np.float64)
        if ignored.ndim != 1 or effects.shape != ignored.shape or not (effects >= 0).all():
            raise ValueError("ignored, effects: expected one value a column; effects: numbers of 0 or more")
        freeze(self, ignored=ignored, effects=effects)

    def check_rows(self, X: FloatArray, most: int) -> None:
        """Raise ValueError unless X has 1 to `most` rows of these inputs."""
        if X.ndim != 2 or not 0 < len(X) <= most or self.ignored.shape != X.shape[1:]:
            raise ValueError(f"X: expected 1 to {most} rows; patterns: expected one value a column")

    @classmethod
    def of(cls, X: FloatArray, estimate: Estimate, limit: float) -> Self:
        """Measure the effects of inputs on predictions.

        Parameters
        ----------
        X : ndarray, shape (r, k)
            Calibration rows.
        estimate : callable
            Predictions for rows, shape (r,) or (r, q).
        limit : float
            Root mean square change of any of the q predictions by all inputs that are ignored together, at most.
        """
        whole, k = estimate(X), X.shape[1]

        def change(columns: IntArray) -> float:
            mask = np.isin(np.arange(k), columns)
            return float(np.max(np.mean((estimate(np.where(mask, np.nan, X)) - whole) ** 2, axis=0)))

        effects = np.array([change(np.array([column])) for column in range(k)])
        order = np.argsort(effects, kind="stable")
        ignored = np.zeros(k, dtype=np.bool_)
        for count in range(1, k + 1):
            if not change(order[:count]) <= limit**2:  # NaN is none
                break
            ignored[order[count - 1]] = True
        return cls(ignored, np.nan_to_num(effects))

    def missing(self, X: FloatArray) -> BoolArray:
        """Return the missing inputs of rows that count, shape (n, k)."""
        return np.asarray(np.isnan(X) & ~self.ignored)

    def divided(
        self, X: FloatArray, most: int, groups: int = GROUPS, least: float = 0.0, fewest: int = 1
    ) -> list[tuple[BoolArray, IntArray]]:
        """Divide rows, shape (n, k), by pattern: patterns, shape (p, k), and the rows of each part.

        Rows that miss nothing are the first part. The most frequent patterns are a part each, at most `most` parts;
        rarer ones are divided into groups by the sum of the effects of their inputs, of which at most GROUP_MASKS
        patterns are returned. Of more than `most` patterns, also those of less than `fewest` rows are rarer ones. A row
        whose sum is at most `least` counts as if it missed nothing.
        """
        missing = self.missing(X)
        if least:
            missing &= (missing @ self.effects > least)[:, None]
        if len(X) == 1:  # a request, which a search would cost a tenth of its time
            return [(missing, np.zeros(1, dtype=np.intp))]
        masks, rows = grouped(missing)
        counts, incomplete = np.array([len(one) for one in rows]), masks.any(axis=1)
        order = np.lexsort((-counts, incomplete))
        if len(order) > most:
            most = min(most, int((~incomplete | (counts >= fewest)).sum()))
        parts = [np.array([number]) for number in order[:most]]
        if len(rarer := order[most:]):
            rising = rarer[np.argsort(masks[rarer] @ self.effects, kind="stable")]
            parts += np.array_split(rising, min(groups, len(rising)))
        return [(masks[_evenly(part, GROUP_MASKS)], np.concatenate([rows[one] for one in part])) for part in parts]

    def blanked(self, X: FloatArray, masks: BoolArray, fewest: int) -> tuple[IntArray, FloatArray]:
        """Return numbers and inputs of the calibration rows that count for patterns, blanked by these in turn.

        Those count that miss nothing else. Where they are fewer than `fewest`, rows that miss more are added, in the
        order of how many inputs more: never one that misses fewer.
        """
        mask = masks[np.arange(len(X)) % len(masks)]
        more = (self.missing(X) & ~mask).sum(axis=1)
        rows = np.flatnonzero(more <= np.sort(more)[min(fewest, len(more)) - 1])
        return rows, np.where(mask[rows], np.nan, X[rows])

    def costs(self, ratio: Callable[[BoolArray], float]) -> FloatArray:
        """Return the ratio of rows that miss each input alone, shape (k,) [1]; 1 of ignored inputs.

        Parameters
        ----------
        ratio : callable
            Width of rows that miss inputs by patterns, shape (p, k), over that of rows with all inputs.
        """
        alone = np.eye(len(self.ignored), dtype=np.bool_)
        return np.array([1.0 if self.ignored[j] else ratio(alone[j : j + 1]) for j in range(len(alone))])

    def reported(
        self,
        X: FloatArray,
        names: Sequence[str],
        costs: FloatArray | None,
        ratio: Callable[[FloatArray], FloatArray],
        about: str = INTERVAL,
    ) -> list[MissingReport | None]:
        """Return the missing inputs of each row, shape (n, k); None of a row that has all inputs that count.

        Reports of few rows are computed alone and stored. They depend on the pattern alone; that of a rare pattern of a
        table also depends on the other rows.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs; NaN is missing.
        names : sequence of k str
            Their names.
        costs : ndarray, shape (k,), optional
            Ratios of `costs`, by which inputs are ordered; without them by their effects.
        ratio : callable
            Width of rows over that of rows with all inputs, shape (n,) [1].
        about : str
            Text of a report on the ratio.
        """
        absent = np.isnan(X)
        if not absent.any():
            return [None] * len(X)

        def compute(rows: FloatArray) -> list[MissingReport | None]:
            order = np.argsort(-(self.effects if costs is None else costs), kind="stable")
            return missing_reports(rows, names, ~self.ignored, order, ratio(rows), about)

        def alone(i: int) -> MissingReport | None:
            return compute(X[i : i + 1])[0]

        if len(X) > FEW_ROWS:
            return compute(X)
        reports: list[MissingReport | None] = [None] * len(X)
        for i in np.flatnonzero(absent.any(axis=1)).tolist():
            reports[i] = self._reports.of(absent[i].tobytes(), partial(alone, i))
        return reports

    @cached_property
    def _reports(self) -> LatestUsed[MissingReport | None]:
        return LatestUsed(MOST_REPORTS)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"ignored": self.ignored.tolist(), "effects": self.effects.tolist()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(np.array(state["ignored"], dtype=np.bool_), np.array(state["effects"], dtype=np.float64))


class LatestUsed(Generic[V]):
    """Values by key, of which the latest used are kept; threads may share it.

    Parameters
    ----------
    most : int
        Number of values that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[bytes, V] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._most,)  # a copy of its owner computes its own

    def __len__(self) -> int:
        return len(self._values)

    def of(self, key: bytes, compute: Callable[[], V]) -> V:
        """Return the value of a key, computed if none is kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = compute()  # outside the lock: threads may compute the same, and none waits for another
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


def evenly_spaced(n: int, most: int) -> IntArray:
    """Return at most so many of n numbers from 0, evenly spaced."""
    return np.arange(n) if n <= most else np.unique(np.linspace(0, n - 1, most).astype(np.intp))


def _evenly(values: IntArray, most: int) -> IntArray:
    return values[evenly_spaced(len(values), most)]
