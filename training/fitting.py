"""How any candidate is fitted and looked into, whatever it predicts. Plain data out; nothing is stored here."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from sklearn.base import clone
from sklearn.inspection import permutation_importance

from models.tasks import Model
from physics.arrays import FloatArray, IntArray
from training.dataset import Dataset
from training.splits import Split

ROWS_FOR_THREADS = 50_000
RNG_SEED = 20260101


class Candidate(Protocol):
    """What a job knows of a fitted candidate, whatever it predicts."""

    @property
    def name(self) -> str:
        """Name of the candidate."""

    @property
    def model(self) -> Model:
        """Has learnt from train and calibrate rows."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Same names for every candidate of a job."""

    @property
    def told(self) -> FloatArray:
        """What it says of each row, first axis n: of the bar to beat, what the others are compared with."""


def with_few_threads(estimator: Any, rows: int) -> Any:
    """The same estimator on one thread where the table is small.

    Waking threads costs more than they save there, and many times more where the cores are busy. Results do not
    depend on it.
    """
    if rows >= ROWS_FOR_THREADS:
        return estimator
    threads = {name: 1 for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"}
    return clone(estimator).set_params(**threads)


def told_by_older(
    estimator: Any, data: Dataset, parts: Split, tell: Callable[[Any, FloatArray], FloatArray]
) -> tuple[IntArray, FloatArray]:
    """What models that know only older rows say of the calibrate rows, block by block.

    The model that serves knows the newest periods, so its errors are no larger than those of the older ones; what
    counts is measured on the test rows.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Unfitted; it is cloned.
    data, parts
        Labelled rows and their use.
    tell : callable
        Answers of a fitted estimator for a matrix, first axis n.

    Returns
    -------
    tuple of ndarray
        Calibrate rows, oldest first, and what was said of them.
    """
    known, said = parts.train, []
    for block in parts.calibrate:
        older = clone(estimator).fit(data.X[known], data.labels[known])
        said.append(np.asarray(tell(older, data.X[block])))
        known = np.concatenate([known, block])
    return np.concatenate(parts.calibrate), np.concatenate(said)


def importance(
    estimator: Any, data: Dataset, parts: Split, scoring: str | Callable[..., float], most_rows: int, repeats: int
) -> FloatArray:
    """Permutation importance on test rows, shape (k,): means the same for every candidate, physics or trees.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator
        What is looked into.
    data, parts
        Labelled rows and their use.
    scoring : str or callable
        scikit-learn's score, the higher the better; its fall is the importance.
    most_rows, repeats : int
        How many of the rows are looked at, and how often each input is shuffled among them.
    """
    rows = some(parts.test, most_rows)
    found = permutation_importance(
        estimator, data.X[rows], data.labels[rows], scoring=scoring, n_repeats=repeats, random_state=RNG_SEED
    )
    return np.asarray(found["importances_mean"], dtype=np.float64)


def learning_curve(
    estimator: Any, data: Dataset, parts: Split, shares: tuple[float, ...], error: Callable[[Any], float]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Error of models that learn only the newest shares of the learnt periods: periods learnt, and error of each."""
    period = data.periods[parts.learnt]
    distinct = np.sort(period.unique())
    counts = sorted({max(1, round(share * len(distinct))) for share in shares})
    errors = []
    for count in counts:
        rows = parts.learnt[period >= distinct[-count]]
        errors.append(error(clone(estimator).fit(data.X[rows], data.labels[rows])))
    return tuple(counts), tuple(errors)


def some(rows: IntArray, most: int) -> IntArray:
    """At most so many of the rows, drawn once and for all, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(RNG_SEED).choice(rows, most, replace=False))
