"""Metrics of predicted classes: one set of names for every candidate; every row has the same weight."""

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.class_calibration import calibration_error
from training.core.class_losses import confusion, log_losses


@dataclass(frozen=True, eq=False)
class Classified:
    """Predictions of a classifier for n rows.

    Attributes
    ----------
    p : ndarray, shape (n, K)
        Class probabilities.
    inside : ndarray of bool, shape (n, K)
        Which classes are in each row's set.
    """

    p: FloatArray
    inside: BoolArray

    @property
    def likeliest(self) -> IntArray:
        """Most probable class of each row, shape (n,)."""
        return np.asarray(np.argmax(self.p, axis=1))

    def covered(self, classes: IntArray) -> BoolArray:
        """Return whether each row's set holds the right class, shape (n,)."""
        return np.asarray(self.inside[np.arange(len(classes)), classes])

    def __getitem__(self, rows: IntArray | BoolArray) -> "Classified":
        """Return the predictions of selected rows."""
        return Classified(self.p[rows], self.inside[rows])


def brier(p: FloatArray, classes: IntArray) -> float:
    """Return the Brier score: squared distance of probabilities from the one-hot class, 0 to 2 [1]_.

    References
    ----------
    .. [1] G. W. Brier (1950). Verification of forecasts expressed in terms of probability. Mon. Weather Rev. 78, 1-3.
    """
    right = np.eye(p.shape[1])[classes]
    return float(np.mean(np.sum((p - right) ** 2, axis=1)))


def recalls(most_probable: IntArray, classes: IntArray, count: int) -> FloatArray:
    """Share of each class that is predicted as it, shape (count,) [1]; NaN of a class without rows."""
    cells = confusion(most_probable, classes, np.ones(len(classes)), count)
    rows = cells.sum(axis=1)
    return np.asarray(np.divide(np.diag(cells), rows, out=np.full(count, np.nan), where=rows > 0))


def against_label(classes: IntArray, answers: Classified) -> dict[str, float]:
    """Metrics of answers against the reported classes.

    Parameters
    ----------
    classes : ndarray of int, shape (n,)
        Numbers of the reported classes.
    answers : Classified of n rows
        What the model says.

    Returns
    -------
    dict of str to float
        accuracy, balanced_accuracy (mean share of right rows over the classes that occur), log_loss, brier, ece
        (expected calibration error of the most probable class), coverage_90 (share of rows whose set at COVERAGE holds
        the class) [1]; set_size_90, the mean number of classes in a set.
    """
    recall = recalls(answers.likeliest, classes, answers.p.shape[1])
    return {
        "accuracy": float(np.mean(answers.likeliest == classes)),
        "balanced_accuracy": float(np.nanmean(recall)),
        "log_loss": float(np.mean(log_losses(answers.p, classes))),
        "brier": brier(answers.p, classes),
        "ece": calibration_error(answers.p, classes, np.ones(len(classes))),
        "coverage_90": float(np.mean(answers.covered(classes))),
        "set_size_90": float(np.mean(answers.inside.sum(axis=1))),
    }


def evaluate(classes: IntArray, answers: Classified, baseline: FloatArray) -> dict[str, float]:
    """All metrics of one candidate on one part of the table: those of `against_label`, and its skill.

    Skill is the share of the log loss that the baseline has, and the candidate has not [1]; `baseline` are the
    baseline's class probabilities, shape (n, K).
    """
    metrics = against_label(classes, answers)
    reference = float(np.mean(log_losses(baseline, classes)))
    return metrics | {"skill": 1 - metrics["log_loss"] / reference if reference else float("nan")}
