"""Set-points of sections alone: swing of the current with the tariff, interval of patrols."""

from __future__ import annotations

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant import set_points
from synthetic_data.plant.set_points import Setting
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse.circuit import Weeks
from synthetic_data.tankhouse.crops import Values

SETPOINTS = {"current_swing": 0.5, "patrol_interval": 0.5}  # and the step in which each is written down
TRAITS = 1  # standard normal numbers of a section: swing
NORMALS = 2  # of a crop: habits of swing and patrols


def tested(
    p: SectionParameters, before: FloatArray, first: int, testing: FloatArray, uniforms: FloatArray
) -> tuple[Values, FloatArray]:
    """Tests of both set-points in some crops, and their final signs.

    A test lasts for some crops: only then do operators who react to last week's shorts meet it twice.

    Parameters
    ----------
    p
        Parameters in force.
    before
        Signs in the crop before, shape (SETPOINTS, sections).
    first
        Number of the first crop's week.
    testing
        1 where a section runs tests, shape (sections,).
    uniforms
        Chances of the signs, shape (SETPOINTS, crops, sections).
    """
    held, last = set_points.held_signs(before, first, round(p.test_crops), uniforms)
    tests = {name: p[f"test_{name}"] * testing * sign for name, sign in zip(SETPOINTS, held, strict=True)}
    return tests, last


def setting(seed: Seed, plan: RunPlan, weeks: Weeks, block: UnitBlock, tests: Values) -> Setting:
    """Bounds, tests and manual values of both set-points in some weeks."""
    bounds = {name: set_points.bounds(seed, name) for name in SETPOINTS}
    return Setting(bounds, tests, set_points.manual_setpoints(plan, block, weeks.first, weeks.count), SETPOINTS)


def swing(p: SectionParameters, weeks: Weeks, trait: FloatArray, habit: FloatArray) -> FloatArray:
    """Target swing of the current, (crops, sections) [%]: deeper in winter, when peak prices are high."""
    cold = (p.ambient_mean - weeks.state["ambient_temperature"]) / p.ambient_swing
    target: FloatArray = p.current_swing + p.swing_season * cold + p.section_swing_sd * trait + p.habit_swing * habit
    return target
