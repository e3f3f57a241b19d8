"""Faults of a plant's units over whole periods: strength of each kind by period, and detection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import ArrayParameters
from synthetic_data.engine.plan import PlantEvent, UnitBlock
from synthetic_data.plant.faults import between, onset_chance

_UNIFORMS = 3  # of a possible fault: chance, duration, strength
_ENDS = ("rate", "short", "long", "least", "most")


@dataclass(frozen=True)
class ActiveFaults:
    """Active faults of a segment: strength by kind, (units, periods), 0 for none; and starting events."""

    strength: dict[str, FloatArray]
    events: tuple[PlantEvent, ...]


class _Spells(NamedTuple):
    """Faults, each from period `first` to before `end`; an array each, one value a fault."""

    kind: NDArray[np.intp]  # its number
    unit: NDArray[np.intp]
    first: NDArray[np.intp]
    end: NDArray[np.intp]
    strength: FloatArray

    def chosen(self, which: NDArray[Any]) -> _Spells:
        """Some of them."""
        return _Spells(*(values[which] for values in self))


def parameters_of(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the parameters of kinds of faults: how often, how long, how strong."""
    return tuple(f"{kind}_{end}" for kind in kinds for end in _ENDS)


class FaultStrengths:
    """The faults of a block between two stretches.

    Parameters that begin with a kind's name say how often one comes, how long it lasts and how strong it is.

    Parameters
    ----------
    kinds : tuple of str
    seen : float
        Time from the onset until the laboratory shows a fault [d].
    together : ufunc
        Strength of two simultaneous faults of a kind.
    block : UnitBlock
    period_days : float
        Length of a period [d].
    """

    def __init__(
        self, kinds: tuple[str, ...], seen: float, together: np.ufunc, block: UnitBlock, period_days: float
    ) -> None:
        self._kinds, self._seen, self._together = kinds, seen, together
        self._count, self._period_days = block.count, period_days
        none = np.zeros(0, dtype=np.intp)
        self._open = _Spells(none, none, none, none, np.zeros(0))

    def advance(self, p: ArrayParameters, first: int, count: int, rng: np.random.Generator) -> ActiveFaults:
        """Faults that begin in a stretch, and those of before that are still on."""
        u = rng.random((len(self._kinds), _UNIFORMS, self._count, count))
        fresh = self._begun(p, first, u)
        both: list[NDArray[Any]] = [np.concatenate(values) for values in zip(self._open, fresh, strict=True)]
        on = _Spells(*both)
        begins = np.maximum(on.first - first, 0)
        lasts = np.minimum(on.end - first, count) - begins
        each = on.chosen(np.repeat(np.arange(len(lasts)), lasts))  # once for each of its periods
        at = np.arange(len(each.unit)) - np.repeat(np.cumsum(lasts) - lasts - begins, lasts)
        strength = np.zeros((len(self._kinds), self._count, count))
        self._together.at(strength, (each.kind, each.unit, at), each.strength)
        self._open = on.chosen(on.end > first + count)
        return ActiveFaults(dict(zip(self._kinds, strength, strict=True)), self._events(fresh))

    def _begun(self, p: ArrayParameters, first: int, u: FloatArray) -> _Spells:
        """Faults that begin in a stretch; `u` is of shape (kinds, _UNIFORMS, units, periods)."""
        rate, *spans = (np.stack([p[f"{kind}_{end}"] for kind in self._kinds]) for end in _ENDS)
        k, unit, at = np.nonzero(u[:, 0] < onset_chance(rate[:, None], self._period_days))
        short, long, least, most = (span[k, at] for span in spans)
        _, duration, size = u[k, :, unit, at].T
        periods = np.maximum(np.rint(between(short, long, duration) / self._period_days), 1.0).astype(np.intp)
        begins = first + at
        return _Spells(k, unit, begins, begins + periods, between(least, most, size))

    def _events(self, faults: _Spells) -> tuple[PlantEvent, ...]:
        kinds = [self._kinds[kind] for kind in faults.kind.tolist()]
        onset, end = self._period_days * faults.first, self._period_days * faults.end
        seen = onset + self._seen
        times = (values.tolist() for values in (onset, seen, np.maximum(end, seen)))
        return tuple(map(PlantEvent, faults.unit.tolist(), kinds, *times))
