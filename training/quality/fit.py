"""Fit the estimators to the old lots, let them grade the new ones, and measure what comes of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from models.promises import GuaranteeError
from models.quality.fit import grader
from models.quality.guarantee import lots_needed, told
from models.quality.model import QualityModel
from models.quality.outcomes import Lots
from models.quality.scatter import judging
from physics.arrays import FloatArray
from training.dataset import Dataset
from training.fitting import importance, learning_curve, told_by_older, with_few_threads
from training.quality.evaluate import lot_loss, measured, skill
from training.splits import Split, SplitError

SELECTED_BY = "calibrate_lot_loss"
STEPS = 3
IMPORTANCE_ROWS = 400
IMPORTANCE_REPEATS = 1
CURVE_SHARES = (0.25, 0.5)


@dataclass(frozen=True)
class LearningCurve:
    """Loss on the test lots when only the newest periods before the test are learnt: one entry a point."""

    periods: tuple[int, ...]
    test_lot_loss: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class QualityCandidate:
    """One fitted candidate and all that was measured of it.

    Attributes
    ----------
    model : QualityModel
        Has learnt from train and calibrate rows.
    metrics : Mapping of str to float
        Same names for every candidate of a job.
    told : ndarray, shape (n, E + D)
        What it says of each lot: logarithms of contents, log-odds of defects; NaN for lots that it has learnt.
    importance : ndarray, shape (k,)
        Rise of the test loss when an input is shuffled among the rows [1].
    curve : LearningCurve
        Test loss over a growing number of periods.
    """

    model: QualityModel
    metrics: Mapping[str, float]
    told: FloatArray
    importance: FloatArray
    curve: LearningCurve

    @property
    def name(self) -> str:
        """Name of the candidate."""
        return self.model.candidate


def lots_of(data: Dataset) -> Lots:
    """What laboratory and inspectors say of the lots of a data set."""
    return Lots.of(data.seed, data.contents, data.defects)


def check_lots(data: Dataset, parts: Split) -> None:
    """Raise where the split leaves too little to learn or to promise.

    Raises
    ------
    SplitError
        The oldest or the newest lots to learn from have no label of a target.
    GuaranteeError
        The calibrate rows hold too few lots for what the seed promises of released ones.
    """
    _check_labels(data, parts)
    rules, rows = data.seed.judged_by, np.concatenate(parts.calibrate)
    kept = lots_of(data)[rows].kept[judging(len(rows))]
    known, needed = int((~np.isnan(kept).any(axis=1)).sum()), lots_needed(rules.alpha.value, rules.confidence.value)
    if known < needed:
        raise GuaranteeError(told(known, needed, rules.alpha.value, rules.confidence.value))


def _check_labels(data: Dataset, parts: Split) -> None:
    """Every part that an estimator learns from holds the oldest or the newest of these lots."""
    periods = data.periods[parts.learnt]
    distinct = np.sort(periods.unique())
    newest = parts.learnt[periods >= distinct[-max(1, round(CURVE_SHARES[0] * len(distinct)))]]
    names = np.array([*(element.name for element in data.seed.elements), *data.seed.defects])
    for which, rows in (("oldest", parts.train), ("newest", newest)):
        empty = names[np.isnan(data.labels[rows]).all(axis=0)]
        if len(empty):
            raise SplitError(
                f"{', '.join(empty)}: no label in the {which} {len(rows)} lots to learn from, "
                f"{data.periods[rows].min():%Y-%m-%d} to {data.periods[rows].max():%Y-%m-%d}; expected at least one"
            )


def _tell(estimator: Any, X: FloatArray) -> FloatArray:
    return np.asarray(estimator.predict(X), dtype=np.float64)


def fitted(
    name: str, estimator: Any, data: Dataset, parts: Split, info: Mapping[str, Any]
) -> tuple[QualityModel, dict[str, float]]:
    """Model of one candidate, and what was measured in fitting it.

    Predictions are taken block by block from models that know only older lots; then all blocks are learnt.
    """
    rows, raw = told_by_older(estimator, data, parts, _tell)
    start = time.perf_counter()
    final = clone(estimator).fit(data.X[parts.learnt], data.labels[parts.learnt])
    seconds = time.perf_counter() - start
    lots = lots_of(data)[rows]
    model = grader(data.seed, name, final, data.X[parts.learnt], lots.reported, lots.defects, raw, info)
    return model, {
        SELECTED_BY: lot_loss(raw, lots, model.scatter.spread),
        "threshold": model.threshold if np.isfinite(model.threshold) else 0.0,
        "fit_seconds": seconds,
    }


def _learning_curve(estimator: Any, model: QualityModel, data: Dataset, parts: Split) -> LearningCurve:
    X, lots = data.X[parts.test], lots_of(data)[parts.test]

    def error(fitted: Any) -> float:
        return lot_loss(_tell(fitted, X), lots, model.scatter.spread)

    counts, errors = learning_curve(estimator, data, parts, CURVE_SHARES, error)
    periods = int(data.periods[parts.learnt].nunique())
    return LearningCurve((*counts, periods), (*errors, error(model.estimator)))


def _importance(model: QualityModel, data: Dataset, parts: Split) -> FloatArray:
    def score(estimator: Any, X: FloatArray, Y: FloatArray) -> float:
        outputs = len(data.seed.elements)
        lots = Lots.of(data.seed, Y[:, :outputs], Y[:, outputs:])
        return -lot_loss(_tell(estimator, X), lots, model.scatter.spread)

    return importance(model.estimator, data, parts, score, IMPORTANCE_ROWS, IMPORTANCE_REPEATS)


def judged_metrics(
    model: QualityModel, data: Dataset, parts: Split, raw: FloatArray, baseline: FloatArray
) -> dict[str, float]:
    """Metrics on each part that nobody learnt from, named `<part>_<metric>`."""
    found: dict[str, float] = {}
    lots = lots_of(data)
    for part, rows in parts.judged.items():
        truth = None if data.true_contents is None else data.true_contents[rows]
        scores = measured(model, data.seed, raw[rows], lots[rows], truth)
        scores["skill"] = skill(raw[rows], baseline[rows], lots[rows])
        found |= {f"{part}_{name}": value for name, value in scores.items()}
    return found


def best_of(candidates: Mapping[str, QualityCandidate]) -> QualityCandidate:
    """Candidate with the lowest loss on the calibrate rows; the test rows have no say."""
    return min(candidates.values(), key=lambda candidate: candidate.metrics[SELECTED_BY])


def fit_candidate(
    name: str,
    estimator: Any,
    data: Dataset,
    parts: Split,
    info: Mapping[str, Any],
    baseline: FloatArray | None,
    progress: Callable[[str], None],
) -> QualityCandidate:
    """Fit one candidate, let it grade the judged lots, and measure it.

    Parameters
    ----------
    name : str
        The candidate's name.
    estimator : scikit-learn estimator
        Unfitted; it is cloned, not changed.
    data : Dataset
        Labelled lots.
    parts : Split
        Which rows learn, calibrate and judge.
    info : Mapping
        Where the model comes from; goes into its files.
    baseline : ndarray, shape (n, E + D), or None
        What the bar to beat says; None where this candidate is the bar.
    progress : callable
        Told of each of the STEPS steps.

    Returns
    -------
    QualityCandidate

    Raises
    ------
    GuaranteeError
        See `check_lots`.
    """
    progress(f"{name}: fit and grade")
    estimator = with_few_threads(estimator, len(data.labels))
    model, metrics = fitted(name, estimator, data, parts, info)
    raw, rows = np.full(data.labels.shape, np.nan), np.concatenate([parts.test, parts.unseen_all])
    raw[rows] = _tell(model.estimator, data.X[rows])
    progress(f"{name}: importance of the inputs")
    rise = _importance(model, data, parts)
    progress(f"{name}: learning curve")
    curve = _learning_curve(estimator, model, data, parts)
    metrics |= judged_metrics(model, data, parts, raw, raw if baseline is None else baseline)
    return QualityCandidate(model, metrics, raw, rise, curve)
