"""Anode lead in the electrolyte of each line before strontium: layers, cleaning, salts, temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.cathode_zinc.codeposition import (
    lead_after_cleaning,
    lead_by_chloride,
    lead_by_manganese,
    lead_by_temperature,
)
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock
from synthetic_data.melting_house.electrolyte import Electrolyte
from synthetic_data.melting_house.supply import MeltingHouseSupply
from synthetic_data.plant.random_walks import Walk


@dataclass(frozen=True)
class Dissolved:
    """Lead that dissolves from the anodes of a line; arrays are (units, periods)."""

    lead: FloatArray  # without strontium [mg/L]
    cleaned_days: FloatArray  # since the anodes were cleaned [d]
    by_cleaning: FloatArray  # factor of the bare anodes [1]
    events: tuple[PlantEvent, ...]


class Anodes:
    """Anodes of a block of lines between two stretches; all of a line are cleaned on one day."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count, 1)
        self._period_days = plan.period_days
        cycle = p.value("cleaning_cycle") / plan.period_days
        self._cycle = np.round(cycle * (0.8 + 0.4 * rng.random(shape)))
        self._phase = np.floor(self._cycle * rng.random(shape))
        self._layer = Walk(p.value("layer_memory"), (block.count,), rng)
        self._line = rng.standard_normal(shape)
        self._surge = np.full(block.count, p.value("cleaning_surge"))

    def advance(self, supply: MeltingHouseSupply, electrolyte: Electrolyte, rng: np.random.Generator) -> Dissolved:
        """Lead of a stretch."""
        p, shape = supply.parameters, electrolyte.temperature.shape
        n, u = rng.standard_normal((2, *shape)), rng.random(shape)
        since = (supply.first + np.arange(supply.count) + self._phase) % self._cycle
        poor = (since == 0) & (u < p.poor_conditioning_share)
        surge = self._surges(since == 0, p.cleaning_surge * np.exp(p.surge_sd * n[0]) * np.where(poor, p.poor_surge, 1))
        days = since * self._period_days
        by_cleaning = lead_after_cleaning(days, surge, p.surge_time)
        salts = electrolyte.salts
        lead = p.lead_usual * np.exp(p.layer_sd * self._layer.advance(n[1]) + p.line_lead_sd * self._line)
        lead = lead * lead_by_temperature(electrolyte.temperature) * lead_by_chloride(salts["chloride"])
        lead = lead * lead_by_manganese(salts["manganese"]) * by_cleaning
        events = tuple(self._event(supply.first, int(unit), int(at)) for unit, at in np.argwhere(poor))
        return Dissolved(lead, days, by_cleaning, events)

    def _surges(self, cleaned: NDArray[np.bool_], drawn: FloatArray) -> FloatArray:
        """Surge after the last cleaning, which stays that of its day until the next one."""
        units, count = drawn.shape
        last = np.maximum.accumulate(np.where(cleaned, np.arange(count), -1), axis=1)
        held = np.where(last < 0, self._surge[:, None], drawn[np.arange(units)[:, None], np.maximum(last, 0)])
        self._surge = held[:, -1]
        return held

    def _event(self, first: int, unit: int, at: int) -> PlantEvent:
        onset = self._period_days * (first + at)
        return PlantEvent(unit, "poor_conditioning", onset, onset + 1.0, onset + 3.0)
