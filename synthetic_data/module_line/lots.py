"""Lots of modules: when each comes, whether from one park, and what all of a plant's lots share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from physics.arrays import BoolArray, FloatArray, IntArray
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.module_line.parameters import LotParameters, ModuleLineParameters

_SPREAD = 0.8  # part of its share of the run within which a lot comes, so that the order is kept
_YEAR = 365.25  # d
BRANDS = 12


@dataclass(frozen=True)
class ModuleMarket:
    """Shares by which a line differs from others of its kind; modules are those of one market everywhere."""

    brands: FloatArray  # (BRANDS,) rising to 1
    kinds: FloatArray  # (4,) factor on the shares of CdTe, CIGS, a-Si and what is no module

    @classmethod
    def of(cls, plan: RunPlan, p: ModuleLineParameters) -> Self:
        """The plant's market; each block that asks gets the same."""
        rng = plan.plant_stream()
        weights = np.exp(p.brand_sd * rng.standard_normal(BRANDS))
        kinds = np.exp(p.plant_mix_sd * rng.standard_normal(4) - 0.5 * p.plant_mix_sd**2)
        return cls(np.cumsum(weights) / weights.sum(), kinds)


@dataclass(frozen=True)
class ModuleLots:
    """The k lots of a block; each array has one value a lot, of which `per_lot` modules are analysed."""

    per_lot: int
    day: FloatArray  # d since the start of the run
    year: FloatArray  # of the calendar, with its fraction
    parameters: LotParameters
    park: BoolArray  # most modules are of one product
    hot: BoolArray  # from a hot climate
    shunting: FloatArray  # factor on how many modules have shunts
    breaking: FloatArray  # factor on how many are broken
    wet: BoolArray

    def by_module(self, values: FloatArray) -> FloatArray:
        """One value a module of values (k,) of the lots."""
        return np.repeat(values, self.per_lot)

    @property
    def numbers(self) -> IntArray:
        """Number of the lot of each module."""
        return np.repeat(np.arange(len(self.day)), self.per_lot)


def draw_lots(plan: RunPlan, block: UnitBlock, p: ModuleLineParameters, rng: np.random.Generator) -> ModuleLots:
    """The lots of a block, spread over the days of the run."""
    place = block.first + np.arange(block.count) + _SPREAD * rng.random(block.count)
    day = place / plan.units * plan.days
    of_lot = LotParameters.on_days(plan, day)
    uniforms = rng.random((3, block.count))
    factors = np.exp(p.lot_factor_sd * rng.standard_normal((2, block.count)) - 0.5 * p.lot_factor_sd**2)
    begin = plan.start.year + plan.start.timetuple().tm_yday / _YEAR
    return ModuleLots(
        per_lot=round(p.modules_per_lot),
        day=day,
        year=begin + day / _YEAR,
        parameters=of_lot,
        park=uniforms[0] < of_lot.park_share,
        hot=uniforms[1] < p.hot_share,
        shunting=factors[0],
        breaking=factors[1],
        wet=uniforms[2] < p.wet_share,
    )


def starts(
    plan: RunPlan, lots: ModuleLots, p: ModuleLineParameters, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Time at which each module passes, datetime64[us]: at random intervals within its lot."""
    waited = p.module_interval * (0.5 + rng.standard_exponential((len(lots.day), lots.per_lot))) / 1.5
    elapsed = np.cumsum(np.ceil(1e6 * waited).astype(np.int64), axis=1)
    at = np.round(lots.day * 86_400e6).astype(np.int64)[:, None] + elapsed
    return np.datetime64(plan.start, "us") + at.ravel().astype("timedelta64[us]")
