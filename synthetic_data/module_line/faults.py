"""Faults of a line's stations: periods with a wrong clamp, tile, distance, focus or label template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.module_line.parameters import ModuleLineParameters

KINDS = ("clamp", "tile", "stand_off", "focus", "template")
_YEAR = 365.25  # d
_STREAM = 1  # of those that the plant's own spawns


@dataclass(frozen=True)
class ModuleLineFaults:
    """Spells of each kind over a whole run: onset and end, (spells,) each [d]."""

    spells: Mapping[str, tuple[FloatArray, FloatArray]]

    @classmethod
    def of(cls, plan: RunPlan, p: ModuleLineParameters) -> Self:
        """The plant's faults; each block that asks gets the same."""
        rng = plan.plant_stream().spawn(_STREAM)[0]
        spells = {}
        for kind in KINDS:
            count = rng.poisson(p[f"{kind}_rate"] * plan.days / _YEAR)
            onset = np.sort(plan.days * rng.random(count))
            spells[kind] = onset, onset + p.fault_short + (p.fault_long - p.fault_short) * rng.random(count)
        return cls(spells)

    def on(self, kind: str, day: FloatArray) -> FloatArray:
        """1 on the days, (k,), on which a fault of the kind is there, else 0."""
        onset, end = self.spells[kind]
        there: BoolArray = np.any((day[:, None] >= onset) & (day[:, None] < end), axis=1)
        return there.astype(np.float64)

    def events(self) -> tuple[PlantEvent, ...]:
        """All fault periods as events; each is detected when it is corrected."""
        result = [
            PlantEvent(None, f"fault {kind}", float(onset), float(end), float(end))
            for kind, spells in self.spells.items()
            for onset, end in zip(*spells, strict=True)
        ]
        return tuple(sorted(result, key=lambda event: event.onset))
