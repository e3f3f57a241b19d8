"""Bin of a piece: highest value less the price of the risk that the piece adds to its lot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from models.sorting.lots import LotState, limits, wholes
from models.sorting.spread import DispersionLimits
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

GRAM = 1e-3  # kg


def kilograms(seed: Seed, mass: FloatArray) -> FloatArray:
    """Return masses of pieces, (n,) [kg], from measured ones [g]; typical mass of the seed if missing."""
    return GRAM * np.where(np.isnan(mass), seed.column(seed.sorting_rules.mass).typical_value, mass)


@dataclass(frozen=True, eq=False)
class DecidedPieces:
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


class BinCandidate(NamedTuple):
    """A piece that wants to go where limits hold.

    Attributes
    ----------
    lot : int
        Number of its lot.
    bins : list of int
        Bins that are worth more than the rest, the best first.
    gains : list of float
        What it is worth in each of them beyond the rest [$].
    fed : float
        Mass of its lot's pieces up to this one [kg].
    mass : float
        Mass, with what is ejected along with it [kg].
    content, variance : list of float
        For each pair of a bin and an element that it limits, the element's mass and the variance of that estimate,
        with what is ejected along with it [kg, kg²].
    squares : list of float
        For each pair, the piece's mass times the variance with which it errs for itself, and what it scatters with
        what is ejected along with it [kg]; empty where no bin limits a standard deviation.
    own : list of float
        For each pair, the variance of the element's mass with which the piece errs for itself [kg²]; likewise.
    """

    lot: int
    bins: list[int]
    gains: list[float]
    fed: float
    mass: float
    content: list[float]
    variance: list[float]
    squares: list[float]
    own: list[float]


@dataclass(frozen=True, eq=False)
class Queue:
    """n pieces as they wait for their turns, whatever their lots hold.

    Attributes
    ----------
    wanted : ndarray of int, shape (n,)
        Most valuable bin of each piece.
    rows : ndarray of int, shape (m,)
        Pieces whose most valuable bin has limits.
    turns : list of m BinCandidate
        Their turns.
    lots, mass : ndarray, shape (n,)
        Number of each piece's lot, and its mass [kg].
    """

    wanted: IntArray
    rows: IntArray
    turns: list[BinCandidate]
    lots: IntArray
    mass: FloatArray


@dataclass(frozen=True, eq=False)
class SortingLine:
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
    spread : DispersionLimits, optional
        Limits of standard deviations; None where there are none.
    """

    rest: int
    limits: FloatArray
    co_ejection: float
    whole: FloatArray
    feed: FloatArray
    lot_mass: float
    spread: DispersionLimits | None = None

    @classmethod
    def of(cls, seed: Seed, feed_contents: FloatArray, spread: DispersionLimits | None = None) -> Self:
        """Line of a process.

        Parameters
        ----------
        seed : Seed
            The process.
        feed_contents : ndarray, shape (E,)
            The feed's mean contents [elements' units].
        spread : DispersionLimits, optional
            Fitted dispersions; by default the seed's limits alone.
        """
        whole = wholes(seed)
        return cls(
            rest=[one.rest for one in seed.bins].index(True),
            limits=limits(seed),
            co_ejection=seed.sorting_rules.carried_along,
            whole=whole,
            feed=feed_contents / whole,
            lot_mass=seed.sorting_rules.lot_mass.value,
            spread=DispersionLimits.of(seed, feed_contents / whole) if spread is None else spread,
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
        """Pairs of each bin whose mean it limits, B lists."""
        return self._numbers(np.isfinite(self.limits))

    @cached_property
    def sd_pairs_of(self) -> list[list[int]]:
        """Pairs of each bin whose standard deviation it limits, B lists."""
        return self._numbers(self._has_sd_limit)

    @cached_property
    def limited(self) -> BoolArray:
        """Return whether bins limit any element, shape (B,)."""
        return np.asarray(self._is_limited.any(axis=1))

    @cached_property
    def _has_sd_limit(self) -> BoolArray:
        return np.zeros(self.limits.shape, np.bool_) if self.spread is None else np.isfinite(self.spread.limits)

    @cached_property
    def _is_limited(self) -> BoolArray:
        return np.asarray(np.isfinite(self.limits) | self._has_sd_limit)

    def _numbers(self, selected: BoolArray) -> list[list[int]]:
        """Numbers of those of each bin's pairs that are some of these, shape (B, E)."""
        bins, elements = self.pairs
        return [np.flatnonzero((bins == b) & selected[bins, elements]).tolist() for b in range(len(self.limits))]

    def wanted(self, pieces: DecidedPieces) -> IntArray:
        """Return each piece's most valuable bin, shape (n,); the residue if none gains or it is excluded."""
        best = np.argmax(pieces.value, axis=1)
        top = pieces.value.max(axis=1)
        return np.where(pieces.aside | (top <= pieces.value[:, self.rest]), self.rest, best)

    def queue(self, pieces: DecidedPieces, lots: IntArray) -> Queue:
        """Pieces as they wait for their turns.

        Parameters
        ----------
        pieces : DecidedPieces
            n pieces, in the order in which they pass.
        lots : ndarray of int, shape (n,)
            Number of each piece's lot.
        """
        preferred, along = self.wanted(pieces), 1 + self.co_ejection
        rows = np.flatnonzero(self.limited[preferred])
        if not len(rows):
            return Queue(preferred, rows, [], lots, pieces.mass)
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
        return Queue(preferred, rows, [BinCandidate(*turn) for turn in turns], lots, pieces.mass)

    def _squares(
        self, mass: FloatArray, content: FloatArray, variance: FloatArray
    ) -> tuple[list[list[float]], list[list[float]]]:
        """Squares of each pair that pieces add, and their own errors; see `BinCandidate`.

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
