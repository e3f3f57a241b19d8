"""Pots that fail: steel or lining dissolves in their metal, samples tell it late, then they are tapped apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.engine.futures import parts
from synthetic_data.engine.plan import Block, Event
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.walks import Pool

SAMPLED_EVERY, SAMPLE_LATE = 2, 2  # periods: each pot every day, reported a day later
_LONGEST = 160  # periods from the onset within which a failing pot is found or mended
_UNIFORMS, _NORMALS = 6, 2


@dataclass(frozen=True)
class Failing:
    """What failing pots do to the casts of a block in a stretch; arrays are (units, periods)."""

    iron: FloatArray  # content beyond the other pots' of the failing pot that is tapped, 0 where none is [ppm]
    silicon: FloatArray  # the same of silicon [ppm]
    sampled_iron: FloatArray  # iron of that pot beyond the others' by its sample in hand [ppm]
    sampled_silicon: FloatArray  # ppm
    apart: FloatArray  # pots that are tapped apart
    events: tuple[Event, ...]


@dataclass(frozen=True)
class _Pot:
    """One failing pot; its series begin at period `first`."""

    unit: int
    first: int
    iron: FloatArray  # ppm
    silicon: FloatArray  # ppm
    told_iron: FloatArray  # by the sample in hand [ppm]
    told_silicon: FloatArray  # ppm
    apart: int  # period from which it is tapped apart
    end: int  # period in which it is stopped, or has recovered
    taps: int  # 0 or 1: it is tapped into every other cast


class Failures:
    """The failing pots of a block between two stretches."""

    def __init__(self, block: Block, period_days: float) -> None:
        self._count, self._period_days = block.count, period_days
        self._pots: list[_Pot] = []

    def go(self, p: CastHouseParameters, first: int, count: int, rng: np.random.Generator) -> Failing:
        """Pots that fail in a stretch, and those that failed before and still matter."""
        chance = onset_chance(p.failures_a_year, self._period_days)
        fresh = []
        for stream, units, drawn, _ in parts(rng, self._count, count):
            begins = stream.random((units.stop - units.start, count)) < chance
            places = np.argwhere(begins).tolist()
            fails = [self._fail(p, units.start + unit, first + at, stream) for unit, at in places]
            fresh += [pot for pot in fails if drawn[pot.first - first]]
        self._pots = [pot for pot in self._pots if pot.end > first] + fresh
        series = np.zeros((5, self._count, count))
        for pot in self._pots:
            self._add(pot, first, count, series)
        events = tuple(self._event(pot) for pot in sorted(fresh, key=lambda pot: pot.first))
        iron, silicon, told_iron, told_silicon, apart = series
        return Failing(iron, silicon, told_iron, told_silicon, apart, events)

    def _fail(self, p: CastHouseParameters, unit: int, first: int, rng: np.random.Generator) -> _Pot:
        """Course of a pot: its iron creeps up, then steps up when the bath has reached a collector bar."""
        u, n = rng.random(_UNIFORMS), rng.standard_normal(_NORMALS)
        creep = round(between(p.creep_short[0], p.creep_long[0], u[0]) / self._period_days)
        step = min(p.step_iron[0] * np.exp(p.step_iron_sd[0] * n[0]), p.step_most[0])
        step *= u[1] < p.step_share[0]
        time = np.arange(_LONGEST)
        feed = p.creep_iron[0] * np.exp(0.5 * n[1]) * np.minimum(time / creep, 1.0) + step * (time > creep)
        feed[(time > 2 * creep) & (step == 0.0)] = 0.0  # mended
        iron = Pool(p.pool_exchange[0]).go(np.concatenate([[0.0], feed]))[1:]
        silicon = between(p.lining_low[0], p.lining_high[0], u[2]) * iron
        known = time - SAMPLE_LATE
        known -= (known + int(SAMPLED_EVERY * u[3])) % SAMPLED_EVERY
        told_iron, told_silicon = (np.where(known < 0, 0.0, values[np.maximum(known, 0)]) for values in (iron, silicon))
        seen = np.flatnonzero(told_iron > p.apart_iron[0])
        overlooked = round(p.overlooked_most[0] * u[4] / self._period_days) if u[5] < p.overlooked_share[0] else 0
        mended = min(2 * creep + SAMPLED_EVERY * 8, _LONGEST)  # or stopped for its age
        apart = min(int(seen[0]) + overlooked, _LONGEST) if len(seen) else mended
        end = apart + round(p.stopped_after[0] / self._period_days) if len(seen) else mended
        return _Pot(unit, first, iron, silicon, told_iron, told_silicon, first + apart, first + end, first % 2)

    def _add(self, pot: _Pot, first: int, count: int, series: FloatArray) -> None:
        """Add a pot to the casts that it is tapped into, and to the number of pots that are tapped apart."""
        begin, stop = max(pot.first, first), min(pot.apart, first + count)
        if begin < stop:
            own = slice(begin - pot.first, stop - pot.first)
            tapped = (np.arange(begin, stop) + pot.taps) % 2 == 0
            here = series[:4, pot.unit, begin - first : stop - first]
            here += tapped * np.stack(
                [values[own] for values in (pot.iron, pot.silicon, pot.told_iron, pot.told_silicon)]
            )
        series[4, pot.unit, max(pot.apart - first, 0) : max(pot.end - first, 0)] += 1.0

    def _event(self, pot: _Pot) -> Event:
        onset, detected, end = (self._period_days * period for period in (pot.first, pot.apart, pot.end))
        return Event(pot.unit, "failing_pot", onset, detected, max(detected, end))
