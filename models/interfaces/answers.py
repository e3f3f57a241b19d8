"""Quantities with intervals, flags on inputs, and the training-input summary of any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from physics.arrays import BoolArray, FloatArray, IntArray

EXAMPLES = 5


class Explainable(Protocol):
    """Fitted estimator that provides contributions of columns to its outputs, or None."""

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Columns that it sees, and what each contributed; see `models.estimators.stored.Stored`."""


class Regressor(Explainable, Protocol):
    """Protocol of a fitted scikit-learn regressor."""

    def predict(self, X: FloatArray) -> FloatArray:
        """Predictions for the rows of X."""


class Classifier(Explainable, Protocol):
    """Protocol of a fitted scikit-learn classifier."""

    def predict_proba(self, X: FloatArray) -> FloatArray:
        """Probabilities of the seed's classes for the rows of X, shape (n, K)."""


class Answer(NamedTuple):
    """One quantity for n rows, in its unit: shape (n,) each."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def flat(answers: Mapping[str, Answer]) -> dict[str, npt.NDArray[Any]]:
    """Columns `<quantity>`, `<quantity>_low` and `<quantity>_high` of each answer."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, answer in answers.items():
        columns |= {name: answer.value, f"{name}_low": answer.low, f"{name}_high": answer.high}
    return columns


UNSEEN = "missing in all training rows: predicted without it"


def input_flags(X: FloatArray, names: Sequence[str], ranges: FloatArray, needed: BoolArray) -> list[list[str]]:
    """Return flags of inputs outside the training range, of those not in training, and of missing ones.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs; NaN is missing.
    names : sequence of k str
        Their names.
    ranges : ndarray, shape (k, 2)
        Lowest and highest value of each in training.
    needed : ndarray of bool, shape (k,)
        Whether a missing input is flagged: whether it is so when an input is missing.
    """
    flags: list[list[str]] = [[] for _ in range(len(X))]
    low, high = ranges.T
    inside = (low <= X) & (high >= X)
    if inside.all():  # false where an input is missing
        return flags
    missing = np.isnan(X)
    # Ten times as fast as a search of rows and columns together; most are none.
    flagged = np.flatnonzero(~inside & (~missing | needed)).tolist()
    unseen = np.isnan(low)  # an input that training never saw has no range
    for at in flagged:
        i, j = divmod(at, len(names))
        words = "missing" if missing[i, j] else UNSEEN if unseen[j] else "outside training range"
        flags[i].append(f"{names[j]} {words}")
    return flags


def unseen_inputs(ranges: FloatArray) -> BoolArray | None:
    """Return the inputs that no training row had, shape (k,); None if there are none."""
    unseen = np.isnan(ranges[:, 0])
    return unseen if unseen.any() else None


def learnt_inputs(X: FloatArray) -> dict[str, Any]:
    """Return `ranges`, `complete` and `examples` of training inputs, shape (n, k), stored with a model.

    Examples are rows that miss the fewest inputs: a pattern of missing inputs must be calibrated before a model
    predicts them, and it predicts its examples whenever it is loaded.
    """
    n_missing = np.isnan(X).sum(axis=1)
    rows = np.flatnonzero(n_missing == n_missing.min(initial=X.shape[1]))
    spread = np.linspace(0, len(rows) - 1, min(EXAMPLES, len(rows))).astype(int)
    return {
        # fmin and fmax pass over NaN, and give NaN where there is nothing else.
        "ranges": np.column_stack([np.fmin.reduce(X), np.fmax.reduce(X)]),
        "complete": np.asarray(~np.isnan(X).any(axis=0)),
        "examples": X[rows[spread]],
    }


COVERAGE = 0.9  # of the intervals that are judged, as in the metric names


def rows_of(answer: Answer, rows: IntArray | BoolArray) -> Answer:
    """Answer of some of the rows."""
    return Answer(answer.value[rows], answer.low[rows], answer.high[rows])
