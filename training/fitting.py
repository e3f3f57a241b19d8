"""Fit the candidates to the old periods and judge them on the new ones. Plain data out; nothing is stored here."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.inspection import permutation_importance

from models.fitted import Answer, FittedModel, conformalised
from training.dataset import Dataset
from training.evaluate import COVERAGE, evaluate, mae, rmse, rows_of
from training.splits import Split

FloatArray = npt.NDArray[np.float64]

SELECTED_BY = "calibrate_rmse"
STEPS = 3
IMPORTANCE_ROWS = 2000
IMPORTANCE_REPEATS = 3
CURVE_SHARES = (0.1, 0.25, 0.5)
ROWS_FOR_THREADS = 50_000
RNG_SEED = 20260101


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


@dataclass(frozen=True)
class _Fit:
    model: FittedModel
    metrics: dict[str, float]


def _fit(name: str, estimator: Any, data: Dataset, parts: Split, info: Mapping[str, Any]) -> _Fit:
    """Take residuals block by block from models that know only what is older, then learn from all blocks.

    The model that serves knows the newest periods, so its errors are no larger than those residuals; the coverage that
    counts is measured on the test rows.
    """
    known, predicted = parts.train, []
    for block in parts.calibrate:
        older = clone(estimator).fit(data.X[known], data.y[known])
        predicted.append(np.asarray(older.predict(data.X[block])))
        known = np.concatenate([known, block])
    rows = np.concatenate(parts.calibrate)
    start = time.perf_counter()
    final = clone(estimator).fit(data.X[known], data.y[known])
    seconds = time.perf_counter() - start
    # What the final model says of rows that it has learnt is no measure: what the older ones said is.
    told = np.concatenate(predicted)
    error = told - data.y[rows]
    model = conformalised(data.seed, name, final, data.X[known], data.y[rows], told, info)
    metrics = {"calibrate_mae": mae(error), "calibrate_rmse": rmse(error), "fit_seconds": seconds}
    return _Fit(model, metrics)


def _with_few_threads(estimator: Any, rows: int) -> Any:
    """The same estimator on one thread where the table is small.

    Waking threads costs more than they save there, and many times more where the cores are busy. Results do not
    depend on it.
    """
    if rows >= ROWS_FOR_THREADS:
        return estimator
    threads = {name: 1 for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"}
    return clone(estimator).set_params(**threads)


def _importance(model: FittedModel, data: Dataset, parts: Split) -> FloatArray:
    """Permutation importance on test rows: means the same for every candidate, physics or trees."""
    rows = parts.test
    if len(rows) > IMPORTANCE_ROWS:
        rows = np.sort(np.random.default_rng(RNG_SEED).choice(rows, IMPORTANCE_ROWS, replace=False))
    found = permutation_importance(
        model.estimator,
        data.X[rows],
        data.y[rows],
        scoring="neg_root_mean_squared_error",
        n_repeats=IMPORTANCE_REPEATS,
        random_state=RNG_SEED,
    )
    return np.asarray(found["importances_mean"], dtype=np.float64)


def _learning_curve(estimator: Any, model: FittedModel, data: Dataset, parts: Split) -> LearningCurve:
    period = data.periods[parts.learnt]
    distinct = np.sort(period.unique())
    counts = sorted({max(1, round(share * len(distinct))) for share in CURVE_SHARES})
    X_test, y_test = data.X[parts.test], data.y[parts.test]
    errors = []
    for count in counts:
        rows = parts.learnt[period >= distinct[-count]]
        short = clone(estimator).fit(data.X[rows], data.y[rows])
        errors.append(rmse(np.asarray(short.predict(X_test)) - y_test))
    errors.append(rmse(model.predict(X_test) - y_test))
    return LearningCurve((*counts, len(distinct)), tuple(errors))


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
    estimator = _with_few_threads(estimator, len(data.y))
    fit = _fit(name, estimator, data, parts, info)
    answer = fit.model.answer(data.X, COVERAGE)[data.seed.target.name]
    progress(f"{name}: importance of the inputs")
    importance = _importance(fit.model, data, parts)
    progress(f"{name}: learning curve")
    curve = _learning_curve(estimator, fit.model, data, parts)
    metrics = fit.metrics | judged_metrics(data, parts, answer, answer.value if baseline is None else baseline)
    return Candidate(fit.model, metrics, answer, importance, curve)


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
