"""Failing pots: dissolved steel or lining, late detection by samples, separate tapping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.engine.counterfactual_streams import parts
from synthetic_data.engine.plan import PlantEvent, UnitBlock
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.random_walks import Pool

SAMPLED_EVERY, SAMPLE_LATE = 2, 2  # periods: each pot every day, reported a day later
_LONGEST = 160  # periods from the onset within which a failing pot is found or corrected
_UNIFORMS, _NORMALS = 6, 2


@dataclass(frozen=True)
class Failing:
    """Effect of failing pots on the casts of a block in a segment; arrays are (units, periods)."""

    iron: FloatArray  # content beyond the other pots' of the failing pot that is tapped, 0 where none is [ppm]
    silicon: FloatArray  # the same of silicon [ppm]
    sampled_iron: FloatArray  # iron of that pot beyond the others' by its sample available [ppm]
    sampled_silicon: FloatArray  # ppm
    apart: FloatArray  # pots that are tapped apart
    events: tuple[PlantEvent, ...]


@dataclass(frozen=True)
class _Pot:
    """One failing pot; its series begin at period `first`."""

    unit: int
    first: int
    tapped: FloatArray  # iron and silicon, then both by the sample available, of the casts that it goes to [ppm]
    apart: int  # period from which it is tapped apart
    end: int  # period in which it is stopped, or has recovered


class Failures:
    """The failing pots of a block between two stretches."""

    def __init__(self, block: UnitBlock, period_days: float) -> None:
        self._count, self._period_days = block.count, period_days
        self._pots: list[_Pot] = []

    def advance(self, p: CastHouseParameters, first: int, count: int, rng: np.random.Generator) -> Failing:
        """Pots that fail in a stretch, and those that failed before and still matter."""
        probability = onset_chance(p.failures_a_year, self._period_days)
        fresh = []
        for stream, units, drawn, _ in parts(rng, self._count, count):
            begins = stream.random((units.stop - units.start, count)) < probability
            places = np.argwhere(begins)
            drawn_of_each = [(stream.random(_UNIFORMS), stream.standard_normal(_NORMALS)) for _ in places]
            if drawn_of_each:
                u, n = (np.array(numbers).T[..., None] for numbers in zip(*drawn_of_each, strict=True))
                places += units.start, first
                fresh += [pot for pot in self._fail(p, places.tolist(), u, n) if drawn[pot.first - first]]
        self._pots = [pot for pot in self._pots if pot.end > first] + fresh
        series = np.zeros((5, self._count, count))
        for pot in self._pots:
            self._add(pot, first, count, series)
        events = tuple(self._event(pot) for pot in sorted(fresh, key=lambda pot: pot.first))
        iron, silicon, told_iron, told_silicon, apart = series
        return Failing(iron, silicon, told_iron, told_silicon, apart, events)

    def _fail(self, p: CastHouseParameters, places: list[list[int]], u: FloatArray, n: FloatArray) -> Iterator[_Pot]:
        """Courses of pots: their iron creeps up, then steps up when the bath has reached a collector bar.

        `places` are their units and first periods; `u` and `n` are random numbers of shape (numbers, pots, 1).
        """
        creep = np.maximum(np.rint(between(p.creep_short[0], p.creep_long[0], u[0]) / self._period_days), 1.0)
        step = np.minimum(p.step_iron[0] * np.exp(p.step_iron_sd[0] * n[0]), p.step_most[0])
        step *= u[1] < p.step_share[0]
        time = np.arange(_LONGEST)
        feed = p.creep_iron[0] * np.exp(0.5 * n[1]) * np.minimum(time / creep, 1.0) + step * (time > creep)
        feed[(time > 2.0 * creep) & (step == 0.0)] = 0.0  # corrected
        iron = Pool(p.pool_exchange[0]).advance(np.concatenate([np.zeros_like(step), feed], axis=1))[:, 1:]
        silicon = between(p.lining_low[0], p.lining_high[0], u[2]) * iron
        known = time - SAMPLE_LATE
        known = known - (known + (SAMPLED_EVERY * u[3]).astype(np.intp)) % SAMPLED_EVERY
        sampled = [
            np.where(known < 0, 0.0, np.take_along_axis(values, np.maximum(known, 0), axis=1))
            for values in (iron, silicon)
        ]
        seen = sampled[0] > p.apart_iron[0]
        overlooked = np.where(
            u[5] < p.overlooked_share[0], np.rint(p.overlooked_most[0] * u[4] / self._period_days), 0.0
        )
        corrected = np.minimum(2.0 * creep + SAMPLED_EVERY * 8, _LONGEST)  # or stopped for its age
        result = seen.any(axis=1, keepdims=True)
        apart = np.where(result, np.minimum(seen.argmax(axis=1, keepdims=True) + overlooked, _LONGEST), corrected)
        end = np.where(result, apart + np.rint(p.stopped_after[0] / self._period_days), corrected)
        tapped = np.stack([iron, silicon, *sampled], axis=1)
        tapped[..., 1::2] = 0.0  # a pot is tapped into every other cast
        ages = np.hstack([apart, end]).astype(np.intp).tolist()
        for (unit, first), each, (own_apart, own_end) in zip(places, tapped, ages, strict=True):
            yield _Pot(unit, first, each, first + own_apart, first + own_end)

    def _add(self, pot: _Pot, first: int, count: int, series: FloatArray) -> None:
        """Add a pot to the casts that it is tapped into, and to the number of pots that are tapped apart."""
        begin, stop = max(pot.first, first), min(pot.apart, first + count)
        if begin < stop:
            own = pot.tapped[:, begin - pot.first : stop - pot.first]
            series[:4, pot.unit, begin - first : stop - first] += own
        series[4, pot.unit, max(pot.apart - first, 0) : max(pot.end - first, 0)] += 1.0

    def _event(self, pot: _Pot) -> PlantEvent:
        onset, detected, end = (self._period_days * period for period in (pot.first, pot.apart, pot.end))
        return PlantEvent(pot.unit, "failing_pot", onset, detected, max(detected, end))
