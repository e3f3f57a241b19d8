"""Assayed pieces as a line decides them with other least gains, and what that earns by the laboratory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from models.sorting.decision import DecidedPieces
from models.sorting.guarantee import lot_contents, lot_sds, over_limit, over_sd_limit
from models.sorting.lot_ledger import fill
from models.sorting.lots import LotState, numbered
from models.sorting.piece_features import Sorter
from models.sorting.setpoints.assayed import FEWEST_LOTS, Assayed
from models.sorting.setpoints.curve import KG_PER_T, Curve
from models.sorting.values import oracle_bins
from models.uncertainty.guarantees import beyond_promise
from physics.arrays import FloatArray, IntArray

OCCUPANCY = "occupancy"  # of the belt, the column that holds it
# Gains below which a bin takes no piece, as parts of the highest gain of a kilogram in it.
PARTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
# A load is moved no further than what this share of the lots had on either side.
TAIL = 0.05
# Lots whose loads differ by less give no information on other loads.
LEAST_SPREAD = 0.01
# By so many standard errors the assayed classes must be more probable than by chance, or labels are of other pieces.
SURE = 4.0
RESAMPLES, RNG_SEED = 1000, 20260103
KEPT = 8  # replays that are kept: rows of a request often share their least gains


@dataclass(frozen=True, eq=False)
class SorterResult:
    """Result of minimum gains on L assayed lots.

    Attributes
    ----------
    earned : ndarray, shape (L,)
        What each lot earns beyond the rest, with what comes along [$].
    contents : ndarray, shape (L, B, E)
        Mean contents of what the bins hold, by the laboratory [elements' units]; NaN where a bin is as good as empty.
    sds : ndarray, shape (L, B, E)
        Standard deviations of contents among the bins' pieces, likewise.
    over : ndarray of bool, shape (L,)
        Whether a lot breaks any limit, of a mean or of a standard deviation.
    curve : Curve
        Value of a tonne at any load of the belt.
    """

    earned: FloatArray
    contents: FloatArray
    sds: FloatArray
    over: npt.NDArray[np.bool_]
    curve: Curve


class SorterReplay:
    """Assayed pieces of L lots, decided by a sorter at some values of the B bins.

    Parameters
    ----------
    model : Sorter
        The sorter, which was not trained on these pieces.
    assayed : Assayed
        Recent pieces.
    values : ndarray, shape (B, K)
        Value of a kilogram of each class in each bin [$/kg].
    """

    def __init__(self, model: Sorter, assayed: Assayed, values: FloatArray) -> None:
        self.model, self.line, self.values = model, model.line, values
        self.classes, self.contents = assayed.classes, assayed.contents
        seen = model.seen(assayed.X)
        self.p, self.pieces = seen.p, model.pieces(seen, self.values)
        names, _, self.lots = numbered(assayed.lots)
        self.n_lots = len(names)
        self.lot_mass = self.by_lot(np.ones(len(self.lots)))
        mass, gain = self.pieces.mass, self.values - self.values[self.line.rest]
        feed = np.bincount(assayed.classes, mass, self.values.shape[1]) / mass.sum()
        # An ejected kilogram takes along some of the feed, which is worth there what its classes are.
        self.along = self.line.co_ejection * gain @ feed
        self.own = gain[:, assayed.classes].T
        self.load = self._load(assayed.X)
        self.of = lru_cache(maxsize=KEPT)(self._of)

    def of_gains(self, least: FloatArray) -> SorterResult:
        """Return the result of these minimum gains, shape (B,) [$/kg]."""
        return self.of(tuple(least.tolist()))

    def _of(self, least: tuple[float, ...]) -> SorterResult:
        bins = self.decided(np.array(least))
        estimated = self.line.whole * self.pieces.content
        assessed = self.line, bins, self.lots, self.n_lots, self.pieces.mass, self.contents, estimated
        contents, sds = lot_contents(*assessed), lot_sds(*assessed)
        best = self.own[np.arange(len(bins)), oracle_bins(self.values, self.classes)]
        own = self.own[np.arange(len(bins)), bins]
        curve = Curve.of(
            takes=self.takes,
            mass=self.lot_mass,
            possible=self.by_lot(best),
            lost=self.by_lot(best - own),
            ejected=self.by_lot(self.along[bins]),
            load=self.load if self.has_loads else None,
        )
        over = over_limit(self.line, contents) | over_sd_limit(self.line, sds)
        return SorterResult(self.by_lot(self.worth(bins)), contents, sds, over, curve)

    def _load(self, X: FloatArray) -> FloatArray:
        """Mean load of the belt of each lot, shape (L,) [1]; NaN where it is not measured."""
        if OCCUPANCY not in self.model.names:
            return np.full(self.n_lots, np.nan)
        column = X[:, self.model.names.index(OCCUPANCY)]
        known = np.isfinite(column)
        with np.errstate(invalid="ignore"):
            return np.asarray(
                np.bincount(self.lots[known], column[known], self.n_lots)
                / np.bincount(self.lots[known], minlength=self.n_lots)
            )

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Loads between which nine tenths of the lots lie [1]; NaN where one is unknown."""
        low, high = np.quantile(self.load, (TAIL, 1 - TAIL))
        return float(low), float(high)

    @cached_property
    def has_loads(self) -> bool:
        """Return whether the lots had loads from which others can be evaluated."""
        return bool(np.isfinite(self.load).all() and self.middle[1] - self.middle[0] >= LEAST_SPREAD)

    @cached_property
    def mean_load(self) -> float:
        """Mean load of the lots, by mass [1]."""
        return float(np.average(self.load, weights=self.lot_mass))

    @cached_property
    def takes(self) -> FloatArray:
        """Counts of lots, shape (1 + RESAMPLES, L): each once, then bootstrap resamples."""
        rng = np.random.default_rng(RNG_SEED)
        draws = rng.multinomial(self.n_lots, np.full(self.n_lots, 1 / self.n_lots), size=RESAMPLES)
        return np.concatenate([np.ones((1, self.n_lots)), draws])

    def a_tonne(self, by_lot: FloatArray) -> FloatArray:
        """Money of lots, shape (L,) [$], over their feed, for each of `takes` [$/t]."""
        return np.asarray(KG_PER_T * (self.takes @ by_lot) / (self.takes @ self.lot_mass))

    def worth(self, bins: IntArray) -> FloatArray:
        """Return the pieces' value above the residue in these bins, with carry-along, shape (n,) [$/kg]."""
        return np.asarray(self.own[np.arange(len(bins)), bins] + self.along[bins])

    def decided(self, least: FloatArray) -> IntArray:
        """Bins of all pieces with these least gains, shape (B,) [$/kg], lots and their limits included."""
        queue = self.line.queue(raised(self.pieces, least), self.lots)
        empty = [LotState.empty(self.model.seed)] * self.n_lots
        return fill(self.line, queue, empty, self.model.risk_price, self.lot_mass)[0]

    def by_lot(self, amount: FloatArray) -> FloatArray:
        """Sum of mass times an amount [$/kg] over each lot's pieces, shape (L,) [$]."""
        return np.bincount(self.lots, self.pieces.mass * amount, self.n_lots).astype(np.float64)

    @cached_property
    def chosen(self) -> FloatArray:
        """Least gain of each bin that earns most on all lots, shape (B,) [$/kg]."""
        return self._chosen(np.ones(len(self.lots), dtype=np.bool_))

    @cached_property
    def crossed(self) -> FloatArray:
        """Cross-fitted value of lots: minimum gains chosen on the other half of the lots, shape (L,) [$].

        So no lot judges what was chosen on it.
        """
        half = np.arange(self.n_lots) < self.n_lots // 2
        earned = np.zeros(self.n_lots)
        for evaluated in (half, ~half):
            least = self._chosen(~evaluated[self.lots])
            earned += evaluated * self.by_lot(self.worth(self.decided(least)))
        return earned

    def _chosen(self, rows: npt.NDArray[np.bool_]) -> FloatArray:
        """Return each bin's minimum gain of highest value on some pieces, without limits, (B,) [$/kg]."""
        least, mass = np.zeros(len(self.values)), self.pieces.mass * rows

        def earned(tried: FloatArray) -> float:
            return float(mass @ self.worth(self.line.wanted(raised(self.pieces, tried))))

        for b, highest in enumerate(self.highest_gains):
            if b == self.line.rest or highest <= 0:
                continue
            tried = [np.where(np.arange(len(least)) == b, part * highest, least) for part in PARTS]
            least = max(tried, key=earned)  # the first, the lowest, of equals
        return least

    @property
    def highest_gains(self) -> list[float]:
        """Highest gain of a kilogram in each bin beyond the rest [$/kg]."""
        return [float(gain) for gain in (self.values - self.values[self.line.rest]).max(axis=1)]

    @cached_property
    def trouble(self) -> str | None:
        """Reason if the pieces do not support a fit; None otherwise."""
        if self.n_lots < FEWEST_LOTS:
            return f"{self.n_lots} assayed lots, expected {FEWEST_LOTS} or more"
        shares = np.bincount(self.classes, self.pieces.mass, self.p.shape[1]) / self.pieces.mass.sum()
        more = self.p[np.arange(len(self.classes)), self.classes] - self.p @ shares
        by_lot = self.by_lot(more) / self.lot_mass
        if by_lot.mean() < SURE * by_lot.std(ddof=1) / np.sqrt(self.n_lots):
            return (
                "the model gives these pieces' classes no higher probability than those of any pieces: expected labels "
                "that belong to the pieces"
            )
        return None

    def broken(self, over: npt.NDArray[np.bool_]) -> str | None:
        """Return the reason if lots break limits more often than guaranteed; None otherwise."""
        allowed = 1 - self.model.seed.sorting_rules.confidence.value
        if not len(over) or not beyond_promise(float(over.mean()), len(over), allowed):
            return None
        return f"{over.sum()} of {len(over)} lots break a limit, where {allowed:.0%} of the lots may"


def raised(pieces: DecidedPieces, least: FloatArray) -> DecidedPieces:
    """Pieces that count in each bin what they are worth less the gain that it asks for, shape (B,) [$/kg]."""
    return replace(pieces, value=pieces.value - least)
