"""Set-points of a block over segments: operators' targets within ranges, tests, manual values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.parameters import ArrayParameters
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant import set_points

Setpoints = dict[str, FloatArray]  # by name, (units, periods) each


class PlantSetpoints:
    """Origin of a block's set-points.

    Parameters
    ----------
    plan, block
        The run, and its units.
    tested : sequence of str
        Set-points of which some units make tests, each of the size `test_<set-point>`.
    held : int
        Periods for which a step of a test is held.
    rng : Generator
        Draws which units test, by the parameter `test_share`.
    """

    def __init__(
        self, plan: RunPlan, block: UnitBlock, tested: Sequence[str], held: int, rng: np.random.Generator
    ) -> None:
        self._plan, self._block, self._tested, self._held = plan, block, tested, held
        self._limits = {column.name: column.limits for column in plan.seed.by_role("setpoint")}
        self.testing = rng.random((block.count, 1)) < plan.plant.value("test_share")

    def manual_setpoints(self, first: int, count: int) -> Setpoints:
        """Manual set-points of a segment; NaN if the operators decide, none in plain history."""
        by_period = set_points.manual_setpoints(self._plan, self._block, first, count)
        return {name: np.ascontiguousarray(values.T) for name, values in by_period.items()}

    def tests(self, p: ArrayParameters, count: int, rng: np.random.Generator) -> Setpoints:
        """Steps of the units that test their set-points: up, down or none."""
        times = -(-count // self._held)
        steps = (
            known_stream(rng, self._held).integers(-1, 2, (len(self._tested), self._block.count, times)) * self.testing
        )
        steps = np.repeat(steps, self._held, axis=2)[:, :, :count].astype(np.float64)
        return {name: p[f"test_{name}"] * step for name, step in zip(self._tested, steps, strict=True)}

    def used(self, name: str, target: FloatArray, manual: Setpoints, part: slice = slice(None)) -> FloatArray:
        """Values in force in a part of the segment: within the set-point's range, manual if given."""
        own = np.clip(target, *self._limits[name])
        if name not in manual:
            return own
        return set_points.in_force(own, manual[name][:, part])
