"""Lines from day to day: liquor cooled over seed in tanks in series, sizes that cycle, water that comes and goes."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
from synthetic_data.engine.machine import filled_up
from synthetic_data.engine.stepping import PlainStretch, Stepper
from synthetic_data.plant.set_points import Setting
from synthetic_data.precipitation import crews
from synthetic_data.precipitation.circuit import Values
from synthetic_data.precipitation.crews import Seen
from synthetic_data.precipitation.parameters import PrecipitationParameters

TANKS = 13
LOOKED_AT = (3, 8)  # tanks whose liquor is titrated
_RATES = ("grows_below_20", "grows_below_45", "grows_below_90", "grows_below_150", "grows_above_150")
_LEAST_SIGMA = 1e-3
# What a day is given: numbers that all lines share, and rows of one value a line, in this order.
_NUMBERS = ("carbonate", "chloride", "sulphate", "toc", "water", "dilution", "caustic_wanted")
_ROWS = (
    *("transfer", "ratio", "ratio_read", "caustic_read", "upset", "tanks", "activity", "pumped", "warmer"),
    *("fill_scatter", "metered", "births", "cut", "oxalate", "fines_read", "harvest_read"),
)
_FOLLOWING = (
    *("fill_temperature", "fine_seed_ratio", "end_temperature", "flow", "digestion_temperature", "evaporation_rate"),
)
_TESTED = tuple(name for name in _FOLLOWING if name in crews.TESTED)
_WISHED = len(_ROWS) + 2  # after surface and solids of the seed
_TESTS = _WISHED + len(_FOLLOWING)
_BY_HAND = _TESTS + len(_TESTED)
_SURFACE = len(_ROWS)
Bounds = tuple[tuple[str, tuple[float, float]], ...]


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


@dataclass
class LineState:
    """Lines between two days; one value a line, of `classes` five."""

    classes: FloatArray  # hydrate of each class of size over the usual [1]
    volume: FloatArray  # of liquor [m³]
    soda: FloatArray  # kg as Na2CO3: losses are made up every day
    digested: FloatArray  # digestion's temperature [°C]
    # what crews know of yesterday, as of `crews.Seen`
    fines: FloatArray
    harvest: FloatArray
    coldest: FloatArray
    behind: FloatArray

    @classmethod
    def usual(cls, p: PrecipitationParameters, lines: int) -> LineState:
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


class Lines:
    """Lines between two days, stepped as machine code where a run is long: the numbers are the same."""

    def __init__(self, p: PrecipitationParameters, lines: int, as_machine_code: bool = False) -> None:
        self._state, self._as_machine_code = LineState.usual(p, lines), as_machine_code

    def run(self, p: PrecipitationParameters, at: Conditions, setting: Setting, wish: Values) -> Values:
        """Set-points that follow readings, liquor, temperatures, hydrate and water of some days."""
        kept = {name: setting.used(name, wish[name]) for name in ("seed_solids", "lime_dose", "calciner_temperature")}
        days, lines = wish["flow"].shape
        given, numbers = _given(at, setting, wish, kept["seed_solids"])
        bounds = tuple((name, setting.bounds[name]) for name in _FOLLOWING)
        day_of = (p, bounds, bool(setting.hand))
        plain = functools.partial(PlainStretch, functools.partial(_day, *day_of))
        begin = _stepper(*day_of).begin if self._as_machine_code else plain
        stretch = begin(self._state, given, numbers)
        for day in range(days):
            shares = class_shares(self._state.classes)
            given[day, _SURFACE, :lines] = specific_surface(shares, p.surface_roughness)
            stretch.step(day)
        return kept | dict(zip(_FOUND, stretch.found[:, :, :lines].swapaxes(0, 1), strict=True))


def _given(at: Conditions, setting: Setting, wish: Values, seed_solids: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows of each day, shape (days, rows, filled-up lines), and numbers, shape (days, numbers)."""
    days, lines = wish["flow"].shape
    hand = [setting.hand[name] for name in _FOLLOWING] if setting.hand else []
    rows = np.zeros((days, _BY_HAND + len(hand), filled_up(lines)))
    of_rows = [getattr(at, name) for name in _ROWS]
    wishes, tests = [wish[name] for name in _FOLLOWING], [setting.tests.get(name, 0.0) for name in _TESTED]
    # The seed's surface is that of the day itself.
    for row, values in enumerate([*of_rows, 0.0, seed_solids, *wishes, *tests, *hand]):
        rows[:, row, :lines] = values
    return rows, np.column_stack([getattr(at, name)[:, 0] for name in _NUMBERS])


@functools.lru_cache(maxsize=8)  # a plant has few regimes
def _stepper(p: PrecipitationParameters, bounds: Bounds, by_hand: bool) -> Stepper[LineState]:
    rows = _BY_HAND + len(_FOLLOWING) * by_hand
    return Stepper(LineState.usual(p, 1), rows, len(_NUMBERS), functools.partial(_day, p, bounds, by_hand))


def _day(
    p: PrecipitationParameters, bounds: Bounds, by_hand: bool, state: LineState, rows: Any, numbers: Sequence[Any]
) -> list[FloatArray]:
    """One day, on rows and numbers as `_given` lays them out; it leaves _FOUND."""
    at = dict(zip((*_NUMBERS, *_ROWS), (*numbers, *rows[: len(_ROWS)]), strict=True))
    setting = Setting(
        dict(bounds),
        _of_one_day(_TESTED, rows[_TESTS:_BY_HAND]),
        _of_one_day(_FOLLOWING, rows[_BY_HAND:]) if by_hand else {},
        crews.KNOBS,
    )
    wish = _of_one_day(_FOLLOWING, rows[_WISHED:_TESTS])
    caustic = state.soda / state.volume
    ionic = ionic_strength(caustic, at["carbonate"], at["chloride"], at["sulphate"], at["toc"])
    reached = gibbsite_solubility(state.digested, caustic, ionic) / caustic
    ratio = p.digestion_approach * reached + at["ratio"]
    read = {"ratio_read": ratio + at["ratio_read"], "caustic_read": caustic * (1.0 + at["caustic_read"])}
    seen = Seen(state.fines, state.harvest, state.coldest, state.behind)
    own = crews.answered(p, wish, 0, seen, read["ratio_read"], read["caustic_read"], at["caustic_wanted"])
    knobs = {name: setting.used(name, own[name], 0) for name in own}
    flow = knobs["flow"] * at["metered"]
    fill = knobs["fill_temperature"] + at["fill_scatter"]
    coldest = coldest_end(fill, at["water"], at["transfer"], flow / p.flow)
    end = np.maximum(knobs["end_temperature"], coldest) + at["warmer"]
    seed = rows[_SURFACE + 1] * at["pumped"]
    entering = (ratio - at["upset"]) * caustic
    made = _precipitated(p, at, (fill, end), (caustic, ionic, entering), rows[_SURFACE], seed, flow)
    made |= _sizes(p, at, state, made, knobs, seed)
    alumina = alumina_rate(flow, made["precipitation_yield"])
    water_in, water_out = at["dilution"] * alumina, knobs["evaporation_rate"] * alumina
    volume = state.volume
    state.volume = volume + water_in - water_out
    state.digested = knobs["digestion_temperature"]
    ordered = alumina_rate(wish["flow"][0], p.usual_yield)
    state.behind = crews.now_behind(p, state.behind, ordered, alumina)
    state.fines = made["product_fines"] * (1.0 + at["fines_read"])
    state.harvest = made["precipitation_yield"] * (1.0 + at["harvest_read"])
    state.coldest = coldest
    left = {"ratio": ratio, "caustic": caustic, "entering": entering, "true_flow": flow, "seed": seed}
    left |= {"alumina": alumina, "coldest": coldest, "fill": fill, "end": end}
    water = {"liquor_start": volume, "liquor_end": state.volume, "water_in": water_in, "water_out": water_out}
    found = knobs | read | left | water | made
    return [found[name] for name in _FOUND]


def _of_one_day(names: Sequence[str], rows: Any) -> Any:
    """Rows by name, each as the only day of its series."""
    return {name: [row] for name, row in zip(names, rows, strict=True)}


_FOUND = (
    *_FOLLOWING,
    *("ratio_read", "caustic_read", "ratio", "caustic", "entering", "true_flow", "seed", "alumina", "coldest", "fill"),
    *("end", "liquor_start", "liquor_end", "water_in", "water_out"),
    *("precipitation_yield", "spent", "sigma_first", "mean_square", "train_temperature", "surface", "ionic", "growth"),
    *(f"{what}_{tank}" for tank in LOOKED_AT for what in ("alumina", "temperature")),
    *("seed_fines", "product_fines", "births", "agglomeration", "overflow_solids"),
)


def _precipitated(
    p: PrecipitationParameters,
    at: dict[str, Any],
    ends: tuple[FloatArray, FloatArray],
    liquor: tuple[FloatArray, FloatArray, FloatArray],
    surface: FloatArray,
    seed: FloatArray,
    flow: FloatArray,
) -> Values:
    """Alumina through the tanks, and their supersaturations."""
    caustic, ionic, entering = liquor
    tanks, toc, carbonate = at["tanks"], at["toc"], at["carbonate"]
    used = np.arange(float(TANKS))[:, None] < tanks
    warm = train_temperatures(*ends, tanks, TANKS)
    saturated = gibbsite_solubility(warm, caustic, ionic)
    rate = growth_constant(warm, p.growth_factor, p.activation_temperature, toc, carbonate)
    strength = tank_strength(rate, seed, surface * at["activity"], p.tank_volume / flow) * used
    alumina = train_alumina(entering, saturated, caustic, strength)
    sigma = (alumina - saturated) / caustic
    found = {
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
        found |= {f"alumina_{tank}": alumina[tank - 1], f"temperature_{tank}": warm[tank - 1]}
    return found


def _sizes(
    p: PrecipitationParameters, at: dict[str, Any], state: LineState, made: Values, knobs: Values, seed: FloatArray
) -> Values:
    """Fines of seed and product, seed that overflows, and the classes of the next day."""
    shares = class_shares(state.classes)
    fines = 100.0 * (shares[0] + shares[1]) + at["oxalate"]
    sigma, warm = np.maximum(made["sigma_first"], _LEAST_SIGMA), knobs["fill_temperature"]
    births = nucleation_ratio(sigma, warm, state.classes[2], p.usual_sigma, p.nucleation_answer)
    joined = agglomeration_ratio(sigma, warm, knobs["fine_seed_ratio"], p.usual_sigma)
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
