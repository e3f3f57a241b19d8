"""Pots tapped for a furnace: hidden contents of two groups and of each cast, sampled values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.failures import Failing, Failures
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import MINOR, CastHouseSupply
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.random_walks import DelayedSeries, Pool, Walk

GROUPS = ("high_purity", "ordinary")
TRACES = (*MINOR, "cu", "mg", "na")  # elements that both groups hold alike
_LATE = 3  # periods between a pot's sample and the cast that its metal goes to
_SOURCES = 4  # steel and lining of each group


@dataclass(frozen=True)
class TappedMetal:
    """Metal at hand for the casts of a block; arrays are (units, periods), groups come first [ppm]."""

    feed: dict[str, FloatArray]  # iron and silicon of the metal made, (groups, units, periods)
    pool: dict[str, FloatArray]  # of the groups' pools, (groups, units, periods)
    metal: dict[str, FloatArray]  # iron and silicon of the pots tapped, (groups, units, periods)
    traces: dict[str, FloatArray]  # of the pots tapped
    samples: dict[str, FloatArray]  # columns of the table
    failing: Failing


class TappedPots:
    """The pots of a block of furnaces between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count,)
        self._failures = Failures(block, plan.period_days)
        self._slow = Walk(p.value("source_memory"), (_SOURCES, *shape), rng)
        self._attack = Walk(p.value("attack_memory"), (2, *shape), rng)
        self._quick = Walk(p.value("trace_memory"), (len(TRACES), *shape), rng)
        self._pools = {name: Pool(p.value("pool_exchange")) for name in ("fe", "si")}
        self._trace_pool = Pool(p.value("pool_exchange"))
        self._late = [DelayedSeries(_LATE) for _ in range(3)]
        self._offset = rng.standard_normal((_SOURCES + len(TRACES), *shape, 1))

    def advance(self, supply: CastHouseSupply, rng: np.random.Generator) -> TappedMetal:
        """Contents of a stretch."""
        p, units = supply.parameters, self._offset.shape[1]
        shape = (units, supply.count)
        failing = self._failures.advance(p, supply.first, supply.count, rng)
        feed = self._feed(supply, rng, shape)
        pool = {name: self._pools[name].advance(values) for name, values in feed.items()}
        known, hidden = known_stream(rng).standard_normal((4, *shape)), rng.standard_normal((4, *shape))
        spread = {"fe": slice(0, 2), "si": slice(2, 4)}
        seen = {name: np.exp(p.tapped_sd * known[part]) for name, part in spread.items()}
        metal = {name: pool[name] * seen[name] * np.exp(p.tapped_hidden_sd * hidden[spread[name]]) for name in pool}
        traces = self._traces(supply, rng, shape)
        samples = self._samples(p, pool, seen, traces, failing, rng, shape)
        return TappedMetal(feed, pool, metal, traces, samples, failing)

    def _feed(self, supply: CastHouseSupply, rng: np.random.Generator, shape: tuple[int, int]) -> dict[str, FloatArray]:
        """Iron and silicon of the metal made in each group: raw materials, steel, lining and attacked stubs."""
        p = supply.parameters
        walks = self._slow.advance(rng.standard_normal((_SOURCES, *shape)))
        attack = np.maximum(self._attack.advance(rng.standard_normal((2, *shape))) - p.attack_above, 0.0)
        means = np.stack([p.steel_high_purity, p.steel_ordinary, p.lining_high_purity, p.lining_ordinary])[:, None]
        own = means * np.exp(p.source_sd * walks + p.furnace_sd * self._offset[:_SOURCES])
        return {"fe": supply.brought["fe"] + own[:2] + p.attack_iron * attack, "si": supply.brought["si"] + own[2:]}

    def _traces(
        self, supply: CastHouseSupply, rng: np.random.Generator, shape: tuple[int, int]
    ) -> dict[str, FloatArray]:
        p = supply.parameters
        typical = np.stack(
            [*(supply.brought[name] for name in MINOR), p.copper_usual, p.magnesium_usual, p.sodium_usual]
        )
        pooled = self._trace_pool.advance(typical)[:, None]
        sd, furnace = p.each("walk_sd", TRACES), p.each("furnace_sd", TRACES)
        walks = self._quick.advance(rng.standard_normal((len(TRACES), *shape)))
        values = pooled * np.exp(sd * walks + furnace * self._offset[_SOURCES:])
        return dict(zip(TRACES, values, strict=True))

    def _samples(
        self,
        p: CastHouseParameters,
        pool: dict[str, FloatArray],
        known: dict[str, FloatArray],
        traces: dict[str, FloatArray],
        failing: Failing,
        rng: np.random.Generator,
        shape: tuple[int, int],
    ) -> dict[str, FloatArray]:
        """Available samples of the pots to be tapped, weighted by their metal."""
        errors = known_stream(rng).standard_normal((7, *shape))
        reported: dict[str, FloatArray] = {}
        for number, (name, word) in enumerate((("fe", "iron"), ("si", "silicon"))):
            late = self._late[number].advance(pool[name]) * known[name]
            late *= np.exp(p.sample_sd * errors[2 * number : 2 * number + 2])
            reported |= {f"pot_{word}_{group}": values for group, values in zip(GROUPS, late, strict=True)}
        minor = self._late[2].advance(np.stack([traces["ga"], traces["v"]])) * np.exp(p.sample_minor_sd * errors[4:6])
        worst = reported["pot_iron_ordinary"] * np.exp(p.worst_excess + p.worst_sd * errors[6])
        worst = np.maximum(worst, reported["pot_iron_ordinary"] + failing.sampled_iron)
        reported["pot_iron_ordinary"] = reported["pot_iron_ordinary"] + p.tap_share * failing.sampled_iron
        reported["pot_silicon_ordinary"] = reported["pot_silicon_ordinary"] + p.tap_share * failing.sampled_silicon
        return reported | {
            "pot_iron_worst": worst,
            "pot_gallium": minor[0],
            "pot_vanadium": minor[1],
            "pots_apart": failing.apart,
        }
