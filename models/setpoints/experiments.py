"""Design of set-point tests: units, set-points and sizes with the highest value of information.

A test is drawn at random, up in one unit and down in its partner, which is most like it. What operators would have done
is then the same in both on average, so that their difference is the move's alone [1]_. What a test is worth is what
better moves of all units would bring, once the line's mean slope is known better: the expected value of sample
information for a choice between two moves whose gain is linear [2]_.

References
----------
.. [1] R. A. Fisher (1935). The Design of Experiments.
.. [2] H. Raiffa, R. Schlaifer (1961). Applied Statistical Decision Theory, ch. 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.setpoints.errors import SetpointError
from models.setpoints.model import SetpointModel
from models.setpoints.move_evaluation import EvaluatedMoves, evaluate
from models.setpoints.plans import UnitPlans
from models.setpoints.situations import AHEAD
from physics.arrays import BoolArray, FloatArray
from physics.special import ndtr

if TYPE_CHECKING:
    import pandas as pd

SIZES = (0.5, 1.0)  # of a step
ROUNDS = 4  # of tests in a programme, a year of them where a period is a month: one round alone teaches too little
USED = dt.timedelta(days=720)  # in which results of a programme apply, before linings and operators have changed


@dataclass(frozen=True)
class Trial:
    """A test of one unit, held for some periods.

    Attributes
    ----------
    unit, partner : str
        The partner moves the same set-points the other way.
    start : Timestamp
        Start of its first period.
    periods : int
        How long it is held.
    moves : Mapping of str to float
        Move of each set-point's plan [its unit].
    """

    unit: str
    partner: str
    start: pd.Timestamp
    periods: int
    moves: Mapping[str, float]


@dataclass(frozen=True)
class ExperimentValue:
    """Value of a programme of ROUNDS tests of one set-point; a step is the seed's.

    Attributes
    ----------
    size : float
        How far tests move the set-point [its unit].
    gain, gain_sd, gain_sd_after : float
        Line's mean gain of a step up, what it is off by now and would be after the tests [money a unit and day].
    value : float
        What better moves of all units would bring [money a unit and day].
    cost : float
        What the programme costs, spread over all units and USED [money a unit and day].
    """

    size: float
    gain: float
    gain_sd: float
    gain_sd_after: float
    value: float
    cost: float


@dataclass(frozen=True)
class PlannedTests:
    """Tests proposed together, with each set-point's value; empty if no test is worth its cost."""

    tests: tuple[Trial, ...]
    setpoints: Mapping[str, ExperimentValue]


def experiments(
    model: SetpointModel,
    table: pd.DataFrame,
    share: float = 0.08,
    prices: Mapping[str, float] | None = None,
    rng_seed: int = 0,
) -> PlannedTests:
    """Next tests for the plan rows of a table.

    Parameters
    ----------
    model, table, prices
        As for `recommend`.
    share : float
        Share of the units that may be tested at a time, above 0 and at most 1.
    rng_seed : int
        Of the signs that are drawn.

    Returns
    -------
    PlannedTests

    Raises
    ------
    SetpointError
        As for `recommend`, or a share that is none.
    """
    if not 0.0 < share <= 1.0:
        raise SetpointError(f"share: got {share:g}: expected above 0 and at most 1")
    economics, plans = model.priced(prices), UnitPlans.of(model, table)
    known = np.array([reason is None for reason in plans.refusals])
    pairs, values, able = int(share * len(known)) // 2, {}, {}
    ends = {size: evaluate(model, plans, economics, _both_ways(model, size)) for size in SIZES}
    for setpoint in model.setpoints:
        options = []
        for size, evaluated in ends.items():
            free = known & _free(model, plans, evaluated, setpoint, size)
            options.append((_worth(model, evaluated, setpoint, size, known, min(pairs, int(free.sum()) // 2)), free))
        best, free = max(options, key=lambda option: option[0].value - option[0].cost)
        if best.value > best.cost:
            values[setpoint], able[setpoint] = best, free
    tests = []
    for first, second, signs in _pairs(model, plans, able, pairs, np.random.default_rng(rng_seed)):
        for one, other, way in ((first, second, 1.0), (second, first, -1.0)):
            moves = {setpoint: way * sign * values[setpoint].size for setpoint, sign in signs.items()}
            start = plans.grid.starts[plans.at.periods[one]]
            tests.append(Trial(plans.names[one], plans.names[other], start, AHEAD, moves))
    return PlannedTests(tuple(tests), values)


def _both_ways(model: SetpointModel, share: float) -> dict[str, FloatArray]:
    """Return no move, then each set-point down and up by a share of its step, shape (m, 1) each."""
    moves = {setpoint: [0.0] for setpoint in model.response.SETPOINTS}
    for setpoint in model.setpoints:
        for sign in (-1.0, 1.0):
            for one, sizes in moves.items():
                sizes.append(sign * share * model.step(setpoint) if one == setpoint else 0.0)
    return {setpoint: np.array(sizes)[:, None] for setpoint, sizes in moves.items()}


def _rows(model: SetpointModel, setpoint: str) -> list[int]:
    """Return the rows of `_both_ways` that move a set-point, down and up."""
    first = 1 + 2 * model.setpoints.index(setpoint)
    return [first, first + 1]


def _free(model: SetpointModel, plans: UnitPlans, evaluated: EvaluatedMoves, setpoint: str, share: float) -> BoolArray:
    """Return whether units may move a set-point both ways within bounds and limits, shape (n,)."""
    low, high = model.seed.column(setpoint).settable
    plan, size = plans.at.plan[setpoint], share * model.step(setpoint)
    within = evaluated.within_limits[_rows(model, setpoint)].all(axis=0)
    return np.asarray((plan - size >= low) & (plan + size <= high) & within)


def _worth(
    model: SetpointModel, evaluated: EvaluatedMoves, setpoint: str, share: float, known: BoolArray, pairs: int
) -> ExperimentValue:
    """Return the value of a test programme of a set-point with this size."""
    down, up = _rows(model, setpoint)
    slopes = (evaluated.draws[:, up] - evaluated.draws[:, down])[:, known] / (2.0 * share)  # (draws, units)
    gains, doubt = slopes.mean(axis=0), float(slopes.mean(axis=1).std())
    gain, size = float(gains.mean()), share * model.step(setpoint)
    if not pairs or doubt <= 0.0:
        return ExperimentValue(size, gain, doubt, doubt, 0.0, 0.0)
    error = model.noise / (float(np.mean(model.hold[setpoint])) * share * (2.0 * pairs * ROUNDS) ** 0.5)
    after = doubt / (1.0 + (doubt / error) ** 2) ** 0.5
    information = (doubt**2 - after**2) ** 0.5
    # Each unit moves by its own gain, and the information is common to all: it turns the move of those near 0.
    away = np.abs(gains) / information
    value = information * float(np.mean(np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi) - away * ndtr(-away)))
    bend = max(-float(evaluated.gain[[down, up]][:, known].mean()), 0.0)
    used = USED / model.seed.period
    return ExperimentValue(size, gain, doubt, after, value, bend * 2.0 * pairs / len(known) * ROUNDS * AHEAD / used)


def _pairs(
    model: SetpointModel, plans: UnitPlans, able: Mapping[str, BoolArray], pairs: int, rng: np.random.Generator
) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Yield pairs of units with the most similar expected value, drawn from the whole line, and signs."""
    if not able:
        return
    value = model.worth(model.states(plans.at), model.still(), model.posterior.mean)[0]
    units = np.flatnonzero(np.any(list(able.values()), axis=0))
    order = units[np.argsort(value[units], kind="stable")]
    count = 0
    for k in rng.permutation(len(order) // 2):
        first, second = int(order[2 * k]), int(order[2 * k + 1])
        signs = {
            setpoint: float(rng.choice((-1.0, 1.0))) for setpoint, free in able.items() if free[first] and free[second]
        }
        if signs and count < pairs:
            count += 1
            yield first, second, signs
