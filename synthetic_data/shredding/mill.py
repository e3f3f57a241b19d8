"""Mill, screen and air separator: yield of powder, operators' reaction, entrained foil."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.black_mass.comminution import foil_content, foil_left_by_air, recovered_powder
from physics.black_mass.pyrolysis import adhesion_of_binder
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import Walk
from synthetic_data.shredding.feed import ShreddingFeed
from synthetic_data.shredding.furnace import FurnaceOutput
from synthetic_data.shredding.operators import REVIEW, ShreddingOperators
from synthetic_data.shredding.supply import ShreddingSupply


@dataclass(frozen=True)
class MillOutput:
    """Screen undersize of each lot; arrays are (units, periods)."""

    mill_time: FloatArray  # s
    powder_yield: FloatArray  # powder for the feed [%]
    yield_read: FloatArray  # the same by the scale [%]
    aperture: FloatArray  # holes of the screen as worn [mm]
    screen_days: FloatArray  # since the screen was changed [d]
    foil: FloatArray  # copper and aluminium over those of usual settings [1]
    stops: FloatArray  # of the mill, blocked


class Mills:
    """Mills of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count, 1)
        self._period_days = plan.period_days
        self._cycle = np.round(p.value("screen_life") / plan.period_days * (0.8 + 0.4 * rng.random(shape)))
        self._phase = np.floor(self._cycle * rng.random(shape))
        self._adhesion = Walk(p.value("adhesion_memory"), (block.count,), rng)
        self._shown = np.zeros(shape)

    def advance(
        self,
        supply: ShreddingSupply,
        feed: ShreddingFeed,
        burnt: FurnaceOutput,
        faults: ActiveFaults,
        setpoints: Setpoints,
        crew: ShreddingOperators,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> MillOutput:
        """Lots of a segment; the given set-points are all but the time in the mill."""
        p, shape = supply.parameters, feed.scrap.shape
        n, u = rng.standard_normal((4, *shape)), rng.random(shape)
        turned = (supply.first + np.arange(supply.count) + self._phase) % self._cycle
        aperture = setpoints["screen_aperture"] * (1.0 + p.screen_wear * turned / self._cycle)
        adhesion = adhesion_of_binder(burnt.binder) * np.exp(p.adhesion_sd * self._adhesion.advance(n[0]))
        held = p.powder_share * np.exp(p.powder_sd * feed.level["powder"] + p.powder_scatter * n[1])
        held = held + p.powder_per_scrap * (feed.scrap - p.scrap_usual)
        time, powder, read = self._milled(supply, held, adhesion, p.scale_error * n[2], crew, tests, manual, rng)
        foil = foil_content(time, aperture, 1.0, p.over_grinding) * foil_left_by_air(setpoints["air_velocity"])
        # Cells with little powder have thick foils and cases: a long grinding time coincides with more copper.
        # A copy, an exponent a lot: NumPy rounds powers to one number for all otherwise.
        thinned = np.power(p.powder_share / held, p.foil_per_powder.copy())
        foil = foil * np.exp(faults.strength["torn"]) * thinned
        blocked = np.exp(p.stops_per_wet * (feed.moisture - p.feed_moisture) - p.stops_per_hole * (aperture - 0.25))
        stops = np.floor(-p.stops_usual * blocked * np.log(u))
        return MillOutput(time, powder, read, aperture, turned * self._period_days, foil, stops)

    def _milled(
        self,
        supply: ShreddingSupply,
        held: FloatArray,
        adhesion: FloatArray,
        error: FloatArray,
        crew: ShreddingOperators,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Time in the mill, yield and its reading: operators react to the yield of earlier lots."""
        p, target = supply.parameters, crew.wanted_time(supply, tests, rng)
        time, powder, read = (np.empty(held.shape) for _ in range(3))
        for start in range(0, supply.count, REVIEW):
            part = slice(start, start + REVIEW)
            time[:, part] = crew.review(p, target, part, self._shown, manual)
            powder[:, part] = 100.0 * held[:, part] * recovered_powder(time[:, part], adhesion[:, part])
            read[:, part] = powder[:, part] * (1.0 + error[:, part])
            self._shown = np.log(read[:, part].mean(axis=1, keepdims=True) / p.yield_wanted[start])
        return time, powder, read
