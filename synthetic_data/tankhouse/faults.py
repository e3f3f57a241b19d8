"""Faults of a tankhouse: of the circuit, which affect all groups, and of single groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic_data.engine.plan import PlantEvent
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.unit_faults import UNIFORMS
from synthetic_data.tankhouse.parameters import CIRCUIT_FAULTS, GrowthParameters

# Parameters that begin with a kind's name say how often, how long and how soon it is seen.


@dataclass
class CircuitFaults:
    """Until which day each fault of the circuit lasts, and the length of a crop [d]."""

    until: list[float]
    days: float

    @classmethod
    def none(cls, days: float) -> CircuitFaults:
        """No fault is on."""
        return cls([-np.inf] * len(CIRCUIT_FAULTS), days)

    def week(self, p: GrowthParameters, day: float, uniforms: list[float]) -> tuple[dict[str, float], list[PlantEvent]]:
        """Share of the week beginning on `day` in which each fault is on, and those that begin in it."""
        shares, events = {}, []
        for k, kind in enumerate(CIRCUIT_FAULTS):
            uniform, when, length, delay = uniforms[UNIFORMS * k : UNIFORMS * (k + 1)]
            started = day
            if self.until[k] <= day and uniform < onset_chance(p[f"{kind}_rate"], self.days):
                started = day + self.days * when
                lasts = between(p[f"{kind}_short"], p[f"{kind}_long"], length)
                seen = min(between(p[f"{kind}_seen_early"], p[f"{kind}_seen_late"], delay), lasts)
                self.until[k] = started + lasts
                events.append(PlantEvent(None, kind, started, started + seen, started + lasts))
            shares[kind] = max(0.0, min(self.until[k], day + self.days) - started) / self.days
        return shares, events
