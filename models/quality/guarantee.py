"""Release threshold with a guarantee on the fraction of released lots that break their grade."""

from __future__ import annotations

import math

import numpy as np

from models.quality.decision import Costs
from models.uncertainty.guarantees import GuaranteeError, lots_needed, p_value
from physics.arrays import FloatArray, IntArray

# Thresholds in the order in which they are tested, chosen before any lot is looked at.
THRESHOLDS = np.logspace(-5, np.log10(0.5), 95)
# Times as many lots as are needed at all: among these alone a single bad one would end a test at its first step.
_ROOM = 2


def threshold(
    keeps: FloatArray, best: FloatArray, within_grade: FloatArray, costs: Costs, alpha: float, confidence: float
) -> float:
    """Loosest threshold of `decide` that keeps the share of bad lots among the released at or below alpha.

    Learn then test [1]_: thresholds are tested in a fixed order from strict to loose, each against the hypothesis that
    more than alpha of the released lots break their grade; the first that cannot be rejected ends the test. Where to
    begin is derived from the number of released lots alone, never from their outcome; of two beginnings each has half
    of the error allowed.

    Parameters
    ----------
    keeps, best : ndarray, shape (n, G)
        As for `decide`, predicted by models that had not seen the lots.
    within_grade : ndarray, shape (n, G)
        Whether the lots keep each grade by their assays; lots of which it cannot be said do not count.
    costs : Costs
        Values and costs.
    alpha, confidence : float
        Highest share of bad lots among the released, and how sure that is.

    Returns
    -------
    float
        NaN where no threshold holds the promise: then no lot may be released without an assay.

    Raises
    ------
    GuaranteeError
        Fewer lots than could show it if all were good.

    References
    ----------
    .. [1] A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei (2021). Learn then test: calibrating
       predictive algorithms to achieve risk control. arXiv 2110.01052.
    """
    check_enough(within_grade, alpha, confidence)
    known, needed = ~np.isnan(within_grade).any(axis=1), lots_needed(alpha, confidence)
    sizes, bad = _released(keeps[known], best[known], within_grade[known], costs)
    counts = list(zip(sizes.tolist(), bad.tolist(), strict=True))
    if sizes.max() < needed:
        return math.nan
    starts = _starts(sizes, needed)
    level = (1.0 - confidence) / len(starts)
    thresholds = [_tested(counts, start, alpha, level) for start in starts]
    return float(np.fmax.reduce(thresholds))


def _starts(sizes: IntArray, needed: int) -> list[int]:
    """Return the first thresholds of tests, according to the number of lots that each releases.

    At half of the lots that any threshold releases: a test from fewer on ends by chance at one or two bad ones among
    them, though all together would show the promise, and one from all on shows nothing where too many of these are bad.
    But of a model that is too sure, the surest lots alone may be released. So where half is many, a second test, which
    shares the error allowed with the first, begins at twice as many lots as are needed at all.
    """
    half = max(int(sizes.max()) // 2, needed)
    return [int(np.argmax(sizes >= size)) for size in sorted({min(half, _ROOM * needed), half})]


def _tested(counts: list[tuple[int, int]], start: int, alpha: float, level: float) -> float:
    """Return the loosest threshold that a test from `start` passes; NaN if the first one fails."""
    loosest, most = math.nan, 0
    for limit, (released, bad) in zip(THRESHOLDS[start:], counts[start:], strict=True):
        if p_value(bad, released, alpha) > level:
            break
        if released > most:  # looser thresholds that release no further lot would only bind less with other costs
            loosest, most = float(limit), released
    return loosest


def _released(keeps: FloatArray, best: FloatArray, within_grade: FloatArray, costs: Costs) -> tuple[IntArray, IntArray]:
    """Return numbers of lots that each threshold releases in a limited grade, and of those that break it.

    As `decide` at each of THRESHOLDS, shape (T,) each. A lot is in a grade from the threshold on that allows it, up to
    the one that allows a grade worth more.
    """
    breaks = 1.0 - keeps
    breaks[:, -1] = -np.inf
    free = np.where(np.isnan(breaks), -np.inf, costs.value - costs.claim * (1.0 - keeps))
    pays = free >= (best @ costs.value - costs.assay)[:, None]
    rows, last, steps = np.arange(len(keeps)), keeps.shape[1] - 1, len(THRESHOLDS) + 1
    until = np.full(len(keeps), len(THRESHOLDS))  # first threshold that allows a grade worth more
    changes = np.zeros((2, steps), dtype=np.intp)
    for grade in np.argsort(-free, axis=1, kind="stable").T:
        begin = np.minimum(np.searchsorted(THRESHOLDS, breaks[rows, grade]), until)
        released = (grade < last) & pays[rows, grade]
        for change, counted in zip(changes, (released, released & (within_grade[rows, grade] == 0)), strict=True):
            change += np.bincount(begin[counted], minlength=steps) - np.bincount(until[counted], minlength=steps)
        until = begin
    sizes, bad = np.cumsum(changes, axis=1)[:, :-1]
    return sizes, bad


def check_enough(within_grade: FloatArray, alpha: float, confidence: float) -> None:
    """Raise GuaranteeError if lots, kept as for `threshold`, are too few even if all satisfy it."""
    lots, needed = int((~np.isnan(within_grade).any(axis=1)).sum()), lots_needed(alpha, confidence)
    if lots < needed:
        raise GuaranteeError(
            f"{lots} lots to calibrate, expected {needed} or more: that at most {100 * alpha:.3g}% of released lots "
            f"break their grade cannot be shown with {confidence:.0%} confidence from fewer, even if all of them are "
            "good"
        )
