"""Fit the candidates for a number to the old periods and judge them on the new ones."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from models.answers import COVERAGE, Answer, rows_of
from models.regression.model import FittedModel, conformalised
from physics.arrays import FloatArray
from training.dataset import Dataset
from training.evaluate import mae, rmse
from training.fitting import importance, learning_curve, told_by_older, with_few_threads
from training.regression.evaluate import evaluate
from training.splits import Split

SELECTED_BY = "calibrate_rmse"
STEPS = 3
IMPORTANCE_ROWS = 2000
IMPORTANCE_REPEATS = 3
CURVE_SHARES = (0.1, 0.25, 0.5)


@dataclass(frozen=True)
class LearningCurve:
    """Error on the test rows when only the newest periods before the test are learnt: one entry a point."""

    periods: tuple[int, ...]
    test_rmse: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Candidate:
    """One fitted candidate and all that was measured of it.

    Attributes
    ----------
    model : FittedModel
        Has learnt from train and calibrate rows.
    metrics : Mapping of str to float
        Same names for every candidate of a job.
    answer : Answer of n rows
        Answers for the whole table.
    importance : ndarray, shape (k,)
        Rise of the test RMSE when an input is shuffled among the rows [target's unit].
    curve : LearningCurve
        Test error over a growing number of periods.
    """

    model: FittedModel
    metrics: Mapping[str, float]
    answer: Answer
    importance: FloatArray
    curve: LearningCurve

    @property
    def name(self) -> str:
        """Name of the candidate."""
        return self.model.candidate

    @property
    def told(self) -> FloatArray:
        """Its answers, shape (n,) [target's unit]."""
        return self.answer.value


@dataclass(frozen=True)
class _Fit:
    model: FittedModel
    metrics: dict[str, float]


def _predicted(estimator: Any, X: FloatArray) -> FloatArray:
    return np.asarray(estimator.predict(X), dtype=np.float64)


def _fit(name: str, estimator: Any, data: Dataset, parts: Split, info: Mapping[str, Any]) -> _Fit:
    """Take residuals block by block from models that know only what is older, then learn from all blocks."""
    rows, told = told_by_older(estimator, data, parts, _predicted)
    known = parts.learnt
    start = time.perf_counter()
    final = clone(estimator).fit(data.X[known], data.y[known])
    seconds = time.perf_counter() - start
    # What the final model says of rows that it has learnt is no measure: what the older ones said is.
    error = told - data.y[rows]
    model = conformalised(data.seed, name, final, data.X[known], data.y[rows], told, info)
    metrics = {"calibrate_mae": mae(error), "calibrate_rmse": rmse(error), "fit_seconds": seconds}
    return _Fit(model, metrics)


def _learning_curve(estimator: Any, model: FittedModel, data: Dataset, parts: Split) -> LearningCurve:
    X_test, y_test = data.X[parts.test], data.y[parts.test]

    def error(fitted: Any) -> float:
        return rmse(_predicted(fitted, X_test) - y_test)

    counts, errors = learning_curve(estimator, data, parts, CURVE_SHARES, error)
    distinct = data.periods[parts.learnt].nunique()
    return LearningCurve((*counts, distinct), (*errors, error(model)))


def fit_candidate(
    name: str,
    estimator: Any,
    data: Dataset,
    parts: Split,
    info: Mapping[str, Any],
    baseline: FloatArray | None,
    progress: Callable[[str], None],
) -> Candidate:
    """Fit one candidate and measure it.

    Parameters
    ----------
    name : str
        The candidate's name.
    estimator : scikit-learn regressor
        Unfitted; it is cloned, not changed.
    data : Dataset
        Labelled rows.
    parts : Split
        Which rows learn, calibrate and judge.
    info : Mapping
        Where the model comes from; goes into its files.
    baseline : ndarray, shape (n,), or None
        What the bar to beat says [target's unit]; None where this candidate is the bar.
    progress : callable
        Told of each of the STEPS steps.

    Returns
    -------
    Candidate
    """
    progress(f"{name}: fit")
    estimator = with_few_threads(estimator, len(data.y))
    fit = _fit(name, estimator, data, parts, info)
    answer = fit.model.answer(data.X, COVERAGE)[data.seed.target.name]
    progress(f"{name}: importance of the inputs")
    scoring = "neg_root_mean_squared_error"
    rise = importance(fit.model.estimator, data, parts, scoring, IMPORTANCE_ROWS, IMPORTANCE_REPEATS)
    progress(f"{name}: learning curve")
    curve = _learning_curve(estimator, fit.model, data, parts)
    metrics = fit.metrics | judged_metrics(data, parts, answer, answer.value if baseline is None else baseline)
    return Candidate(fit.model, metrics, answer, rise, curve)


def judged_metrics(data: Dataset, parts: Split, answer: Answer, baseline: FloatArray) -> dict[str, float]:
    """Metrics on each part that nobody learnt from, named `<part>_<metric>`."""
    found: dict[str, float] = {}
    for part, rows in parts.judged.items():
        truth = None if data.truth is None else data.truth[rows]
        scores = evaluate(data.y[rows], rows_of(answer, rows), baseline[rows], truth)
        found |= {f"{part}_{name}": value for name, value in scores.items()}
    return found


def best_of(candidates: Mapping[str, Candidate]) -> Candidate:
    """Candidate with the lowest RMSE on the calibrate rows; the test rows have no say.

    The same rows give the intervals their width. Choosing the best of a handful by them narrows the chosen one's
    intervals by less than the calibration's own sampling error.
    """
    return min(candidates.values(), key=lambda candidate: candidate.metrics[SELECTED_BY])
