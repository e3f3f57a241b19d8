"""Operators' set-points of a cycle, from reports of an earlier one; set-point tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.cell_house.parameters import CellHouseParameters
from synthetic_data.cell_house.state import CellGroups
from synthetic_data.plant import set_points

Values = dict[str, FloatArray]

GROUP_SETPOINTS = {  # by set-point: its set-point before tests
    "temperature_target": "temperature_target",
    "acid_zinc_target": "acid_zinc_target",
    "glue_dose": "glue_dose",
}
NORMALS = UNIFORMS = len(GROUP_SETPOINTS)  # habit of the operators, sign of the test


def review(p: CellHouseParameters, groups: CellGroups, reported: Values, normals: FloatArray) -> None:
    """Cool and feed groups below their own mean, glue poor ones; draw all back to the usual.

    So in the history much glue occurs together with a low efficiency. Temperature and acid do so for some cycles only:
    operators do not cool a group permanently because its cathodes are old.
    """
    efficiency = reported["current_efficiency"]
    fallen = np.clip(groups.usual_efficiency - efficiency, 0.0, p.poor_most)
    groups.usual_efficiency = groups.usual_efficiency + (efficiency - groups.usual_efficiency) / p.review_memory
    poor = np.clip(p.efficiency_wanted - efficiency, 0.0, p.poor_most)
    shorted = np.clip(reported["shorts"] - p.shorts_borne, 0.0, p.poor_most)
    groups.temperature_target = groups.temperature_target + (
        -p.review_temperature * fallen
        + p.review_return * (p.temperature - groups.temperature_target)
        + p.habit_temperature * normals[0]
    )
    groups.acid_zinc_target = groups.acid_zinc_target + (
        -p.review_acid_zinc * fallen
        + p.review_return * (p.acid_zinc_ratio - groups.acid_zinc_target)
        + p.habit_acid_zinc * normals[1]
    )
    groups.glue_dose = groups.glue_dose + (
        p.review_glue * poor
        + p.review_glue_shorts * shorted
        + p.review_return * (p.glue_dose - groups.glue_dose)
        + p.habit_glue * normals[2]
    )


def choose(
    p: CellHouseParameters,
    groups: CellGroups,
    seed: Seed,
    testing: NDArray[np.bool_],
    uniforms: FloatArray,
    manual: Values,
) -> tuple[Values, Values]:
    """Set-points in force in a cycle and their test part; manual set-points take precedence."""
    sizes = (p.test_temperature, p.test_acid_zinc, p.test_glue)
    setpoints: Values = {}
    tests: Values = {}
    for name, size, probability in zip(GROUP_SETPOINTS, sizes, uniforms, strict=True):
        test = np.where(testing, size * set_points.signs(probability), 0.0)
        own, used = set_points.with_test(
            getattr(groups, GROUP_SETPOINTS[name]), test, size, set_points.bounds(seed, name), manual.get(name)
        )
        setattr(groups, GROUP_SETPOINTS[name], own)
        setpoints[name], tests[f"{name}_test"] = used, test
    return setpoints, tests
