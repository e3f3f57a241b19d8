"""Which bin a piece goes to: the most valuable one whose lot can still take it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from models.sorting.lots import START_SHARE, LotState, certainty, limits, wholes
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


class Turn(NamedTuple):
    """A piece that wants to go where limits hold.

    Attributes
    ----------
    lot : int
        Number of its lot.
    bins : list of int
        Bins that are worth more than the rest, the best first.
    mass : float
        Mass, with what is ejected along with it [kg].
    content, variance : list of float
        For each pair of a bin and an element that it limits, the element's mass and the variance of that estimate,
        with what is ejected along with it [kg, kg²].
    """

    lot: int
    bins: list[int]
    mass: float
    content: list[float]
    variance: list[float]


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
    certainty : float
        How many standard deviations an estimate must stay below a limit.
    co_ejection : float
        Mass of other pieces that comes along with a unit of ejected mass [1].
    whole : ndarray, shape (E,)
        Whole mass in the unit of each element's content: 100 for wt%.
    feed : ndarray, shape (E,)
        Mean contents of those other pieces [kg/kg].
    lot_mass : float
        Mass of feed that makes a lot [kg].
    """

    rest: int
    limits: FloatArray
    certainty: float
    co_ejection: float
    whole: FloatArray
    feed: FloatArray
    lot_mass: float

    @classmethod
    def of(cls, seed: Seed, feed_contents: FloatArray) -> Self:
        """Line of a process; `feed_contents` are the feed's mean contents, shape (E,) [elements' units]."""
        whole = wholes(seed)
        return cls(
            rest=[one.rest for one in seed.bins].index(True),
            limits=limits(seed),
            certainty=certainty(seed),
            co_ejection=seed.sorting_rules.carried_along,
            whole=whole,
            feed=feed_contents / whole,
            lot_mass=seed.sorting_rules.lot_mass.value,
        )

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray]:
        """Bins and the elements that they limit, bin by bin, one number of each a pair."""
        bins, elements = np.nonzero(np.isfinite(self.limits))
        return bins, elements

    @cached_property
    def limited(self) -> BoolArray:
        """Whether a bin limits any element, shape (B,)."""
        return np.asarray(np.isfinite(self.limits).any(axis=1))

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
        mass, value = pieces.mass[rows, None], pieces.value[rows]
        elements = self.pairs[1]
        content = mass * (pieces.content[rows] + self.co_ejection * self.feed)[:, elements]
        variance = mass**2 * pieces.variance[rows][:, elements]
        better = np.argsort(-value, axis=1, kind="stable"), (value > value[:, [self.rest]]).sum(axis=1)
        turns = zip(
            lots[rows].tolist(),
            [order[:count] for order, count in zip(better[0].tolist(), better[1].tolist(), strict=True)],
            (along * pieces.mass[rows]).tolist(),
            content.tolist(),
            variance.tolist(),
            strict=True,
        )
        return Queue(wanted, rows, [Turn(*turn) for turn in turns], lots, pieces.mass)

    def fill(
        self, queue: Queue, states: Sequence[LotState], reserve: float, lot_mass: FloatArray
    ) -> tuple[IntArray, list[LotState]]:
        """Put pieces into bins one by one, each as its lot stands when it passes.

        A bin is open for a piece while the lot keeps its limits with it, for each limited element:
        E + z √V ≤ limit · (1 - reserve) · (M + START_SHARE · lot mass), with M the mass in the bin, E the estimated
        mass of the element in it and V that estimate's variance, all with the piece and with what is ejected along
        with it. A piece whose bin is closed goes to its next best one that is worth more than the rest.

        Parameters
        ----------
        queue : Queue
            n pieces of L lots.
        states : sequence of L LotState
            What the lots hold before.
        reserve : float
            Share of each limit that is kept in reserve.
        lot_mass : ndarray, shape (L,)
            Mass of feed of each lot [kg].

        Returns
        -------
        ndarray of int, shape (n,)
            Bin of each piece.
        list of L LotState
            What the lots hold after the last piece.
        """
        books = _Books(self, states, reserve, START_SHARE * lot_mass)
        chosen = queue.wanted.copy()
        chosen[queue.rows] = [books.enter(turn) for turn in queue.turns]
        mass = np.array(books.mass)
        free = ~self.limited[chosen]
        along = np.where(chosen[free] == self.rest, 1.0, 1 + self.co_ejection)
        np.add.at(mass, (queue.lots[free], chosen[free]), along * queue.mass[free])
        return chosen, [LotState(own, *books.elements(lot)) for lot, own in enumerate(mass)]


class _Books:
    """Running sums of lots in plain lists: one numpy call costs as much as the arithmetic of a whole piece."""

    def __init__(self, line: Line, states: Sequence[LotState], reserve: float, start: FloatArray) -> None:
        self.line = line
        self.of_bin = [np.flatnonzero(line.pairs[0] == b).tolist() for b in range(len(line.limits))]
        self.caps = (line.limits[line.pairs] * (1 - reserve)).tolist()
        self.start = start.tolist()
        self.mass = [state.mass.tolist() for state in states]
        self.held = [state.element_mass[line.pairs].tolist() for state in states]
        self.doubt = [state.variance[line.pairs].tolist() for state in states]

    def enter(self, turn: Turn) -> int:
        """Bin that a piece goes to; a limited one is booked, others are not."""
        for b in turn.bins:
            if not self.of_bin[b] or self._takes(b, turn):
                return b
        return self.line.rest

    def _takes(self, b: int, turn: Turn) -> bool:
        """Whether the bin is open for the piece; if it is, the piece is in it."""
        lot, _, mass, content, variance = turn
        held, doubt, certainty = self.held[lot], self.doubt[lot], self.line.certainty
        room = self.mass[lot][b] + mass + self.start[lot]
        for j in self.of_bin[b]:
            if held[j] + content[j] + certainty * math.sqrt(doubt[j] + variance[j]) > self.caps[j] * room:
                return False
        for j in self.of_bin[b]:
            held[j] += content[j]
            doubt[j] += variance[j]
        self.mass[lot][b] += mass
        return True

    def elements(self, lot: int) -> tuple[FloatArray, FloatArray]:
        """Element masses and variances of a lot, shape (B, E) each."""
        found = np.full((2, *self.line.limits.shape), np.nan)
        found[:, *self.line.pairs] = self.held[lot], self.doubt[lot]
        return found[0], found[1]
