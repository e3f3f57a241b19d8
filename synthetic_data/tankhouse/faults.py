"""Faults of a tankhouse: of the circuit, which all groups feel, and of single groups of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import Event
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.tankhouse.parameters import GrowthParameters

DAYS = 7.0  # of a crop
# Parameters that begin with a kind's name say how often, how long and how soon it is seen.
CIRCUIT = ("filter", "glue_pump", "chloride_pump", "wash_water", "heater")
GROUP = ("contamination", "bent_plates", "short_detection")
UNIFORMS = 4  # of a fault and week: chance, day, duration, delay of detection


@dataclass
class CircuitFaults:
    """Until which day each fault of the circuit lasts."""

    until: list[float]

    @classmethod
    def none(cls) -> CircuitFaults:
        """No fault is on."""
        return cls([-np.inf] * len(CIRCUIT))

    def week(self, p: GrowthParameters, day: float, chances: list[float]) -> tuple[dict[str, float], list[Event]]:
        """Share of the week beginning on `day` in which each fault is on, and those that begin in it."""
        shares, events = {}, []
        for k, kind in enumerate(CIRCUIT):
            chance, when, length, delay = chances[UNIFORMS * k : UNIFORMS * (k + 1)]
            begun = day
            if self.until[k] <= day and chance < onset_chance(p[f"{kind}_rate"], DAYS):
                begun = day + DAYS * when
                lasts = _between(p, kind, "short", "long", length)
                seen = min(_between(p, kind, "seen_early", "seen_late", delay), lasts)
                self.until[k] = begun + lasts
                events.append(Event(None, kind, begun, begun + seen, begun + lasts))
            shares[kind] = max(0.0, min(self.until[k], day + DAYS) - begun) / DAYS
        return shares, events


@dataclass
class GroupFaults:
    """Until which day each fault of each group lasts, shape (kinds, groups)."""

    until: FloatArray
    kinds: tuple[str, ...] = GROUP

    @classmethod
    def none(cls, groups: int, kinds: tuple[str, ...] = GROUP) -> GroupFaults:
        """No fault is on."""
        return cls(np.full((len(kinds), groups), -np.inf), kinds)

    def stretch(
        self, p: GrowthParameters, first: int, uniforms: FloatArray
    ) -> tuple[dict[str, FloatArray], list[Event]]:
        """Share of each crop in which each fault is on, and those that begin.

        Parameters
        ----------
        p
            Parameters in force.
        first
            Number of the first crop's week.
        uniforms
            Chances of each possible fault, shape (kinds, UNIFORMS, crops, groups).
        """
        rates = onset_chance(np.array([p[f"{kind}_rate"] for kind in self.kinds]), DAYS)
        likely = uniforms[:, 0] < rates[:, None, None]
        shares = np.empty(likely.shape)
        events = []
        for t in range(likely.shape[1]):
            day = DAYS * (first + t)
            begun = np.full(self.until.shape, day)
            for k, group in zip(*np.nonzero(likely[:, t] & (self.until <= day)), strict=True):
                _, when, length, delay = uniforms[k, :, t, group].tolist()
                begun[k, group] = onset = day + DAYS * when
                lasts = _between(p, self.kinds[k], "short", "long", length)
                seen = min(_between(p, self.kinds[k], "seen_early", "seen_late", delay), lasts)
                self.until[k, group] = onset + lasts
                events.append(Event(int(group), self.kinds[k], onset, onset + seen, onset + lasts))
            shares[:, t] = np.maximum(np.minimum(self.until, day + DAYS) - begun, 0.0) / DAYS
        return dict(zip(self.kinds, shares, strict=True)), events


def _between(p: GrowthParameters, kind: str, low: str, high: str, chance: float) -> float:
    return between(p[f"{kind}_{low}"], p[f"{kind}_{high}"], chance)
