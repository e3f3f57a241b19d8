"""A number in the jobs: how its candidates are fitted, calibrated and measured."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.estimators.log_scale import to_scale
from models.interfaces.answers import COVERAGE, Answer, rows_of
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.evaluate import mae, rmse, rmse_over_blocks
from training.core.fitting import NEWEST, Candidate
from training.core.learner import EstimatorError, Learner
from training.core.splits import Split
from training.regression.evaluate import ADAPTIVE, NO_OUTCOMES, evaluate, of_followed
from training.regression.follow import follow, without_outcomes

SELECTED_BY = "calibrate_rmse_over_blocks"
ROWS_AT_ONCE = 100_000  # of answers: inputs with their physics features are large

RegressionCandidate = Candidate[RegressionModel, Answer]


class RegressionLearner(Learner[RegressionModel, Answer]):
    """Fits of a number's candidates."""

    selected_by = SELECTED_BY

    def calibrated(
        self,
        name: str,
        estimator: Any,
        data: Dataset,
        parts: Split,
        rows: IntArray,
        predictions: FloatArray,
        info: Mapping[str, Any],
    ) -> tuple[RegressionModel, dict[str, float]]:
        """Model with intervals from the residuals of out-of-time predictions, and their errors.

        The error that selects is on the scale of the fit, where a few large labels do not decide, and one over the
        calibration blocks, where one of them does not. Adaptive intervals have followed the plant through the
        calibrate rows and then the test rows, whose outcomes are not in its training rows either.
        """
        block = np.repeat(np.arange(len(parts.calibrate)), [len(one) for one in parts.calibrate])
        X, y = data.X[parts.learnt], data.y[rows]
        model = conformalised(data.seed, name, estimator, X, y, predictions, info, block, data.X[rows])
        model = replace(model, history=data.history)
        predictions = model.corrected(data.X[rows], predictions)
        if data.seed.time is not None:  # without time there is no order in which outcomes come in
            replayed = data, parts, rows, predictions, block
            adaptive, reference, followed = follow(model, *replayed)
            unfollowed = without_outcomes(model, *replayed)
            model = replace(model, adaptive=adaptive, usual=reference, followed=followed, unfollowed=unfollowed)
        errors = to_scale(predictions, data.seed.log_floor) - to_scale(y, data.seed.log_floor)
        return model, {
            "calibrate_mae": mae(predictions - y),
            "calibrate_rmse": rmse(errors),
            SELECTED_BY: rmse_over_blocks(errors, block),
            NEWEST: rmse(errors[block == block.max()]),
        }

    def answers(self, model: RegressionModel, data: Dataset, parts: Split) -> Answer:
        """Answers for the whole table, with fixed intervals: no outcome of the table has moved them."""
        X = data.X if model.history is data.history else model.inputs(data.table)
        if len(X) <= ROWS_AT_ONCE:
            return model.fixed(X, COVERAGE)
        blocks = (X[start : start + ROWS_AT_ONCE] for start in range(0, len(X), ROWS_AT_ONCE))
        return Answer(*map(np.concatenate, zip(*(model.fixed(block, COVERAGE) for block in blocks), strict=True)))

    def predictions_of(self, answers: Answer) -> FloatArray:
        """Predicted target, shape (n,) [its unit]."""
        return answers.value

    def error(self, model: RegressionModel, data: Dataset, rows: IntArray) -> EstimatorError:
        """RMSE of an estimator [target's unit]."""
        return lambda estimator, X, y: rmse(self.predict(estimator, model.filled(X)) - y)

    def evaluated(
        self, model: RegressionModel, answers: Answer, data: Dataset, rows: IntArray, baseline: FloatArray
    ) -> dict[str, float]:
        """Metrics of answers on some rows; see `evaluate` and `of_followed` in `training.regression.evaluate`."""
        truth = None if data.truth is None else data.truth[rows]
        metrics = evaluate(data.y[rows], rows_of(answers, rows), baseline[rows], truth)
        for prefix, answer in ((ADAPTIVE, model.followed), (NO_OUTCOMES, model.unfollowed)):
            metrics |= {} if answer is None else of_followed(data.y[rows], rows_of(answer, rows), prefix)
        return metrics
