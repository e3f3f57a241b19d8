"""The next set-point tests: which units move which knobs how far, so that the most is learnt for the money.

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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.setpoints.errors import SetpointError
from models.setpoints.model import SetpointModel
from models.setpoints.plans import Plans
from models.setpoints.situations import AHEAD
from models.setpoints.weighing import Weighed, weigh
from physics.arrays import FloatArray, IntArray

SIZES = (0.5, 1.0)  # of a step


@dataclass(frozen=True)
class Trial:
    """A test of one unit, held for some periods.

    Attributes
    ----------
    unit, partner : str
        The partner moves the same knobs the other way.
    start : Timestamp
        Start of its first period.
    periods : int
        How long it is held.
    moves : Mapping of str to float
        What is added to each knob's plan [its unit].
    """

    unit: str
    partner: str
    start: pd.Timestamp
    periods: int
    moves: Mapping[str, float]


@dataclass(frozen=True)
class Worth:
    """What tests of one knob are worth; a step is the seed's.

    Attributes
    ----------
    size : float
        How far tests move the knob [its unit].
    gain, doubt, doubt_after : float
        Line's mean gain of a step up, what it is off by now and would be after the tests [money a unit and day].
    value : float
        What better moves of all units would bring [money a unit and day].
    cost : float
        What tests cost, spread over all units [money a unit and day].
    """

    size: float
    gain: float
    doubt: float
    doubt_after: float
    value: float
    cost: float


@dataclass(frozen=True)
class Schedule:
    """Tests that are proposed together, and what each knob's are worth; no test where none is worth its cost."""

    tests: tuple[Trial, ...]
    knobs: Mapping[str, Worth]


def experiments(
    model: SetpointModel,
    table: pd.DataFrame,
    share: float = 0.08,
    prices: Mapping[str, float] | None = None,
    rng_seed: int = 0,
) -> Schedule:
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
    Schedule

    Raises
    ------
    SetpointError
        As for `recommend`, or a share that is none.
    """
    if not 0.0 < share <= 1.0:
        raise SetpointError(f"share: got {share:g}: expected above 0 and at most 1")
    economics, plans = model.priced(prices), Plans.of(model, table)
    known = np.array([why is None for why in plans.refusals])
    ends = {size: weigh(model, plans.at, economics, _both_ways(model, size)) for size in SIZES}
    pairs = int(share * len(known)) // 2
    worth: dict[str, Worth] = {}
    able = known.copy()
    for knob in model.knobs:
        options = [_worth(model, ends[size], knob, size, known, pairs, len(known)) for size in SIZES]
        best = max(options, key=lambda one: one.value - one.cost)
        if best.value > best.cost:
            worth[knob] = best
            rows = _rows(model, knob)
            weighed = ends[best.size / model.step(knob)]
            able &= (weighed.within_limits[rows] & weighed.supported[rows]).all(axis=0)
    if not worth:
        return Schedule((), {})
    rng = np.random.default_rng(rng_seed)
    tests = []
    for first, second in _alike(model, plans, np.flatnonzero(able), pairs, rng):
        signs = {knob: float(rng.choice((-1.0, 1.0))) for knob in worth}
        for one, other, way in ((first, second, 1.0), (second, first, -1.0)):
            moves = {knob: way * sign * worth[knob].size for knob, sign in signs.items()}
            start = plans.grid.starts[plans.at.periods[one]]
            tests.append(Trial(plans.names[one], plans.names[other], start, AHEAD, moves))
    return Schedule(tuple(tests), worth)


def _both_ways(model: SetpointModel, share: float) -> dict[str, FloatArray]:
    """Standing still, then each knob down and up by a share of its step, shape (m, 1) each."""
    moves = {knob: [0.0] for knob in model.response.KNOBS}
    for knob in model.knobs:
        for sign in (-1.0, 1.0):
            for one, sizes in moves.items():
                sizes.append(sign * share * model.step(knob) if one == knob else 0.0)
    return {knob: np.array(sizes)[:, None] for knob, sizes in moves.items()}


def _rows(model: SetpointModel, knob: str) -> list[int]:
    """Rows of `_both_ways` that move a knob, down and up."""
    first = 1 + 2 * model.knobs.index(knob)
    return [first, first + 1]


def _worth(
    model: SetpointModel, weighed: Weighed, knob: str, share: float, known: np.ndarray, pairs: int, units: int
) -> Worth:
    """What tests of a knob with this size are worth."""
    down, up = _rows(model, knob)
    slope = (weighed.draws[:, up] - weighed.draws[:, down])[:, known].mean(axis=1) / (2.0 * share)
    gain, doubt = float(slope.mean()), float(slope.std())
    if not pairs or doubt <= 0.0:
        return Worth(share * model.step(knob), gain, doubt, doubt, 0.0, 0.0)
    error = model.noise / (model.hold[knob] * share * (2.0 * pairs) ** 0.5)
    after = doubt / (1.0 + (doubt / error) ** 2) ** 0.5
    learnt = (doubt**2 - after**2) ** 0.5
    away = abs(gain) / learnt
    value = learnt * float(norm.pdf(away) - away * norm.sf(away))
    bend = -float(weighed.gain[[down, up]][:, known].mean())
    return Worth(share * model.step(knob), gain, doubt, after, value, max(bend, 0.0) * 2.0 * pairs / units)


def _alike(
    model: SetpointModel, plans: Plans, units: IntArray, pairs: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Pairs of units that are most alike in what they are expected to be worth, drawn from all over the line."""
    state = model.states(plans.at)
    worth = model.worth(state, model.still(), model.posterior.mean)[0]
    order = units[np.argsort(worth[units], kind="stable")]
    couples = [(int(order[i]), int(order[i + 1])) for i in range(0, len(order) - 1, 2)]
    chosen = rng.permutation(len(couples))[:pairs]
    return [couples[i] for i in sorted(chosen)]
