"""Set-points of the groups with their equations written out."""

from types import SimpleNamespace

import numpy as np

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.set_points import Setting
from synthetic_data.tankhouse.operators import SETPOINTS, TESTED, orders, setting
from tests.synthetic_data.stated import typical_plant


def test_orders(uneven, crops, rng):
    p, week = uneven, crops.week
    traits, n = rng.standard_normal((4, 4)), rng.standard_normal((6, 5, 4))
    result = orders(p, SimpleNamespace(state=week), traits, n)
    expected = {
        "current_density": week["order"] + p.group_order_sd * traits[0] + p.habit_order * n[0],
        "electrolyte_temperature": week["temperature"] + p.habit_temperature * n[1],
        "chloride": week["chloride_target"] + p.group_chloride_sd * traits[3] + p.habit_chloride * n[5],
        "thiourea_dose": week["thiourea"] + p.group_thiourea_sd * traits[1] + p.habit_thiourea * n[3],
        "cell_flow": p.cell_flow + p.group_flow_sd * traits[2] + p.habit_flow * n[4],
    }
    assert set(result) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-12, err_msg=name)


def test_a_set_point_is_a_wish_within_bounds_with_its_test_in_steps():
    assert SETPOINTS == {
        **{"current_density": 1.0, "electrolyte_temperature": 0.1, "chloride": 1.0},
        **{"glue_dose": 1.0, "thiourea_dose": 1.0, "cell_flow": 0.5},
    }
    plain = Setting(
        {"cell_flow": (20.0, 40.0), "glue_dose": (30.0, 100.0)}, {"glue_dose": np.array([5.0, -5.0])}, {}, SETPOINTS
    )
    assert plain.used("cell_flow", np.array([10.0, 27.3, 27.2, 50.0])).tolist() == [20.0, 27.5, 27.0, 40.0]
    assert plain.used("glue_dose", np.array([60.4, 60.4])).tolist() == [65.0, 55.0]
    assert plain.used("glue_dose", 60.4, 1) == 55.0
    hand = Setting(plain.bounds, plain.tests, {"glue_dose": np.array([np.nan, 71.3])}, SETPOINTS)
    assert hand.used("glue_dose", np.array([60.4, 60.4])).tolist() == [65.0, 71.3]


def test_tests_go_up_and_down_in_groups_that_test(uneven):
    plan = plan_run(typical_plant(load("copper_cathode")), units=4, years=0.2)
    u = np.random.default_rng(1).random((3, 5, 4))
    testing = np.array([1.0, 0.0, 1.0, 1.0])
    weeks = SimpleNamespace(first=0, count=5)
    result = setting(uneven, plan, weeks, UnitBlock(0, 0, 4), testing, u)
    assert TESTED == ("current_density", "chloride", "glue_dose")
    for i, name in enumerate(TESTED):
        expected = uneven[f"test_{name}"] * testing * np.where(u[i] < 0.5, -1.0, 1.0)
        np.testing.assert_allclose(result.tests[name], expected, rtol=1e-12)
    for name in SETPOINTS:
        assert result.bounds[name] == tuple(plan.seed.column(name).bounds)
    assert result.hand == {}
