"""Running content of open lots, and the cost of the risk that a piece adds to a bin with limits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models.sorting.decision import BinCandidate, Queue, SortingLine
from models.sorting.lots import PRODUCT_SHARE, LotState, Squares
from physics.arrays import FloatArray, IntArray

# By this share of an element's mass the estimates of a lot's pieces may err all together: a sensor drifts between two
# calibrations. Pieces alone would average out, and no price of risk kept a lot away from its limit.
SHARED_ERROR = 0.1


class LotLedger:
    """Running sums of lots in plain lists: a numpy call costs as much as the arithmetic of a piece.

    The expected squares of a bin, T = Σ m (x - x̄)² + Σ m u - Σ m² u / M of masses m and estimates x that err each for
    itself with the variance u, are kept piece by piece: a piece at x adds M m / (M + m) · (x - x̄)² [1]_ and its own
    m u, and the last term, the variance of the mean, is exchanged. So they are the same in whatever order pieces came.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub, R. J. LeVeque (1983). Algorithms for computing the sample variance: analysis and
       recommendations. Am. Stat. 37, 242-247.
    """

    def __init__(self, line: SortingLine, states: Sequence[LotState], risk_price: float, lot_mass: FloatArray) -> None:
        self.line = line
        self.of_bin, self.means, self.sds = line.pairs_of, line.mean_pairs_of, line.sd_pairs_of
        self.limits = line.limits[line.pairs].tolist()
        self.closed = math.isinf(risk_price)
        self.price: list[float] = [] if self.closed else (risk_price * lot_mass).tolist()
        self.start, self.whole = (PRODUCT_SHARE * lot_mass).tolist(), lot_mass.tolist()
        self.fed = [line.fed(state) for state in states]
        self.mass = [state.mass.tolist() for state in states]
        self.held = [state.element_mass[line.pairs].tolist() for state in states]
        self.doubt = [state.variance[line.pairs].tolist() for state in states]
        self.squares: list[list[float]] = [[]] * len(states)
        self.squares_doubt: list[list[float]] = [[]] * len(states)
        self.own: list[list[float]] = [[]] * len(states)
        if (spread := line.spread) is not None:
            self.highest = (spread.limits[line.pairs] ** 2).tolist()
            self.usual = spread.usual[line.pairs].tolist()
            held = [state.squares for state in states if state.squares is not None]  # of a seed with such limits: all
            self.squares = [one.mass[line.pairs].tolist() for one in held]
            self.squares_doubt = [one.variance[line.pairs].tolist() for one in held]
            self.own = [one.own_variance[line.pairs].tolist() for one in held]

    def enter(self, turn: BinCandidate) -> int:
        """Bin that a piece goes to; a limited one is booked, others are not."""
        best, most = self.line.rest, 0.0
        for b, gain in zip(turn.bins, turn.gains, strict=True):
            net = gain - self._counted(b, turn) if self.of_bin[b] else gain
            if net > most:
                best, most = b, net
        for j in self.sds[best]:
            self.squares[turn.lot][j], self.squares_doubt[turn.lot][j] = self._scattered(j, best, turn)
            self.own[turn.lot][j] += turn.own[j]
        for j in self.of_bin[best]:
            self.held[turn.lot][j] += turn.content[j]
            self.doubt[turn.lot][j] += turn.variance[j]
        if self.of_bin[best]:
            self.mass[turn.lot][best] += turn.mass
        return best

    def _counted(self, b: int, turn: BinCandidate) -> float:
        """Return the risk cost of a piece in a bin with limits [$]; infinite if the bin is closed for it."""
        if self.closed:
            return math.inf
        lot, held, doubt = turn.lot, self.held[turn.lot], self.doubt[turn.lot]
        room = self.mass[lot][b] + self.start[lot]
        passed = self.fed[lot] + turn.fed
        growth = max(self.whole[lot] / passed, 1.0) if passed else 1.0  # without mass there is no risk to grow
        added = 0.0
        for j in self.means[b]:
            slack = self.limits[j] * (room + turn.mass) - held[j] - turn.content[j]
            if slack < 0:
                return math.inf
            added += _risk(slack, held[j] + turn.content[j], doubt[j] + turn.variance[j], growth)
            added -= _risk(self.limits[j] * room - held[j], held[j], doubt[j], growth)
        for j in self.sds[b]:
            mass, squares = self.mass[lot][b], self._scattered(j, b, turn)
            slack, risk = self._sd_risk(j, lot, mass + turn.mass, held[j] + turn.content[j], *squares, growth)
            if slack < 0:
                return math.inf
            own = self.squares[lot][j], self.squares_doubt[lot][j]
            added += risk - self._sd_risk(j, lot, mass, held[j], *own, growth)[1]
        return self.price[lot] * added

    def _scattered(self, j: int, b: int, turn: BinCandidate) -> tuple[float, float]:
        """Expected squares of a pair's bin with a piece in it, and the variance of that estimate [kg, kg²]."""
        lot, squares, doubt = turn.lot, self.squares[turn.lot][j], self.squares_doubt[turn.lot][j]
        if not turn.mass:
            return squares, doubt
        mass, held, whole = self.mass[lot][b], self.held[lot][j], self.mass[lot][b] + turn.mass
        x, own = turn.content[j] / turn.mass, self.own[lot][j]
        squares += turn.squares[j] - (own + turn.own[j]) / whole
        if mass:
            squares += mass * turn.mass / whole * (x - held / mass) ** 2 + own / mass
        # Of an error e with variance u about a distance d the square is off by 2 d e + e² - u: by 4 d² u + 2 u² where
        # e is normal.
        start, alone = self.start[lot], turn.mass / (1 + self.line.co_ejection)
        away = x - (held + turn.content[j] + start * self.usual[j]) / (whole + start)
        return squares, doubt + turn.own[j] * (4 * away**2 + 2 * turn.own[j] / alone**2)

    def _sd_risk(
        self, j: int, lot: int, mass: float, held: float, squares: float, doubt: float, growth: float
    ) -> tuple[float, float]:
        """Return the rest of squares under a pair's limit of a standard deviation, and its risk [kg, 1]."""
        start = self.start[lot]
        if mass:
            squares += mass * start / (mass + start) * (held / mass - self.usual[j]) ** 2
        slack = self.highest[j] * (mass + start) - squares
        return slack, _risk(slack, 2 * squares, doubt, growth)

    def state(self, lot: int, mass: FloatArray) -> LotState:
        """Return the content of a lot; `mass` is that in each bin, unlimited ones included, (B,) [kg]."""
        element_mass, variance = self._by_pair(self.held[lot]), self._by_pair(self.doubt[lot])
        if self.line.spread is None:
            return LotState(mass, element_mass, variance)
        parts = (self._by_pair(one[lot]) for one in (self.squares, self.squares_doubt, self.own))
        return LotState(mass, element_mass, variance, Squares(*parts))

    def _by_pair(self, values: list[float]) -> FloatArray:
        """Values of the pairs, shape (B, E); NaN elsewhere."""
        matrix = np.full(self.line.limits.shape, np.nan)
        matrix[self.line.pairs] = values
        return matrix


def fill(
    line: SortingLine, queue: Queue, states: Sequence[LotState], risk_price: float, lot_mass: FloatArray
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
    u with which pieces err each for itself, Σ m u - Σ m² u / M; see `LotLedger`. A common error of contents by a share
    is one of T by twice that share, so that 2 T stands for E, and the variance of T for V. The bin is taken to
    hold `start` of usual content already, without which its first piece would say what its lot is about.

    Parameters
    ----------
    line : SortingLine
        The sorting line.
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
    books = LotLedger(line, states, risk_price, lot_mass)
    chosen = queue.wanted.copy()
    chosen[queue.rows] = [books.enter(turn) for turn in queue.turns]
    mass = np.array(books.mass)
    free = ~line.limited[chosen]
    along = np.where(chosen[free] == line.rest, 1.0, 1 + line.co_ejection)
    np.add.at(mass, (queue.lots[free], chosen[free]), along * queue.mass[free])
    return chosen, [books.state(lot, own) for lot, own in enumerate(mass)]


def _risk(slack: float, held: float, variance: float, growth: float) -> float:
    """Highest chance that a limit is broken at the lot's end; see `fill`."""
    if slack <= 0:
        return 1.0
    doubt = variance + growth * (SHARED_ERROR * held) ** 2
    return float(doubt / (doubt + growth * slack**2))
