"""Patrols and swing of the current with their equations written out."""

from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.refining_cells import operators
from tests.synthetic_data.stated import typical_plant


def test_swing_is_deeper_in_winter(p):
    weeks = SimpleNamespace(state={"ambient_temperature": np.array([[27.0], [3.0]])})
    trait, habit = np.array([0.0, 1.0]), np.array([[0.0, 0.0], [1.0, -1.0]])
    result = operators.swing(p, weeks, trait, habit)
    np.testing.assert_allclose(result, [[3.0, 4.0], [5.0 + 0.6, 6.0 - 0.6]])


def test_tests_are_held_for_the_life_of_anodes(p):
    uniforms = np.random.default_rng(2).random((2, 9, 4))
    testing = np.array([1.0, 0.0, 1.0, 1.0])
    before = np.ones((2, 4))
    tests, last = operators.tested(p, before, 1, testing, uniforms)
    signs = np.where(uniforms < 0.5, -1.0, 1.0)
    for i, name in enumerate(operators.SETPOINTS):
        expected = np.stack([before[i], before[i], *[signs[i, t - (1 + t) % 3] for t in range(2, 9)]])
        np.testing.assert_allclose(tests[name], p[f"test_{name}"] * testing * expected)
    # a longer stretch in two pieces is the same
    one, tests_in_force = operators.tested(p, before, 1, testing, uniforms[:, :4])
    two, end = operators.tested(p, tests_in_force, 5, testing, uniforms[:, 4:])
    for name in operators.SETPOINTS:
        np.testing.assert_allclose(np.concatenate([one[name], two[name]]), tests[name])
    np.testing.assert_allclose(end, last)


def test_setting_takes_the_seeds_bounds():
    seed = typical_plant(load("copper_electrorefining"))
    weeks = SimpleNamespace(first=0, count=2)
    result = operators.setting(seed, plan_run(seed, units=2, years=0.1), weeks, UnitBlock(0, 0, 2), {})
    assert result.bounds == {"current_swing": (0.0, 12.0), "patrol_interval": (8.0, 24.0)}
    assert result.used("current_swing", np.array([3.3, 15.0])).tolist() == pytest.approx([3.5, 12.0])
