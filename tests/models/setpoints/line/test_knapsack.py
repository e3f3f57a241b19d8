"""One move a unit under shared limits: against every combination, and against what a little more of one brings."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from models.setpoints.line.knapsack import Knapsack, price


def drawn(rng, moves=6, units=3, limits=1):
    values, takes = rng.normal(size=(moves, units)), rng.uniform(1.0, 3.0, size=(limits, moves, units))
    allowed = rng.random((moves, units)) < 0.8
    allowed[0] = True
    return Knapsack(values, takes, np.full(limits, np.inf), allowed, rng.uniform(0.0, 2.0, size=limits))


def value_of(problem, best):
    return problem.values[best, np.arange(len(best))].sum()


def of_all(problem):
    """Highest worth within the limits by trying every combination; None where none keeps them."""
    moves, units = problem.values.shape
    result = None
    for choice in itertools.product(range(moves), repeat=units):
        best = np.array(choice)
        if problem.allowed[best, np.arange(units)].all() and (problem.all_taken(best) <= problem.limits).all():
            result = value_of(problem, best) if result is None else max(result, value_of(problem, best))
    return result


@pytest.mark.parametrize("limits", [1, 3])
@pytest.mark.parametrize("seed", range(8))
def test_the_best_within_limits_is_the_best_of_all_combinations(seed, limits):
    whole = drawn(np.random.default_rng(seed), limits=limits)
    free = whole.all_taken(whole.free())
    for share in np.linspace(-0.05, 1.05, 7):
        ends = whole.least() + share * (np.maximum(free, whole.least() + 0.5) - whole.least())
        problem = Knapsack(whole.values, whole.takes, ends, whole.allowed, whole.taken)
        best, expected = problem.best(), of_all(problem)
        if expected is None:
            assert best is None
        else:
            assert problem.allowed[best, np.arange(3)].all()
            assert (problem.all_taken(best) <= problem.limits + 1e-6).all()
            assert value_of(problem, best) == pytest.approx(expected, abs=1e-9)


def test_without_a_limit_that_binds_each_unit_has_its_own_best():
    problem = drawn(np.random.default_rng(1), units=40, limits=2)
    own = np.where(problem.allowed, problem.values, -np.inf).argmax(axis=0)
    np.testing.assert_array_equal(problem.best(), own)
    loose = problem.limited(1e9)
    np.testing.assert_array_equal(loose.best(), own)
    assert price([loose]) == 0.0


def test_a_limit_that_all_moves_break_has_no_answer():
    problem = drawn(np.random.default_rng(2))
    assert problem.limited(problem.least()[0] - 1e-3).best() is None


def test_the_price_is_what_a_little_more_of_the_limit_brings():
    """With many units the whole problem is close to the relaxed one: the mean over a span of limits agrees."""
    problem = drawn(np.random.default_rng(3), moves=8, units=120)
    low, high = problem.least()[0], problem.all_taken(problem.free())[0]
    for share in (0.3, 0.6):
        limit, span = low + share * (high - low), 0.04 * (high - low)
        ends = [problem.limited(end) for end in (limit - span, limit, limit + span)]
        prices = [price([end]) for end in ends]
        rise = value_of(problem, ends[2].best()) - value_of(problem, ends[0].best())
        assert prices[0] >= prices[1] >= prices[2] > 0.0
        assert prices[2] * 0.95 <= rise / (2.0 * span) <= prices[0] * 1.05


def test_the_price_looks_beyond_the_problem_that_is_chosen():
    """One unit, one move: worth 1 that takes 2, or worth 7 that takes 5. Between them one more is worth 2."""

    def one(value, taken, limit):
        moves = np.zeros((1, 1))
        return Knapsack(moves, moves[None], np.array([limit]), moves == 0, np.array([taken]), value)

    assert price([one(1.0, 2.0, 3.0), one(7.0, 5.0, 3.0)]) == pytest.approx(2.0)
    assert price([one(1.0, 2.0, 5.5), one(7.0, 5.0, 5.5)]) == 0.0


def test_each_problem_keeps_limits_of_its_own():
    """The second may take 4 of its second limit and the first 1: each keeps its own, and the price is as without."""
    moves = np.zeros((1, 1))

    def one(value, taken, limits):
        return Knapsack(moves, np.zeros((2, 1, 1)), np.array(limits), moves == 0, np.array(taken), value)

    both = [one(1.0, [2.0, 1.0], [3.0, 1.0]), one(7.0, [5.0, 4.0], [3.0, 4.0])]
    assert price(both) == pytest.approx(2.0)


def test_a_line_of_264_pots_is_solved_to_the_last_move():
    rng = np.random.default_rng(4)
    shares = np.linspace(-1.0, 1.0, 125)[:, None]
    takes = 1.6 + 0.02 * shares + 0.002 * rng.random((125, 264))
    values = 10.0 * shares * rng.normal(size=264) - 5.0 * shares**2
    whole = Knapsack(values, takes[None], np.array([np.inf]), np.ones((125, 264), dtype=bool), np.zeros(1))
    limit = 0.5 * (whole.least() + whole.all_taken(whole.free()))[0]
    problem = whole.limited(limit)
    best = problem.best()
    assert problem.all_taken(best)[0] <= limit + 1e-6
    # By the price of the limit no choice is worth more than this (weak duality); a rounded one lacks a part of a move.
    dear = price([problem])
    bound = (values - dear * takes).max(axis=0).sum() + dear * limit
    assert bound - 0.05 <= value_of(problem, best) <= bound + 1e-6


def test_an_answer_of_the_solver_that_breaks_a_limit_is_an_error(monkeypatch):
    """SciPy's issue 24141 shows one."""
    problem = drawn(np.random.default_rng(5), units=4)
    limited = problem.limited(0.5 * (problem.least() + problem.all_taken(problem.free()))[0])
    monkeypatch.setattr("scipy.optimize.milp", lambda costs, **given: SimpleNamespace(x=np.ones(len(costs))))
    with pytest.raises(ArithmeticError, match="do not keep the limits, or not one of each unit"):
        limited.best()
