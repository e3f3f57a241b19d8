"""Lines from day to day: liquor cooled over seed in tanks in series, sizes that cycle, water that comes and goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.bayer.heat import coldest_end
from physics.bayer.hydrate import (
    agglomeration_ratio,
    class_shares,
    next_classes,
    nucleation_ratio,
    specific_surface,
)
from physics.bayer.precipitation import growth_constant, tank_strength, train_alumina, train_temperatures
from physics.bayer.soda import alumina_rate
from physics.bayer.solubility import gibbsite_solubility, ionic_strength
from synthetic_data.plant.set_points import Setting
from synthetic_data.precipitation import crews
from synthetic_data.precipitation.circuit import Values
from synthetic_data.precipitation.crews import Seen
from synthetic_data.precipitation.parameters import PrecipitationParameters

TANKS = 13
LOOKED_AT = (3, 8)  # tanks whose liquor is titrated
_RATES = ("grows_below_20", "grows_below_45", "grows_below_90", "grows_below_150", "grows_above_150")
_LEAST_SIGMA = 1e-3


@dataclass(frozen=True)
class Conditions:
    """What acts on some days whatever the set-points are, arrays of shape (days, lines) or broadcasting to it.

    Attributes
    ----------
    carbonate, chloride, sulphate, toc
        In the liquor [g/L].
    water, transfer
        Cooling water [°C], heat transfer units of the coolers at the usual flow [1].
    ratio
        What the green liquor's A/C is off from what digestion's temperature gives [1].
    ratio_read, caustic_read
        Errors of their titration [1; relative].
    upset
        A/C that is missing in the day [1].
    tanks
        In use [count].
    activity
        Growth over the usual: organics poison the surface [1].
    pumped
        Part of the seed that is pumped [1].
    warmer
        What scatter and a fouled cooler add to the last tank [K].
    fill_scatter
        Of the first tank [K].
    metered
        True flow over what the meter shows [1].
    births
        Nuclei over what supersaturation and temperature let expect [1].
    cut, oxalate
        Fines of the product over those of the seed [1], fines that oxalate adds to the seed [%].
    fines_read, harvest_read
        Errors of what a crew hears in the morning [relative].
    dilution, caustic_wanted
        Water that comes in [t/t], caustic that is wanted [g/L].
    """

    carbonate: FloatArray
    chloride: FloatArray
    sulphate: FloatArray
    toc: FloatArray
    water: FloatArray
    transfer: FloatArray
    ratio: FloatArray
    ratio_read: FloatArray
    caustic_read: FloatArray
    upset: FloatArray
    tanks: FloatArray
    activity: FloatArray
    pumped: FloatArray
    warmer: FloatArray
    fill_scatter: FloatArray
    metered: FloatArray
    births: FloatArray
    cut: FloatArray
    oxalate: FloatArray
    fines_read: FloatArray
    harvest_read: FloatArray
    dilution: FloatArray
    caustic_wanted: FloatArray


class Lines:
    """Lines between two days; one value a line."""

    def __init__(self, p: PrecipitationParameters, lines: int) -> None:
        self._classes = np.ones((5, lines))
        self._volume = np.full(lines, float(p.liquor_volume))
        self._soda = p.caustic * self._volume  # kg as Na2CO3: losses are made up every day
        self._digested = np.full(lines, float(p.digestion_temperature))
        coldest = np.full(lines, float(p.end_temperature) - 10.0)
        self._seen = Seen(
            np.full(lines, float(p.usual_fines)), np.full(lines, float(p.usual_yield)), coldest, np.zeros(lines)
        )

    def run(self, p: PrecipitationParameters, at: Conditions, setting: Setting, wish: Values) -> Values:
        """Set-points that follow readings, liquor, temperatures, hydrate and water of some days."""
        kept = {name: setting.used(name, wish[name]) for name in ("seed_solids", "lime_dose", "calciner_temperature")}
        rates = np.array([p[name] for name in _RATES])
        rows = [self._day(p, at, setting, wish, kept["seed_solids"], rates, t) for t in range(len(wish["flow"]))]
        return kept | {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def _day(
        self,
        p: PrecipitationParameters,
        at: Conditions,
        setting: Setting,
        wish: Values,
        seed_solids: FloatArray,
        rates: FloatArray,
        t: int,
    ) -> Values:
        caustic = self._soda / self._volume
        ionic = ionic_strength(caustic, at.carbonate[t], at.chloride[t], at.sulphate[t], at.toc[t])
        reached = gibbsite_solubility(self._digested, caustic, ionic) / caustic
        ratio = p.digestion_approach * reached + at.ratio[t]
        read = {"ratio_read": ratio + at.ratio_read[t], "caustic_read": caustic * (1.0 + at.caustic_read[t])}
        own = crews.answered(p, wish, t, self._seen, read["ratio_read"], read["caustic_read"], at.caustic_wanted[t])
        knobs = {name: setting.used(name, own[name], t) for name in own}
        flow = knobs["flow"] * at.metered[t]
        fill = knobs["fill_temperature"] + at.fill_scatter[t]
        coldest = coldest_end(fill, at.water[t], at.transfer[t], flow / p.flow)
        end = np.maximum(knobs["end_temperature"], coldest) + at.warmer[t]
        seed = seed_solids[t] * at.pumped[t]
        entering = (ratio - at.upset[t]) * caustic
        made = self._precipitated(p, at, t, (fill, end), (caustic, ionic, entering), seed, flow)
        made |= self._sizes(p, at, t, made, knobs, rates, seed)
        alumina = alumina_rate(flow, made["precipitation_yield"])
        water_in, water_out = at.dilution[t] * alumina, knobs["evaporation_rate"] * alumina
        volume = self._volume
        self._volume = volume + water_in - water_out
        self._digested = knobs["digestion_temperature"]
        ordered = alumina_rate(wish["flow"][t], p.usual_yield)
        self._seen = Seen(
            made["product_fines"] * (1.0 + at.fines_read[t]),
            made["precipitation_yield"] * (1.0 + at.harvest_read[t]),
            coldest,
            crews.now_behind(p, self._seen.behind, ordered, alumina),
        )
        state = {"ratio": ratio, "caustic": caustic, "entering": entering, "true_flow": flow, "seed": seed}
        state |= {"alumina": alumina, "coldest": coldest, "fill": fill, "end": end}
        water = {"liquor_start": volume, "liquor_end": self._volume, "water_in": water_in, "water_out": water_out}
        return knobs | read | state | water | made

    def _precipitated(
        self,
        p: PrecipitationParameters,
        at: Conditions,
        t: int,
        ends: tuple[FloatArray, FloatArray],
        liquor: tuple[FloatArray, FloatArray, FloatArray],
        seed: FloatArray,
        flow: FloatArray,
    ) -> Values:
        """Alumina through the tanks, and their supersaturations."""
        caustic, ionic, entering = liquor
        used = np.arange(float(TANKS))[:, None] < at.tanks[t]
        surface = specific_surface(class_shares(self._classes), p.surface_roughness)
        warm = train_temperatures(*ends, at.tanks[t], TANKS)
        saturated = gibbsite_solubility(warm, caustic, ionic)
        rate = growth_constant(warm, p.growth_factor, p.activation_temperature, at.toc[t], at.carbonate[t])
        strength = tank_strength(rate, seed, surface * at.activity[t], p.tank_volume / flow) * used
        alumina = train_alumina(entering, saturated, caustic, strength)
        sigma = (alumina - saturated) / caustic
        used_sigma = sigma * used
        found = {
            "precipitation_yield": entering - alumina[-1],
            "spent": alumina[-1],
            "sigma_first": sigma[0],
            "mean_square": np.square(used_sigma).sum(axis=0) / at.tanks[t],
            "train_temperature": (warm * used).sum(axis=0) / at.tanks[t],
            "surface": surface,
            "ionic": ionic,
            "growth": at.activity[t] * growth_constant(0.0, p.growth_factor, 0.0, at.toc[t], at.carbonate[t]),
        }
        for tank in LOOKED_AT:
            found |= {f"alumina_{tank}": alumina[tank - 1], f"temperature_{tank}": warm[tank - 1]}
        return found

    def _sizes(
        self,
        p: PrecipitationParameters,
        at: Conditions,
        t: int,
        made: Values,
        knobs: Values,
        rates: FloatArray,
        seed: FloatArray,
    ) -> Values:
        """Fines of seed and product, seed that overflows, and the classes of the next day."""
        shares = class_shares(self._classes)
        fines = 100.0 * (shares[0] + shares[1]) + at.oxalate[t]
        sigma, warm = np.maximum(made["sigma_first"], _LEAST_SIGMA), knobs["fill_temperature"]
        births = nucleation_ratio(sigma, warm, self._classes[2], p.usual_sigma, p.nucleation_answer)
        joined = agglomeration_ratio(sigma, warm, knobs["fine_seed_ratio"], p.usual_sigma)
        self._classes = next_classes(self._classes, births * at.births[t], joined, rates, p.agglomerating)
        carried = p.carried * np.exp((seed - p.seed_solids) / p.carried_scale) * fines / p.usual_seed_fines
        return {
            "seed_fines": fines,
            "product_fines": fines * at.cut[t],
            "births": births,
            "agglomeration": joined,
            "overflow_solids": carried,
        }
