"""Recommended and requested moves of a lot's set-points, with effects, or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.quality.setpoints.effects import candidate_moves, setpoint_places, setpoints_of
from models.quality.setpoints.model import LotSetpoints
from models.quality.setpoints.move_evaluation import LotMoveEvaluator
from models.quality.setpoints.prices import costs_of
from models.setpoints.lot_advice import MONEY, NOTHING, LotAdvice
from physics.arrays import BoolArray, FloatArray
from physics.special import ndtri
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

LOTS_AT_ONCE = 100  # whose moves are evaluated together
BROKEN = "limits: every move that gains makes the lot break its grade more often"


@dataclass(frozen=True, eq=False)
class LotPlans:
    """n lots before they are made.

    Attributes
    ----------
    X : ndarray, shape (n, k)
        Inputs with the set-points as planned; what is measured only later is not looked at.
    units : sequence of n str
        Unit that makes each.
    starts : sequence of n Timestamp
        Start of each.
    """

    X: FloatArray
    units: Sequence[str]
    starts: Sequence[pd.Timestamp]


Chosen = tuple[FloatArray, BoolArray]  # inputs after the moves, and where moves that gain broke the grade more often


def recommend(model: LotSetpoints, plans: LotPlans, prices: Mapping[str, float] | None = None) -> list[LotAdvice]:
    """Return for each lot the move of one set-point with the largest expected gain, if significant.

    Raises
    ------
    SetpointError
        Prices that cannot be.
    """
    weighing = LotMoveEvaluator(model, costs_of(model.seed, model.priced(prices)))
    beyond = float(ndtri(model.seed.quality_rules.confidence.value))
    return [
        _decided(advice, beyond * sd, barred, model)
        for advice, sd, barred in _advised(weighing, plans, lambda lots, X, raw: best_moves(weighing, X, raw))
    ]


def what_if(
    model: LotSetpoints,
    plans: LotPlans,
    moves: Sequence[Mapping[str, float]],
    prices: Mapping[str, float] | None = None,
) -> list[LotAdvice]:
    """Evaluate given moves of each lot's set-points, by name [their units], whether they gain or not.

    Raises
    ------
    SetpointError
        Prices that cannot be.
    """
    places = dict(
        zip((setpoint.name for setpoint in setpoints_of(model.seed)), setpoint_places(model.seed), strict=True)
    )
    target = plans.X.copy()
    for i, own in enumerate(moves):
        for name, move in own.items():
            target[i, places[name]] += move
    weighing = LotMoveEvaluator(model, costs_of(model.seed, model.priced(prices)))

    def chosen(lots: list[int], X: FloatArray, raw: FloatArray) -> Chosen:
        return target[lots], np.zeros(len(X), dtype=np.bool_)

    return [advice for advice, _, _ in _advised(weighing, plans, chosen)]


def _advised(
    weighing: LotMoveEvaluator, plans: LotPlans, choose: Callable[[list[int], FloatArray, FloatArray], Chosen]
) -> list[tuple[LotAdvice, float, bool]]:
    """Advice on each lot, the doubt of its gain [$/t], and whether moves that gain were barred.

    `choose` gives the moves of lots that are known, from their numbers, inputs and predictions as planned.
    """
    flags = weighing.model.flags(plans.X)
    known = [i for i, flag in enumerate(flags) if not flag]
    done: dict[int, tuple[LotAdvice, float, bool]] = {}
    for first in between(range(0, len(known), LOTS_AT_ONCE)):
        lots = known[first : first + LOTS_AT_ONCE]
        X = plans.X[lots]
        raw = weighing.model.predict(X)
        target, barred = choose(lots, X, raw)
        evaluated = weighing.of(X, target, raw)
        done |= {i: (*one, bool(bar)) for i, one, bar in zip(lots, evaluated, barred, strict=True)}
    recommendations = []
    for i, (unit, start) in enumerate(zip(plans.units, plans.starts, strict=True)):
        advice, sd, bar = done.get(i) or (weighing.unknown(plans.X[i], "; ".join(flags[i])), 0.0, False)
        recommendations.append((replace(advice, unit=unit, start=start), sd, bar))
    return recommendations


def best_moves(weighing: LotMoveEvaluator, X: FloatArray, raw: FloatArray) -> Chosen:
    """Return inputs after each lot's best move, X if none, and whether grade risk barred a better one.

    Parameters
    ----------
    weighing : LotMoveEvaluator
        What lots are worth.
    X : ndarray, shape (n, k)
        Inputs as planned.
    raw : ndarray, shape (n, E + D)
        What is predicted of them as planned.
    """
    model, intended = weighing.model, weighing.costs.intended
    planned_value, keeps = weighing.worth(raw)
    best, target, barred = np.zeros(len(X)), X.copy(), np.zeros(len(X), dtype=np.bool_)
    most = np.maximum(model.seed.quality_rules.alpha.value, 1.0 - keeps[:, intended])
    for moved in between(candidate_moves(model.seed, X, model.low, model.high)):
        shift = model.effects.of_moves(X, moved, np.zeros((1, raw.shape[1])))[0]
        rows = np.flatnonzero((shift < 0).any(axis=1))  # a move that lowers nothing gains nothing
        if not len(rows):
            continue
        value, satisfied = weighing.worth(raw[rows] + shift[rows])
        gain = value - planned_value[rows] - weighing.cost(X[rows], moved[rows])
        allowed = 1.0 - satisfied[:, intended] <= most[rows]
        barred[rows] |= ~allowed & (gain > 0)
        better = allowed & (gain > best[rows])
        best[rows[better]], target[rows[better]] = gain[better], moved[rows[better]]
    return target, barred


def _decided(advice: LotAdvice, doubt: float, barred: bool, model: LotSetpoints) -> LotAdvice:
    """Return the advice, or its refusal if the gain [$/t] is not significant or all moves were barred."""
    if not any(advice.moves.values()):
        return replace(advice, refusal=BROKEN) if barred and advice.refusal is None else advice
    if advice.gain.value > doubt:
        return advice
    return replace(
        advice,
        moves=dict.fromkeys(advice.moves, 0.0),
        gain=NOTHING,
        effects=dict.fromkeys(advice.effects, NOTHING),
        limits=tuple(replace(one, chance=one.before) for one in advice.limits),
        keeps={name: (before, before) for name, (before, _) in advice.keeps.items()},
        cause=None,
        supporting_rows=0,
        refusal=_doubtful(advice, model),
    )


def _doubtful(advice: LotAdvice, model: LotSetpoints) -> str:
    """Return the reason against a move whose gain is not statistically significant."""
    moves = ", ".join(
        f"{name} {move:+.4g} {model.seed.column(name).unit}" for name, move in advice.moves.items() if move
    )
    gain = advice.gain
    return f"doubt: {moves} would bring {gain.value:.2g} {MONEY}, between {gain.low:.2g} and {gain.high:.2g}"
