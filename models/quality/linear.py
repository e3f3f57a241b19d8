"""Linear models of log contents and log-odds of defects, with censored labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from models.estimators.categories import Categories, by_column, indicators
from models.estimators.estimator import RegressorEstimator
from models.estimators.sign_constrained_ridge import steps_from
from models.estimators.stored import Stored
from models.quality.censoring import below_limit
from models.quality.losses import ContentLoss, DefectLoss, Loss, spread_about
from models.table.inputs import checked_rows, medians
from physics.arrays import FloatArray

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)
FEWEST_HELD_BACK = 20
PENALTY_OF_FEW = 0.1
TURNS = 30  # of Newton's method, which needs less than ten
SETTLED = 1e-4  # of a coefficient: after a step of Newton's method the error is of the order of the step's square
ROUNDS = 10  # of line and spread in turn at most: a censored label's pull depends on the spread
SPREAD_SETTLED = 0.005  # change of the spread, relative, that ends the rounds
ROUNDING = 1e-12  # of a weight of 1
LONGEST_STEP = 3.0  # of a coefficient a turn, so that a rare defect does not run away
MOST_LEARNT = 32  # fits whose lines are kept, which are small: candidates of a job learn the same rows again
_LEARNT: dict[bytes, list[tuple[FloatArray, float]]] = {}


def losses(outputs: int, defects: int) -> list[Loss]:
    """Loss of each output: contents first, defects last."""
    return [*[ContentLoss() for _ in range(outputs - defects)], *[DefectLoss() for _ in range(defects)]]


def lot_labels(estimator: LotEstimator, X: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rows and labels to learn from, checked: X of shape (n, k), Y of shape (n, m).

    Raises
    ------
    ValueError
        Shapes that do not fit, infinity, fewer than two rows, an output without a label, or fewer outputs than defects.
    """
    rows = estimator._learnable(X, ensure_min_samples=2)
    labels = np.asarray(Y, dtype=np.float64)
    if labels.ndim != 2 or len(labels) != len(rows):
        raise ValueError(f"Y: got shape {labels.shape}, expected ({len(rows)}, outputs)")
    if np.isinf(labels).any():
        raise ValueError("Y: got infinity, expected numbers or NaN")
    empty = np.flatnonzero(np.isnan(labels).all(axis=0))
    if len(empty):
        raise ValueError(f"Y: outputs {empty.tolist()} have no label")
    if labels.shape[1] < estimator.defects:
        raise ValueError(f"Y: got {labels.shape[1]} outputs, expected at least the {estimator.defects} defects")
    return rows, labels


def level(label: FloatArray, kind: Loss) -> float:
    """Return the best constant output for labels of shape (n,); a censored content counts as censored."""
    y = label[~np.isnan(label)]
    return float(_fitted(_Rows(np.ones((len(y), 1)), y), kind, 0.0)[0][0])


class LotEstimator(Stored, RegressorEstimator):
    """Base of lot estimators: accepts missing and censored labels, which scikit-learn's checks reject."""

    SEVERAL = True
    defects: int


class LotLines(LotEstimator):
    """One line an output, with a penalty on squared slopes that is chosen on the newest rows.

    Rows must come sorted by time. A missing input counts as its median; beyond what training saw a line is level.

    Parameters
    ----------
    defects : int
        How many of the outputs, at the end, are defects (0 or 1); the others are contents.
    held_back : float
        Share of the rows, at the end, that chooses the penalty.
    categories : tuple of int, length k, or None
        How many values each column may have where it is a text category, 0 where it is a number. A category counts as a
        column of 0 and 1 for each value: k' columns in all. None where all are numbers.

    Attributes
    ----------
    fill_, scale_, low_, high_ : ndarray, shape (k',)
        Median, standard deviation, lowest and highest value of each column.
    slope_ : ndarray, shape (k', m)
        Change of each output for one standard deviation of each column.
    intercept_ : ndarray, shape (m,)
        Outputs where all columns are at their median.
    spread_ : ndarray, shape (m,)
        Standard deviation of a content's logarithm about its line; 1 for a defect.
    """

    STORED = ("n_features_in_", "fill_", "scale_", "low_", "high_", "slope_", "intercept_", "spread_")

    def __init__(self, defects: int = 0, held_back: float = 0.2, categories: Categories = None) -> None:
        self.defects = defects
        self.held_back = held_back
        self.categories = categories

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and reported contents and defects Y, shape (n, m), rows sorted by time."""
        from threadpoolctl import threadpool_limits

        rows, labels = lot_labels(self, X, Y)
        rows = indicators(rows, self.categories)
        empty = np.isnan(rows).all(axis=0)
        self.fill_ = medians(rows, np.zeros(rows.shape[1]))
        self.low_, self.high_ = (np.where(empty, 0.0, ufunc.reduce(rows)) for ufunc in (np.fmin, np.fmax))
        spread = (np.where(np.isnan(rows), self.fill_, rows) - self.fill_).std(axis=0)
        self.scale_ = np.where(spread > 0, spread, 1.0)
        with threadpool_limits(1):  # waking threads for products this small costs many times what they save
            fitted = _lines(self.columns(rows), labels, self.defects, self.held_back)
        self.intercept_ = np.array([line[0][0] for line in fitted])
        # Laid out as it is when it is read again, so that sums are taken in the same order.
        self.slope_ = np.ascontiguousarray(np.array([line[0][1:] for line in fitted]).T)
        self.spread_ = np.array([line[1] for line in fitted])
        return self

    def columns(self, X: FloatArray) -> FloatArray:
        """Return the regressors of the slopes, shape (n, k); see `steps_from`."""
        return steps_from(X, self.fill_, self.scale_, self.low_, self.high_)

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Logarithms of the contents and log-odds of the defects, shape (n, m)."""
        self._needs("slope_")
        rows = indicators(checked_rows(self, X), self.categories)
        # einsum and not @: the sum of a row must not depend on how many rows come with it.
        rises: FloatArray = np.einsum("ij,jm->im", self.columns(rows), self.slope_)
        return self.intercept_ + rises

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Slope times distance from the middle, of each column."""
        parts = self.columns(indicators(X, self.categories))[:, :, None] * self.slope_
        return X, by_column(parts, self.categories)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of one output to learn from: ones and columns, shape (n, 1 + k), and labels, shape (n,)."""

    design: FloatArray
    y: FloatArray

    @cached_property
    def normal(self) -> FloatArray:
        """Normal matrix where each row counts 1; that of a line is it but for the rows that count otherwise."""
        product: FloatArray = self.design.T @ self.design
        return product

    def counted(self, weight: FloatArray) -> FloatArray:
        """Normal matrix where each row counts its weight, shape (n,)."""
        other = np.flatnonzero(np.abs(weight - 1.0) > ROUNDING)
        part = self.design[other]
        product: FloatArray = self.normal + (part * (weight[other] - 1.0)[:, None]).T @ part
        return product

    def __getitem__(self, rows: slice) -> _Rows:
        return _Rows(self.design[rows], self.y[rows])


def _lines(columns: FloatArray, labels: FloatArray, defects: int, held_back: float) -> list[tuple[FloatArray, float]]:
    """Return line and spread of each output; lines of earlier training rows are reused.

    Trees begin at the lines of the very rows that the lines alone are trained on, and at the same whatever their own
    settings are.
    """
    digest = hashlib.blake2b(repr((columns.shape, defects, held_back)).encode())
    for part in (columns, labels):
        digest.update(part.tobytes())
    which = digest.digest()
    if which not in _LEARNT:
        kinds = losses(labels.shape[1], defects)
        fitted = [_line(columns, label, kind, held_back) for label, kind in zip(labels.T, kinds, strict=True)]
        for oldest in list(_LEARNT)[: len(_LEARNT) + 1 - MOST_LEARNT]:
            _LEARNT.pop(oldest, None)
        _LEARNT[which] = fitted
    return _LEARNT[which]


def _line(columns: FloatArray, label: FloatArray, kind: Loss, held_back: float) -> tuple[FloatArray, float]:
    """Return coefficients, shape (1 + k,), and residual spread at the penalty best on the latest rows."""
    known = ~np.isnan(label)
    rows = _Rows(np.column_stack([np.ones(known.sum()), columns[known]]), label[known])
    newest = int(held_back * len(rows.y))
    if newest < FEWEST_HELD_BACK:
        return _fitted(rows, kind, PENALTY_OF_FEW)
    old, new = rows[:-newest], rows[-newest:]
    errors = []
    for penalty in PENALTIES:
        line, spread = _fitted(old, kind, penalty)
        judge = ContentLoss(spread) if isinstance(kind, ContentLoss) else kind
        errors.append(float(judge.loss(new.y, new.design @ line).mean()))
    return _fitted(rows, kind, PENALTIES[int(np.argmin(errors))])


def _fitted(rows: _Rows, kind: Loss, penalty: float) -> tuple[FloatArray, float]:
    line, spread = np.zeros(rows.design.shape[1]), 1.0
    line[0] = kind.start(rows.y)
    if not isinstance(kind, ContentLoss):
        # A defect that no lot has, or every one, gives no information on the inputs.
        return (line if np.ptp(rows.y) == 0 else _newton(rows, kind, penalty, line)), spread
    for _ in range(ROUNDS):
        before, spread = spread, spread_about(rows.y, rows.design @ line)
        line = _newton(rows, ContentLoss(spread), penalty, line)
        # The spread moves a line only by labels below their limit.
        if abs(spread - before) <= SPREAD_SETTLED * spread or not below_limit(rows.y).any():
            break
    return line, spread_about(rows.y, rows.design @ line)


def _newton(rows: _Rows, kind: Loss, penalty: float, line: FloatArray) -> FloatArray:
    """Minimum of the mean loss with the penalty on squared slopes; both are convex in the line."""
    weights = penalty * np.r_[0.0, np.ones(rows.design.shape[1] - 1)]
    for _ in range(TURNS):
        gradient, curvature = kind.steps(rows.y, rows.design @ line)
        slope = rows.design.T @ gradient / len(rows.y) + weights * line
        normal = rows.counted(curvature) / len(rows.y) + np.diag(weights + 1e-9)
        step = np.clip(np.linalg.solve(normal, slope), -LONGEST_STEP, LONGEST_STEP)
        line = line - step
        if np.abs(step).max() < SETTLED:
            break
    return line
