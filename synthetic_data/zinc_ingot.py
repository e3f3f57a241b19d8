"""Simulated melting houses of zinc works: one row a heat, three a day, each furnace with its own line."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.melting_house import instruments
from synthetic_data.melting_house.anodes import Anodes, Dissolved
from synthetic_data.melting_house.casting import CastSlabs, SlabMoulds
from synthetic_data.melting_house.cathodes import Cathodes, ZincCathodes
from synthetic_data.melting_house.charge import ELEMENTS, HeatCharge, MeltingFurnaces
from synthetic_data.melting_house.electrolyte import Electrolyte, LineElectrolytes
from synthetic_data.melting_house.faults import MeltingLineFaults
from synthetic_data.melting_house.operators import DOSE, MeltingHouseOperators
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.melting_house.supply import MeltingHouseSupplier
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.readings import spoiled
from synthetic_data.plant.segments import SegmentedPlant


class ZincIngot(Simulator):
    """Furnaces of a melting house, stepped a stretch of heats at a time."""

    block_units = 12  # furnaces stepped as one array: those of the default works
    streams_together = 7  # blocks of them where there are more: fewer cost more a lot, more leave workers idle
    parameters = (MeltingHouseParameters,)
    period = PeriodBounds(4, 24, 1)  # a heat of cathodes is melted and cast in four hours or more
    facts: ClassVar = {"clip_life": "d"}

    def unit_name(self, unit: int) -> str:
        """Name of a furnace: M-001 is the first of the works."""
        return f"M-{unit + 1:03d}"

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of furnaces before its warm-up."""
        return _House(plan, block)


SIMULATOR = ZincIngot()


class _House(SegmentedPlant[MeltingHouseSupplier]):
    """A block of furnaces with their lines, and what all lines share, between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        super().__init__(plan, block, MeltingHouseSupplier(plan))
        rng = self._rng
        self._lines = LineElectrolytes(plan, block, rng)
        self._anodes = Anodes(plan, block, rng)
        self._cells = ZincCathodes(plan, block, rng)
        self._crew = MeltingHouseOperators(plan, block, rng)
        self._furnaces = MeltingFurnaces(plan, block, rng)
        self._moulds = SlabMoulds(plan, block, rng)
        self._faults = MeltingLineFaults(block, plan.period_days)
        # One laboratory for all furnaces, so its bias is the works'.
        normals = plan.plant_stream().spawn(1)[0].standard_normal(len(ELEMENTS))
        self._bias = np.exp(plan.plant.value("laboratory_sd") * normals)

    def advance(self, most: int | None = None) -> BlockRows:
        """Step all heats of a stretch and report them; it is drawn as a whole, so it is not cut at `most`."""
        supply = self._supplier.advance()
        p, rng, crew = supply.parameters, self._rng, self._crew
        manual = crew.set_points.manual_setpoints(supply.first, supply.count)
        tests = crew.set_points.tests(p, supply.count, rng)
        faults = self._faults.advance(p, supply.first, supply.count, rng)
        electrolyte = self._lines.advance(supply, faults, rng)
        dissolved = self._anodes.advance(supply, electrolyte, rng)
        cathodes = self._cells.advance(supply, electrolyte, dissolved, faults, crew, tests, manual, rng)
        composites = np.abs(cathodes.samples["cathode_pb"])
        setpoints = {DOSE: cathodes.dose} | crew.charging(supply, composites, cathodes.thin, tests, manual, rng)
        charge = self._furnaces.advance(supply, cathodes, faults, setpoints, rng)
        cast = self._moulds.advance(p, cathodes, charge, rng)
        read = instruments.before(supply, electrolyte, rng) | {"solution_pb": cathodes.samples["solution_pb"]}
        read |= instruments.during(supply, charge, cast, rng)
        read = spoiled(read, float(p.missing_share[0]), self._limits, self._before, rng)
        counted = instruments.counted(dissolved, cathodes, charge)
        assayed = instruments.assays(supply, charge.contents, self._bias, rng)
        certified = {name: np.minimum(values, self._limits[name][1]) for name, values in (counted | assayed).items()}
        table = certified | read | setpoints | cast.rejected
        truth = _truth(faults, electrolyte, dissolved, cathodes, charge, cast, tests)
        return self._reported(supply.first, table, truth, [*faults.events, *dissolved.events])


def _truth(
    faults: ActiveFaults,
    electrolyte: Electrolyte,
    dissolved: Dissolved,
    cathodes: Cathodes,
    charge: HeatCharge,
    cast: CastSlabs,
    tests: Setpoints,
) -> dict[str, FloatArray]:
    """Noise-free contents, chances of the defects, and hidden states, (units, periods) each."""
    return {
        **charge.contents,
        **cast.probabilities,
        **{f"true_cathode_{name}": values for name, values in cathodes.contents.items()},
        **{f"fed_{name}": values for name, values in charge.fed.items()},
        "lead_by_cleaning": dissolved.by_cleaning,
        "dissolved_without_strontium": dissolved.lead,
        "true_temperature": electrolyte.temperature,
        "true_chloride": electrolyte.salts["chloride"],
        "slip": faults.strength["slip"],
        "thin_share": cathodes.thin,
        "cathode_iron": charge.cathode_iron,
        "true_dross": charge.dross,
        "true_melt_temperature": charge.melt_temperature,
        "true_power": cast.power,
        **{f"{name}_test": step for name, step in tests.items()},
    }
