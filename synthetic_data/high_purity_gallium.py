"""Simulated crystallisers of a gallium refinery: one row a lot, one every 36 hours and crystalliser."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.crystallisers import instruments
from synthetic_data.crystallisers.faults import FaultsOfCrystallisers
from synthetic_data.crystallisers.feed import CrystalliserFeed, CrystalliserIntake
from synthetic_data.crystallisers.inspection import CrystalliserInspection
from synthetic_data.crystallisers.lots import CrystallisedLots, CrystalliserLots
from synthetic_data.crystallisers.operators import CrystalliserOperators
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.crystallisers.supply import CrystalliserSupplier
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.inspection import Inspected
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.readings import spoiled
from synthetic_data.plant.segments import SegmentedPlant

_FOLLOWED = ("copper", "magnesium", "lead", "zinc", "iron")  # whose segregation stands in the truth


class HighPurityGallium(Simulator):
    """Crystallisers, stepped a stretch of lots at a time."""

    block_units = 12  # crystallisers stepped as one array: those of the default refinery
    streams_together = 7  # blocks of them where there are more: fewer cost more a lot, more leave workers idle
    parameters = (CrystalliserParameters,)
    period = PeriodBounds(24, 96, 1)  # a lot freezes for a day or more
    facts: ClassVar = {"mould_area": "m²"}

    def unit_name(self, unit: int) -> str:
        """Name of a crystalliser: C-001 is the first."""
        return f"C-{unit + 1:03d}"

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of crystallisers before its warm-up."""
        return _Crystallisers(plan, block)


SIMULATOR = HighPurityGallium()


class _Crystallisers(SegmentedPlant[CrystalliserSupplier]):
    """A block of crystallisers, with what all of them share, between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        super().__init__(plan, block, CrystalliserSupplier(plan))
        rng = self._rng
        self._gate = CrystalliserIntake(plan, block, rng)
        self._crew = CrystalliserOperators(plan, block, rng)
        self._lots = CrystalliserLots(plan, block, rng)
        self._inspection = CrystalliserInspection(block, rng)
        self._faults = FaultsOfCrystallisers(block, plan.period_days)
        # One spectrometer for all crystallisers, and the one that takes its place.
        shape = (instruments.LABORATORIES, len(ELEMENTS))
        self._bias = plan.plant_stream().spawn(1)[0].standard_normal(shape)

    def advance(self, most: int | None = None) -> BlockRows:
        """Step all lots of a stretch and report them; it is drawn as a whole, so it is not cut at `most`."""
        supply = self._supplier.advance()
        p, rng, crew = supply.parameters, self._rng, self._crew
        manual = crew.set_points.manual_setpoints(supply.first, supply.count)
        tests = crew.set_points.tests(p, supply.count, rng)
        faults = self._faults.advance(p, supply.first, supply.count, rng)
        feed = self._gate.advance(supply, rng)
        made = self._lots.advance(supply, feed, faults, self._bias, crew, tests, manual, rng)
        inspected = self._inspection.advance(p, feed, made.frozen, faults, rng)
        read = instruments.before(feed) | instruments.during(p, made.frozen, faults, rng)
        read |= instruments.late(p, made.contents, rng)
        read = spoiled(read, float(p.missing_share[0]), self._limits, self._before, rng)
        assayed = {f"feed_{name}": values for name, values in zip(ELEMENTS, made.charge_assays, strict=True)}
        assayed |= dict(zip(ELEMENTS, made.reported, strict=True))
        certified = {name: np.minimum(values, self._limits[name][1]) for name, values in assayed.items()}
        table = certified | read | instruments.counted(feed) | made.setpoints | inspected.rejected
        truth = _truth(feed, made, inspected, faults, tests)
        return self._reported(supply.first, table, truth, faults.events)


def _truth(
    feed: CrystalliserFeed, made: CrystallisedLots, inspected: Inspected, faults: ActiveFaults, tests: Setpoints
) -> dict[str, FloatArray]:
    """Noise-free contents, chances of the defects, and hidden states, (units, periods) each."""

    def of(prefix: str, values: FloatArray) -> dict[str, FloatArray]:
        return {f"{prefix}{name}": one for name, one in zip(ELEMENTS, values, strict=True)}

    frozen = made.frozen
    return {
        **of("", made.contents),
        **inspected.probabilities,
        **of("charged_", made.charge),
        **of("crystal_", frozen.crystal),
        **{f"vacuum_left_{name}": frozen.vacuum[ELEMENTS.index(name)] for name in ("zinc", "lead", "iron")},
        **{f"segregation_{name}": frozen.segregation[ELEMENTS.index(name)] for name in _FOLLOWED},
        "trapped": frozen.trapped,
        "true_rate": frozen.rate,
        "true_melt_temperature": frozen.melt_temperature,
        "true_particles": feed.particles,
        **{kind: faults.strength[kind] for kind in ("sudden", "mould", "leak", "steel", "carry")},
        **{f"{name}_test": step for name, step in tests.items()},
    }
