"""Simulated cast house of an aluminium smelter: one row a cast, two casts a day from each furnace."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house import instruments
from synthetic_data.cast_house.casting import CastIngots, IngotMoulds
from synthetic_data.cast_house.charge import ELEMENTS, CastCharge, CastHouseFurnaces
from synthetic_data.cast_house.melt import Melt, MeltTreatmentLine
from synthetic_data.cast_house.operators import CastHouseOperators
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.pots import GROUPS, TappedMetal, TappedPots
from synthetic_data.cast_house.supply import CastHouseSupplier, CastHouseSupply
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.readings import spoiled
from synthetic_data.plant.segments import SegmentedPlant

_KEPT_WHOLE = ("filter_age", "rotor_age", "tool_age", "pots_apart")  # counted, not measured


class AluminiumIngot(Simulator):
    """Furnaces of a cast house, stepped a stretch of casts at a time."""

    block_units = 12  # furnaces stepped as one array: a cast house
    streams_together = 7  # blocks of them where there are more: fewer cost more a lot, more leave workers idle
    parameters = (CastHouseParameters,)
    period = PeriodBounds(6, 48, 1)  # a furnace is charged, treated and cast in six hours or more
    facts: ClassVar = {"filling_time": "min"}

    def unit_name(self, unit: int) -> str:
        """Name of a furnace: F-001 is the first of the house."""
        return f"F-{unit + 1:03d}"

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of furnaces before its warm-up."""
        return _House(plan, block)


SIMULATOR = AluminiumIngot()


class _House(SegmentedPlant[CastHouseSupplier]):
    """A block of furnaces, and what it is supplied with, between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        super().__init__(plan, block, CastHouseSupplier(plan))
        rng = self._rng
        self._pots = TappedPots(plan, block, rng)
        self._crew = CastHouseOperators(plan, block, rng)
        self._furnaces = CastHouseFurnaces(plan, block, rng)
        self._line = MeltTreatmentLine(plan, block, rng)
        self._moulds = IngotMoulds(plan, block, rng)
        # One laboratory for all furnaces, so its bias is the plant's.
        normals = plan.plant_stream().spawn(1)[0].standard_normal(len(ELEMENTS))
        self._bias = np.exp(plan.plant.value("laboratory_sd") * normals)

    def advance(self, most: int | None = None) -> BlockRows:
        """Step all casts of a stretch and report them; it is drawn as a whole, so it is not cut at `most`."""
        supply = self._supplier.advance()
        p, rng, shape = supply.parameters, self._rng, (self._block.count, supply.count)
        tapped = self._pots.advance(supply, rng)
        manual = self._crew.set_points.manual_setpoints(supply.first, supply.count)
        tests = self._crew.set_points.tests(p, supply.count, rng)
        setpoints = self._crew.before_cast(supply, tapped.samples, tests, manual, rng)
        charge = self._furnaces.advance(supply, tapped, setpoints, rng)
        melt, degassing = self._line.advance(supply, charge, setpoints, self._crew, tests, manual, rng)
        setpoints |= degassing
        cast = self._moulds.advance(p, melt, setpoints, rng)
        read = tapped.samples | instruments.before(supply, charge, melt, shape, rng)
        read |= instruments.during(supply, charge, melt, cast, rng)
        whole = {name: read.pop(name) for name in _KEPT_WHOLE}
        read = spoiled(read, float(p.missing_share[0]), self._limits, self._before, rng)
        assayed = instruments.assays(p, charge.contents, self._bias, rng)
        assayed = {name: np.minimum(values, self._limits[name][1]) for name, values in assayed.items()}
        table = whole | read | setpoints | assayed | cast.rejected
        truth = _truth(supply, tapped, charge, melt, cast, tests)
        return self._reported(supply.first, table, truth, tapped.failing.events)


def _truth(
    supply: CastHouseSupply, tapped: TappedMetal, charge: CastCharge, melt: Melt, cast: CastIngots, tests: Setpoints
) -> dict[str, FloatArray]:
    """Noise-free contents, chances of the defects, and hidden states, (units, periods) each."""
    shape = charge.mass.shape
    groups = {}
    for name, word in (("fe", "iron"), ("si", "silicon")):
        for number, group in enumerate(GROUPS):
            groups[f"{word}_feed_{group}"] = tapped.feed[name][number]
            groups[f"{word}_pool_{group}"] = tapped.pool[name][number]
    return {
        **charge.contents,
        **cast.probabilities,
        **groups,
        "iron_brought": np.broadcast_to(supply.brought["fe"], shape),
        "share_charged": charge.share,
        **{f"iron_from_{name}": values for name, values in charge.iron.items()},
        "alloy_in_scrap": charge.alloy,
        "melt_loss": charge.loss,
        "true_melt_temperature": charge.melt_temperature,
        "true_hydrogen_before": melt.hydrogen_before,
        "true_hydrogen_after": melt.hydrogen_after,
        "true_inclusions": melt.inclusions,
        "filter_held": melt.filter_held,
        "rotor_condition": melt.rotor_condition,
        **{f"{name}_test": step for name, step in tests.items()},
    }
