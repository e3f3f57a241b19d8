"""One value of the shared set-point: value of the units' own moves and the best combination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from models.setpoints.limits import violation_probability
from models.setpoints.line.knapsack import Knapsack
from models.setpoints.model import SetpointModel
from models.setpoints.move_evaluation import DOUBTS, EvaluatedMoves, evaluate
from models.setpoints.plans import UnitPlans
from physics.arrays import BoolArray, FloatArray, IntArray

_SLACK = 1e-9  # of a chance


@dataclass(frozen=True)
class CombinedEffect:
    """Combined effect of moves of all units.

    Attributes
    ----------
    gain, doubt : float
        Expected gain and its standard deviation [money a day of the line].
    power : float
        What the line takes [MW].
    """

    gain: float
    doubt: float
    power: float

    @property
    def sure(self) -> float:
        """Gain less DOUBTS standard deviations, by which values of the shared set-point are compared."""
        return self.gain - DOUBTS * self.doubt


@dataclass(frozen=True, eq=False)
class SharedMove:
    """Move of the shared set-point with m own moves of n known units; the first is no move.

    A unit keeps each limit of the seed as it does where it is advised alone: no likelier to break it than the seed
    allows, or than the plan is. If the shared set-point leaves a unit no such move, the unit does what it can and is
    `infeasible_units`. The line as a whole breaks no limit more often than the seed allows, or than it does by plan.

    Attributes
    ----------
    size : float
        The move of the shared set-point [its unit].
    own : dict of str to ndarray, shape (m,)
        Moves of the units' set-points [their units].
    gain : ndarray, shape (m, n)
        Expected gain over the plan, cost of all moves taken off [money a unit and day].
    draws : ndarray, shape (d, m, n)
        Gain without the cost as each draw of what is believed has it [money a unit and day].
    power : ndarray, shape (m, n)
        What a unit takes in the period [MW].
    chances, ceilings : ndarray, shapes (k, m, n) and (k, n)
        Probability that a unit breaks each limit of the seed, and the one that it may have [1].
    most : ndarray, shape (k,)
        Units that may break each limit in a period, as expected.
    allowed : ndarray of bool, shape (m, n)
        Within reach, and within the seed's limits as said above.
    infeasible_units : ndarray of bool, shape (n,)
    others : int
        Units that count as the mean of these ones with their own set-points as planned.
    shut : str or None
        Reason why the shared set-point may not be moved so, whatever the units do.
    """

    size: float
    own: dict[str, FloatArray]
    gain: FloatArray
    draws: FloatArray
    power: FloatArray
    chances: FloatArray
    ceilings: FloatArray
    most: FloatArray
    allowed: BoolArray
    infeasible_units: BoolArray
    others: int
    shut: str | None

    @classmethod
    def of(
        cls,
        model: SetpointModel,
        plans: UnitPlans,
        economics: Mapping[str, float],
        moved: tuple[str, float],
        own: Mapping[str, FloatArray],
        known: BoolArray,
        still: EvaluatedMoves,
    ) -> Self:
        """Evaluate a move of the shared set-point, `moved`, with `own` moves of units, the first none.

        `still` is what these own moves bring without it, for a size of 0.
        """
        setpoint, size = moved
        evaluated, first = still, 0
        if size:
            # The first evaluated move is the plan: gains of the others are relative to it.
            moves = {name: np.vstack([np.zeros((1, 1)), sizes]) for name, sizes in own.items()}
            moves[setpoint] = np.where(np.arange(len(moves[next(iter(own))])) > 0, size, 0.0)[:, None]
            evaluated, first = evaluate(model, plans, economics, moves), 1
        limits = model.seed.constraints
        probabilities = np.zeros((0, *evaluated.gain[:, known].shape))
        if limits:
            probabilities = np.array(
                [violation_probability(one, evaluated.after[one.name], model.errors[one.name]) for one in limits]
            )
            probabilities = probabilities[:, :, known]
        may = np.array([one.chance for one in limits])[:, None]
        ceilings = np.maximum(probabilities[:, 0], may)
        reached = (evaluated.supported & np.isfinite(evaluated.gain))[first:, known]
        reached[0] = True  # as planned; if the shared set-point itself leaves its range, the option is shut
        whole = np.maximum(probabilities[:, 0].sum(axis=1), may[:, 0] * int(known.sum()))
        over = np.maximum(probabilities[:, first:] - ceilings[:, None] - _SLACK, 0.0)
        excess = np.where(reached, (over / may[:, None]).sum(axis=0), np.inf)
        infeasible_units = excess.min(axis=0) > 0.0
        return cls(
            size,
            {name: sizes.ravel() for name, sizes in own.items()},
            evaluated.gain[first:, known],
            evaluated.draws[:, first:, known],
            _power(model, plans, own, moved)[:, known],
            probabilities[:, first:],
            ceilings,
            whole if size else ceilings.sum(axis=1),
            excess <= excess.min(axis=0),
            infeasible_units,
            len(plans.running) - int(known.sum()),
            _unsupported(model, setpoint, float(plans.at.plan[setpoint][known][0]), size),
        )

    @cached_property
    def problem(self) -> Knapsack:
        """Knapsack of the units' moves: power, not limited yet, then the seed's limits.

        An own move's value is its gain over the own set-points as planned, less DOUBTS of its standard deviation.
        """
        values = self.gain - self.gain[0] - DOUBTS * (self.draws - self.draws[:, :1]).std(axis=0)
        values[0] = 0.0
        takes = np.concatenate([self.power[None], self.chances])
        limits = np.concatenate([[np.inf], self.most])
        taken = np.zeros(len(takes))
        taken[0] = self.others * self.power[0].mean()
        return Knapsack(values, takes, limits, self.allowed, taken)

    def sum(self, best: IntArray) -> CombinedEffect:
        """Return the combined effect of moves, one of each unit, shape (n,)."""
        n = np.arange(len(best))
        drawn = self.draws[:, best, n].sum(axis=1) + self.others * self.draws[:, 0].mean(axis=1)
        gain = self.gain[best, n].sum() + self.others * self.gain[0].mean()
        return CombinedEffect(float(gain), float(drawn.std()), float(self.problem.all_taken(best)[0]))

    def as_sure(self, best: IntArray) -> Knapsack:
        """The problem, worth as much as the sum is sure to bring where these moves are chosen."""
        own = float(self.problem.values[best, np.arange(len(best))].sum())
        return replace(self.problem, worth=self.sum(best).sure - own)


def reach(model: SetpointModel, setpoint: str) -> tuple[float, float]:
    """Return the lowest and highest value of a set-point: bounds and 5 % to 95 % of history [its unit]."""
    (low, high), (bottom, top) = model.ranges[setpoint], model.seed.column(setpoint).settable
    return max(low, bottom), min(high, top)


def _unsupported(model: SetpointModel, setpoint: str, plan: float, size: float) -> str | None:
    """Return the reason if a move of the shared set-point leaves its supported range; None if allowed."""
    unit, (low, high) = model.seed.column(setpoint).unit, reach(model, setpoint)
    if min(low, plan) <= plan + size <= max(high, plan):
        return None
    return (
        f"support: {plan + size:g} {unit} is beyond {low:g} to {high:g} {unit}, its bounds and the middle nine tenths "
        "of what history knows"
    )


def _power(
    model: SetpointModel, plans: UnitPlans, own: Mapping[str, FloatArray], moved: tuple[str, float]
) -> FloatArray:
    """Return the power of units in the coming period, no move reverted [MW], shape (m, n)."""
    setpoint, size = moved
    state = model.states(plans.at)
    # The state is that of a mean over periods, in which the shared set-point is as usual: here it is as it will be set.
    set_to = plans.at.plan[setpoint] + size - state[model.response.SHARED[setpoint]]
    held = dict(own) | {setpoint: np.broadcast_to(set_to, (1, len(set_to)))}
    return model.response.power(model.outcomes_of_held(state, held, model.posterior.mean))
