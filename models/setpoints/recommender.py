"""Recommendation from a set-point model and a table: moves with effects and reasons, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.setpoints.advice import GainEstimate, LimitAfterMoves, UnitRecommendation
from models.setpoints.errors import SetpointError
from models.setpoints.limits import violation_probability
from models.setpoints.model import SetpointModel
from models.setpoints.move_evaluation import EvaluatedMoves, changes, chosen, evaluate, moves_of
from models.setpoints.plans import UnitPlans
from physics.arrays import FloatArray, IntArray
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

NEAREST = 3  # rows of history that are named
_LEVEL = 1.645  # standard deviations of a 90 % interval


def recommend(
    model: SetpointModel, table: pd.DataFrame, prices: Mapping[str, float] | None = None
) -> list[UnitRecommendation]:
    """Advice for the plan rows of a table.

    Parameters
    ----------
    model : SetpointModel
    table : DataFrame
        History of units, and as the latest row of each requested unit the plan of the period to come: key,
        time, `before` and `setpoint` columns, nothing measured.
    prices : Mapping of str to float, optional
        Prices that replace the seed's.

    Returns
    -------
    list of UnitRecommendation
        One a plan row, in the order of units.

    Raises
    ------
    SetpointError
        No plan row, or prices that cannot be.
    """
    economics, moves = model.priced(prices), moves_of(model)
    recommendations = []
    for part in between(UnitPlans.of(model, table).parts()):
        evaluated = evaluate(model, part, economics, moves)
        best, refusals = chosen(evaluated, part.refusals)
        recommendations += advice(model, part, evaluated, economics, best, refusals)
    return recommendations


def what_if(
    model: SetpointModel,
    table: pd.DataFrame,
    moves: Mapping[str, float] | Mapping[str, Mapping[str, float]],
    prices: Mapping[str, float] | None = None,
) -> list[UnitRecommendation]:
    """Evaluate given moves for the plan rows of a table.

    Parameters
    ----------
    model, table, prices
        As for `recommend`.
    moves : Mapping
        Move of each set-point, for all units alike or by unit [its unit]; of a shared one the same for all.

    Returns
    -------
    list of UnitRecommendation
        With these moves, whatever they bring.

    Raises
    ------
    SetpointError
        As for `recommend`; also an unknown set-point, a unit without a plan row, or a set-point beyond its bounds.
    """
    economics, plans = model.priced(prices), UnitPlans.of(model, table)
    by_unit = _moves_by_unit(model, plans, moves)
    pair = {setpoint: np.vstack([np.zeros_like(sizes), sizes]) for setpoint, sizes in by_unit.items()}
    recommendations: list[UnitRecommendation] = []
    for part in between(plans.parts()):
        first = len(recommendations)
        own = {setpoint: sizes[:, first : first + len(part.names)] for setpoint, sizes in pair.items()}
        evaluated = evaluate(model, part, economics, own)
        requested = np.ones(len(part.names), dtype=np.intp)
        recommendations += advice(model, part, evaluated, economics, requested, part.refusals)
    return recommendations


def _moves_by_unit(
    model: SetpointModel, plans: UnitPlans, moves: Mapping[str, float] | Mapping[str, Mapping[str, float]]
) -> dict[str, FloatArray]:
    """Return requested moves by set-point, shape (n,) each."""
    whole = all(not isinstance(size, Mapping) for size in moves.values())
    by_unit: Mapping[str, Any] = {name: moves for name in plans.names} if whole else moves
    given = [by_unit.get(name, {}) for name in plans.names]
    shared = [
        setpoint for setpoint in model.shared if len({own.get(setpoint) for own in given}) == 1 and setpoint in given[0]
    ]
    sizes = {setpoint: np.zeros(len(plans.at)) for setpoint in (*model.response.SETPOINTS, *shared)}
    for unit, own in by_unit.items():
        if unit not in plans.names:
            raise SetpointError(
                f"moves.{unit}: got a unit without a plan row: expected one of {', '.join(plans.names)}"
            )
        at = plans.names.index(unit)
        for setpoint, size in own.items():
            place = f"moves.{setpoint}" if whole else f"moves.{unit}.{setpoint}"
            if setpoint not in sizes:
                raise SetpointError(f"{place}: got no set-point of single units: expected {', '.join(sizes)}")
            low, high = model.seed.column(setpoint).settable
            then = plans.at.plan[setpoint][at] + size
            if not low <= then <= high:
                raise SetpointError(
                    f"{place}: got {size:g}, or {then:g} in unit {unit}: expected {low:g} to {high:g}, its bounds"
                )
            sizes[setpoint][at] = float(size)
    return sizes


def advice(
    model: SetpointModel,
    plans: UnitPlans,
    evaluated: EvaluatedMoves,
    economics: Mapping[str, float],
    best: IntArray,
    refusals: Sequence[str | None],
) -> list[UnitRecommendation]:
    """Advice with these moves."""
    n = np.arange(len(plans.at))
    sizes = {
        setpoint: np.broadcast_to(size, evaluated.gain.shape)[best, n] for setpoint, size in evaluated.moves.items()
    }
    before = {name: values[0] for name, values in evaluated.after.items()}
    after = {name: values[best, n] for name, values in evaluated.after.items()}
    causes = model.response.causes(before, after, economics)
    changed = changes(model, plans, sizes)
    return [
        UnitRecommendation(
            unit=plans.names[i],
            start=plans.grid.starts[plans.at.periods[i]],
            plan={setpoint: float(values[i]) for setpoint, values in plans.at.plan.items()},
            moves={setpoint: float(size[i]) for setpoint, size in sizes.items()},
            gain=about(evaluated.gain[best[i], i], evaluated.doubt[best[i], i]),
            effects=_effects(evaluated, changed, best[i], i),
            limits=_limits(model, evaluated, best[i], i),
            cause=max(causes, key=lambda name: float(causes[name][i])) if best[i] else None,
            supporting_rows=_support(model, {setpoint: float(size[i]) for setpoint, size in sizes.items()}),
            nearest=_nearest(model, plans, sizes, i) if best[i] else (),
            refusal=refusals[i],
        )
        for i in between(range(len(n)))
    ]


def about(value: float, doubt: float) -> GainEstimate:
    """A value with its 90 % interval, from its standard deviation."""
    return GainEstimate(float(value), float(value - _LEVEL * doubt), float(value + _LEVEL * doubt))


def _effects(
    evaluated: EvaluatedMoves, changed: Mapping[str, FloatArray], best: int, i: int
) -> dict[str, GainEstimate]:
    """Changes of derived targets and of outcomes, each with its doubt."""
    effects = {}
    for name, values in evaluated.footprint.items():
        change = values[:, best, i] - values[:, 0, i]
        effects[name] = about(change.mean(), change.std())
    for name, values in changed.items():
        effects[name] = about(values[:, i].mean(), values[:, i].std())
    return effects


def _limits(model: SetpointModel, evaluated: EvaluatedMoves, best: int, i: int) -> tuple[LimitAfterMoves, ...]:
    limits = []
    for one in model.seed.constraints:
        expected = evaluated.after[one.name][best, i]
        likely = float(violation_probability(one, np.asarray(expected), model.errors[one.name]))
        limits.append(
            LimitAfterMoves(
                one.name,
                model.seed.unit_of(one),
                one.bound,
                one.at_most is not None,
                float(expected),
                likely,
                one.chance,
            )
        )
    return tuple(limits)


def _support(model: SetpointModel, moves: Mapping[str, float]) -> int:
    """Return the number of history rows with such a move, minimum over the unit's own set-points."""
    shares = [
        float(np.mean(np.sign(size) * model.moves[setpoint] >= 0.5 * abs(size)))
        for setpoint, size in moves.items()
        if size and setpoint in model.moves
    ]
    return round(model.rows * min(shares, default=0.0))


def _nearest(
    model: SetpointModel, plans: UnitPlans, sizes: Mapping[str, FloatArray], i: int
) -> tuple[tuple[str, pd.Timestamp], ...]:
    """Return history rows with the most similar moves of these set-points, most similar state first."""
    every = plans.every
    alike = np.zeros(len(every))  # number of set-points that each row moved as far in the same direction
    for setpoint, size in sizes.items():
        if size[i]:
            alike += np.sign(size[i]) * (every.plan[setpoint] - every.last[setpoint]) >= 0.5 * abs(size[i])
    rows = np.flatnonzero((alike > 0) & (every.periods < plans.at.periods[i]))
    away = np.zeros(len(rows))
    for name, (_, spread) in model.character.items():
        away += np.nan_to_num(((every.of(name)[rows] - plans.at.of(name)[i]) / spread) ** 2, nan=1.0)
    return tuple(
        (str(plans.grid.units[every.units[row]]), plans.grid.starts[every.periods[row]])
        for row in rows[np.lexsort((away, -alike[rows]))[:NEAREST]]
    )
