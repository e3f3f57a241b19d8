"""Set-points of each group of cells: plant orders, routine, tests, glue against rough deposits."""

from __future__ import annotations

from physics.arrays import FloatArray
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant import set_points
from synthetic_data.plant.set_points import Setting
from synthetic_data.tankhouse.circuit import Weeks
from synthetic_data.tankhouse.parameters import GrowthParameters

# Set-points and the step in which each is written down.
SETPOINTS = {
    "current_density": 1.0,
    "electrolyte_temperature": 0.1,
    "chloride": 1.0,
    "glue_dose": 1.0,
    "thiourea_dose": 1.0,
    "cell_flow": 0.5,
}
TESTED = ("current_density", "chloride", "glue_dose")
TRAITS = 4  # standard normal numbers of a group: current, thiourea, flow, chloride
NORMALS = 6  # of a crop: habits of current, temperature, glue, thiourea, flow, chloride
GLUE_HABIT = 2  # of the habits
UNIFORMS = len(TESTED)  # of a crop: sign of each test


def setting(
    p: GrowthParameters,
    plan: RunPlan,
    weeks: Weeks,
    block: UnitBlock,
    testing: FloatArray,
    uniforms: FloatArray,
) -> Setting:
    """Bounds, tests and what was set by hand in some weeks."""
    bounds = {name: set_points.bounds(plan.seed, name) for name in SETPOINTS}
    signs = set_points.signs(uniforms)
    tests = {name: p[f"test_{name}"] * testing * sign for name, sign in zip(TESTED, signs, strict=True)}
    return Setting(bounds, tests, set_points.manual_setpoints(plan, block, weeks.first, weeks.count), SETPOINTS)


def orders(p: GrowthParameters, weeks: Weeks, traits: FloatArray, normals: FloatArray) -> dict[str, FloatArray]:
    """Wishes for all set-points but glue, which answers the deposit, shape (crops, groups)."""
    week = weeks.state
    return {
        "current_density": week["order"] + p.group_order_sd * traits[0] + p.habit_order * normals[0],
        "electrolyte_temperature": week["temperature"] + p.habit_temperature * normals[1],
        "chloride": week["chloride_target"] + p.group_chloride_sd * traits[3] + p.habit_chloride * normals[5],
        "thiourea_dose": week["thiourea"] + p.group_thiourea_sd * traits[1] + p.habit_thiourea * normals[3],
        "cell_flow": p.cell_flow + p.group_flow_sd * traits[2] + p.habit_flow * normals[4],
    }
