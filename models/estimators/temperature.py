"""Temperature scaling: one number that makes class probabilities as sure as they are right."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray

# Beyond these a classifier's scores say nothing of its classes.
COLDEST, HOTTEST = 0.02, 50.0


def softmax(scores: FloatArray) -> FloatArray:
    """Probabilities from scores, shape (n, K) each; a score of -inf is a probability of 0."""
    exponential = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponential / exponential.sum(axis=1, keepdims=True))


def tempered(p: FloatArray, temperature: float | FloatArray) -> FloatArray:
    """Probabilities at another temperature, shape (n, K): p^(1/T), each row made to sum to 1; 0 stays 0.

    The temperature is that of all rows, or one a row, shape (n,).
    """
    power = (p / p.max(axis=1, keepdims=True)) ** (1 / np.asarray(temperature)[..., None])
    return np.asarray(power / power.sum(axis=1, keepdims=True))


def fitted_temperature(scores: FloatArray, codes: npt.ArrayLike, prior: FloatArray | float = 0.0) -> float:
    """Return the temperature T for which softmax(scores / T + prior) has the smallest log loss.

    Parameters
    ----------
    scores : ndarray, shape (n, K)
        Logarithms of probabilities or of likelihoods; -inf for a class that is ruled out.
    codes : array_like, shape (n,)
        Numbers of the true classes. Rows whose true class is ruled out are left out: no temperature helps them.
    prior : ndarray, shape (K,), or float
        What is added at any temperature.

    Returns
    -------
    float
        Above 1 if the scores were too confident; 1 if no row has information.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017). On calibration of modern neural networks. ICML, PMLR 70,
    1321-1330. arXiv 1706.04599.
    """
    from scipy.optimize import minimize_scalar

    rows, labels = np.arange(len(scores)), np.asarray(codes, dtype=np.intp)
    known = np.isfinite(scores[rows, labels] + np.broadcast_to(prior, scores.shape)[rows, labels])
    scores, labels = scores[known], labels[known]
    if not len(scores):
        return 1.0
    rows = np.arange(len(scores))

    def log_loss(log_temperature: float) -> float:
        logits = scores / math.exp(log_temperature) + prior
        top = logits.max(axis=1)
        total = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
        return float(np.mean(total - logits[rows, labels]))

    # The loss is convex in 1/T, so it has one lowest point, in T as well.
    optimum = minimize_scalar(log_loss, bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded")
    return math.exp(float(optimum.x))
