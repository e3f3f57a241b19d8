"""Assessments and contents of lots of several patterns of missing inputs, in the order of the lots."""

from __future__ import annotations

import numpy as np

from models.interfaces.answers import Answer
from models.quality.assessment import Assessment
from models.quality.decision import Decisions
from models.quality.model import QualityModel
from physics.arrays import FloatArray


def assessed_by_pattern(model: QualityModel, X: FloatArray, raw: FloatArray) -> Assessment:
    """Return `QualityModel.assessed` of lots, each by the calibration for its missing inputs.

    Parameters
    ----------
    model : QualityModel
        The model.
    X : ndarray, shape (n, k)
        Inputs; NaN is missing.
    raw : ndarray, shape (n, E + D)
        Outputs of its estimator for them.
    """
    parts = model.by_pattern(X)
    own = [part.assessed(raw[lots]) for part, lots in parts]
    if len(own) == 1:
        return own[0]
    order = np.argsort(np.concatenate([lots for _, lots in parts]), kind="stable")
    of_parts = ((one.logs, one.defects, one.keeps, one.best, one.decided.grade, one.decided.expected) for one in own)
    logs, defects, keeps, best, grade, expected = (np.concatenate(one)[order] for one in zip(*of_parts, strict=True))
    return Assessment(logs, defects, keeps, best, Decisions(grade, expected), own[0].costs)


def contents_by_pattern(
    model: QualityModel, X: FloatArray, logs: FloatArray, coverage: float, is_fixed: bool = False
) -> dict[str, Answer]:
    """Return contents of lots with intervals by the calibration for their missing inputs.

    Parameters
    ----------
    model : QualityModel
        The model.
    X : ndarray, shape (n, k)
        Inputs; NaN is missing.
    logs : ndarray, shape (n, E)
        Predicted logarithms of the contents.
    coverage : float
        Joint coverage.
    is_fixed : bool
        Whether the intervals are those of training.
    """
    values = np.empty((len(model.seed.elements), 3, len(X)))
    for part, lots in model.by_pattern(X):
        answers = (part.fixed_contents if is_fixed else part.contents)(logs[lots], coverage)
        values[:, :, lots] = np.array(list(answers.values()))
    return {element.name: Answer(*own) for element, own in zip(model.seed.elements, values, strict=True)}
