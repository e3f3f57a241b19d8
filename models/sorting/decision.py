"""Which bin a piece goes to: where its value, less the price of the risk that it brings to its lot, is highest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from models.sorting.books import Books, Turn
from models.sorting.lots import LotState, limits, wholes
from models.sorting.spread import Spread
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class Pieces:
    """n pieces in the order in which they pass.

    Parameters
    ----------
    value : ndarray, shape (n, B)
        Expected value in each bin [$/kg].
    aside : ndarray of bool, shape (n,)
        Pieces that go to the rest whatever they are worth elsewhere.
    mass : ndarray, shape (n,)
        Mass [kg].
    content, variance : ndarray, shape (n, E)
        Estimated content of each element and variance of its error [kg/kg and its square].
    """

    value: FloatArray
    aside: BoolArray
    mass: FloatArray
    content: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class Queue:
    """n pieces as they wait for their turns, whatever their lots hold.

    Attributes
    ----------
    wanted : ndarray of int, shape (n,)
        Most valuable bin of each piece.
    rows : ndarray of int, shape (m,)
        Pieces whose most valuable bin has limits.
    turns : list of m Turn
        Their turns.
    lots, mass : ndarray, shape (n,)
        Number of each piece's lot, and its mass [kg].
    """

    wanted: IntArray
    rows: IntArray
    turns: list[Turn]
    lots: IntArray
    mass: FloatArray


@dataclass(frozen=True, eq=False)
class Line:
    """The sorting line: its bins' limits, and what comes along with an ejected piece.

    Parameters
    ----------
    rest : int
        Number of the bin of what the belt carries on.
    limits : ndarray, shape (B, E)
        Limits as mass shares [kg/kg]; NaN where there is none.
    co_ejection : float
        Mass of other pieces that comes along with a unit of ejected mass [1].
    whole : ndarray, shape (E,)
        Whole mass in the unit of each element's content: 100 for wt%.
    feed : ndarray, shape (E,)
        Mean contents of those other pieces [kg/kg].
    lot_mass : float
        Mass of feed that makes a lot [kg].
    spread : Spread, optional
        Limits of standard deviations; None where there are none.
    """

    rest: int
    limits: FloatArray
    co_ejection: float
    whole: FloatArray
    feed: FloatArray
    lot_mass: float
    spread: Spread | None = None

    @classmethod
    def of(cls, seed: Seed, feed_contents: FloatArray, spread: Spread | None = None) -> Self:
        """Line of a process.

        Parameters
        ----------
        seed : Seed
            The process.
        feed_contents : ndarray, shape (E,)
            The feed's mean contents [elements' units].
        spread : Spread, optional
            What is learnt of spreads; by default the seed's limits alone.
        """
        whole = wholes(seed)
        return cls(
            rest=[one.rest for one in seed.bins].index(True),
            limits=limits(seed),
            co_ejection=seed.sorting_rules.carried_along,
            whole=whole,
            feed=feed_contents / whole,
            lot_mass=seed.sorting_rules.lot_mass.value,
            spread=Spread.of(seed, feed_contents / whole) if spread is None else spread,
        )

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray]:
        """Bins and the elements that they limit in any way, bin by bin, one number of each a pair."""
        bins, elements = np.nonzero(self._is_limited)
        return bins, elements

    @cached_property
    def pairs_of(self) -> list[list[int]]:
        """Numbers of the pairs of each bin, B lists."""
        return self._numbers(self._is_limited)

    @cached_property
    def mean_pairs_of(self) -> list[list[int]]:
        """Of the pairs of each bin those whose mean it limits, B lists."""
        return self._numbers(np.isfinite(self.limits))

    @cached_property
    def sd_pairs_of(self) -> list[list[int]]:
        """Of the pairs of each bin those whose standard deviation it limits, B lists."""
        return self._numbers(self._has_sd_limit)

    @cached_property
    def limited(self) -> BoolArray:
        """Whether a bin limits any element, shape (B,)."""
        return np.asarray(self._is_limited.any(axis=1))

    @cached_property
    def _has_sd_limit(self) -> BoolArray:
        return np.zeros(self.limits.shape, np.bool_) if self.spread is None else np.isfinite(self.spread.limits)

    @cached_property
    def _is_limited(self) -> BoolArray:
        return np.asarray(np.isfinite(self.limits) | self._has_sd_limit)

    def _numbers(self, some: BoolArray) -> list[list[int]]:
        """Numbers of those of each bin's pairs that are some of these, shape (B, E)."""
        bins, elements = self.pairs
        return [np.flatnonzero((bins == b) & some[bins, elements]).tolist() for b in range(len(self.limits))]

    def wanted(self, pieces: Pieces) -> IntArray:
        """Most valuable bin of each piece, shape (n,); the rest where no other is worth more, or the piece is aside."""
        best = np.argmax(pieces.value, axis=1)
        top = pieces.value.max(axis=1)
        return np.where(pieces.aside | (top <= pieces.value[:, self.rest]), self.rest, best)

    def queue(self, pieces: Pieces, lots: IntArray) -> Queue:
        """Pieces as they wait for their turns.

        Parameters
        ----------
        pieces : Pieces
            n pieces, in the order in which they pass.
        lots : ndarray of int, shape (n,)
            Number of each piece's lot.
        """
        wanted, along = self.wanted(pieces), 1 + self.co_ejection
        rows = np.flatnonzero(self.limited[wanted])
        if not len(rows):
            return Queue(wanted, rows, [], lots, pieces.mass)
        mass, value = pieces.mass[rows, None], pieces.value[rows]
        elements = self.pairs[1]
        content = mass * (pieces.content[rows] + self.co_ejection * self.feed)[:, elements]
        variance = mass**2 * pieces.variance[rows][:, elements]
        squares, own = self._squares(mass, pieces.content[rows], pieces.variance[rows])
        gain = value - value[:, [self.rest]]
        order, better = np.argsort(-value, axis=1, kind="stable"), (gain > 0).sum(axis=1).tolist()
        gains = mass * np.take_along_axis(gain, order, axis=1)
        turns = zip(
            lots[rows].tolist(),
            [best[:count] for best, count in zip(order.tolist(), better, strict=True)],
            [best[:count] for best, count in zip(gains.tolist(), better, strict=True)],
            _passed(pieces.mass, lots)[rows].tolist(),
            (along * pieces.mass[rows]).tolist(),
            content.tolist(),
            variance.tolist(),
            squares,
            own,
            strict=True,
        )
        return Queue(wanted, rows, [Turn(*turn) for turn in turns], lots, pieces.mass)

    def _squares(
        self, mass: FloatArray, content: FloatArray, variance: FloatArray
    ) -> tuple[list[list[float]], list[list[float]]]:
        """What pieces bring to the squares of each pair by themselves, and how they err for themselves; see `Turn`.

        Parameters
        ----------
        mass : ndarray, shape (n, 1)
            Mass of the pieces [kg].
        content, variance : ndarray, shape (n, E)
            Estimated contents and the variances of their errors [kg/kg, kg²/kg²].
        """
        if self.spread is None:
            return [[]] * len(mass), [[]] * len(mass)
        bins, elements = self.pairs
        away = (content - self.feed)[:, elements]
        along = self.co_ejection * (self.spread.feed[elements] + away**2 / (1 + self.co_ejection))
        own = self.spread.own_variance(bins, elements, content, variance)
        return (mass * (own + along)).tolist(), (mass**2 * own).tolist()

    def fill(
        self, queue: Queue, states: Sequence[LotState], risk_price: float, lot_mass: FloatArray
    ) -> tuple[IntArray, list[LotState]]:
        """Put pieces into bins one by one, each as its lot stands when it passes.

        A bin is open for a piece while it keeps its limits with it as far as is estimated: S >= 0 for each limited
        element, with S = limit · (M + PRODUCT_SHARE · lot mass) - E, M the mass in the bin and E the estimated mass of
        the element in it, both with the piece and with what is ejected along with it. Of the open bins a piece goes to
        the one where its gain, less risk price · lot mass · the risk that it adds, is highest, and to the rest where
        no bin leaves anything. The risk that a limit is broken at the lot's end is at most D / (D + k S²) by Cantelli's
        inequality [1]_, with D = V + k (SHARED_ERROR · E)², V the variance of E where pieces err each for itself and k
        the mass of the lot over what of it has passed: S, V and E are taken to grow with the feed, so that a limit is
        the harder to break by chance the more is still to come. Where errors are not as these say, the figure is a
        measure of risk and no bound; what is promised rests on none of this, but on calibration lots.

        A limit L of a standard deviation is one of the expected squares T = Σ m (c - c̄)² [kg] in the bin, with
        S = L² · (M + start) - T. By the law of total variance T is Σ m (x - x̄)² of the estimates x and, of the variance
        u with which pieces err each for itself, Σ m u - Σ m² u / M; see `Books`. A common error of contents by a share
        is one of T by twice that share, so that 2 T stands for E, and the variance of T for V. The bin is taken to
        hold `start` of usual content already, without which its first piece would say what its lot is about.

        Parameters
        ----------
        queue : Queue
            n pieces of L lots.
        states : sequence of L LotState
            What the lots hold before.
        risk_price : float
            What a broken limit counts, for each kilogram of its lot's feed [$/kg]; infinite: nothing goes into a bin
            with limits.
        lot_mass : ndarray, shape (L,)
            Mass of feed of each lot [kg].

        Returns
        -------
        ndarray of int, shape (n,)
            Bin of each piece.
        list of L LotState
            What the lots hold after the last piece.

        References
        ----------
        .. [1] F. P. Cantelli (1928). Sui confini della probabilità. Atti del Congresso Internazionale dei Matematici,
           Bologna, 6, 47-59.
        """
        books = Books(self, states, risk_price, lot_mass)
        chosen = queue.wanted.copy()
        chosen[queue.rows] = [books.enter(turn) for turn in queue.turns]
        mass = np.array(books.mass)
        free = ~self.limited[chosen]
        along = np.where(chosen[free] == self.rest, 1.0, 1 + self.co_ejection)
        np.add.at(mass, (queue.lots[free], chosen[free]), along * queue.mass[free])
        return chosen, [books.state(lot, own) for lot, own in enumerate(mass)]

    def fed(self, state: LotState) -> float:
        """Mass of the pieces that a lot has had so far, without what was ejected along with them [kg]."""
        return float(state.mass.sum() + self.co_ejection * state.mass[self.rest]) / (1 + self.co_ejection)


def _passed(mass: FloatArray, lots: IntArray) -> FloatArray:
    """Mass of each piece's lot up to and with the piece, shape (n,) [kg]."""
    if not lots.any():
        return np.cumsum(mass)  # all of one lot
    order = np.argsort(lots, kind="stable")
    total = np.cumsum(mass[order])
    first = np.flatnonzero(np.diff(lots[order], prepend=-1))
    before = np.concatenate([[0.0], total])[first]
    passed = np.empty_like(total)
    passed[order] = total - np.repeat(before, np.diff(np.append(first, len(total))))
    return passed
