"""Set-points of sections of a lead refinery with their equations written out."""

from types import SimpleNamespace

import numpy as np

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.lead_cells.operators import SETPOINTS, TESTED, orders, setting
from tests.synthetic_data.stated import typical_plant


def test_orders_are_those_of_the_plant_with_habits(p):
    rng, shape = np.random.default_rng(1), (4, 3)
    state = {name: rng.uniform(1.0, 2.0, (4, 1)) for name in ("order", "temperature", "lignin")}
    traits, z = rng.standard_normal((3, 3)), rng.standard_normal((5, *shape))
    result = orders(p, SimpleNamespace(state=state), traits, z)
    expected = {
        "current_density": state["order"] + p.section_order_sd * traits[0] + p.habit_order * z[0],
        "electrolyte_temperature": state["temperature"] + p.habit_temperature * z[1],
        "lignin_dose": state["lignin"] + p.section_lignin_sd * traits[1] + p.habit_lignin * z[2],
        "cell_flow": p.cell_flow + p.section_flow_sd * traits[2] + p.habit_flow * z[3],
    }
    assert set(result) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-12, err_msg=name)


def test_tests_go_up_and_down_in_sections_that_test(p):
    seed = typical_plant(load("lead_refining"))
    plan, testing = plan_run(seed, units=3, years=0.1), np.array([1.0, 0.0, 1.0])
    signs = np.where(np.random.default_rng(2).random((4, 5, 3)) < 0.5, -1.0, 1.0)
    result = setting(seed, p, plan, SimpleNamespace(first=0, count=5), UnitBlock(0, 0, 3), signs, testing)
    for name, sign in zip(TESTED, signs, strict=True):
        np.testing.assert_allclose(result.tests[name], p[f"test_{name}"] * testing * sign, rtol=1e-12)
    assert result.bounds == {name: tuple(seed.column(name).bounds) for name in SETPOINTS}
    assert result.steps == SETPOINTS
    assert result.hand == {}
