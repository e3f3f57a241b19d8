"""Fit and evaluation of candidates of any task; returns plain data and stores nothing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from sklearn.base import clone
from sklearn.inspection import permutation_importance

from models.estimators.tuning import settings_of, tuned
from models.tasks import Model
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.learner import AnyLearner
from training.core.splits import Split

ROWS_FOR_THREADS = 50_000
RNG_SEED = 20260101
FIXED = frozenset({"mean", "persistence", "majority", "first_principles"})
"""Candidates with at most a few fitted constants, which more rows make no better."""
NEWEST = "calibrate_newest_rmse"
"""Metric on the newest calibration block alone, of a task whose candidates have it."""
STEPS = 2  # that fitting one candidate reports, and one more with its learning curve

M = TypeVar("M", bound=Model, covariant=True)
A = TypeVar("A")


@dataclass(frozen=True)
class LearningCurve:
    """Test error for models trained on only the latest periods before the test: one entry per point.

    Attributes
    ----------
    periods : tuple of int
        Number of training periods.
    error : tuple of float
        The task's error on the test rows.
    """

    periods: tuple[int, ...]
    error: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Candidate(Generic[M, A]):
    """One fitted candidate and all that was measured of it.

    Attributes
    ----------
    model : Model
        Model fitted on train and calibrate rows.
    metrics : Mapping of str to float
        Same names for every candidate of a job.
    answers : object
        The model's answers for the table's n rows, as its task has them; empty for rows that it was trained on where
        the task does not need them.
    predictions : ndarray, first axis n
        The predictions behind the answers: of the baseline, what the others are compared with.
    importance : ndarray, shape (k,)
        Rise of the test error when an input is shuffled among the rows.
    curve : LearningCurve or None
        Test error over a growing number of periods; None if not requested.
    settings : Mapping of str to float
        Settings of its fitted estimator, by names that all candidates share; empty where it has none.
    """

    model: M
    metrics: Mapping[str, float]
    answers: A
    predictions: FloatArray
    importance: FloatArray
    curve: LearningCurve | None = None
    settings: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the candidate."""
        return self.model.candidate


@dataclass(frozen=True, eq=False)
class Fitted:
    """Fitted candidate: the part of it that takes time.

    Attributes
    ----------
    estimator : scikit-learn estimator
        Unfitted, with the settings that were chosen.
    final : scikit-learn estimator
        The same, fitted to train and calibrate rows.
    predictions : ndarray, first axis n
        Of the n calibrate rows, oldest first, by estimators that know only older rows.
    settings : Mapping of str to float
        Settings of the fitted estimator, its own choices included.
    seconds : float
        How long the last fit took.
    """

    estimator: Any
    final: Any
    predictions: FloatArray
    settings: Mapping[str, float]
    seconds: float


Chooser = Callable[[Any, FloatArray, FloatArray], Any]
Keep = Callable[[str, Any, Callable[[], Fitted]], Fitted]
"""Callable on a candidate's name, unfitted estimator and fit function; may return a cached fit."""


def fit_now(name: str, estimator: Any, fit: Callable[[], Fitted]) -> Fitted:
    """Fit, whatever was fitted before."""
    return fit()


AnyCandidate = Candidate[Any, Any]
"""A candidate whose task does not matter."""


def fit_candidate(
    learner: AnyLearner,
    name: str,
    estimator: Any,
    data: Dataset,
    parts: Split,
    info: Mapping[str, Any],
    baseline: FloatArray | None,
    progress: Callable[[str], None],
    choose: Chooser = tuned,
    curve: bool = False,
    keep: Keep = fit_now,
) -> AnyCandidate:
    """Fit one candidate and measure it.

    Its settings are chosen once, on the train rows alone: what calibrates, measures or selects it is newer than they.

    Parameters
    ----------
    learner : Learner
        The task's part.
    name : str
        The candidate's name.
    estimator : scikit-learn estimator
        Unfitted; it is cloned, not changed.
    data : Dataset
        Labelled rows.
    parts : Split
        Train, calibrate and test rows.
    info : Mapping
        Where the model comes from; goes into its files.
    baseline : ndarray, first axis n, or None
        Predictions of the baseline; None where this candidate is the baseline.
    progress : callable
        Called with the name of each step; see STEPS.
    choose : callable
        Gives the unfitted estimator, for train rows sorted by time and their labels, with the settings to learn with.
    curve : bool
        Whether its learning curve is measured: fits that nothing else needs.
    keep : callable
        Keeps what was fitted, or gives what was kept before.

    Returns
    -------
    Candidate

    Raises
    ------
    GuaranteeError
        Too few calibration lots for what the seed promises of a lot.
    """
    progress(f"{name}: {learner.fitting}")
    estimator = with_few_threads(estimator, len(data.labels))
    fitted = keep(name, estimator, lambda: fit(learner, estimator, data, parts, choose))
    model, metrics = model_of(fitted, learner, name, data, parts, info)
    answers = learner.answers(model, data, parts)
    predictions = learner.predictions_of(answers)
    progress(f"{name}: importance of the inputs")
    rise = importance(learner, model, data, parts)
    if curve:
        progress(f"{name}: learning curve")
    points = learning_curve(learner, fitted.estimator, model, data, parts) if curve else None
    metrics |= evaluated_metrics(learner, model, answers, data, parts, predictions if baseline is None else baseline)
    return Candidate(model, metrics, answers, predictions, rise, points, fitted.settings)


def fit(learner: AnyLearner, estimator: Any, data: Dataset, parts: Split, choose: Chooser = tuned) -> Fitted:
    """Choose settings, predict each block from older rows only, then fit on all blocks."""
    chosen = choose(estimator, data.X[parts.train], data.labels[parts.train])
    predictions = out_of_time_predictions(chosen, data, parts, learner.predict)
    start = time.perf_counter()
    final = clone(chosen).fit(data.X[parts.learnt], data.labels[parts.learnt])
    seconds = time.perf_counter() - start
    return Fitted(chosen, final, predictions, settings_of(final), seconds)


def model_of(
    fitted: Fitted, learner: AnyLearner, name: str, data: Dataset, parts: Split, info: Mapping[str, Any]
) -> tuple[Any, dict[str, float]]:
    """Model of what was fitted, and what was measured in fitting it.

    Predictions of the final estimator on its own training rows measure nothing: out-of-time predictions calibrate it.
    """
    rows = np.concatenate(parts.calibrate)
    model, metrics = learner.calibrated(name, fitted.final, data, parts, rows, fitted.predictions, info)
    return model, metrics | {"fit_seconds": fitted.seconds}


def evaluated_metrics(
    learner: AnyLearner, model: Any, answers: Any, data: Dataset, parts: Split, baseline: FloatArray
) -> dict[str, float]:
    """Return the metrics of each part outside the training rows, named `<part>_<metric>`."""
    metrics: dict[str, float] = {}
    for part, rows in parts.evaluated.items():
        scores = learner.evaluated(model, answers, data, rows, baseline)
        metrics |= {f"{part}_{name}": value for name, value in scores.items()}
    return metrics


def best_of(learner: AnyLearner, candidates: Mapping[str, Candidate[M, A]]) -> Candidate[M, A]:
    """Candidate with the lowest error on the calibrate rows; the test rows have no say.

    The same rows give the intervals their width. Choosing the best of a handful by them narrows the chosen one's
    intervals by less than the calibration's own sampling error.
    """
    return candidates[selected(learner.selected_by, {name: one.metrics for name, one in candidates.items()})]


def selected(by: str, metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return the candidate with the lowest calibrate error, corrected for the gain from more rows.

    Estimators of older blocks had fewer training rows than the one in service; a candidate of FIXED had all. So one of
    these is selected only where the best of those that learn errs no less on the newest block either.

    Parameters
    ----------
    by : str
        Metric that selects; the lowest wins.
    metrics : Mapping of str to Mapping
        Metrics of each candidate.
    """
    best = min(metrics, key=lambda name: metrics[name][by])
    learning = [name for name in metrics if name not in FIXED]
    if best not in FIXED or not learning:
        return best
    rival = min(learning, key=lambda name: metrics[name][by])
    newest = {name: metrics[name].get(NEWEST, metrics[name][by]) for name in (best, rival)}
    return rival if newest[rival] < newest[best] else best


def with_few_threads(estimator: Any, rows: int) -> Any:
    """The same estimator on one thread where the table is small.

    Waking threads costs more than they save there, and many times more where the cores are busy. Results do not
    depend on it.
    """
    if rows >= ROWS_FOR_THREADS:
        return estimator
    threads = {name: 1 for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"}
    return clone(estimator).set_params(**threads)


def out_of_time_predictions(
    estimator: Any, data: Dataset, parts: Split, predict: Callable[[Any, FloatArray], FloatArray]
) -> FloatArray:
    """Predictions of the calibrate rows, block by block, by models that know only older rows.

    The model that serves knows the newest periods, so its errors are no larger than those of the older ones; what
    counts is measured on the test rows.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Unfitted; it is cloned.
    data, parts
        Labelled rows and their use.
    predict : callable
        Predictions of a fitted estimator for a matrix, first axis n.

    Returns
    -------
    ndarray, first axis n
        Of the calibrate rows, oldest first.
    """
    known, blocks = parts.train, []
    for block in parts.calibrate:
        older = clone(estimator).fit(data.X[known], data.labels[known])
        blocks.append(np.asarray(predict(older, data.X[block])))
        known = np.concatenate([known, block])
    return np.concatenate(blocks)


def importance(learner: AnyLearner, model: Any, data: Dataset, parts: Split) -> FloatArray:
    """Return the permutation importance of inputs on test rows, shape (k,), for any type of candidate."""
    rows = sample_rows(parts.test, learner.importance_rows)
    error = learner.error(model, data, rows)

    def score(estimator: Any, X: FloatArray, labels: FloatArray) -> float:
        return -error(estimator, X, labels)

    result = permutation_importance(
        model.estimator,
        data.X[rows],
        data.labels[rows],
        scoring=score,
        n_repeats=learner.importance_repeats,
        random_state=RNG_SEED,
    )
    return np.asarray(result["importances_mean"], dtype=np.float64)


def learning_curve(learner: AnyLearner, estimator: Any, model: Any, data: Dataset, parts: Split) -> LearningCurve:
    """Return test errors of estimators fitted on only the latest fractions of the training periods."""
    error, X, labels = learner.error(model, data, parts.test), data.X[parts.test], data.labels[parts.test]
    period = data.periods[parts.learnt]
    distinct = np.sort(period.unique())
    counts = sorted({max(1, round(share * len(distinct))) for share in learner.curve_shares})
    errors = []
    for count in counts:
        rows = parts.learnt[period >= distinct[-count]]
        errors.append(error(clone(estimator).fit(data.X[rows], data.labels[rows]), X, labels))
    return LearningCurve((*counts, len(distinct)), (*errors, error(model.estimator, X, labels)))


def sample_rows(rows: IntArray, most: int) -> IntArray:
    """At most so many of the rows, drawn once and for all, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(RNG_SEED).choice(rows, most, replace=False))
