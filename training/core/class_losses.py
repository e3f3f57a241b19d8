"""Losses of predicted classes: log loss of the probabilities, and the confusion matrix."""

import numpy as np

from physics.arrays import FloatArray, IntArray

LEAST_PROBABILITY = 1e-15  # what a class counts for that was ruled out, so that its loss is finite


def log_losses(p: FloatArray, classes: IntArray) -> FloatArray:
    """Minus the logarithm of the probability that the right class was given, row by row, shape (n,) [1].

    Parameters
    ----------
    p : ndarray, shape (n, K)
        Class probabilities.
    classes : ndarray of int, shape (n,)
        Numbers of the right classes.
    """
    return np.asarray(-np.log(np.clip(p[np.arange(len(p)), classes], LEAST_PROBABILITY, 1.0)))


def log_loss(p: FloatArray, classes: IntArray, weight: FloatArray) -> float:
    """Mean of `log_losses`, each row by its weight, shape (n,) [1]."""
    return float(np.average(log_losses(p, classes), weights=weight))


def confusion(lines: IntArray, classes: IntArray, weight: FloatArray, count: int) -> FloatArray:
    """Return the weight of each class (rows) by predicted class (columns), shape (count, count)."""
    cells = np.bincount(classes * count + lines, weights=weight, minlength=count * count)
    return np.asarray(cells, dtype=np.float64).reshape(count, count)
