"""Furnace charge: metal of both pot groups, house scrap, iron of tools, losses to dross and flux."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.melt.metal_balance import blended_content, concentrated_content
from physics.melt.treatment import melt_loss, share_left_by_evaporation, share_left_by_flux
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.pots import TappedMetal
from synthetic_data.cast_house.supply import CastHouseSupply
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.operators import Setpoints

ELEMENTS = ("fe", "si", "ga", "v", "zn", "cu", "mg", "ni", "na")
# Alloys that get into returned scrap by mistake [ppm]: castings of AlSi9Cu3, profiles of 6063, sheet of 5052, of 7075.
_ALLOYS = np.array(
    [
        [8000.0, 85000.0, 100.0, 100.0, 8000.0, 28000.0, 2500.0, 1000.0, 0.0],
        [2500.0, 4500.0, 100.0, 100.0, 300.0, 300.0, 5500.0, 50.0, 0.0],
        [2500.0, 1300.0, 100.0, 100.0, 300.0, 300.0, 25000.0, 50.0, 0.0],
        [2500.0, 2000.0, 100.0, 100.0, 56000.0, 16000.0, 25000.0, 50.0, 0.0],
    ]
)


@dataclass(frozen=True)
class CastCharge:
    """Cast metal; arrays are (units, periods)."""

    mass: FloatArray  # t
    share: FloatArray  # metal of high-purity pots in the charge [%]
    contents: dict[str, FloatArray]  # of what is cast [ppm]
    iron: dict[str, FloatArray]  # of the charge before anything burns, by where it came from [ppm]
    alloy: FloatArray  # alloy that got in with the scrap, share of the charge [%]
    loss: FloatArray  # of the charge to dross [%]
    melt_temperature: FloatArray  # °C
    tool_age: FloatArray  # d


class CastHouseFurnaces:
    """Charging of a block of furnaces."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p = plan.plant
        self._period_days = plan.period_days
        cycle = p.value("tool_life") / plan.period_days
        self._tool_cycle = np.round(cycle * (0.8 + 0.4 * rng.random((block.count, 1))))
        self._tool_phase = np.floor(self._tool_cycle * rng.random((block.count, 1)))
        self._furnace = rng.standard_normal((3, block.count, 1))

    def advance(
        self, supply: CastHouseSupply, tapped: TappedMetal, setpoints: Setpoints, rng: np.random.Generator
    ) -> CastCharge:
        """Charges of a stretch."""
        p, shape, returned = supply.parameters, tapped.failing.apart.shape, setpoints["scrap_return"]
        n, u = rng.standard_normal((7, *shape)), rng.random((2, *shape))
        mass = p.charge_mass * (1.0 + p.charge_sd * n[0])
        share = np.clip(setpoints["high_purity_share"] + p.tap_error * n[1], 0.0, 100.0)
        melt = setpoints["melt_temperature"] + p.melt_error * n[2] + p.furnace_melt_sd * self._furnace[0]
        age = (supply.first + np.arange(supply.count) + self._tool_phase) % self._tool_cycle
        tools = self._from_tools(p, age / self._tool_cycle, n[3], u)
        scrap, alloy = self._scrap(p, returned, rng)
        holding = setpoints["settling_time"] + p.filling_time
        loss = melt_loss(melt, holding, p.loss_usual * np.exp(p.loss_sd * n[4]))
        left = self._left(p, setpoints["flux_dose"], holding, n[5:])
        metal = tapped.traces | {name: _of_pots(p, tapped, name, share) for name in tapped.metal}
        mixed = {name: blended_content(metal[name], scrap[i], returned) for i, name in enumerate(ELEMENTS)}
        mixed["fe"] = mixed["fe"] + tools
        contents = {name: concentrated_content(mixed[name] * left.get(name, 1.0), loss) for name in ELEMENTS}
        failing = blended_content((1.0 - 0.01 * share) * p.tap_share * tapped.failing.iron, 0.0, returned)
        given = blended_content(0.0, scrap[0], returned)
        iron = {"pots": mixed["fe"] - tools - given - failing, "failing": failing, "scrap": given, "tools": tools}
        return CastCharge(mass, share, contents, iron, alloy, loss, melt, age * self._period_days)

    def _from_tools(self, p: CastHouseParameters, worn: FloatArray, normal: FloatArray, u: FloatArray) -> FloatArray:
        """Iron of tapping tubes and ladles: more as their coating wears, much when one breaks down."""
        typical: FloatArray = p.tool_iron * np.square(worn) * np.exp(0.5 * normal + 0.3 * self._furnace[1])
        breaks = u[0] < p.broken_tool_share
        broken: FloatArray = breaks * p.broken_tool_iron * np.exp(p.broken_tool_sd * (2.0 * u[1] - 1.0))
        return typical + broken

    def _scrap(
        self, p: CastHouseParameters, given: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Contents of the returned scrap (elements, units, periods), and alloy in the charge [%].

        A bundle that holds alloy is loaded the likelier the more scrap is; the same bundles wait whatever is loaded.
        """
        n, u = rng.standard_normal((2, *given.shape)), rng.random((3, *given.shape))
        dirt = p.scrap_alike * n[0]
        scrap = p.each("scrap", ELEMENTS) * np.exp(p.each("scrap_sd", ELEMENTS) * (dirt + n[1]))
        mixed_up = u[0] < p.alloy_share * given / p.scrap_usual
        at = np.nonzero(mixed_up)
        part = np.zeros(given.shape)
        part[at] = p.alloy_least[at[1]] + (p.alloy_most - p.alloy_least)[at[1]] * u[1][at]
        kind = (len(_ALLOYS) * u[2][at]).astype(np.intp)
        scrap[:, *at] = (1.0 - part[at]) * scrap[:, *at] + part[at] * _ALLOYS[kind].T
        return scrap, part * given

    def _left(
        self, p: CastHouseParameters, flux: FloatArray, holding: FloatArray, normals: FloatArray
    ) -> dict[str, FloatArray]:
        """Shares of sodium and magnesium that flux and evaporation leave."""
        stirred = np.exp(p.stirring_sd * normals[0] + p.furnace_stirring_sd * self._furnace[2])
        sodium = share_left_by_flux(flux, p.flux_sodium * stirred) * share_left_by_evaporation(holding, p.sodium_time)
        return {"na": sodium, "mg": share_left_by_flux(flux, p.flux_magnesium * stirred)}


def _of_pots(p: CastHouseParameters, tapped: TappedMetal, name: str, share: FloatArray) -> FloatArray:
    """Iron or silicon of the metal of both groups of pots, a failing pot among the ordinary ones [ppm]."""
    high_purity, ordinary = tapped.metal[name]
    failing = {"fe": tapped.failing.iron, "si": tapped.failing.silicon}[name]
    return blended_content(ordinary + p.tap_share * failing, high_purity, share)
