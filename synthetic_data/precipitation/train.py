"""Lines from day to day: liquor cooled over seed in series tanks, size cycles, water balance."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass, fields

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
from synthetic_data.precipitation import operators
from synthetic_data.precipitation.circuit import Values
from synthetic_data.precipitation.operators import OperatorView
from synthetic_data.precipitation.parameters import PrecipitationParameters

LOOKED_AT = (3, 8)  # tanks whose liquor is titrated
_RATES = ("grows_below_20", "grows_below_45", "grows_below_90", "grows_below_150", "grows_above_150")
_LEAST_SIGMA = 1e-3
_SHARED = ("carbonate", "chloride", "sulphate", "toc", "water", "dilution", "caustic_wanted")  # by all lines
_FOLLOWING = (
    *("fill_temperature", "fine_seed_ratio", "end_temperature", "flow", "digestion_temperature", "evaporation_rate"),
)


@dataclass(frozen=True)
class PrecipitationConditions:
    """Conditions of days, independent of set-points; arrays that broadcast to (days, lines).

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
        Errors of what operators hear in the morning [relative].
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


@dataclass
class LineState:
    """Lines between two days; one value a line, of `classes` five."""

    classes: FloatArray  # hydrate of each class of size over the usual [1]
    volume: FloatArray  # of liquor [m³]
    soda: FloatArray  # kg as Na2CO3: losses are made up every day
    digested: FloatArray  # digestion's temperature [°C]
    # operators' view of yesterday, as of `OperatorView`
    fines: FloatArray
    harvest: FloatArray
    coldest: FloatArray
    behind: FloatArray

    @classmethod
    def typical(cls, p: PrecipitationParameters, lines: int) -> LineState:
        """Lines as they usually are."""
        one = np.ones(lines)
        return cls(
            classes=np.ones((5, lines)),
            volume=float(p.liquor_volume) * one,
            soda=p.caustic * (float(p.liquor_volume) * one),
            digested=float(p.digestion_temperature) * one,
            fines=float(p.usual_fines) * one,
            harvest=float(p.usual_yield) * one,
            coldest=(float(p.end_temperature) - 10.0) * one,
            behind=0.0 * one,
        )


class PrecipitationLines:
    """Lines between two days."""

    def __init__(self, p: PrecipitationParameters, lines: int) -> None:
        self._state = LineState.typical(p, lines)

    def run(self, p: PrecipitationParameters, at: PrecipitationConditions, setting: Setting, target: Values) -> Values:
        """Set-points that follow readings, liquor, temperatures, hydrate and water of some days."""
        retained = {
            name: setting.used(name, target[name]) for name in ("seed_solids", "lime_dose", "calciner_temperature")
        }
        days, lines = target["flow"].shape
        acting = {field.name: getattr(at, field.name) for field in fields(at)} | {"seed": retained["seed_solids"]}
        acting |= {name: acting[name][:, 0].tolist() for name in _SHARED}
        result = np.empty((len(_FOUND), days, lines))
        for t in range(days):
            today = {name: values[t] for name, values in acting.items()}
            left = _day(p, setting, self._state, today, target, t)
            for values, name in zip(result[:, t], _FOUND, strict=True):
                values[:] = left[name]
        return retained | dict(zip(_FOUND, result, strict=True))


def _day(
    p: PrecipitationParameters, setting: Setting, state: LineState, at: Values, target: Values, t: int
) -> dict[str, FloatArray]:
    """Advance one day, index `t` in `setting` and `target`, with the day's values `at`; sets _FOUND."""
    caustic = state.soda / state.volume
    ionic = ionic_strength(caustic, at["carbonate"], at["chloride"], at["sulphate"], at["toc"])
    reached = gibbsite_solubility(state.digested, caustic, ionic) / caustic
    ratio = p.digestion_approach * reached + at["ratio"]
    read = {"ratio_read": ratio + at["ratio_read"], "caustic_read": caustic * (1.0 + at["caustic_read"])}
    seen = OperatorView(state.fines, state.harvest, state.coldest, state.behind)
    own = operators.answered(p, target, t, seen, read["ratio_read"], read["caustic_read"], at["caustic_wanted"])
    setpoints = {name: setting.used(name, own[name], t) for name in own}
    flow = setpoints["flow"] * at["metered"]
    fill = setpoints["fill_temperature"] + at["fill_scatter"]
    coldest = coldest_end(fill, at["water"], at["transfer"], flow / p.flow)
    end = np.maximum(setpoints["end_temperature"], coldest) + at["warmer"]
    seed = at["seed"] * at["pumped"]
    entering = (ratio - at["upset"]) * caustic
    shares = class_shares(state.classes)
    surface = specific_surface(shares, p.surface_roughness)
    made = _precipitated(p, at, (fill, end), (caustic, ionic, entering), surface, seed, flow)
    made |= _sizes(p, at, state, shares, made, setpoints, seed)
    alumina = alumina_rate(flow, made["precipitation_yield"])
    water_in, water_out = at["dilution"] * alumina, setpoints["evaporation_rate"] * alumina
    volume = state.volume
    state.volume = volume + water_in - water_out
    state.digested = setpoints["digestion_temperature"]
    ordered = alumina_rate(target["flow"][t], p.usual_yield)
    state.behind = operators.now_behind(p, state.behind, ordered, alumina)
    state.fines = made["product_fines"] * (1.0 + at["fines_read"])
    state.harvest = made["precipitation_yield"] * (1.0 + at["harvest_read"])
    state.coldest = coldest
    left = {"ratio": ratio, "caustic": caustic, "entering": entering, "true_flow": flow, "seed": seed}
    left |= {"alumina": alumina, "coldest": coldest, "fill": fill, "end": end}
    water = {"liquor_start": volume, "liquor_end": state.volume, "water_in": water_in, "water_out": water_out}
    return setpoints | read | left | water | made


_FOUND = (
    *_FOLLOWING,
    *("ratio_read", "caustic_read", "ratio", "caustic", "entering", "true_flow", "seed", "alumina", "coldest", "fill"),
    *("end", "liquor_start", "liquor_end", "water_in", "water_out"),
    *("precipitation_yield", "spent", "sigma_first", "mean_square", "train_temperature", "surface", "ionic", "growth"),
    *(f"{quantity}_{tank}" for tank in LOOKED_AT for quantity in ("alumina", "temperature")),
    *("seed_fines", "product_fines", "births", "agglomeration", "overflow_solids"),
)


def _precipitated(
    p: PrecipitationParameters,
    at: Values,
    ends: tuple[FloatArray, FloatArray],
    liquor: tuple[FloatArray, FloatArray, FloatArray],
    surface: FloatArray,
    seed: FloatArray,
    flow: FloatArray,
) -> Values:
    """Alumina through the tanks, and their supersaturations."""
    caustic, ionic, entering = liquor
    tanks, toc, carbonate = at["tanks"], at["toc"], at["carbonate"]
    used = np.arange(p.tanks)[:, None] < tanks
    warm = train_temperatures(*ends, tanks, round(p.tanks))
    saturated = gibbsite_solubility(warm, caustic, ionic)
    rate = growth_constant(warm, p.growth_factor, p.activation_temperature, toc, carbonate)
    strength = tank_strength(rate, seed, surface * at["activity"], p.tank_volume / flow) * used
    alumina = train_alumina(entering, saturated, caustic, strength)
    sigma = (alumina - saturated) / caustic
    result = {
        "precipitation_yield": entering - alumina[-1],
        "spent": alumina[-1],
        "sigma_first": sigma[0],
        "mean_square": functools.reduce(operator.add, np.square(sigma * used)) / tanks,
        "train_temperature": functools.reduce(operator.add, warm * used) / tanks,
        "surface": surface,
        "ionic": ionic,
        "growth": at["activity"] * growth_constant(0.0, p.growth_factor, 0.0, toc, carbonate),
    }
    for tank in LOOKED_AT:
        result |= {f"alumina_{tank}": alumina[tank - 1], f"temperature_{tank}": warm[tank - 1]}
    return result


def _sizes(
    p: PrecipitationParameters,
    at: Values,
    state: LineState,
    shares: FloatArray,
    made: Values,
    setpoints: Values,
    seed: FloatArray,
) -> Values:
    """Fines of seed and product, seed that overflows, and the classes of the next day."""
    fines = 100.0 * (shares[0] + shares[1]) + at["oxalate"]
    sigma, warm = np.maximum(made["sigma_first"], _LEAST_SIGMA), setpoints["fill_temperature"]
    births = nucleation_ratio(sigma, warm, state.classes[2], p.usual_sigma, p.nucleation_answer)
    joined = agglomeration_ratio(sigma, warm, setpoints["fine_seed_ratio"], p.usual_sigma)
    rates = np.array([p[name] for name in _RATES])
    state.classes = next_classes(state.classes, births * at["births"], joined, rates, p.agglomerating)
    carried = p.carried * np.exp((seed - p.seed_solids) / p.carried_scale) * fines / p.usual_seed_fines
    return {
        "seed_fines": fines,
        "product_fines": fines * at["cut"],
        "births": births,
        "agglomeration": joined,
        "overflow_solids": carried,
    }
