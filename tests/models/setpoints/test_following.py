"""Fit of a set-point that operators choose by unseen values, on units with known operators."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.learning import _left
from models.setpoints.situations import AHEAD, UnitPeriodGrid, UnitStates

UNITS, PERIODS, SLOPE, HIDDEN = 40, 90, 2.0, 5.0
SETPOINTS = ("free", "bound")
SEED = SimpleNamespace(by_role=lambda role: (), target=SimpleNamespace(name="answer"))  # whose labels are in hand


def history(following):
    """Crews that set both set-points each period, one by something hidden that stays; tests of three periods on top.

    The answer follows the set-point that is set by it, and what is hidden too.
    """
    rng = np.random.default_rng(8)
    shape = (UNITS, PERIODS)
    hidden = rng.normal(0.0, 1.0, shape)
    for t in range(1, PERIODS):
        hidden[:, t] = 0.8 * hidden[:, t - 1] + 0.6 * hidden[:, t]
    blocks = rng.choice([-2.0, 0.0, 2.0], (2, UNITS, PERIODS // 3), p=[0.1, 0.8, 0.1])
    tests = dict(zip(SETPOINTS, np.repeat(blocks, 3, axis=2), strict=True))
    own = {"free": rng.normal(0.0, 1.0, shape), "bound": hidden + rng.normal(0.0, 0.3, shape)}
    columns = {setpoint: own[setpoint] + tests[setpoint] for setpoint in SETPOINTS}
    columns["answer"] = SLOPE * columns["bound"] + HIDDEN * hidden + rng.normal(0.0, 1.0, shape)
    grid = UnitPeriodGrid(
        np.arange(UNITS).astype(object),
        pd.date_range("2024-01-01", periods=PERIODS),
        columns,
        np.ones(shape, dtype=bool),
    )
    unit, period = np.nonzero(grid.there)
    last = {setpoint: grid.before(columns[setpoint]) for setpoint in SETPOINTS}
    known = np.column_stack([*last.values(), *(grid.before(tests[setpoint]) for setpoint in SETPOINTS)])
    plan = {setpoint: columns[setpoint][grid.there] for setpoint in SETPOINTS}
    at = UnitStates(unit, period, known, tuple("abcd"), plan, last, period)
    trials = {setpoint: grid.rises(tests[setpoint][grid.there]) for setpoint in SETPOINTS}
    still = {setpoint: np.zeros(len(unit)) for setpoint in SETPOINTS}
    measured = {"answer": columns["answer"]}
    return _left(grid, at, period >= AHEAD, SEED, measured, trials, still, frozenset(following))


def slope(moves, answer):
    known = np.isfinite(answer)
    x, y = moves[known] - moves[known].mean(), answer[known] - answer[known].mean()
    return float(x @ y / (x @ x))


@pytest.fixture(scope="module")
def recommendations():
    return history({"bound"})


@pytest.fixture(scope="module")
def plain():
    return history(())


def test_tests_alone_tell_what_such_a_setpoint_does(recommendations):
    assert slope(recommendations.tested["bound"], recommendations.beside["answer"]) == pytest.approx(SLOPE, rel=0.05)
    assert slope(recommendations.moved["bound"], recommendations.outcomes["answer"]) > 1.2 * SLOPE


def test_it_is_held_as_the_other_setpoints_of_the_crew_are(recommendations, plain):
    assert recommendations.hold["bound"] == recommendations.hold["free"]
    assert np.mean(plain.hold["bound"]) > 1.5 * np.mean(recommendations.hold["bound"])


def test_of_other_setpoints_the_moves_are_the_same(recommendations, plain):
    assert set(recommendations.tested) == set(recommendations.begun) == {"bound"}
    np.testing.assert_array_equal(recommendations.moved["free"], plain.moved["free"])
    assert not plain.tested
