"""Simulated shredding lines of retired lithium-ion cells: one row a lot of black mass, one a day."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.inspection import Inspected
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.readings import spoiled
from synthetic_data.plant.segments import SegmentedPlant
from synthetic_data.shredding import instruments
from synthetic_data.shredding.bags import Bagged, Bagging
from synthetic_data.shredding.faults import ShreddingFaults
from synthetic_data.shredding.feed import ShreddingFeed, ShreddingIntake
from synthetic_data.shredding.furnace import FurnaceOutput, ShreddingFurnaces
from synthetic_data.shredding.inspection import ShreddingInspection
from synthetic_data.shredding.mill import MillOutput, Mills
from synthetic_data.shredding.operators import TIME, ShreddingOperators
from synthetic_data.shredding.parameters import ShreddingParameters
from synthetic_data.shredding.powder import ELEMENTS, PowderLots, made
from synthetic_data.shredding.supply import ShreddingSupplier


class BlackMass(Simulator):
    """Shredding lines, stepped a stretch of lots at a time."""

    block_units = 12  # lines stepped as one array: those of the default plant
    streams_together = 7  # blocks of them where there are more: fewer cost more a lot, more leave workers idle
    period = PeriodBounds(8, 72, 1)  # a lot is discharged, burnt and milled in a shift or more
    parameters = (ShreddingParameters,)

    def unit_name(self, unit: int) -> str:
        """Name of a line: S-001 is the first."""
        return f"S-{unit + 1:03d}"

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of lines before its warm-up."""
        return _Lines(plan, block)


SIMULATOR = BlackMass()


class _Lines(SegmentedPlant[ShreddingSupplier]):
    """A block of lines, with what all lines share, between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        super().__init__(plan, block, ShreddingSupplier(plan))
        rng = self._rng
        self._gate = ShreddingIntake(plan, block, rng)
        self._crew = ShreddingOperators(plan, block, rng)
        self._furnaces = ShreddingFurnaces(plan, block, rng)
        self._mills = Mills(plan, block, rng)
        self._bagging = Bagging(plan, block, rng)
        self._inspection = ShreddingInspection(block, rng)
        self._faults = ShreddingFaults(block, plan.period_days)
        # One laboratory for all lines, and the one that takes its place.
        shape = (instruments.LABORATORIES, len(ELEMENTS))
        self._bias = plan.plant_stream().spawn(1)[0].standard_normal(shape)

    def advance(self, most: int | None = None) -> BlockRows:
        """Step all lots of a stretch and report them; it is drawn as a whole, so it is not cut at `most`."""
        supply = self._supplier.advance()
        p, rng, crew = supply.parameters, self._rng, self._crew
        manual = crew.set_points.manual_setpoints(supply.first, supply.count)
        tests = crew.set_points.tests(p, supply.count, rng)
        faults = self._faults.advance(p, supply.first, supply.count, rng)
        feed = self._gate.advance(supply, faults, rng)
        setpoints = crew.settings(supply, feed, faults, tests, manual, rng)
        burnt = self._furnaces.advance(supply, feed, faults, setpoints, rng)
        milled = self._mills.advance(supply, feed, burnt, faults, setpoints, crew, tests, manual, rng)
        powder = made(supply, feed, burnt, milled, faults, setpoints, rng)
        bagged = self._bagging.advance(supply, powder, faults, rng)
        inspected = self._inspection.advance(p, milled, bagged, faults, rng)
        read = instruments.before(feed)
        read |= instruments.during(supply, feed, burnt, milled, powder, bagged, rng)
        read = spoiled(read, float(p.missing_share[0]), self._limits, self._before, rng)
        assayed = instruments.assays(supply, bagged.contents, self._bias, rng)
        certified = {name: np.minimum(values, self._limits[name][1]) for name, values in assayed.items()}
        counted = instruments.counted(feed, milled, bagged)
        table = certified | read | counted | setpoints | {TIME: milled.mill_time} | inspected.rejected
        truth = _truth(feed, burnt, milled, powder, bagged, inspected, faults, tests)
        return self._reported(supply.first, table, truth, faults.events)


def _truth(
    feed: ShreddingFeed,
    burnt: FurnaceOutput,
    milled: MillOutput,
    powder: PowderLots,
    bagged: Bagged,
    inspected: Inspected,
    faults: ActiveFaults,
    tests: Setpoints,
) -> dict[str, FloatArray]:
    """Noise-free contents, chances of the defects, and hidden states, (units, periods) each."""
    return {
        **bagged.contents,
        **inspected.probabilities,
        **{f"made_{name}": values for name, values in powder.contents.items()},
        **{f"silo_{name}": values for name, values in bagged.of_silo.items()},
        "held_back": bagged.held,
        "relative_mass": bagged.mass,
        "true_lfp_share": feed.shares["lfp"],
        "active_share": powder.active,
        "true_temperature": burnt.temperature,
        "binder": burnt.binder,
        "brittle": burnt.brittle,
        "burnt_carbon": burnt.carbon,
        "foil": milled.foil,
        "true_aperture": milled.aperture,
        "true_yield": milled.powder_yield,
        "true_wash": powder.wash_flow,
        "lithium_washed": powder.washed,
        **{kind: faults.strength[kind] for kind in ("torn", "batch", "bag")},
        **{f"{name}_test": step for name, step in tests.items()},
    }
