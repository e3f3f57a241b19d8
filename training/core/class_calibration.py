"""Calibration of class probabilities, with its uncertainty."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from physics.arrays import FloatArray, IntArray

ECE_BINS = 15
DEVIATIONS_OF_90 = 1.6448536269514722  # standard normal, two-sided


def reliability(p: FloatArray, classes: IntArray, weight: FloatArray) -> pd.DataFrame:
    """Return the accuracy of the most probable class by groups of about equal probability.

    Parameters
    ----------
    p : ndarray, shape (n, K)
        Class probabilities.
    classes : ndarray of int, shape (n,)
        The right class of each row.
    weight : ndarray, shape (n,)
        What each row counts for, such as the mass of a piece.

    Returns
    -------
    DataFrame, at most ECE_BINS rows
        `weight` (share of all), `confidence` (mean probability) and `accuracy` of groups of equal weight, least
        confident first; rows of equal probability stand in one group.
    """
    group, top = _groups(p, weight)
    of_group = np.bincount(group, weights=weight)
    right = np.bincount(group, weights=weight * (np.argmax(p, axis=1) == classes))
    lines = np.bincount(group, weights=weight * top)
    return pd.DataFrame(
        {"weight": of_group / of_group.sum(), "confidence": lines / of_group, "accuracy": right / of_group}
    )


def calibration_error(p: FloatArray, classes: IntArray, weight: FloatArray) -> float:
    """Return the expected calibration error [1]: weighted mean gap of `reliability`'s groups [1]_.

    References
    ----------
    .. [1] M. P. Naeini, G. F. Cooper, M. Hauskrecht (2015). Obtaining well calibrated probabilities using Bayesian
       binning. AAAI 29, 2901-2907. doi:10.1609/aaai.v29i1.9602
    """
    groups = reliability(p, classes, weight)
    return float((groups["weight"] * (groups["confidence"] - groups["accuracy"]).abs()).sum())


def calibration_error_over_lots(
    p: FloatArray, classes: IntArray, mass: FloatArray, lots: npt.NDArray[np.object_]
) -> tuple[float, float]:
    """Return the 90 % jackknife interval of `calibration_error` over lots; NaN for a single lot [1]_.

    Drawing lots again would overstate it: a mean of absolute gaps grows with every noise that is added to them.

    References
    ----------
    .. [1] B. Efron, C. Stein (1981). The jackknife estimate of variance. Ann. Stat. 9, 586-596.
       doi:10.1214/aos/1176345462
    """
    lot, names = pd.factorize(lots)
    if len(names) < 2:
        return float("nan"), float("nan")
    group, top = _groups(p, mass)
    count = int(group.max()) + 1

    def without_one(weight: FloatArray) -> FloatArray:
        """Sum of the weight in each group without each lot, shape (L, G)."""
        of_lot = np.bincount(lot * count + group, weights=weight, minlength=len(names) * count).reshape(-1, count)
        return np.asarray(of_lot.sum(axis=0) - of_lot)

    gap = without_one(mass * top) - without_one(mass * (np.argmax(p, axis=1) == classes))
    errors = np.abs(gap).sum(axis=1) / without_one(mass).sum(axis=1)
    sd = float(np.sqrt((len(names) - 1) * np.var(errors)))
    error = calibration_error(p, classes, mass)
    return max(0.0, error - DEVIATIONS_OF_90 * sd), error + DEVIATIONS_OF_90 * sd


def _groups(p: FloatArray, weight: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return group and highest probability of each row, least confident first, shape (n,) each."""
    top = p.max(axis=1)
    order = np.argsort(top, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    edges = top[order][np.searchsorted(reached, np.arange(1, ECE_BINS) / ECE_BINS)]
    group = np.searchsorted(np.unique(edges), top, side="left")
    return np.asarray(np.unique(group, return_inverse=True)[1], dtype=np.intp), top
