"""Faults of a line: screens that tear, air that leaks in, batches and bags that are not what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import Block, Event
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.shredding.parameters import ShreddingParameters

# Parameters that begin with a kind's name say how often it comes, how long it lasts and how strong it is.
KINDS = ("torn", "leak", "batch", "bag", "pump", "scrubber", "fire")
_UNIFORMS = 3  # of a possible fault: chance, duration, strength
_SEEN = 2.0  # d after the onset the laboratory shows a fault


@dataclass(frozen=True)
class Faults:
    """What is on in a stretch, (units, periods) each, 0 where nothing is.

    By kind: of torn screens the rise of foil as a logarithm [1], of leaks the share of the powder that burns [1], of
    wrong batches the share of iron phosphate that comes along [1], of wrong bags their share of the lot [1], of pumps
    the share of the wash water that is missing [1], of scrubbers the rise of fluorine as a logarithm [1], of fires by
    how much the crew runs the furnace colder afterwards [K].
    """

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


class FaultsOfLines:
    """The faults of a block between two stretches."""

    def __init__(self, block: Block, period_days: float) -> None:
        self._count, self._period_days = block.count, period_days
        self._open: list[_Fault] = []

    def go(self, p: ShreddingParameters, first: int, count: int, rng: np.random.Generator) -> Faults:
        """Faults that begin in a stretch, and those of before that are still on; of two the stronger counts."""
        u = rng.random((len(KINDS), _UNIFORMS, self._count, count))
        rates = np.stack([p[f"{kind}_rate"] for kind in KINDS])[:, None]
        begins = np.argwhere(u[:, 0] < onset_chance(rates, self._period_days))
        fresh = [self._begun(p, KINDS[k], int(unit), first, int(at), u[k, 1:, unit, at]) for k, unit, at in begins]
        strength = {kind: np.zeros((self._count, count)) for kind in KINDS}
        for fault in (*self._open, *fresh):
            part = strength[fault.kind][fault.unit, max(fault.first - first, 0) : max(fault.end - first, 0)]
            np.maximum(part, fault.strength, out=part)
        self._open = [fault for fault in (*self._open, *fresh) if fault.end > first + count]
        return Faults(strength, tuple(self._event(fault) for fault in fresh))

    def _begun(self, p: ShreddingParameters, kind: str, unit: int, first: int, at: int, uniforms: FloatArray) -> _Fault:
        lasts = between(p[f"{kind}_short"][at], p[f"{kind}_long"][at], uniforms[0])
        periods = max(1, round(float(lasts) / self._period_days))
        strength = between(p[f"{kind}_least"][at], p[f"{kind}_most"][at], uniforms[1])
        return _Fault(kind, unit, first + at, first + at + periods, float(strength))

    def _event(self, fault: _Fault) -> Event:
        onset, end = self._period_days * fault.first, self._period_days * fault.end
        return Event(fault.unit, fault.kind, onset, onset + _SEEN, max(end, onset + _SEEN))
