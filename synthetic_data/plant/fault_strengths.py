"""Faults of a plant's units over whole periods: how strong each kind is in each period, and when it is seen."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class _Fault:
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
        rates = np.stack([p[f"{kind}_rate"] for kind in self._kinds])[:, None]
        begins = np.argwhere(u[:, 0] < onset_chance(rates, self._period_days))
        fresh = [
            self._begun(p, self._kinds[k], int(unit), first, int(at), u[k, 1:, unit, at]) for k, unit, at in begins
        ]
        strength = {kind: np.zeros((self._count, count)) for kind in self._kinds}
        for fault in (*self._open, *fresh):
            part = strength[fault.kind][fault.unit, max(fault.first - first, 0) : fault.end - first]
            self._together(part, fault.strength, out=part)
        self._open = [fault for fault in (*self._open, *fresh) if fault.end > first + count]
        return Faults(strength, tuple(self._event(fault) for fault in fresh))

    def _begun(self, p: ArrayParameters, kind: str, unit: int, first: int, at: int, uniforms: FloatArray) -> _Fault:
        lasts = between(p[f"{kind}_short"][at], p[f"{kind}_long"][at], uniforms[0])
        periods = max(1, round(float(lasts) / self._period_days))
        strength = between(p[f"{kind}_least"][at], p[f"{kind}_most"][at], uniforms[1])
        return _Fault(kind, unit, first + at, first + at + periods, float(strength))

    def _event(self, fault: _Fault) -> Event:
        onset, end = self._period_days * fault.first, self._period_days * fault.end
        return Event(fault.unit, fault.kind, onset, onset + self._seen, max(end, onset + self._seen))
