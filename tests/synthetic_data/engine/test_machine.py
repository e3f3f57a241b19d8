"""Machine code of recorded steps: the bits of NumPy, for any number of units and any numbers."""

import subprocess
import sys

import numpy as np
import pytest

from synthetic_data.engine import machine
from synthetic_data.engine.machine import LANES, Machine, filled_up
from synthetic_data.engine.tracing import Graph

ODD = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310, 5e-324, 1e308, 0.1, -2.5, 3.0, 700.0, -745.0])
SMALL = np.random.default_rng(1).uniform(-3.0, 3.0, 85)

OF_TWO = {
    "sum": lambda x, y: x + y - 0.1,
    "product": lambda x, y: x * y * x,
    "quotient": lambda x, y: x / y + 1.0 / x,
    "roots": lambda x, y: np.sqrt(x) + np.abs(y) ** 0.5,
    "least and most": lambda x, y: np.stack([np.minimum(x, y), np.maximum(x, y), np.clip(x, -1.0, y)]),
    "order": lambda x, y: (x < y) * 1.0 + (x >= y) * 2.0 + (x == y) * 4.0 + (x != y) * 8.0,
    "truths": lambda x, y: np.where(((x < y) & (y > 0.0)) | ~(x <= 1.0), x, y),
    "counts": lambda x, y: (x > y).astype(np.float64) + (x > 0.0),
    "sign": lambda x, y: -x + np.floor(y),
    "whole numbers": lambda x, y: np.round(x / 0.25) * 0.25 + np.round(y),
    "finite or not": lambda x, y: np.where(np.isfinite(x), x, y),
    "powers": lambda x, y: x**2 + np.abs(y) ** 2.2 + 1.5**x,
    "powers of both": lambda x, y: np.power(np.abs(x), y),
    "exponentials": lambda x, y: np.exp(x) + np.expm1(-y) * 2.0**y,
    "logarithms": lambda x, y: np.log(np.abs(x)) + np.log1p(np.abs(y)) + np.log10(np.abs(x * y)),
    "other functions": lambda x, y: np.tanh(x) + np.sin(y) + np.arctan(x) + np.hypot(x, y),
    "alike": lambda x, y: x * np.ones_like(y) + np.full_like(x, 2.5) + np.zeros_like(x),
}


def compiled(step, x, y):
    """The step as machine code on arrays of so many units."""
    graph = Graph()
    left = step(graph.row("given", 0), graph.row("given", 1))
    rows = list(left) if hasattr(left, "symbols") else [left]
    made = Machine(graph, [], [row.node for row in rows])
    given = np.zeros((2, filled_up(len(x))))
    given[0, : len(x)], given[1, : len(x)] = x, y
    found, none = np.empty((len(rows), given.shape[1])), np.zeros(1)
    made.run(none.ctypes.data, given.ctypes.data, found.ctypes.data, none.ctypes.data, given.shape[1])
    return found[:, : len(x)] if hasattr(left, "symbols") else found[0, : len(x)]


@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize("units", [1, LANES, 100])
def test_numbers_are_those_of_numpy_to_the_last_bit(name, units) -> None:
    rng = np.random.default_rng(units)
    every = np.concatenate([ODD, SMALL])
    x, y = rng.permutation(every)[:units], rng.permutation(every)[:units]
    with np.errstate(all="ignore"):
        wanted = OF_TWO[name](x, y)
    got = compiled(OF_TWO[name], x, y)
    nan = np.isnan(wanted)
    assert np.array_equal(np.isnan(got), nan)
    assert np.array_equal(got[~nan], wanted[~nan])


def test_state_is_moved_on_in_place() -> None:
    graph = Graph()
    state, speed = graph.rows("state", 0, 2), graph.scalar(0)
    before = state[0].copy()
    state[0] = state[0] + speed * graph.row("given", 0)
    made = Machine(graph, [row.node for row in state], [before.node])
    bank, given = np.arange(2.0 * LANES).reshape(2, LANES), np.ones((1, LANES))
    found, scalars, began = np.empty((1, LANES)), np.array([0.5]), np.arange(2.0 * LANES).reshape(2, LANES)
    for step in range(3):
        made.run(bank.ctypes.data, given.ctypes.data, found.ctypes.data, scalars.ctypes.data, LANES)
        assert np.array_equal(found[0], began[0] + 0.5 * step)
    assert np.array_equal(bank, began + np.array([[1.5], [0.0]]))


def test_other_constants_need_no_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(0.1, 2.0, LANES)
    machine._compiled.cache_clear()
    for constant in (0.3, 0.7, 11.0):
        assert np.array_equal(compiled(lambda x, y, c=constant: np.exp(c * x) + y, x, x), np.exp(constant * x) + x)
    assert machine._compiled.cache_info().misses == 1


def test_constants_that_are_equal_by_chance_need_no_other_code() -> None:
    x = np.linspace(0.1, 2.0, LANES)
    machine._compiled.cache_clear()
    for first, second in ((0.25, 0.75), (0.5, 0.5), (-1.0, 3.0)):
        first, second = float(str(first)), float(str(second))  # two objects, as parameters of a seed are
        got = compiled(lambda x, y, a=first, b=second: np.exp(a * x) - b * y + (y - b), x, x)
        assert np.array_equal(got, np.exp(first * x) - second * x + (x - second))
    assert machine._compiled.cache_info().misses == 1


def test_a_loop_that_is_not_the_function_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    machine._loop.cache_clear()
    monkeypatch.setattr(np, "array_equal", lambda *arrays: False)
    with pytest.raises(RuntimeError, match=r"numpy.exp: its loop gives other numbers"):
        machine._loop("exp")


def test_no_compiler_is_loaded_where_nothing_long_is_simulated() -> None:
    program = (
        "import sys, synthetic_data; from seeds import load; "
        "synthetic_data.replay(load('zinc_electrowinning'), units=2, years=0.05); "
        "sys.exit('llvmlite' in sys.modules or 'numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
