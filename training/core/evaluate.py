"""Errors and coverage of answers that are numbers: shared by all tasks."""

import numpy as np

from models.interfaces.answers import Answer
from physics.arrays import FloatArray, IntArray

NEGLIGIBLE = 0.01  # of the largest block error; a smaller one counts as this: labels that repeat are no skill


def mae(error: FloatArray) -> float:
    """Mean absolute error [unit of the error]."""
    return float(np.mean(np.abs(error)))


def rmse(error: FloatArray) -> float:
    """Root mean square error [unit of the error]."""
    return float(np.sqrt(np.mean(np.square(error))))


def rmse_over_blocks(error: FloatArray, block: IntArray) -> float:
    """Geometric mean of the RMSE of each block, in which the newest counts twice.

    Blocks count by ratio, so that one in which all errors are large does not decide alone. The newest is predicted by
    the one with most training rows, and is most like the model that serves.

    Parameters
    ----------
    error : ndarray, shape (n,)
        Errors, in any unit.
    block : ndarray of int, shape (n,)
        Number of each row's block, the oldest lowest.

    Returns
    -------
    float
        Unit of the error; 0 where there is none at all.
    """
    each = np.array([rmse(error[block == number]) for number in np.unique(block)])
    if not each.any():
        return 0.0
    known = np.maximum(each, NEGLIGIBLE * each.max())
    return float(np.exp(np.mean(np.log([*known, known[-1]]))))


def coverage(actual: FloatArray, answer: Answer) -> float:
    """Share of the actual values that lie within the answers' intervals [1]."""
    return float(np.mean((answer.low <= actual) & (actual <= answer.high)))
