"""Errors and coverage of answers that are numbers: shared by all tasks."""

import numpy as np

from models.answers import Answer
from physics.arrays import FloatArray


def mae(error: FloatArray) -> float:
    """Mean absolute error [unit of the error]."""
    return float(np.mean(np.abs(error)))


def rmse(error: FloatArray) -> float:
    """Root mean square error [unit of the error]."""
    return float(np.sqrt(np.mean(np.square(error))))


def coverage(actual: FloatArray, answer: Answer) -> float:
    """Share of the actual values that lie within the answers' intervals [1]."""
    return float(np.mean((answer.low <= actual) & (actual <= answer.high)))
