"""Chance in a figure, by drawing whole blocks of rows again with fixed random numbers."""

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from physics.arrays import FloatArray, IntArray

RESAMPLES = 4000
RNG_SEED = 20260102
CONFIDENCE = 0.95  # that a version is better than the baseline, and that it is worse than another
RUN, FEWEST_RUNS = pd.Timedelta(days=10), 4  # of what all units have in common


def resampled_ratio(top: FloatArray, bottom: FloatArray, block: IntArray) -> FloatArray:
    """Return bootstrap ratios of two sums over the rows, resampled by block with replacement.

    Parameters
    ----------
    top, bottom : ndarray, shape (n,)
        What is summed above and below the line, row by row. Ones below make it a mean.
    block : ndarray of int, shape (n,)
        Number of each row's block, none left out: rows of a block depend on each other, blocks hardly do.

    Returns
    -------
    ndarray, shape (RESAMPLES,)
        NaN where a draw has nothing below the line.
    """
    above, below = np.bincount(block, weights=top), np.bincount(block, weights=bottom)
    rng = np.random.default_rng(RNG_SEED)
    drawn = rng.multinomial(len(above), np.full(len(above), 1 / len(above)), size=RESAMPLES)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((drawn @ above) / (drawn @ below), dtype=np.float64)


def gain_bound(
    gain: FloatArray, block: IntArray, weight: FloatArray | None = None, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Mean of a paired gain and its one-sided lower bound by a block bootstrap with fixed random numbers.

    Draws of B blocks spread too little by the root of (B - 1)/B, and their own spread is not known either: the bound is
    as much farther from the mean as Student's quantile for B - 1 is above the normal one [1]_.

    Parameters
    ----------
    gain : ndarray, shape (n,)
        Champion's loss minus challenger's, row by row [the loss's unit].
    block : ndarray of int, shape (n,)
        Number of each row's block, none left out.
    weight : ndarray, shape (n,), optional
        Weight of each row; by default equal weights.
    confidence : float
        Of the bound [1].

    Returns
    -------
    tuple of float
        Mean, and the value that it exceeds with a probability of `confidence` [the loss's unit].

    References
    ----------
    .. [1] T. C. Hesterberg (2015). What teachers should know about the bootstrap. The American Statistician 69,
       371-386. doi:10.1080/00031305.2015.1089789
    """
    weight = np.ones(len(gain)) if weight is None else weight
    means = resampled_ratio(weight * gain, weight, block)
    mean, low = float(np.average(gain, weights=weight)), float(np.quantile(means, 1 - confidence))
    return mean, mean - _few_blocks(int(block.max()) + 1, confidence) * (mean - low)


def shared_bound(
    gain: FloatArray, block: IntArray, periods: pd.DatetimeIndex, weight: FloatArray, confidence: float
) -> float:
    """One-sided lower bound of a mean paired gain, with what all blocks have in common in some days.

    Units that share a feed and a weather err alike in the same days, which draws of whole units take as given: a gain
    that all of them have at one time is one event and no rule. To the variance over blocks that over runs of ten days
    is added, less that of blocks within runs, which both have [1]_. The runs of a shorter time are a quarter of it.

    Parameters
    ----------
    gain : ndarray, shape (n,)
        Champion's loss minus challenger's, row by row [the loss's unit].
    block : ndarray of int, shape (n,)
        Number of each row's block, none left out.
    periods : DatetimeIndex, length n
        Period start of each row.
    weight : ndarray, shape (n,)
        What a row counts for.
    confidence : float
        Of the bound [1].

    Returns
    -------
    float
        What the mean exceeds with this probability [the loss's unit].

    References
    ----------
    .. [1] A. C. Cameron, J. B. Gelbach, D. L. Miller (2011). Robust inference with multiway clustering. Journal of
       Business & Economic Statistics 29, 238-249. doi:10.1198/jbes.2010.07136
    """
    mean, low = gain_bound(gain, block, weight, confidence)
    since = periods - periods.min()
    run = pd.factorize(since // min(RUN, since.max() / FEWEST_RUNS + pd.Timedelta(1, "us")))[0]
    runs = int(run.max()) + 1
    if runs < 2:
        return low
    within = pd.factorize(block * runs + run)[0]
    off = weight / weight.sum() * (gain - mean)
    common = max(0.0, _spread(off, run) - _spread(off, within))
    return mean - float(np.hypot(mean - low, t.ppf(confidence, runs - 1) * np.sqrt(common)))


def _spread(off: FloatArray, group: IntArray) -> float:
    """Variance of a sum over groups, each off zero by chance [the values' unit squared]."""
    sums = np.bincount(group, weights=off)
    return float(len(sums) / max(len(sums) - 1, 1) * (sums**2).sum())


def _few_blocks(blocks: int, confidence: float) -> float:
    """Return the factor by which few blocks understate dispersion [1]; 1 for many blocks."""
    if blocks < 2:
        return 1.0
    student, normal = t.ppf(confidence, blocks - 1), norm.ppf(confidence)
    return float(student / normal * np.sqrt(blocks / (blocks - 1)))
