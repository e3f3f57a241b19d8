"""Melt on its way to the moulds: hydrogen and inclusions in furnace, degasser and filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.melt.hydrogen import degassing_units, hydrogen_after_degassing, hydrogen_of_moist_air, water_pressure
from physics.melt.treatment import filter_efficiency, inclusions_passing, share_afloat
from synthetic_data.cast_house.charge import CastCharge
from synthetic_data.cast_house.operators import REVIEW, CastHouseOperators
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import CastHouseSupply
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import Walk


@dataclass(frozen=True)
class Melt:
    """Melt that reaches the moulds; arrays are (units, periods)."""

    hydrogen_before: FloatArray  # mL/kg
    hydrogen_after: FloatArray  # mL/kg
    inclusions: FloatArray  # larger than 20 µm, behind the filter [count/g]
    density_index: FloatArray  # measured [%]
    filter_held: FloatArray  # share of inclusions that the filter held back, bypass included
    bypass: FloatArray  # share of the melt that went around the filter
    rotor_condition: FloatArray  # transfer units over those of a new rotor in a usual box
    launder_temperature: FloatArray  # °C
    metal_flow: FloatArray  # t/h
    filter_age: FloatArray  # t
    rotor_age: FloatArray  # d


@dataclass(frozen=True)
class _Ready:
    """Part of the melt that is independent of the operators' reviews."""

    hydrogen: FloatArray  # before degassing [mL/kg]
    floor: FloatArray  # mL/kg
    units: FloatArray  # transfer units at 1 m³/h and 1/min with this rotor and flow
    inclusions: FloatArray  # behind the filter, were there no degasser [count/g]
    index_noise: FloatArray  # factor on the density index


class MeltTreatmentLine:
    """Degassers and filters of a block of furnaces between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count, 1)
        self._period_days = plan.period_days
        self._filter_casts = rng.integers(2, 4, shape)
        self._filter_phase = rng.integers(0, 3, shape)
        self._rotor_cycle = np.round(p.value("rotor_life") / plan.period_days * (0.8 + 0.4 * rng.random(shape)))
        self._rotor_phase = np.floor(self._rotor_cycle * rng.random(shape))
        self._furnace = rng.standard_normal((3, *shape))
        self._walks = Walk(p.value("melt_memory"), (3, block.count), rng)
        self._shown = np.zeros(shape)
        self._masses = np.full((block.count, 2), p.value("charge_mass"))
        self._broken = np.zeros((block.count, 2), dtype=bool)

    def advance(
        self,
        supply: CastHouseSupply,
        charge: CastCharge,
        setpoints: Setpoints,
        crew: CastHouseOperators,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> tuple[Melt, Setpoints]:
        """Melts of a stretch, and the gas and rotor speed that were set."""
        p, shape = supply.parameters, charge.mass.shape
        vapour = water_pressure(supply.air_temperature, supply.humidity)
        n = rng.standard_normal((5, *shape))
        walks = self._walks.advance(rng.standard_normal((3, *shape)))
        casts = np.arange(supply.first, supply.first + supply.count)
        age, bypass = self._filter(p, (casts + self._filter_phase) % self._filter_casts, charge.mass, rng)
        held = filter_efficiency(age, p.filter_fresh, p.filter_scale) * (1.0 - bypass)
        turned = (casts + self._rotor_phase) % self._rotor_cycle
        condition = self._condition(p, turned / self._rotor_cycle, walks[0])
        flow = setpoints["cast_speed"] * (1.0 + p.speed_error * n[0])
        launder = charge.melt_temperature - p.launder_drop * (p.speed_usual / flow) + p.launder_sd * n[1]
        moist = np.exp(p.moisture_sd * walks[1] + p.furnace_moisture_sd * self._furnace[1] + p.moisture_cast_sd * n[2])
        ready = _Ready(
            hydrogen_of_moist_air(charge.melt_temperature, vapour + p.flux_moisture, p.uptake * moist),
            hydrogen_of_moist_air(launder, vapour, p.floor_uptake),
            degassing_units(1.0, 1.0, flow, p.degassing_constant * condition),
            inclusions_passing(self._raised(p, charge, setpoints, walks[2], n[3]), held),
            np.exp(p.index_error * n[4]),
        )
        target = crew.degassing(supply, vapour, tests, rng)
        degassing, shown = self._run(p, ready, target, crew, manual)
        days = turned * self._period_days
        melt = Melt(ready.hydrogen, *shown, held, bypass, condition, launder, flow, age, days)
        return melt, degassing

    def _condition(self, p: CastHouseParameters, worn: FloatArray, walk: FloatArray) -> FloatArray:
        """Transfer units of the degasser over those of a new rotor in a usual box."""
        left = np.maximum(1.0 - p.rotor_wear * worn * np.exp(0.5 * walk), p.rotor_least)
        condition: FloatArray = left * np.exp(p.furnace_degasser_sd * self._furnace[0])
        return condition

    def _raised(
        self, p: CastHouseParameters, charge: CastCharge, setpoints: Setpoints, walk: FloatArray, normal: FloatArray
    ) -> FloatArray:
        """Inclusions that leave the furnace: stirred up by tapping, scrap and dross, sunk by settling."""
        raised = p.inclusions_usual * np.exp(p.inclusion_sd * walk + p.inclusion_cast_sd * normal)
        raised *= np.exp(p.furnace_inclusion_sd * self._furnace[2])
        raised *= np.exp(p.inclusions_by_scrap * (setpoints["scrap_return"] - p.scrap_usual))
        raised *= np.exp(-p.inclusions_by_flux * (setpoints["flux_dose"] - p.flux_usual))
        afloat: FloatArray = raised * (charge.loss / p.loss_usual) ** 0.7
        return afloat * share_afloat(setpoints["settling_time"], p.sinking_time)

    def _filter(
        self, p: CastHouseParameters, cast: NDArray[np.int_], mass: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Metal through the filter since its change [t], and bypassed share; a crack lasts until the change."""
        cracked = rng.random(mass.shape) < p.crack_share
        masses = np.concatenate([self._masses, mass], axis=1)
        broken = np.concatenate([self._broken, cracked], axis=1)
        self._masses, self._broken = masses[:, -2:], broken[:, -2:]
        age = np.where(cast >= 1, masses[:, 1:-1], 0.0) + np.where(cast >= 2, masses[:, :-2], 0.0)
        open_ = cracked | (broken[:, 1:-1] & (cast >= 1)) | (broken[:, :-2] & (cast >= 2))
        leak = p.bypass_usual * np.exp(0.5 * rng.standard_normal(mass.shape))
        return age, np.where(open_, p.bypass_cracked, np.minimum(leak, 0.5))

    def _run(
        self, p: CastHouseParameters, ready: _Ready, target: Setpoints, crew: CastHouseOperators, manual: Setpoints
    ) -> tuple[Setpoints, tuple[FloatArray, FloatArray, FloatArray]]:
        """Gas and rotor speed, hydrogen, inclusions and density index, each cast reacting to earlier ones."""
        shape = ready.hydrogen.shape
        gas, rotor, after, inclusions, index = (np.empty(shape) for _ in range(5))
        for start in range(0, shape[1], REVIEW):
            part = slice(start, start + REVIEW)
            gas[:, part], rotor[:, part] = crew.review(p, target, part, self._shown, manual)
            units = ready.units[:, part] * gas[:, part] ** 0.6 * rotor[:, part] ** 1.2
            after[:, part] = hydrogen_after_degassing(ready.hydrogen[:, part], ready.floor[:, part], units)
            vortex = np.maximum(rotor[:, part] / p.vortex_speed[part] - 1.0, 0.0)
            floated = np.exp(-p.flotation[part] * units) * (1.0 + p.vortex_inclusions[part] * vortex)
            inclusions[:, part] = ready.inclusions[:, part] * floated
            shows = p.index_base[part] + p.index_hydrogen[part] * np.square(after[:, part])
            shows = shows + p.index_inclusions[part] * inclusions[:, part]
            index[:, part] = shows * ready.index_noise[:, part]
            self._shown = np.log(index[:, part] / p.index_wanted[part]).mean(axis=1, keepdims=True)
        return {"degasser_gas": gas, "degasser_rotor": rotor}, (after, inclusions, index)
