"""Evaluation of unit moves: effects, uncertainty, limits, and selection of the best."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.setpoints.limits import violation_probability, within_ceiling
from models.setpoints.model import DRAWS, SetpointModel
from models.setpoints.plans import UnitPlans
from physics.arrays import BoolArray, FloatArray, IntArray
from system.cancellation import between

SHARES = (0.0, -0.5, 0.5, -1.0, 1.0)  # of a step, for each set-point
DOUBTS = 0.75  # standard deviations that a gain must exceed in addition to the cost of moving


@dataclass(frozen=True, eq=False)
class EvaluatedMoves:
    """m moves of n units.

    Attributes
    ----------
    gain : ndarray, shape (m, n)
        Expected gain, cost of moving taken off [money a unit and day].
    doubt : ndarray, shape (m, n)
        Its standard deviation.
    supported, within_limits : ndarray of bool, shape (m, n)
        Within bounds and what history knows; within the seed's limits.
    after : dict of str to ndarray, shape (m, n)
        Expected outcomes of the period to come.
    footprint : dict of str to ndarray, shape (d, m, n)
        Derived targets as each of d draws has them [their units].
    draws : ndarray, shape (d, m, n)
        Gain without the cost of moving as each draw has it [money a unit and day].
    """

    moves: dict[str, FloatArray]
    gain: FloatArray
    doubt: FloatArray
    supported: BoolArray
    within_limits: BoolArray
    after: dict[str, FloatArray]
    footprint: dict[str, FloatArray]
    draws: FloatArray


def moves_of(model: SetpointModel) -> dict[str, FloatArray]:
    """Return the grid of moves up to one step of each set-point, no move first, shape (m, 1) each."""
    sizes = []
    for setpoint in model.response.SETPOINTS:
        shares = SHARES if setpoint in model.setpoints else SHARES[:1]
        sizes.append([share * model.step(setpoint) for share in shares])
    grid = np.array(sorted(itertools.product(*sizes), key=np.count_nonzero))
    return {setpoint: grid[:, [k]] for k, setpoint in enumerate(model.response.SETPOINTS)}


def evaluate(
    model: SetpointModel, plans: UnitPlans, economics: Mapping[str, float], moves: Mapping[str, FloatArray]
) -> EvaluatedMoves:
    """Evaluate moves and their uncertainty; the first of them is no move."""
    return weigh_each(model, plans, [economics], moves)[0]


def weigh_each(
    model: SetpointModel, plans: UnitPlans, economics: Sequence[Mapping[str, float]], moves: Mapping[str, FloatArray]
) -> list[EvaluatedMoves]:
    """Evaluate moves at each of several prices; outcomes are computed once, as prices do not alter them.

    Derived targets are those of the first prices.
    """
    at, state = plans.at, model.states(plans.at)
    values: list[list[FloatArray]] = [[] for _ in economics]
    prints = []
    for after in drawn(model, plans.names, state, moves):
        for kept_worth, one in zip(values, economics, strict=True):
            kept_worth.append(model.money(after, one))
        prints.append(model.response.footprint(after, economics[0]))
    gains = [stacked - stacked[:, :1] for stacked in map(np.array, between(values))]
    supported = np.ones(gains[0].shape[1:], dtype=np.bool_)
    for setpoint, size in moves.items():
        plan, (low, high) = at.plan[setpoint], model.ranges[setpoint]
        bottom, top = model.seed.column(setpoint).settable
        then = plan + size
        supported &= (then <= np.maximum(min(high, top), plan)) & (then >= np.minimum(max(low, bottom), plan))
    after = model.outcomes(state, moves, model.posterior.mean)
    within = np.ones(gains[0].shape[1:], dtype=np.bool_)
    for constraint in model.seed.constraints:
        probabilities = violation_probability(constraint, after[constraint.name], model.errors[constraint.name])
        within &= within_ceiling(probabilities, probabilities[:1], constraint)
    footprint = {name: np.array([one[name] for one in prints]) for name in prints[0]}
    cost = model.move_cost(moves)
    return [
        EvaluatedMoves(
            dict(moves), gain.mean(axis=0) - cost, gain.std(axis=0), supported, within, after, footprint, gain
        )
        for gain in between(gains)
    ]


def changes(model: SetpointModel, plans: UnitPlans, moves: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Changes of outcomes by one move a unit, shape (n,) each, draw by draw, shape (DRAWS, n) each."""
    pair = {setpoint: np.vstack([np.zeros_like(size), size]) for setpoint, size in moves.items()}
    differences = [
        {name: values[1] - values[0] for name, values in after.items() if name in model.errors}
        for after in drawn(model, plans.names, model.states(plans.at), pair)
    ]
    return {name: np.array([one[name] for one in differences]) for name in differences[0]}


def drawn(
    model: SetpointModel, names: Sequence[str], state: Mapping[str, FloatArray], moves: Mapping[str, FloatArray]
) -> Iterator[dict[str, FloatArray]]:
    """Outcomes after moves, once for each draw of what is believed.

    A unit's draws are seeded by its name: the same at every call, independent of the other requested units.
    """
    own = [np.random.default_rng(zlib.crc32(name.encode())).standard_normal((DRAWS // 2, 2)) for name in names]
    normals = np.stack(own, axis=-1)
    beliefs = zip(
        model.posterior.draws(DRAWS), model.shared_draws(DRAWS), np.concatenate([normals, -normals]), strict=True
    )
    for theta, shared, normal in between(beliefs):
        yield model.outcomes(model.response.disturbed(state, model.line, normal), moves, theta, shared)


def chosen(evaluated: EvaluatedMoves, unknown: Sequence[str | None]) -> tuple[IntArray, list[str | None]]:
    """Number of the best move of each unit, 0 to stand still, and why a unit gets no move that would pay.

    The best has the highest gain less DOUBTS of its doubt, among moves that are supported and within limits.
    """
    sure = evaluated.gain - DOUBTS * evaluated.doubt
    sure[0] = 0.0
    open_ = evaluated.supported & evaluated.within_limits & np.isfinite(sure)
    open_[0] = True
    best = np.argmax(np.where(open_, sure, -np.inf), axis=0)
    refusals = list(unknown)
    for i, reason in enumerate(unknown):
        if reason is not None:
            best[i] = 0
        elif best[i] == 0:
            refusals[i] = _refusal(evaluated, i, sure[:, i], open_[:, i])
    return best, refusals


def _refusal(evaluated: EvaluatedMoves, i: int, sure: FloatArray, open_: BoolArray) -> str | None:
    """Return the reason if a unit does not move; None if no allowed move is expected to pay."""
    gain, doubt = evaluated.gain[:, i], evaluated.doubt[:, i]
    paying = np.where(open_, gain, -np.inf)
    if paying.max() > 0.0:
        at = int(np.argmax(paying))
        return f"doubt: the best move would bring {gain[at]:.1f} a day, give or take {doubt[at]:.1f}"
    for name, limited in (("limits", evaluated.within_limits[:, i]), ("support", evaluated.supported[:, i])):
        if np.where(limited, -np.inf, sure).max() > 0.0:
            reason = {
                "limits": "every move that pays makes breaking a limit likelier than the seed allows",
                "support": "every move that pays leads out of the bounds, or out of what history knows",
            }
            return f"{name}: {reason[name]}"
    return None
