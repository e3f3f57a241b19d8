"""Deliveries of packs, one lot each: arrival, defects of the whole lot, faults of the line that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from synthetic_data.battery_line.parameters import BatteryLineParameters, PlantParameters
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock

_SPREAD = 0.8  # part of its share of the run within which a lot comes, so that the order is kept
_YEAR = 365.25  # d


@dataclass(frozen=True)
class BatteryLineFaults:
    """f faults of the line in a run; each array has one value a fault."""

    kind: tuple[str, ...]
    head: IntArray  # pulse head that it is of; 0 where the fault has none
    onset: FloatArray  # d since the start of the run
    end: FloatArray  # d
    size: FloatArray  # in the unit of the kind's parameters

    @classmethod
    def of_plan(cls, plan: RunPlan, rng: np.random.Generator) -> BatteryLineFaults:
        """Faults of a whole run: each begins at any time alike likely, so many a year as the seed has it."""
        p = PlantParameters.of(plan.seed)
        kinds: list[str] = []
        heads, onset, length, size = [], [], [], []
        for name, head in (
            *(("probe_worn", head) for head in range(round(p.heads))),
            ("chamber_off", 0),
            ("tube_low", 0),
        ):
            count = int(rng.poisson(p[f"{name}_rate"] * plan.days / _YEAR))
            kinds += [name] * count
            heads += [head] * count
            onset.append(plan.days * rng.random(count))
            length.append(rng.uniform(p[f"{name}_short"], p[f"{name}_long"], count))
            size.append(_sizes(name, p, count, rng))
        begins = np.concatenate(onset)
        return cls(
            tuple(kinds), np.array(heads, np.intp), begins, begins + np.concatenate(length), np.concatenate(size)
        )

    def on(self, kind: str, day: FloatArray, head: int = 0) -> FloatArray:
        """Size of what is on at these days, faults of one kind and head together."""
        mine = np.array([one == kind for one in self.kind], dtype=bool) & (self.head == head)
        active = (day[:, None] >= self.onset[mine]) & (day[:, None] < self.end[mine])
        result: FloatArray = active @ self.size[mine]
        return result

    def events(self) -> list[PlantEvent]:
        """Events of the line, each reported when it was corrected."""
        names = [
            f"{kind.replace('_', ' ')}, head {head + 1}" if kind == "probe_worn" else kind.replace("_", " ")
            for kind, head in zip(self.kind, self.head.tolist(), strict=True)
        ]
        times = zip(names, self.onset.tolist(), self.end.tolist(), strict=True)
        return [PlantEvent(None, name, onset, end, end) for name, onset, end in times]


@dataclass(frozen=True)
class Deliveries:
    """The k lots of a block; each array has one value a lot."""

    day: FloatArray  # d since the start of the run
    p: BatteryLineParameters  # in force on the lot's day
    crashed: BoolArray  # of crashed cars: full, partly flooded
    forged: BoolArray  # many labels are another make's
    charge_shift: FloatArray  # of the state of charge [1]
    core_temperature: FloatArray  # of the cells on the line [°C]
    pole_temperature: FloatArray  # of their poles [°C]
    hot: BoolArray  # operators halve the current of the pulses
    contact: FloatArray  # of each pulse head, (k, heads) [mΩ]
    tube_drift: FloatArray  # added to the X-ray ratio [1]

    @classmethod
    def of_block(
        cls, plan: RunPlan, block: UnitBlock, faults: BatteryLineFaults, rng: np.random.Generator
    ) -> Deliveries:
        """The lots of a block, spread over the days of the run."""
        place = block.first + np.arange(block.count) + _SPREAD * rng.random(block.count)
        day = place / plan.units * plan.days
        p = BatteryLineParameters.on_days(plan, day)
        heads = round(PlantParameters.of(plan.seed).heads)
        crashed, forged = rng.random((2, block.count)) < np.stack([p.crash_lot_share, p.forged_lot_share])
        normal = rng.standard_normal((3, block.count))
        season = -np.cos(2.0 * np.pi * (_day_of_year(plan, day) / _YEAR))
        hall = p.hall_mean + p.hall_swing * season + p.hall_sd * normal[0]
        chamber = faults.on("chamber_off", day)
        worn = np.stack([faults.on("probe_worn", day, head) for head in range(heads)], axis=1)
        return cls(
            day=day,
            p=p,
            crashed=crashed,
            forged=forged,
            charge_shift=p.charge_lot_sd * normal[1],
            core_temperature=hall + chamber,
            pole_temperature=hall + p.chamber_seen * chamber,
            hot=hall > p.hot_hall,
            contact=p.contact_resistance[:, None] + worn,
            tube_drift=p.tube_drift_sd * normal[2] + faults.on("tube_low", day),
        )

    def events(self) -> list[PlantEvent]:
        """Deliveries with something wrong with all of it."""
        result = [("manipulated labels", self.forged), ("crashed cars", self.crashed)]
        return [
            PlantEvent(int(lot), kind, *[float(self.day[lot])] * 3)
            for kind, which in result
            for lot in np.flatnonzero(which)
        ]


def _sizes(name: str, p: PlantParameters, count: int, rng: np.random.Generator) -> FloatArray:
    """Effect of each fault: contact resistance [mΩ], temperature either way [K], ratio downwards [1]."""
    if name == "probe_worn":
        return rng.uniform(p.probe_worn_low, p.probe_worn_high, count)
    if name == "chamber_off":
        return p.chamber_off_size * rng.choice([-1.0, 1.0], count)
    return np.full(count, -p.tube_low_size)


def _day_of_year(plan: RunPlan, day: FloatArray) -> FloatArray:
    return day + (plan.start - plan.start.replace(month=1, day=1)).days
