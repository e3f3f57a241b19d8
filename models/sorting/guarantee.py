"""Price of a broken limit at which lots are shown to keep their limits as often as the seed asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.sorting.decision import DecidedPieces, SortingLine
from models.sorting.lot_ledger import fill
from models.sorting.lots import PRODUCT_SHARE, LotState
from models.sorting.values import value_matrix
from models.uncertainty.guarantees import GuaranteeError, lots_needed, p_value
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

# Risk prices that are tried, over the highest that a kilogram gains in any bin: nothing, then four to a factor of 2
# from a thousandth to sixteen times, then so much that bins with limits stay closed, and an empty bin breaks no limit.
# Finer steps cost no confidence, and value is lost steeply with the price where limits bind.
PRICES = np.concatenate([[0.0], 2.0 ** np.arange(-10, 4.25, 0.25), [math.inf]])
_ROUNDING = 1e-12  # 1 - 0.9 is a little less than a tenth


@dataclass(frozen=True)
class Calibration:
    """Evidence for a risk price.

    Attributes
    ----------
    confidence : float
        With which the risk price keeps the limits as often as the seed asks: probability over calibrations.
    lots, over : int
        Calibration lots, and how many of them break a limit at the price.
    """

    confidence: float
    lots: int
    over: int

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from attributes as JSON values."""
        return cls(float(state["confidence"]), int(state["lots"]), int(state["over"]))


def needed_lots(seed: Seed) -> int:
    """Return the minimum number of calibration lots that can show the guarantee, if none breaks a limit."""
    rules = seed.sorting_rules
    return lots_needed(rules.may_break, rules.sure)


def lot_contents(
    line: SortingLine,
    bins: IntArray,
    lots: IntArray,
    n_lots: int,
    mass: FloatArray,
    contents: FloatArray,
    estimated: FloatArray | None = None,
) -> FloatArray:
    """Return mean contents of a lot's bins by laboratory, with pieces carried along by ejections.

    What comes along has the mean contents of the lot's own pieces. Pieces whose content the laboratory does not report
    count with their estimate, corrected by its mean error on the bin's other pieces (the difference
    estimator of survey sampling [1]_): a choice of good lots for analysis moves estimate and content alike. Without
    estimates they are left out, so their lot is assessed by the others. A bin that holds less than PRODUCT_SHARE of
    its lot's mass is as good as empty: it makes no lot of product.

    Parameters
    ----------
    line : SortingLine
        The sorting line.
    bins, lots : ndarray of int, shape (n,)
        Bin and lot of each piece.
    n_lots : int
        Number of lots, L.
    mass : ndarray, shape (n,)
        Mass of each piece [any unit].
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none.
    estimated : ndarray, shape (n, E), optional
        Estimated contents [elements' units]; NaN for an element that is not estimated.

    Returns
    -------
    ndarray, shape (L, B, E)
        Mean contents [elements' units]; NaN where a bin is empty or as good as that, or the laboratory reports none.

    References
    ----------
    .. [1] C. M. Cassel, C. E. Särndal, J. H. Wretman (1976). Some results on generalized difference estimation and
       generalized regression estimation for finite populations. Biometrika 63, 615-620.
    """
    known = ~np.isnan(contents)
    own, of_lot = _means(len(line.limits), bins, lots, n_lots, mass[:, None] * known, contents)
    if estimated is not None and not known.all():
        guess = np.where(np.isnan(estimated), 0.0, estimated)
        of_all = _means(len(line.limits), bins, lots, n_lots, mass[:, None] * np.ones_like(guess), guess)
        of_known = _means(len(line.limits), bins, lots, n_lots, mass[:, None] * known, guess)
        own, of_lot = own + of_all[0] - of_known[0], of_lot + of_all[1] - of_known[1]
    mixed = (own + line.co_ejection * of_lot[:, None]) / (1 + line.co_ejection)
    mixed[:, line.rest] = own[:, line.rest]
    held = np.zeros((n_lots, len(line.limits)))
    np.add.at(held, (lots, bins), mass)
    mixed[held < PRODUCT_SHARE * held.sum(axis=1, keepdims=True)] = np.nan
    return np.asarray(mixed)


def lot_sds(
    line: SortingLine,
    bins: IntArray,
    lots: IntArray,
    n_lots: int,
    mass: FloatArray,
    contents: FloatArray,
    estimated: FloatArray | None = None,
) -> FloatArray:
    """Standard deviations of contents among what a lot's bins hold, by mass and by the laboratory.

    The variance is the mean square less the square of the mean, both as `lot_contents` has them: with what comes along,
    and with the difference estimator where the laboratory has not reported every piece, whose correction gives squares
    of estimates what these lack, the variance of their errors. Where chance makes it less than nothing it counts as
    nothing. Parameters and shape are those of `lot_contents` [elements' units].
    """
    known = ~np.isnan(contents)
    # Squares of the differences from the mean of all lose no digits.
    middle = np.where(known, contents, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    centred, guess = contents - middle, None if estimated is None else estimated - middle
    mean = lot_contents(line, bins, lots, n_lots, mass, centred, guess)
    square = lot_contents(line, bins, lots, n_lots, mass, centred**2, None if guess is None else guess**2)
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)))


def broken(
    line: SortingLine,
    bins: IntArray,
    lots: IntArray,
    n_lots: int,
    mass: FloatArray,
    contents: FloatArray,
    estimated: FloatArray | None = None,
) -> BoolArray:
    """Return whether a lot breaks any limit of a mean or standard deviation in any bin, shape (L,).

    Parameters are those of `lot_contents`.
    """
    over = over_limit(line, lot_contents(line, bins, lots, n_lots, mass, contents, estimated))
    if line.spread is None:
        return over
    return over | over_sd_limit(line, lot_sds(line, bins, lots, n_lots, mass, contents, estimated))


def _means(
    n_bins: int, bins: IntArray, lots: IntArray, n_lots: int, weight: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted means of values, (n, E), of each bin of each lot, (L, B, E), and of each lot, (L, E)."""
    sums = np.zeros((2, n_lots, n_bins, values.shape[1]))
    np.add.at(sums[0], (lots, bins), np.where(weight > 0.0, weight * values, 0.0))
    np.add.at(sums[1], (lots, bins), weight)
    with np.errstate(invalid="ignore"):
        return sums[0] / sums[1], sums[0].sum(axis=1) / sums[1].sum(axis=1)


def over_limit(line: SortingLine, contents: FloatArray) -> BoolArray:
    """Return whether a lot breaks a limit of any mean, shape (L,), from contents of `lot_contents`."""
    return np.asarray((contents > line.whole * line.limits).any(axis=(1, 2)))


def over_sd_limit(line: SortingLine, sds: FloatArray) -> BoolArray:
    """Return whether a lot breaks a limit of any standard deviation, shape (L,), from `lot_sds`."""
    if line.spread is None:
        return np.zeros(len(sds), dtype=np.bool_)
    return np.asarray((sds > line.whole * line.spread.limits).any(axis=(1, 2)))


def risk_price(
    seed: Seed, line: SortingLine, pieces: DecidedPieces, lots: IntArray, contents: FloatArray
) -> tuple[float, Calibration | None]:
    """Return the lowest risk price shown to satisfy all limits in the guaranteed fraction of lots.

    Learn then test [1]_: a lot loses where any limit of any bin is broken at its end by the laboratory's contents.
    Prices are tested in a fixed order, from the one that closes bins with limits down to none, each against the
    hypothesis that more than the share `may_break` of the lots lose: by the exact binomial test of how many
    calibration lots do, at the error 1 - `sure`. The first hypothesis that cannot be rejected ends the test. So with
    the probability `sure` over calibrations at most that share of this plant's lots breaks a limit: a statement
    about this plant and its one calibration, not about a mean of several. It holds whether or not fewer lots lose at
    a higher price. It asks that calibration lots are independent of each other and that new lots come as they did.

    A calibration lot is the few pieces that the laboratory has seen, sorted as a lot that is closed at their mass, and
    the promise is about such lots as the laboratory sees them. Its random error is larger than that of a whole lot, so
    a whole lot keeps its limits rather more often where pieces err independently.

    Parameters
    ----------
    seed : Seed
        The process.
    line : SortingLine
        Its sorting line.
    pieces : Pieces
        n pieces, each predicted by models that had not seen its lot.
    lots : ndarray of int, shape (n,)
        Number of each piece's lot, 0 to L - 1, none left out.
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none: see `lot_contents`.

    Returns
    -------
    float
        A multiple of one of PRICES [$/kg]; infinite where no finite one is shown to keep the limits, so that bins with
        limits stay closed; NaN where no bin has a limit, so that there is nothing to guarantee.
    Calibration or None
        What the price rests on; None without limits.

    Raises
    ------
    GuaranteeError
        Fewer lots than would show it if none of them lost.

    References
    ----------
    .. [1] A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei (2021). Learn then test: calibrating
       predictive algorithms to achieve risk control. arXiv 2110.01052.
    """
    if not line.limited.any():
        return math.nan, None
    n_lots = int(lots.max()) + 1 if len(lots) else 0
    check_enough(seed, n_lots)
    values = value_matrix(seed)
    prices = PRICES * float((values - values[line.rest]).max())
    mass = np.bincount(lots, pieces.mass, n_lots).astype(np.float64)
    empty, queue = [LotState.empty(seed)] * n_lots, line.queue(pieces, lots)

    def over(price: float) -> int:
        bins = fill(line, queue, empty, price, mass)[0]
        estimated = line.whole * pieces.content
        return int(broken(line, bins, lots, n_lots, pieces.mass, contents, estimated).sum())

    rules = seed.sorting_rules
    price, lost = lowest(prices, over, n_lots, rules.may_break, rules.sure)
    return price, Calibration(rules.sure, n_lots, lost)


def check_enough(seed: Seed, lots: int) -> None:
    """Raise GuaranteeError if calibration lots are too few to show the guarantee even without failures."""
    rules, needed = seed.sorting_rules, needed_lots(seed)
    if lots < needed:
        raise GuaranteeError(
            f"{lots} lots to calibrate, expected {needed} or more: that {rules.confidence.value:.3g} of the lots keep "
            f"their limits cannot be shown with {rules.sure:.0%} confidence from fewer, even if all of them do; more "
            "lots, or a lower sorting.calibration_confidence in the seed"
        )


def lowest(
    prices: FloatArray, over: Callable[[float], int], n: int, alpha: float, confidence: float
) -> tuple[float, int]:
    """Return the lowest price that a test from the highest one down accepts, and lots that fail at it.

    Parameters
    ----------
    prices : ndarray
        Prices in rising order; at the highest one bins with limits are closed, which keeps all limits untested.
    over : callable
        How many of the n calibration lots break a limit at a price.
    n : int
        Number of calibration lots, independent of each other.
    alpha, confidence : float
        Highest share of lots that break a limit, and how sure that is.

    Returns
    -------
    float, int
    """
    lowest_passed = float(prices[-1]), 0
    for price in prices[-2::-1]:
        lost = over(float(price))
        if p_value(lost, n, alpha) > 1.0 - confidence + _ROUNDING:
            break
        lowest_passed = float(price), lost
    return lowest_passed
