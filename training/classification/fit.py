"""A class in the jobs: how its candidates are fitted, calibrated and measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.classification.model import ClassificationModel, classifier
from models.estimators.temperature import tempered
from models.interfaces.answers import COVERAGE
from physics.arrays import FloatArray, IntArray
from training.classification.evaluate import Classified, evaluate
from training.core.class_losses import log_losses
from training.core.dataset import Dataset
from training.core.fitting import Candidate
from training.core.learner import EstimatorError, Learner
from training.core.splits import Split

SELECTED_BY = "calibrate_log_loss"

ClassificationCandidate = Candidate[ClassificationModel, Classified]


def classes_of(data: Dataset, rows: IntArray) -> IntArray:
    """Numbers of the reported classes of some rows."""
    return data.y[rows].astype(np.intp)


def classified(model: ClassificationModel, X: FloatArray) -> Classified:
    """Probabilities and sets at COVERAGE of a model for the rows of X, shape (n, k)."""
    p = model.probabilities(X)
    return Classified(p, model.sets_of(X, p, COVERAGE))


class ClassificationLearner(Learner[ClassificationModel, Classified]):
    """Fits of classifiers."""

    selected_by = SELECTED_BY

    def predict(self, estimator: Any, X: FloatArray) -> FloatArray:
        """Class probabilities, shape (n, K)."""
        return np.asarray(estimator.predict_proba(X), dtype=np.float64)

    def calibrated(
        self,
        name: str,
        estimator: Any,
        data: Dataset,
        parts: Split,
        rows: IntArray,
        predictions: FloatArray,
        info: Mapping[str, Any],
    ) -> tuple[ClassificationModel, dict[str, float]]:
        """Return the model with out-of-time temperature and sets, and their log loss and accuracy."""
        trained, calibrate = ((data.X[one], data.y[one]) for one in (parts.train, rows))
        model = classifier(data.seed, name, estimator, *trained, *calibrate, predictions, info)
        classes, p = classes_of(data, rows), tempered(predictions, model.temperature)
        return model, {
            SELECTED_BY: float(np.mean(log_losses(p, classes))),
            "calibrate_accuracy": float(np.mean(np.argmax(p, axis=1) == classes)),
            "temperature": model.temperature,
        }

    def answers(self, model: ClassificationModel, data: Dataset, parts: Split) -> Classified:
        """Answers for the whole table."""
        return classified(model, data.X)

    def predictions_of(self, answers: Classified) -> FloatArray:
        """Class probabilities, shape (n, K)."""
        return answers.p

    def error(self, model: ClassificationModel, data: Dataset, rows: IntArray) -> EstimatorError:
        """Log loss of an estimator at the model's temperature for the rows [1]."""
        temperatures = model.temperatures(data.X[rows])

        def loss(estimator: Any, X: FloatArray, y: FloatArray) -> float:
            p = tempered(self.predict(estimator, X), temperatures)
            return float(np.mean(log_losses(p, y.astype(np.intp))))

        return loss

    def evaluated(
        self, model: ClassificationModel, answers: Classified, data: Dataset, rows: IntArray, baseline: FloatArray
    ) -> dict[str, float]:
        """Metrics of answers on some rows; see `training.classification.evaluate.evaluate`."""
        return evaluate(classes_of(data, rows), answers[rows], baseline[rows])
