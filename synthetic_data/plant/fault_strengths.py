"""Faults of a plant's units over whole periods: how strong each kind is in each period, and when it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import Block, Event
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.parameters import ArrayParameters

_UNIFORMS = 3  # of a possible fault: chance, duration, strength


@dataclass(frozen=True)
class Faults:
    """What is on in a stretch: by kind its strength, (units, periods), 0 where nothing is; and what has begun."""

    strength: dict[str, FloatArray]
    events: tuple[Event, ...]


class _Fault(NamedTuple):
    """One fault, from period `first` to before `end`."""

    kind: str
    unit: int
    first: int
    end: int
    strength: float


class FaultStrengths:
    """The faults of a block between two stretches.

    Parameters that begin with a kind's name say how often one comes, how long it lasts and how strong it is.

    Parameters
    ----------
    kinds : tuple of str
    seen : float
        Time from the onset until the laboratory shows a fault [d].
    together : ufunc
        Strength of two faults of a kind that are on at once.
    block : Block
    period_days : float
        Length of a period [d].
    """

    def __init__(
        self, kinds: tuple[str, ...], seen: float, together: np.ufunc, block: Block, period_days: float
    ) -> None:
        self._kinds, self._seen, self._together = kinds, seen, together
        self._count, self._period_days = block.count, period_days
        self._open: list[_Fault] = []

    def go(self, p: ArrayParameters, first: int, count: int, rng: np.random.Generator) -> Faults:
        """Faults that begin in a stretch, and those of before that are still on."""
        u = rng.random((len(self._kinds), _UNIFORMS, self._count, count))
        fresh = self._begun(p, first, u)
        strength = {kind: np.zeros((self._count, count)) for kind in self._kinds}
        for fault in (*self._open, *fresh):
            part = strength[fault.kind][fault.unit, max(fault.first - first, 0) : fault.end - first]
            self._together(part, fault.strength, out=part)
        self._open = [fault for fault in (*self._open, *fresh) if fault.end > first + count]
        return Faults(strength, tuple(self._event(fault) for fault in fresh))

    def _begun(self, p: ArrayParameters, first: int, u: FloatArray) -> list[_Fault]:
        """Faults that begin in a stretch; `u` is of shape (kinds, _UNIFORMS, units, periods)."""
        ends = ("rate", "short", "long", "least", "most")
        rate, *spans = (np.stack([p[f"{kind}_{end}"] for kind in self._kinds]) for end in ends)
        k, unit, at = np.nonzero(u[:, 0] < onset_chance(rate[:, None], self._period_days))
        short, long, least, most = (span[k, at] for span in spans)
        _, duration, size = u[k, :, unit, at].T
        periods = np.maximum(np.rint(between(short, long, duration) / self._period_days), 1.0).astype(np.intp)
        begins = first + at
        numbers = (unit, begins, begins + periods, between(least, most, size))
        return list(map(_Fault, [self._kinds[kind] for kind in k.tolist()], *(values.tolist() for values in numbers)))

    def _event(self, fault: _Fault) -> Event:
        onset, end = self._period_days * fault.first, self._period_days * fault.end
        return Event(fault.unit, fault.kind, onset, onset + self._seen, max(end, onset + self._seen))
