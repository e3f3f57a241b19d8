"""Errors and coverage of answers that are numbers: shared by all tasks."""

import numpy as np
import numpy.typing as npt

from models.regression.model import Answer

FloatArray = npt.NDArray[np.float64]

COVERAGE = 0.9  # of the intervals that are judged, as in the metric names


def rows_of(answer: Answer, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Answer:
    """Answer of some of the rows."""
    return Answer(answer.value[rows], answer.low[rows], answer.high[rows])


def mae(error: FloatArray) -> float:
    """Mean absolute error [unit of the error]."""
    return float(np.mean(np.abs(error)))


def rmse(error: FloatArray) -> float:
    """Root mean square error [unit of the error]."""
    return float(np.sqrt(np.mean(np.square(error))))


def coverage(actual: FloatArray, answer: Answer) -> float:
    """Share of the actual values that lie within the answers' intervals [1]."""
    return float(np.mean((answer.low <= actual) & (actual <= answer.high)))
