"""From a set-point model and the plans of a line to advice for it as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.setpoints.advice import UnitRecommendation
from models.setpoints.errors import SetpointError
from models.setpoints.line.advice import LineAdvice
from models.setpoints.line.knapsack import price
from models.setpoints.line.option import CombinedEffect, SharedMove, reach
from models.setpoints.model import SetpointModel
from models.setpoints.move_evaluation import SHARES, EvaluatedMoves, chosen, evaluate, moves_of
from models.setpoints.plans import UnitPlans
from models.setpoints.recommender import about, advice
from physics.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

LEAST_KNOWN = 0.9  # share of the units that run, of which plan and situation must be known


def recommend_line(
    model: SetpointModel,
    table: pd.DataFrame,
    prices: Mapping[str, float] | None = None,
    power_limit: float | None = None,
) -> tuple[list[UnitRecommendation], LineAdvice | None]:
    """Advice for each plan row of a table by itself, and for the line as a whole.

    Parameters
    ----------
    model, table, prices
        As for `recommend`.
    power_limit : float, optional
        What the units of the line may take together [MW].

    Returns
    -------
    tuple of (list of UnitRecommendation, LineAdvice or None)
        The units' own as `recommend` has it; None if the process has no shared set-point.

    Raises
    ------
    SetpointError
        As for `recommend`; also a limit that no moves within reach can keep, or that is none.
    """
    if power_limit is not None and not (np.isfinite(power_limit) and power_limit > 0.0):
        raise SetpointError(f"power_limit: got {power_limit!r}: expected a number above 0 MW")
    economics, plans = model.priced(prices), UnitPlans.of(model, table)
    evaluated = evaluate(model, plans, economics, moves_of(model))
    best, refusals = chosen(evaluated, plans.refusals)
    own = advice(model, plans, evaluated, economics, best, refusals)
    setpoint = next(iter(model.response.SHARED), None)
    return own, None if setpoint is None else _advise(model, plans, economics, evaluated, setpoint, power_limit)


@dataclass(frozen=True, eq=False)
class _Choice:
    """Best moves of the units with one move of the shared set-point.

    Attributes
    ----------
    option : SharedMove
    limit : float
        What the line may take [MW]; infinite where there is no limit.
    """

    option: SharedMove
    limit: float

    @cached_property
    def wished(self) -> IntArray | None:
        """Best moves without a limit of power; None if infeasible or a seed's limit is broken."""
        return None if self.option.shut else self.option.problem.best()

    @cached_property
    def best(self) -> IntArray | None:
        """Within all limits; None where none are."""
        if self.wished is None or self.option.problem.all_taken(self.wished)[0] <= self.limit:
            return self.wished
        return self.option.problem.limited(self.limit).best()

    @cached_property
    def sum(self) -> CombinedEffect | None:
        """Combined effect of the best moves."""
        return None if self.best is None else self.option.sum(self.best)

    @cached_property
    def wish(self) -> CombinedEffect:
        """Combined effect without a limit of power or, if the option is infeasible, without any limit."""
        return self.option.sum(self.option.problem.free() if self.wished is None else self.wished)


def _advise(
    model: SetpointModel,
    plans: UnitPlans,
    economics: Mapping[str, float],
    evaluated: EvaluatedMoves,
    setpoint: str,
    limit: float | None,
) -> LineAdvice:
    known = np.array([reason is None for reason in plans.refusals]) & plans.newest & np.isfinite(evaluated.gain[0])
    start = plans.grid.starts[int(plans.at.periods.max())]
    nothing = LineAdvice(setpoint, start, len(plans.running), int(known.sum()), limit)
    refusal = _unknown(model, plans, setpoint, nothing)
    if refusal is not None:
        return replace(nothing, refusal=refusal)
    plan, grid = float(plans.at.plan[setpoint][known][0]), moves_of(model)

    def choice(size: float, own: Mapping[str, FloatArray] = grid) -> _Choice:
        option = SharedMove.of(model, plans, economics, (setpoint, size), own, known, evaluated)
        return _Choice(option, np.inf if limit is None else limit)

    choices = [choice(0.0)]
    planned = choices[0]
    for size in _sizes(model, setpoint, plan):
        alone = choice(size, model.still())
        if alone.option.shut:
            choices.append(alone)
        elif _matters(alone, planned):
            choices.append(choice(size))
    if all(one.sum is None for one in choices):
        raise SetpointError(_too_low(model, setpoint, plan, choices))
    between = _to_the_limit(choices)
    if between is not None:
        choices.append(choice(between))
    taken = _surest(choices)
    best, effect = taken.best, taken.sum
    assert best is not None
    assert effect is not None
    top = _top(choices, taken)
    binding_constraints = None if top is taken and taken.best is taken.wished else _held_by(model, setpoint, plan, top)
    return replace(
        nothing,
        plan=plan,
        move=taken.option.size,
        moves=_moves(plans, known, taken.option, best),
        infeasible_units=_strained(model, plans, known, taken.option, best),
        gain=about(effect.gain, effect.doubt),
        gain_without_shared_move=None if planned.sum is None else about(planned.sum.gain, planned.sum.doubt),
        before=planned.option.sum(np.zeros(len(best), dtype=np.intp)).power,
        after=effect.power,
        worth=None if limit is None else _worth(choices),
        binding_constraints=binding_constraints,
        refusal=None if taken.option.size else _refusal(model, setpoint, choices, top, binding_constraints),
    )


def _unknown(model: SetpointModel, plans: UnitPlans, setpoint: str, line: LineAdvice) -> str | None:
    """Return the reason if the shared set-point cannot be advised; None otherwise."""
    if setpoint not in model.shared:
        return f"line: the seed does not state how to move {setpoint}, or the model was fitted without it: train again"
    values = np.unique(plans.at.plan[setpoint][plans.newest])
    if len(values) > 1 or not np.isfinite(values).all():
        got = " and ".join(f"{value:g}" for value in values[:2])
        return f"line: {setpoint} is planned at {got}: expected one value for all units"
    if line.known < LEAST_KNOWN * line.units:
        reasons = Counter(
            reason for reason in np.array(plans.refusals)[plans.newest] if reason is not None
        ).most_common(1)
        return (
            f"line: plan and situation are known of {line.known} of the {line.units} units that run: expected "
            f"{LEAST_KNOWN:.0%} or more" + "".join(f"; of {count}: {text}" for text, count in reasons)
        )
    return None


def _sizes(model: SetpointModel, setpoint: str, plan: float) -> list[float]:
    """Return moves of the shared set-point to evaluate: parts of a step, and to the ends of its range."""
    step = model.step(setpoint)
    sizes = [share * step for share in SHARES if share]
    ends = [end - plan for end in reach(model, setpoint)]
    return sizes + [end for end in ends if 0.0 < abs(end) < step and not np.isclose(end, sizes).any()]


def _surest(choices: Sequence[_Choice]) -> _Choice:
    return max(choices, key=lambda one: -np.inf if one.sum is None else one.sum.sure)


def _matters(alone: _Choice, planned: _Choice) -> bool:
    """Return whether a move of the shared set-point alone is good enough to evaluate own moves with it."""
    nothing = np.zeros(alone.option.gain.shape[1], dtype=np.intp)
    there, here = alone.option.sum(nothing), planned.option.sum(nothing)
    if planned.wish.power > planned.limit:
        return there.power < here.power
    # Own moves gain about as much with another value of the shared set-point: higher costs than that never pay.
    return there.gain > -planned.wish.gain


def _to_the_limit(choices: Sequence[_Choice]) -> float | None:
    """Return the move of the shared set-point, between two evaluated ones, that just meets the limit.

    None if the limit does not bind. It is drawn as a straight line of power over the shared set-point.
    """
    able = [one for one in choices if one.wished is not None]
    under = [one for one in able if one.wish.power <= one.limit]
    over = [one for one in able if one.wish.power > one.limit]
    if not under or not over or max(able, key=lambda one: one.wish.sure) in under:
        return None
    inner, outer = max(under, key=lambda one: one.wish.power), min(over, key=lambda one: one.wish.power)
    share = (inner.limit - inner.wish.power) / (outer.wish.power - inner.wish.power)
    return inner.option.size + share * (outer.option.size - inner.option.size)


def _too_low(model: SetpointModel, setpoint: str, plan: float, choices: Sequence[_Choice]) -> str:
    """Return the deficit of a limit of power; the plan itself breaks no other limit."""
    least = min((one for one in choices if one.wished is not None), key=lambda one: one.option.problem.least()[0])
    return (
        f"power_limit: got {least.limit:g}: expected at least {least.option.problem.least()[0]:.5g} MW, which the line "
        f"takes with moves within reach, at {plan + least.option.size:g} {model.seed.column(setpoint).unit}"
    )


def _top(choices: Sequence[_Choice], taken: _Choice) -> _Choice:
    """Return the best choice without a limit of power or, if that is taken anyway, without any limit."""
    top = max((one for one in choices if one.wished is not None), key=lambda one: one.wish.sure)
    if top is not taken or taken.best is not taken.wished:
        return top
    return max(choices, key=lambda one: one.wish.sure)


def _held_by(model: SetpointModel, setpoint: str, plan: float, top: _Choice) -> str:
    """Return the constraint that blocks moves with a more certain gain."""
    if top.option.shut:
        return top.option.shut
    at = f"{plan + top.option.size:g} {model.seed.column(setpoint).unit}"
    if top.wished is not None:
        return f"power_limit: at {at} the moves that bring most take {top.wish.power:.5g} MW"
    problem, infeasible_units = top.option.problem, int(top.option.infeasible_units.sum())
    k = 1 + int(np.argmax((problem.least() / problem.limits)[1:]))
    least, most = problem.least()[k], problem.limits[k]
    if least <= most:
        return f"limits: at {at} the line cannot satisfy all of them; {infeasible_units} units cannot satisfy theirs"
    return (
        f"limits: at {at} {model.seed.constraints[k - 1].name} would be broken in {least:.3g} units a period or more, "
        f"where it may in {most:.3g}; {infeasible_units} units cannot satisfy theirs"
    )


def _refusal(
    model: SetpointModel, setpoint: str, choices: Sequence[_Choice], top: _Choice, binding_constraints: str | None
) -> str | None:
    """Return the reason for no move of the shared set-point; None if no move is expected to gain more."""
    planned, sums = choices[0].sum, [(one.sum, one.option.size) for one in choices if one.sum is not None]
    if top.option.size and binding_constraints is not None:
        return binding_constraints
    best, size = max(sums, key=lambda one: one[0].gain)
    if planned is None or best.gain <= planned.gain:
        return None
    return (
        f"doubt: {size:+g} {model.seed.column(setpoint).unit} would bring the line {best.gain:.0f} a day, give or take "
        f"{best.doubt:.0f}; as planned it is {planned.gain:.0f}, give or take {planned.doubt:.0f}"
    )


def _worth(choices: Sequence[_Choice]) -> float:
    """Return the shadow price of a MW, the shared set-point interpolated between options [money a day]."""
    prices = []
    for one in choices:
        best = one.wished if one.best is None else one.best
        if best is not None:
            prices.append(one.option.as_sure(best).limited(one.limit))
    return price(prices)


def _moves(plans: UnitPlans, known: BoolArray, option: SharedMove, best: IntArray) -> dict[str, dict[str, float]]:
    """Return the moves of own set-points of units that move any."""
    moves = {}
    for i, move in zip(np.flatnonzero(known), best, strict=True):
        sizes = {setpoint: float(values[move]) for setpoint, values in option.own.items()}
        if any(sizes.values()):
            moves[plans.names[i]] = sizes
    return moves


def _strained(
    model: SetpointModel, plans: UnitPlans, known: BoolArray, option: SharedMove, best: IntArray
) -> dict[str, str]:
    """Limit that each strained unit breaks more often than it may, the worst of each."""
    probabilities = option.chances[:, best, np.arange(len(best))]
    may = np.array([one.chance for one in model.seed.constraints])[:, None]
    worst = (
        np.argmax((probabilities - option.ceilings) / may, axis=0) if len(may) else np.zeros(len(best), dtype=np.intp)
    )
    numbers = np.flatnonzero(known)
    return {
        plans.names[numbers[j]]: model.seed.constraints[worst[j]].name for j in np.flatnonzero(option.infeasible_units)
    }
