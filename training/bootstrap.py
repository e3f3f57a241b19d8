"""Chance in a figure, by drawing whole blocks of rows again with fixed random numbers."""

import numpy as np

from physics.arrays import FloatArray, IntArray

RESAMPLES = 4000
RNG_SEED = 20260102


def resampled_ratio(top: FloatArray, bottom: FloatArray, block: IntArray) -> FloatArray:
    """Ratio of two sums over the rows, once for each draw of as many blocks as there are, with replacement.

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
