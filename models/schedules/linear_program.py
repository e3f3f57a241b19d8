"""Linear programme of a schedule: current segments, ramps, balances and required metal, by HiGHS.

Power is convex in the current and metal concave, so with prices of 0 or more the segments fill from the lowest on by
themselves. Whole numbers are needed only where a price is below 0, which would fill them from the wrong end, and where
the line may stop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.interfaces.line import Balance, CellLine, CurrentResponse, Curve
from models.schedules.errors import ImpossibleError, Relaxation
from models.schedules.order import Order, StepLimit
from models.schedules.rows import Box, Infeasible, OptimalPoint, Places, SparseRows, Term
from physics.arrays import FloatArray

SEGMENTS = 14
# A change of the current is made only where it saves more than this share of the price of the power that it moves, so
# that of equally cheap schedules the calmest is taken.
_CALM = 1e-3
_BEYOND = 1.3  # highest current that a relaxation looks at, over the highest ordered
_PAST = 1.02  # end of the segments over the highest current, so that what binds is the limit and not their end
_MOST = 1e6  # of a relaxation, in any unit
_NOTHING = 1e-6  # $ a unit
_HAIR = 0.02  # slack of a course that only just exists, in any unit


@dataclass(frozen=True)
class Solution:
    """Solution of the programme.

    Attributes
    ----------
    current : FloatArray
        Current in each step [kA].
    running : FloatArray
        1 in steps of operation, 0 in stops.
    worth : dict of str to float
        Shadow price of each binding limit [$/unit]; of `metal_target` the cost of a further tonne.
    """

    current: FloatArray
    running: FloatArray
    worth: dict[str, float]


@dataclass(frozen=True)
class ScheduleProgram:
    """The programme of an order on a line; `relaxed` is a limit that gives way by as little as it can.

    Its columns are, by step: the current; whether the line runs; how far each segment of the current is filled; how far
    the current moved; the state of each balance.
    """

    line: CellLine
    order: Order
    relaxed: str | None = None
    named: dict[str, slice] = field(default_factory=dict, init=False)  # rows that a worth is read from

    def solve(self) -> Solution:
        """The cheapest schedule.

        Raises
        ------
        ImpossibleError
            No schedule keeps the order; it says which limits, one at a time, would have to give way.
        """
        try:
            point = self.point()
        except Infeasible:
            raise ImpossibleError(relaxations(self.line, self.order)) from None
        x, columns = point.x, self._columns
        return Solution(x[columns["current"]], np.rint(x[columns["on"]]), self._worth(point))

    def point(self) -> OptimalPoint:
        """The cheapest point of one cell; Infeasible where there is none."""
        rows, box = self._system()
        return rows.least(self._cost(), box)

    def slack(self) -> float:
        """Return the least relaxation of the relaxed limit [its unit]; Infeasible if none suffices."""
        slack, cost = self._columns["slack"], np.zeros(self._width)
        cost[slack] = 1.0
        rows, box = self._system()
        return float(rows.best(cost, box)[slack[0]])

    @cached_property
    def steps(self) -> int:
        """Steps of the schedule."""
        return len(self.order.prices.values)

    @cached_property
    def caps(self) -> dict[str, float]:
        """Highest current that each limit allows [kA]."""
        order = self.order
        caps = {"highest": order.highest}
        for level in self.line.levels:
            for limit in self._limits(level.name, at_most=True):
                caps[level.name] = _cap(level, limit, 0.1 * order.lowest, 2.0 * order.highest)
        return caps

    @cached_property
    def _grid(self) -> FloatArray:
        top = self.order.highest * (_BEYOND if self.relaxed in self.caps else _PAST)
        return np.linspace(self.order.lowest, top, SEGMENTS + 1)

    @cached_property
    def _base(self) -> float:
        return self.order.lowest if self.order.holding is None else self.order.holding

    @cached_property
    def _columns(self) -> dict[str, Places]:
        n, negative = self.steps, int((self.order.prices.values < 0).sum())
        sizes: dict[str, tuple[int, ...]] = {"current": (n,), "on": (n,), "fill": (n, SEGMENTS), "move": (n,)}
        sizes |= {balance.name: (n,) for balance in self.line.balances}
        sizes |= {"full": (negative, SEGMENTS - 1), "slack": (1,)}
        columns, first = {}, 0
        for name, shape in sizes.items():
            count = int(np.prod(shape))
            columns[name] = np.arange(first, first + count).reshape(shape)
            first += count
        return columns

    @cached_property
    def _width(self) -> int:
        return sum(one.size for one in self._columns.values())

    def _limits(self, name: str, at_most: bool) -> list[StepLimit]:
        return [one for one in self.order.limits if one.name == name and one.at_most == at_most]

    def _pieces(self, curve: Curve) -> tuple[float, float, FloatArray]:
        """Value of a curve in a stop, what running at the lowest current adds, and the slope of each segment."""
        base, values = float(curve(np.array([self._base]))[0]), curve(self._grid)
        return base, float(values[0] - base), np.diff(values) / np.diff(self._grid)

    def _cost(self) -> FloatArray:
        """Cost of a cell by column; what does not depend on the schedule is left out."""
        columns, prices = self._columns, self.order.prices
        _, on, slopes = self._pieces(self.line.power)
        price, cost = prices.step * prices.values, np.zeros(self._width)
        cost[columns["on"]] = price * on
        cost[columns["fill"]] = price[:, None] * slopes
        cost[columns["move"]] = _CALM * float(np.abs(price).mean()) * float(slopes.mean())
        return cost

    def _system(self) -> tuple[SparseRows, Box]:
        columns, stops = self._columns, self.order.holding is not None
        box = Box(np.zeros(self._width), np.full(self._width, np.inf), np.zeros(self._width, dtype=bool))
        box.low[columns["on"]], box.high[columns["on"]] = (0.0 if stops else 1.0), 1.0
        box.whole[columns["on"]] = stops
        box.high[columns["fill"]] = np.diff(self._grid)
        box.high[columns["slack"]] = 0.0 if self.relaxed is None else _MOST
        rows = SparseRows()
        self._add_current(rows, box)
        self._add_order_of_segments(rows, box)
        self._add_ramps(rows)
        self._add_metal(rows)
        for balance in self.line.balances:
            self._add_balance(balance, rows, box)
        return rows, box

    def _add_current(self, rows: SparseRows, box: Box) -> None:
        """The current from its segments, and between its limits."""
        columns, zero = self._columns, np.zeros(self.steps)
        current, on, fill = columns["current"], columns["on"], columns["fill"]
        lift = float(self._grid[0]) - self._base
        rows.add([(current, 1.0), (on, -lift), (fill, -1.0)], zero + self._base, zero + self._base)
        if self.order.holding is not None:
            for k, width in enumerate(np.diff(self._grid).tolist()):
                rows.add([(fill[:, k], 1.0), (on, -width)], zero - np.inf, zero)
        box.low[current] = self._base
        caps = [cap for name, cap in self.caps.items() if name != self.relaxed]
        box.high[current] = min(caps, default=float(self._grid[-1]))
        if self.relaxed in self.caps:
            terms = [(current, 1.0), (np.repeat(columns["slack"], self.steps), -1.0)]
            rows.add(terms, zero - np.inf, zero + self.caps[self.relaxed])

    def _add_order_of_segments(self, rows: SparseRows, box: Box) -> None:
        """In steps with a price below 0: no segment fills before the one below it is full."""
        fill, full, widths = self._columns["fill"], self._columns["full"], np.diff(self._grid)
        box.high[full], box.whole[full] = 1.0, True
        zero = np.zeros(SEGMENTS - 1)
        for row, step in enumerate(np.flatnonzero(self.order.prices.values < 0).tolist()):
            rows.add([(fill[step, :-1], 1.0), (full[row], -widths[:-1])], zero, zero + np.inf)
            rows.add([(fill[step, 1:], 1.0), (full[row], -widths[1:])], zero - np.inf, zero)

    def _add_ramps(self, rows: SparseRows) -> None:
        columns, order, zero = self._columns, self.order, np.zeros(self.steps)
        current, move = columns["current"], columns["move"]
        most, before = zero + order.ramp * order.prices.step, zero.copy()
        before[0] = order.now
        weight = zero - 1.0
        weight[0] = 0.0
        change: list[Term] = [(current, 1.0), (np.concatenate([current[:1], current[:-1]]), weight)]
        more = order.prices.step if self.relaxed == "ramp" else 0.0
        slack = np.repeat(columns["slack"], self.steps)
        self.named["up"] = rows.add([*change, (slack, -more)], zero - np.inf, before + most)
        self.named["down"] = rows.add([*change, (slack, more)], before - most, zero + np.inf)
        rows.add([*change, (move, -1.0)], zero - np.inf, before)
        rows.add([*change, (move, 1.0)], before, zero + np.inf)

    def _add_metal(self, rows: SparseRows) -> None:
        columns, order, step = self._columns, self.order, self.order.prices.step
        base, on, slopes = self._pieces(self.line.metal)
        metal_target = 1e3 * order.metal_target / order.cells - step * base * self.steps
        fewer = 1e3 / order.cells if self.relaxed == "metal_target" else 0.0
        terms: list[Term] = [
            (columns["on"][None, :], step * on),
            (columns["fill"].reshape(1, -1), step * np.tile(slopes, self.steps)[None, :]),
            (columns["slack"][None, :], fewer),
        ]
        self.named["metal_target"] = rows.add(terms, np.array([metal_target]), np.array([np.inf]))

    def _add_balance(self, balance: Balance, rows: SparseRows, box: Box) -> None:
        """A state from step to step, exactly where the current is steady within a step, and its limits."""
        columns, n = self._columns, self.steps
        state, (retained, gain) = columns[balance.name], balance.pull(self.order.prices.step)
        base, on, slopes = self._pieces(balance.rate)
        weight = np.full(n, -retained)
        weight[0] = 0.0
        known = (1.0 - retained) * balance.rest + gain * base
        known[0] += retained * balance.start
        before = np.concatenate([state[:1], state[:-1]])
        terms: list[Term] = [
            (state, 1.0),
            (before, weight),
            (columns["on"], -gain * on),
            (columns["fill"], -gain * slopes),
        ]
        rows.add(terms, known, known if balance.floor is None else known + np.inf)
        box.low[state] = -np.inf if balance.floor is None else balance.floor
        for limit in (one for one in self.order.limits if one.name == balance.name):
            bound = self._reachable(balance, limit)
            if self.relaxed == balance.name:
                slack = np.repeat(columns["slack"], n)
                if limit.at_most:
                    rows.add([(state, 1.0), (slack, -1.0)], bound - np.inf, bound)
                else:
                    rows.add([(state, 1.0), (slack, 1.0)], bound, bound + np.inf)
            elif limit.at_most:
                box.high[state] = np.minimum(box.high[state], bound)
            else:
                box.low[state] = np.maximum(box.low[state], bound)

    def _reachable(self, balance: Balance, limit: StepLimit) -> FloatArray:
        """The limit by step; where no current keeps a state within it yet, as near as one can bring it."""
        order, step = self.order, self.order.prices.step
        moved = order.ramp * step * np.arange(1, self.steps + 1)
        ends = np.maximum(order.now - moved, order.lowest), np.minimum(order.now + moved, order.highest)
        down, up = (balance.course(one, step) for one in ends)
        bound = limit.tightened_limit(balance.spread)
        if limit.at_most:
            return np.asarray(np.maximum(bound, np.minimum(down, up) + _HAIR))
        return np.asarray(np.minimum(bound, np.maximum(down, up) - _HAIR))

    def _worth(self, point: OptimalPoint) -> dict[str, float]:
        """Return the shadow price of each limit: saving per unit of slack, cost per tonne required."""
        order, columns = self.order, self._columns
        cells, current = order.cells, columns["current"]
        first = min(self.caps, key=lambda name: self.caps[name])
        room = -cells * float(point.at_high[current].sum())
        levels = {one.name: one for one in self.line.levels}
        if first in levels:  # kA of a volt
            ends = np.array([0.99, 1.0]) * self.caps[first]
            room *= float(np.diff(ends)[0] / np.diff(levels[first].value(ends))[0])
        ramps = point.of_rows[self.named["up"]].sum() - point.of_rows[self.named["down"]].sum()
        prices = {"metal_target": 1e3 * float(point.of_rows[self.named["metal_target"]].sum()), first: room}
        prices |= {"ramp": -cells * order.prices.step * float(ramps)}
        if order.holding is None:
            prices["lowest"] = cells * float(point.at_low[current].sum())
        for balance in self.line.balances:
            state = columns[balance.name]
            if self._limits(balance.name, at_most=True):
                prices[balance.name] = -cells * float(point.at_high[state].sum())
            elif self._limits(balance.name, at_most=False):
                prices[balance.name] = cells * float(point.at_low[state].sum())
        return {name: value for name, value in prices.items() if abs(value) > _NOTHING}


def relaxations(line: CellLine, order: Order) -> tuple[Relaxation, ...]:
    """Limits that, each alone, would make an order possible by giving way, and how far."""
    levels = {one.name: one for one in line.levels}
    stands = {"metal_target": (order.metal_target, "t"), "highest": (order.highest, "kA"), "ramp": (order.ramp, "kA/h")}
    stands |= {one.name: (one.bound, one.unit) for one in order.limits}
    sufficient = []
    for name, (bound, unit) in stands.items():
        program = ScheduleProgram(line, order, relaxed=name)
        try:
            by = program.slack()
        except Infeasible:
            continue
        if name in levels:  # the programme relaxes the current that the level caps
            by = float(np.diff(levels[name].value(program.caps[name] + np.array([0.0, by])))[0])
        falls = name == "metal_target" or any(one.name == name and not one.at_most for one in order.limits)
        sufficient.append(Relaxation(name, bound, -by if falls else by, unit))
    return tuple(sufficient)


def _cap(level: CurrentResponse, limit: StepLimit, least: float, most: float) -> float:
    """Return the highest current within a limit of the mean cell [kA]; an end if always or never kept."""
    from scipy.optimize import brentq

    bound = limit.tightened_limit(level.spread)

    def beyond(current: float) -> float:
        return float(level.value(np.array([current]))[0]) - bound

    if beyond(most) <= 0.0:
        return most
    return least if beyond(least) >= 0.0 else float(brentq(beyond, least, most))
