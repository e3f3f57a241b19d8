"""Faults of a plant's units over some periods: onsets, ends, and affected parts of a period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import ScalarParameters
from synthetic_data.engine.plan import PlantEvent
from synthetic_data.plant.faults import between, onset_chance

UNIFORMS = 4  # of a fault and period: chance, day, duration, delay of detection
_SPANS = ("short", "long", "seen_early", "seen_late")


def parameters_of(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the parameters of kinds of faults: how often, how long, how soon seen."""
    return tuple(f"{kind}_{end}" for kind in kinds for end in ("rate", *_SPANS))


@dataclass
class UnitFaults:
    """Until which day each fault of each unit lasts, shape (kinds, units).

    Parameters that begin with a kind's name say how often one begins, how long it lasts and how soon it is seen.
    """

    until: FloatArray
    kinds: tuple[str, ...]
    days: float  # of a period

    @classmethod
    def none(cls, units: int, kinds: tuple[str, ...], days: float) -> UnitFaults:
        """No fault is on."""
        return cls(np.full((len(kinds), units), -np.inf), kinds, days)

    def segment(
        self, p: ScalarParameters, first: int, uniforms: FloatArray
    ) -> tuple[dict[str, FloatArray], list[PlantEvent]]:
        """Share of each period in which each fault is on, and those that begin.

        Parameters
        ----------
        p
            Parameters in force.
        first
            Number of the first period.
        uniforms
            Chances of each possible fault, shape (kinds, UNIFORMS, periods, units).
        """
        rates = onset_chance(np.array([p[f"{kind}_rate"] for kind in self.kinds]), self.days)
        spans = np.array([[p[f"{kind}_{end}"] for end in _SPANS] for kind in self.kinds])
        likely = uniforms[:, 0] < rates[:, None, None]
        shares = np.empty(likely.shape)
        period, k, unit = np.nonzero(likely.swapaxes(0, 1))
        _, when, length, delay = uniforms[k, :, period, unit].T
        short, long, early, late = spans[k].T
        lasts = between(short, long, length)
        seen = np.minimum(between(early, late, delay), lasts)
        cuts = np.searchsorted(period, np.arange(likely.shape[1] + 1)).tolist()
        events: list[PlantEvent] = []
        for t, (start, end) in enumerate(pairwise(cuts)):
            day = self.days * (first + t)
            started = np.full(self.until.shape, day)
            begin = start + np.flatnonzero(self.until[k[start:end], unit[start:end]] <= day)
            if len(begin):
                at, onset = (k[begin], unit[begin]), day + self.days * when[begin]
                started[at] = onset
                self.until[at] = until = onset + lasts[begin]
                kinds = [self.kinds[kind] for kind in at[0].tolist()]
                events += map(
                    PlantEvent, at[1].tolist(), kinds, *(d.tolist() for d in (onset, onset + seen[begin], until))
                )
            shares[:, t] = np.maximum(np.minimum(self.until, day + self.days) - started, 0.0) / self.days
        return dict(zip(self.kinds, shares, strict=True)), events
