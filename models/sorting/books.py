"""What lots hold while pieces pass, and what the risk counts that a piece brings to a bin with limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.sorting.lots import PRODUCT_SHARE, LotState
from physics.arrays import FloatArray

if TYPE_CHECKING:
    from models.sorting.decision import Line

# By this share of an element's mass the estimates of a lot's pieces may err all together: a sensor drifts between two
# calibrations. Pieces alone would average out, and no price of risk kept a lot away from its limit.
SHARED_ERROR = 0.1


class Turn(NamedTuple):
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
    """

    lot: int
    bins: list[int]
    gains: list[float]
    fed: float
    mass: float
    content: list[float]
    variance: list[float]


class Books:
    """Running sums of lots in plain lists: one numpy call costs as much as the arithmetic of a whole piece."""

    def __init__(self, line: Line, states: Sequence[LotState], risk_price: float, lot_mass: FloatArray) -> None:
        self.line = line
        self.of_bin = line.pairs_of
        self.limits = line.limits[line.pairs].tolist()
        self.closed = math.isinf(risk_price)
        self.price: list[float] = [] if self.closed else (risk_price * lot_mass).tolist()
        self.start, self.whole = (PRODUCT_SHARE * lot_mass).tolist(), lot_mass.tolist()
        self.fed = [line.fed(state) for state in states]
        self.mass = [state.mass.tolist() for state in states]
        self.held = [state.element_mass[line.pairs].tolist() for state in states]
        self.doubt = [state.variance[line.pairs].tolist() for state in states]

    def enter(self, turn: Turn) -> int:
        """Bin that a piece goes to; a limited one is booked, others are not."""
        best, most = self.line.rest, 0.0
        for b, gain in zip(turn.bins, turn.gains, strict=True):
            net = gain - self._counted(b, turn) if self.of_bin[b] else gain
            if net > most:
                best, most = b, net
        for j in self.of_bin[best]:
            self.held[turn.lot][j] += turn.content[j]
            self.doubt[turn.lot][j] += turn.variance[j]
        if self.of_bin[best]:
            self.mass[turn.lot][best] += turn.mass
        return best

    def _counted(self, b: int, turn: Turn) -> float:
        """What the risk that a piece brings to a bin with limits counts [$]; infinite where it is closed for it."""
        if self.closed:
            return math.inf
        lot, held, doubt = turn.lot, self.held[turn.lot], self.doubt[turn.lot]
        room = self.mass[lot][b] + self.start[lot]
        passed = self.fed[lot] + turn.fed
        growth = max(self.whole[lot] / passed, 1.0) if passed else 1.0  # without mass there is no risk to grow
        added = 0.0
        for j in self.of_bin[b]:
            slack = self.limits[j] * (room + turn.mass) - held[j] - turn.content[j]
            if slack < 0:
                return math.inf
            added += _risk(slack, held[j] + turn.content[j], doubt[j] + turn.variance[j], growth)
            added -= _risk(self.limits[j] * room - held[j], held[j], doubt[j], growth)
        return self.price[lot] * added

    def elements(self, lot: int) -> tuple[FloatArray, FloatArray]:
        """Element masses and variances of a lot, shape (B, E) each."""
        found = np.full((2, *self.line.limits.shape), np.nan)
        found[:, *self.line.pairs] = self.held[lot], self.doubt[lot]
        return found[0], found[1]


def _risk(slack: float, held: float, variance: float, growth: float) -> float:
    """Highest chance that a limit is broken at the lot's end; see `Line.fill`."""
    if slack <= 0:
        return 1.0
    doubt = variance + growth * (SHARED_ERROR * held) ** 2
    return float(doubt / (doubt + growth * slack**2))
