"""Set-points of each section: plant orders, routine of shifts, tests over an anode's life."""

from __future__ import annotations

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.lead_cells.circuit import LeadCrops, Values
from synthetic_data.lead_cells.parameters import LeadParameters
from synthetic_data.plant import set_points
from synthetic_data.plant.set_points import Setting

# Set-points and the step in which each is written down.
SETPOINTS = {
    "current_density": 1.0,
    "electrolyte_temperature": 0.1,
    "glue_dose": 5.0,
    "lignin_dose": 5.0,
    "cell_flow": 0.5,
}
TESTED = ("current_density", "electrolyte_temperature", "glue_dose", "lignin_dose")
TRAITS = 3  # standard normal numbers of a section: current, lignin, flow
NORMALS = 5  # of a crop: habits of current, temperature, lignin, flow, glue
UNIFORMS = len(TESTED)  # of a crop: sign of each test


def setting(
    seed: Seed,
    p: LeadParameters,
    plan: RunPlan,
    crops: LeadCrops,
    block: UnitBlock,
    held: FloatArray,
    testing: FloatArray,
) -> Setting:
    """Bounds, tests by their signs, (TESTED, crops, sections), and what was set by hand in some crops."""
    bounds = {name: set_points.bounds(seed, name) for name in SETPOINTS}
    tests = {name: p[f"test_{name}"] * testing * sign for name, sign in zip(TESTED, held, strict=True)}
    return Setting(bounds, tests, set_points.manual_setpoints(plan, block, crops.first, crops.count), SETPOINTS)


def orders(p: LeadParameters, crops: LeadCrops, traits: FloatArray, normals: FloatArray) -> Values:
    """Targets of all set-points except glue, which follows the deposit; the voltage limits the current."""
    state = crops.state
    return {
        "current_density": state["order"] + p.section_order_sd * traits[0] + p.habit_order * normals[0],
        "electrolyte_temperature": state["temperature"] + p.habit_temperature * normals[1],
        "lignin_dose": state["lignin"] + p.section_lignin_sd * traits[1] + p.habit_lignin * normals[2],
        "cell_flow": p.cell_flow + p.section_flow_sd * traits[2] + p.habit_flow * normals[3],
    }
