"""How much of each limit to keep in reserve, so that lots keep their limits as often as the seed asks."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from models.promises import GuaranteeError
from models.sorting.decision import Line, Pieces
from models.sorting.lots import LotState
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

# With all of a limit in reserve its bin takes nothing, and an empty bin breaks no limit.
RESERVES = np.append(np.linspace(0.0, 0.6, 31), [0.7, 0.8, 0.9, 1.0])

# A bin with a smaller share of its lot's mass holds a piece or two of those that the laboratory has seen.
PRODUCT_SHARE = 0.02


def lots_needed(confidence: float) -> int:
    """Fewest calibration lots for a share of lots that shall keep their limits."""
    return math.ceil(1 / (1 - Fraction(repr(confidence)))) - 1


def lot_contents(
    line: Line, bins: IntArray, lots: IntArray, n_lots: int, mass: FloatArray, contents: FloatArray
) -> FloatArray:
    """Mean contents of what a lot's bins hold, by the laboratory, with what comes along with ejected pieces.

    What comes along has the mean contents of the lot's own pieces. Pieces whose content the laboratory does not tell
    are left out, so their lot is judged by the others. A bin that holds less than PRODUCT_SHARE of its lot's mass is
    as good as empty: it makes no lot of product.

    Parameters
    ----------
    line : Line
        The sorting line.
    bins, lots : ndarray of int, shape (n,)
        Bin and lot of each piece.
    n_lots : int
        Number of lots, L.
    mass : ndarray, shape (n,)
        Mass of each piece [any unit].
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none.

    Returns
    -------
    ndarray, shape (L, B, E)
        Mean contents [elements' units]; NaN where a bin is empty or as good as that.
    """
    known = ~np.isnan(contents)
    weighed = np.zeros((2, n_lots, len(line.limits), contents.shape[1]))
    np.add.at(weighed[0], (lots, bins), mass[:, None] * np.where(known, contents, 0.0))
    np.add.at(weighed[1], (lots, bins), mass[:, None] * known)
    with np.errstate(invalid="ignore"):
        own = weighed[0] / weighed[1]
        of_lot = weighed[0].sum(axis=1) / weighed[1].sum(axis=1)
    mixed = (own + line.co_ejection * of_lot[:, None]) / (1 + line.co_ejection)
    mixed[:, line.rest] = own[:, line.rest]
    held = np.zeros((n_lots, len(line.limits)))
    np.add.at(held, (lots, bins), mass)
    mixed[held < PRODUCT_SHARE * held.sum(axis=1, keepdims=True)] = np.nan
    return np.asarray(mixed)


def over_limit(line: Line, contents: FloatArray) -> BoolArray:
    """Whether a lot breaks any limit of any bin, shape (L,), from mean contents as `lot_contents` gives them."""
    return np.asarray((contents > line.whole * line.limits).any(axis=(1, 2)))


def reserve(seed: Seed, line: Line, pieces: Pieces, lots: IntArray, contents: FloatArray) -> float:
    """Smallest reserve with which a new lot keeps all its limits with the seed's confidence.

    Conformal risk control [1]_: a lot loses 1 where any limit of any bin is broken at its end by the laboratory's
    contents. Of n calibration lots that lose R on average with a reserve, (n R + 1) / (n + 1) is at most
    1 - confidence with it and every larger one. The share of new lots that break a limit is then at most
    1 - confidence on average over calibrations, as far as new lots are exchangeable with these: exactly so where no lot
    loses more with a larger reserve, for many lots otherwise. One may: pieces that pass take turns.

    A calibration lot is the few pieces that the laboratory has seen, sorted as a lot that is closed at their mass. Its
    random error is larger than that of a whole lot, so the reserve is rather too large than too small where pieces err
    independently.

    Parameters
    ----------
    seed : Seed
        The process.
    line : Line
        Its sorting line.
    pieces : Pieces
        n pieces, each predicted by models that had not seen its lot.
    lots : ndarray of int, shape (n,)
        Number of each piece's lot, 0 to L - 1, none left out.
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none.

    Returns
    -------
    float
        One of RESERVES; NaN where no bin has a limit, so that there is nothing to guarantee.

    Raises
    ------
    GuaranteeError
        Fewer lots than even a loss of 0 everywhere needs.

    References
    ----------
    .. [1] A. N. Angelopoulos, S. Bates, A. Fisch, L. Lei, T. Schuster (2024). Conformal risk control. ICLR.
       arXiv 2208.02814.
    """
    if np.isnan(line.limits).all():
        return math.nan
    n_lots = int(lots.max()) + 1 if len(lots) else 0
    confidence = seed.sorting_rules.confidence.value
    if n_lots < lots_needed(confidence):
        raise GuaranteeError(
            f"limits kept in {confidence:g} of the lots need at least {lots_needed(confidence)} calibration lots, "
            f"got {n_lots}"
        )
    mass = np.bincount(lots, pieces.mass, n_lots).astype(np.float64)
    empty, queue = [LotState.empty(seed)] * n_lots, line.queue(pieces, lots)
    losses = np.empty((n_lots, len(RESERVES)))
    for i, share in enumerate(RESERVES):
        bins = line.fill(queue, empty, share, mass)[0]
        losses[:, i] = over_limit(line, lot_contents(line, bins, lots, n_lots, pieces.mass, contents))
    return controlled(losses, 1 - confidence)


def controlled(losses: FloatArray, risk: float) -> float:
    """Smallest reserve with which, and with every larger one, the risk is controlled.

    Parameters
    ----------
    losses : ndarray, shape (n, len(RESERVES))
        Loss of each calibration lot with each reserve, from 0 to 1; 0 with the largest.
    risk : float
        Largest expected loss of a new lot.

    Returns
    -------
    float

    Raises
    ------
    GuaranteeError
        None is large enough.
    """
    bound = (losses.sum(axis=0) + 1) / (len(losses) + 1)
    too_high = np.flatnonzero(bound > risk + 1e-12)  # 1 - 0.95 is a little less than 1/20
    first = too_high[-1] + 1 if len(too_high) else 0
    if first == len(RESERVES):
        raise GuaranteeError(f"limits are broken in more than {risk:g} of the lots, whatever is kept in reserve")
    return float(RESERVES[first])
