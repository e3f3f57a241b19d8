"""Grading in the jobs: how estimators are fitted and calibrated, grade the new lots, and are measured."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.quality.guarantee import check_enough
from models.quality.model import QualityModel, grader
from models.quality.outcomes import Lots
from pages.moments import moment_format
from physics.arrays import FloatArray, IntArray
from training.dataset import Dataset
from training.fitting import Candidate
from training.quality.evaluate import lot_loss, measured, of_followed, skill
from training.quality.follow import follow
from training.quality.setpoints import setpoints
from training.splits import Split, SplitError

FITTING = "fit and grade"
SELECTED_BY = "calibrate_lot_loss"
IMPORTANCE_ROWS = 400
IMPORTANCE_REPEATS = 1
CURVE_SHARES = (0.25, 0.5)

QualityCandidate = Candidate[QualityModel, FloatArray]


def lots_of(data: Dataset) -> Lots:
    """What laboratory and inspectors say of the lots of a data set."""
    return Lots.of(data.seed, data.contents, data.defects)


def check_split(data: Dataset, parts: Split) -> None:
    """Raise where the split leaves too little to learn or to promise.

    Raises
    ------
    SplitError
        The oldest or the newest lots to learn from have no label of a target.
    GuaranteeError
        The calibrate rows hold too few lots for what the seed promises of released ones.
    """
    _check_labels(data, parts)
    rules, rows = data.seed.quality_rules, np.concatenate(parts.calibrate)
    check_enough(lots_of(data)[rows].kept, rules.alpha.value, rules.confidence.value)


def _check_labels(data: Dataset, parts: Split) -> None:
    """Every part that an estimator learns from holds the oldest or the newest of these lots."""
    periods = data.periods[parts.learnt]
    distinct = np.sort(periods.unique())
    newest = parts.learnt[periods >= distinct[-max(1, round(CURVE_SHARES[0] * len(distinct)))]]
    names = np.array([*(element.name for element in data.seed.elements), *data.seed.defects])
    for which, rows in (("oldest", parts.train), ("newest", newest)):
        empty = names[np.isnan(data.labels[rows]).all(axis=0)]
        if len(empty):
            when = moment_format(data.periods)
            raise SplitError(
                f"{', '.join(empty)}: no label in the {which} {len(rows)} lots to learn from, "
                f"{data.periods[rows].min():{when}} to {data.periods[rows].max():{when}}; expected at least one"
            )


def predict(estimator: Any, X: FloatArray) -> FloatArray:
    """Logarithms of contents and log-odds of defects, shape (n, E + D)."""
    return np.asarray(estimator.predict(X), dtype=np.float64)


def calibrated(
    name: str,
    estimator: Any,
    data: Dataset,
    parts: Split,
    rows: IntArray,
    predictions: FloatArray,
    info: Mapping[str, Any],
) -> tuple[QualityModel, dict[str, float]]:
    """Model whose errors and release threshold come from out-of-time predictions, and their loss."""
    lots = lots_of(data)[rows]
    model = grader(data.seed, name, estimator, data.X[parts.learnt], lots.reported, lots.defects, predictions, info)
    if data.seed.time is not None:  # without time there is no order in which assays come in
        level, followed = follow(model, data, parts, rows, predictions[:, : len(data.seed.elements)])
        model = replace(model, level=level, followed=followed)
    return replace(model, **setpoints(data)), {
        SELECTED_BY: lot_loss(predictions, lots, model.scatter.spread),
        "threshold": model.threshold if np.isfinite(model.threshold) else 0.0,
    }


def answers(model: QualityModel, data: Dataset, parts: Split) -> FloatArray:
    """Predictions for the lots that a model has not learnt, shape (n, E + D); NaN for the others."""
    raw, rows = np.full(data.labels.shape, np.nan), np.concatenate([parts.test, parts.unseen_all])
    raw[rows] = predict(model.estimator, data.X[rows])
    return raw


def predictions_of(answers: FloatArray) -> FloatArray:
    """Logarithms of contents and log-odds of defects, shape (n, E + D): these are what a grader answers by."""
    return answers


def error(model: QualityModel, data: Dataset, rows: IntArray) -> Callable[[Any, FloatArray, FloatArray], float]:
    """Loss of an estimator's contents at the model's spread, and of its defects [1]."""
    outputs = len(data.seed.elements)

    def loss(estimator: Any, X: FloatArray, Y: FloatArray) -> float:
        lots = Lots.of(data.seed, Y[:, :outputs], Y[:, outputs:])
        return lot_loss(predict(estimator, X), lots, model.scatter.spread)

    return loss


def evaluated(
    model: QualityModel, answers: FloatArray, data: Dataset, rows: IntArray, baseline: FloatArray
) -> dict[str, float]:
    """Metrics of the grading of some lots: `training.quality.evaluate.measured`, and its skill."""
    raw, lots = answers[rows], lots_of(data)[rows]
    truth = None if data.true_contents is None else data.true_contents[rows]
    scores = measured(model, data.seed, raw, lots, truth)
    return scores | {"skill": skill(raw, baseline[rows], lots)} | of_followed(model, rows, raw, lots)
