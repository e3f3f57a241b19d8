"""Interval width by pattern of missing inputs, from blanked calibration rows."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.uncertainty.intervals import rank_of
from physics.arrays import BoolArray, FloatArray, IntArray

MOST_ROWS = 1000
"""Calibration rows that are kept: the coverage of 90 % then has a standard deviation of 0.01."""
FEWEST_ROWS = 100
"""Rows that give a quantile; a pattern with fewer borrows from rows that miss more inputs."""
MOST_PATTERNS = 1024
"""Patterns whose scores are kept, the latest used: at most 8 MiB a target."""
MOST_NEW = 256
"""Patterns of one call that are computed; rarer ones have the width of a row without any input."""
NEGLIGIBLE = 0.05
"""Root mean square change of predictions, over the half width of 90 %, by all inputs that are ignored together."""
_COVERAGE = 0.9

Estimate = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class MissingInputs:
    """Calibration rows that show how errors grow where inputs are missing.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs of calibration rows; NaN is missing.
    predicted, errors : ndarray, shape (r,)
        Predictions by models that had not seen the rows, and label minus prediction [scale of the errors].
    ignored : ndarray of bool, shape (k,)
        Inputs that hardly move a prediction: a row that misses one of them counts as if it were there.

    Notes
    -----
    Conformal prediction with missing values [1]_: the inputs that a request misses are blanked in the calibration rows
    too, and the quantile of their errors is that of the request's interval. Of the rows, those count that miss nothing
    else. Where they are fewer than FEWEST_ROWS, rows that miss more are added, in the order of how many inputs more:
    never one that misses fewer.

    The error of a blanked row is its out-of-time error plus the change of the final estimator's prediction.

    References
    ----------
    .. [1] M. Zaffran, A. Dieuleveut, J. Josse, Y. Romano (2023). Conformal prediction with missing values. Proc. 40th
       Int. Conf. on Machine Learning, PMLR 202, 40578-40604. arXiv 2306.02732.
    """

    X: FloatArray
    predicted: FloatArray
    errors: FloatArray
    ignored: BoolArray

    def __post_init__(self) -> None:
        X, predicted, errors = (np.array(one, dtype=np.float64) for one in (self.X, self.predicted, self.errors))
        ignored = np.array(self.ignored, dtype=np.bool_)
        if X.ndim != 2 or not 0 < len(X) <= MOST_ROWS or ignored.shape != X.shape[1:]:
            raise ValueError(f"X: expected 1 to {MOST_ROWS} rows; ignored: expected one value a column")
        if predicted.shape != (len(X),) or errors.shape != (len(X),) or not np.isfinite([predicted, errors]).all():
            raise ValueError("predicted, errors: expected one finite number a row")
        for name, part in (("X", X), ("predicted", predicted), ("errors", errors), ("ignored", ignored)):
            part.flags.writeable = False
            object.__setattr__(self, name, part)

    @classmethod
    def of(cls, X: FloatArray, predicted: FloatArray, errors: FloatArray, estimate: Estimate) -> Self:
        """Keep evenly spaced rows of all calibration rows, and find the inputs that are ignored."""
        rows = np.unique(np.linspace(0, len(X) - 1, min(MOST_ROWS, len(X))).astype(np.intp))
        all_count = cls(X[rows], predicted[rows], errors[rows], np.zeros(X.shape[1], dtype=np.bool_))
        return cls(all_count.X, all_count.predicted, all_count.errors, all_count._negligible(estimate))

    def _negligible(self, estimate: Estimate) -> BoolArray:
        """Return the inputs with the least effect that together change predictions by NEGLIGIBLE at most."""
        limit = NEGLIGIBLE * _quantile(np.sort(np.abs(self.errors)), _COVERAGE)
        whole, k = estimate(self.X), self.X.shape[1]

        def change(columns: IntArray) -> float:
            mask = np.isin(np.arange(k), columns)
            return float(np.sqrt(np.mean((estimate(np.where(mask, np.nan, self.X)) - whole) ** 2)))

        order = np.argsort([change(np.array([column])) for column in range(k)], kind="stable")
        ignored = np.zeros(k, dtype=np.bool_)
        for count in range(1, k + 1):
            if not change(order[:count]) <= limit:  # NaN is none
                break
            ignored[order[count - 1]] = True
        return ignored

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.X, self.predicted, self.errors, self.ignored)  # computed patterns stay here

    @cached_property
    def _computed(self) -> _LatestUsed:
        return _LatestUsed()

    def inflation(self, X: FloatArray, coverage: float, estimate: Estimate, spread: Estimate) -> FloatArray:
        """Width of the interval of each row over that of a row with no input missing, shape (n,) [1].

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs; NaN is missing.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        estimate : callable
            Predictions of the fitted estimator on the scale of the errors.
        spread : callable
            Size of the errors where this is predicted.

        Notes
        -----
        The widths are compared with those of calibration rows that miss no input, or the fewest. At most MOST_NEW
        patterns of a call are computed, the most frequent first. A row of any other has the width of a row without any
        input.
        """
        missing = np.isnan(X)
        if not missing.any():
            return np.ones(len(X))
        masks, place = _distinct(missing & ~self.ignored)
        factors = np.empty(len(masks))
        order = np.argsort(-np.bincount(place, minlength=len(masks)), kind="stable")
        for number in order[:MOST_NEW]:
            factors[number] = self._factor(masks[number], coverage, estimate, spread)
        if len(order) > MOST_NEW:
            factors[order[MOST_NEW:]] = self._factor(~self.ignored, coverage, estimate, spread)
        return factors[place]

    def _factor(self, mask: BoolArray, coverage: float, estimate: Estimate, spread: Estimate) -> float:
        if not mask.any():
            return 1.0
        scores, present = (self._scores(one, estimate, spread) for one in (mask, np.zeros_like(mask)))
        fewest = min(len(scores), len(present))
        within = min(coverage, fewest / (fewest + 1))  # the share that the scores of both are enough for
        before = _quantile(present, within)
        return _quantile(scores, within) / before if before > 0 else 1.0

    def _scores(self, mask: BoolArray, estimate: Estimate, spread: Estimate) -> FloatArray:
        """Absolute errors over their size, rising, of the rows that count for a pattern, blanked by it."""
        return self._computed.of(mask.tobytes(), lambda: self._blanked(mask, estimate, spread))

    def _blanked(self, mask: BoolArray, estimate: Estimate, spread: Estimate) -> FloatArray:
        more = (np.isnan(self.X) & ~self.ignored & ~mask).sum(axis=1)
        rows = more <= np.sort(more)[min(FEWEST_ROWS, len(more)) - 1]
        errors, predicted, X = self.errors[rows], self.predicted[rows], self.X[rows]
        if mask.any():
            change = estimate(np.where(mask, np.nan, X)) - self._computed.of(b"", lambda: estimate(self.X))[rows]
            errors, predicted = errors - change, predicted + change
        return np.sort(np.abs(errors) / spread(predicted))

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian float64 in base64."""
        numbers = np.column_stack([self.X, self.predicted, self.errors]).astype("<f8")
        return {"ignored": self.ignored.tolist(), "rows": base64.b64encode(numbers.tobytes()).decode()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        ignored = np.array(state["ignored"], dtype=np.bool_)
        numbers = np.frombuffer(base64.b64decode(state["rows"], validate=True), dtype="<f8")
        numbers = numbers.reshape(-1, len(ignored) + 2)
        return cls(numbers[:, :-2], numbers[:, -2], numbers[:, -1], ignored)


class _LatestUsed:
    """Arrays by key, of which the latest used are kept; threads may share it."""

    def __init__(self) -> None:
        self._arrays: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: bytes, compute: Callable[[], FloatArray]) -> FloatArray:
        """Return the array of a key, computed where none is kept."""
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
                return self._arrays[key]
        array = compute()  # outside the lock: threads may compute the same, and none waits for another
        with self._lock:
            self._arrays[key] = array
            while len(self._arrays) > MOST_PATTERNS:
                self._arrays.popitem(last=False)
        return array


def _distinct(masks: BoolArray) -> tuple[BoolArray, IntArray]:
    """Return the distinct rows, shape (p, k), and the number of each row's own, shape (n,)."""
    if len(masks) == 1:  # a request, which a search would cost a tenth of its time
        return masks, np.zeros(1, dtype=np.intp)
    distinct, place = np.unique(np.packbits(masks, axis=1), axis=0, return_inverse=True)
    return np.unpackbits(distinct, axis=1, count=masks.shape[1]).astype(np.bool_), place.ravel()


def _quantile(scores: FloatArray, coverage: float) -> float:
    return float(scores[min(rank_of(coverage, len(scores)), len(scores)) - 1])
