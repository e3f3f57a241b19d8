"""Grading in the jobs: how estimators are fitted and calibrated, grade the new lots, and are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from models.interfaces.answers import COVERAGE, Answer
from models.quality.assessment import Assessment
from models.quality.by_pattern import assessed_by_pattern, contents_by_pattern
from models.quality.grader import grader
from models.quality.guarantee import check_enough
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots
from physics.arrays import FloatArray, IntArray
from reporting.timestamps import moment_format
from training.core.dataset import Dataset
from training.core.fitting import FIXED, Candidate
from training.core.learner import EstimatorError, Learner
from training.core.splits import Split, SplitError
from training.quality.evaluate import lot_loss, measured, of_followed, skill
from training.quality.follow import follow, without_assays

SELECTED_BY = "calibrate_lot_loss"
CURVE_SHARES = (0.25, 0.5)


@dataclass(frozen=True, eq=False)
class Graded:
    """Predictions and decisions for lots outside the model's training rows.

    Attributes
    ----------
    raw : ndarray, shape (n, E + D)
        Logarithms of contents and log-odds of defects; NaN for the other lots of the table.
    model : QualityModel
        Whose predictions they are.
    rows : ndarray of int, shape (m,)
        Lots outside the training rows.
    X : ndarray, shape (n, k)
        Inputs of the table's lots.
    """

    raw: FloatArray
    model: QualityModel
    rows: IntArray
    X: FloatArray

    # All lots together: a selection has other groups of rare patterns, each of which would be calibrated too.
    @cached_property
    def _lots(self) -> IntArray:
        return np.unique(self.rows)

    @cached_property
    def _assessed(self) -> Assessment:
        return assessed_by_pattern(self.model, self.X[self._lots], self.raw[self._lots])

    @cached_property
    def _intervals(self) -> dict[str, Answer]:
        return contents_by_pattern(self.model, self.X[self._lots], self._assessed.logs, COVERAGE, is_fixed=True)

    def judged(self, rows: IntArray) -> Assessment:
        """Return the model's assessment of selected lots, from m lots; all are assessed once."""
        return self._assessed[np.searchsorted(self._lots, rows)]

    def intervals(self, rows: IntArray) -> dict[str, Answer]:
        """Return contents of selected lots, from m lots, with the intervals of training [unit of each]."""
        places = np.searchsorted(self._lots, rows)
        return {name: Answer(*(end[places] for end in one)) for name, one in self._intervals.items()}


QualityCandidate = Candidate[QualityModel, Graded]


def lots_of(data: Dataset) -> AssayedLots:
    """Return the laboratory and inspection results of a data set's lots."""
    return AssayedLots.of(data.seed, data.contents, data.defects)


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


class QualityLearner(Learner[QualityModel, Graded]):
    """Fits of graders."""

    selected_by = SELECTED_BY
    fitting = "fit and grade"
    importance_rows = 400
    importance_repeats = 1
    curve_shares = CURVE_SHARES

    def check_split(self, data: Dataset, parts: Split) -> None:
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

    def calibrated(
        self,
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
        model = grader(
            data.seed,
            name,
            estimator,
            data.X[parts.learnt],
            lots.reported,
            lots.defects,
            predictions,
            info,
            data.X[rows],
            name not in FIXED,
        )
        predictions = model.corrected(data.X[rows], predictions)
        if data.seed.time is not None:  # without time there is no order in which assays come in
            replayed = data, parts, rows, predictions[:, : len(data.seed.elements)]
            level, reference, followed = follow(model, *replayed)
            unfollowed = without_assays(model, *replayed)
            model = replace(model, level=level, usual=reference, followed=followed, unfollowed=unfollowed)
        return model, {
            SELECTED_BY: lot_loss(predictions, lots, model.scatter.spread),
            "threshold": model.threshold if np.isfinite(model.threshold) else 0.0,
        }

    def answers(self, model: QualityModel, data: Dataset, parts: Split) -> Graded:
        """Return a model's predictions for lots outside its training rows."""
        raw, rows = np.full(data.labels.shape, np.nan), np.concatenate([parts.test, parts.holdout_all])
        raw[rows] = model.raw(data.X[rows])
        return Graded(raw, model, rows, data.X)

    def predictions_of(self, answers: Graded) -> FloatArray:
        """Return logarithms of contents and log-odds of defects, shape (n, E + D), for a grader's responses."""
        return answers.raw

    def error(self, model: QualityModel, data: Dataset, rows: IntArray) -> EstimatorError:
        """Loss of an estimator's contents at the model's spread, and of its defects [1]."""
        outputs = len(data.seed.elements)

        def loss(estimator: Any, X: FloatArray, Y: FloatArray) -> float:
            lots = AssayedLots.of(data.seed, Y[:, :outputs], Y[:, outputs:])
            return lot_loss(self.predict(estimator, model.filled(X)), lots, model.scatter.spread)

        return loss

    def evaluated(
        self, model: QualityModel, answers: Graded, data: Dataset, rows: IntArray, baseline: FloatArray
    ) -> dict[str, float]:
        """Metrics of the grading of some lots: `training.quality.evaluate.measured`, and its skill."""
        raw, lots = answers.raw[rows], lots_of(data)[rows]
        truth = None if data.true_contents is None else data.true_contents[rows]
        assessed = answers.judged(rows)
        scores = measured(model, data.seed, raw, lots, truth, assessed, answers.intervals(rows))
        return scores | {"skill": skill(raw, baseline[rows], lots)} | of_followed(model, rows, raw, lots)
