"""Alumina refining: effects of a line's set-points on its day, by physics from the last readings.

A colder end lowers what liquor holds at equilibrium, so that more alumina falls; hydrate that grows so encloses more
soda, and cooling costs water and fans. More seed gives more surface, hence more yield and less soda, until classifiers
let hydrate go with the spent liquor. A cooler calciner burns less fuel and leaves more hydroxyl in the product. The
equations are those of `physics.bayer`; the constants that differ between plants stand here with their doubt, and a
plant's history sharpens them. Coolers end somewhere, by water, scale and flow: a set-point below brings nothing, and no
sensor shows where that is on a day on which the set-point is reached. A line that makes more is ahead of its order, and
its operators slows down on the days after; after a day of more yield it cools less.

What fill temperature and fine seed do to sizes shows over weeks, longer than the outcome of a move is looked at, and
liquor that digestion makes comes a day later: these set-points are left to the plant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.interfaces.response import Constant, Numbers, Response
from models.processes.alumina_refining.physics import PrecipitationPhysics
from physics.arrays import FloatArray, IntArray, Numeric
from physics.bayer.heat import coldest_end
from physics.bayer.precipitation import (
    growth_constant,
    product_soda,
    tank_strength,
    train_alumina,
    train_temperatures,
)
from physics.bayer.soda import alumina_rate, sodium_hydroxide_of
from physics.bayer.solubility import gibbsite_solubility, ionic_strength
from physics.special import ndtr

_IMPURITIES = ("green_liquor_carbonate", "green_liquor_chloride", "green_liquor_sulphate", "green_liquor_toc")

_CONSTANTS = (
    Constant("growth", "1", 1.0, 0.15, "growth of hydrate over the usual", "assumed: impurities and surfaces differ"),
    Constant("transfer", "1", 0.46, 0.1, "units of heat transfer of clean coolers", "assumed: by usual temperatures"),
    Constant("given_back", "1", 0.1, 0.5, "part of more alumina that operators return in flow", "assumed: orders"),
    Constant("warmed_back", "K*L/g", 0.2, 0.5, "less cooling a day later for a gram more", "assumed: operators"),
    Constant("enclosing", "%", 2.4, 0.2, "soda by supersaturation and cold", "assumed"),
    Constant("overflowing", "g/L", 40.0, 0.25, "seed that makes e times as much overflow", "assumed"),
    Constant("burning", "GJ/t/K", 0.0012, 0.2, "fuel of a kelvin of the calciner", "assumed"),
    Constant("igniting", "1/K", 0.008, 0.25, "loss on ignition by a kelvin, logarithm", "assumed"),
)

_VALUES = {one.name: one.value for one in _CONSTANTS}
_LEAST_OVERFLOW, _LEAST_LOI, _LEAST_SODA = 0.02, 0.1, 0.05
_CARRIED_FROM = 450.0  # g/L
_CALCINED_AT = 990.0  # °C
_SCALING, _COOLERS_DIFFER, _USUAL_FLOW = 0.003, 1.2, 1500.0  # 1/d, K at the end of a line, m³/h: assumed
_HEAT_A_TONNE = 0.75  # GJ/t of washing mud and heating slurry: practice
_DOUBT_OF_GROWTH, _KEPT_APART = 0.08, 0.5  # logarithm; part of what is not known of a line that is lasting
_KEPT = (
    *("fill_temperature", "flow", "lime_dose", "steam_evaporation", "product_fines", "seed_ssa", "soda_loss"),
    *("steam_digestion",),
)
_LIQUOR = ("ratio", "caustic", "carbonate", "chloride", "sulphate", "toc", "tanks", "available")


class PrecipitationResponse(Response[PrecipitationPhysics]):
    """Effects of a line's set-points on its days."""

    SETPOINTS: ClassVar[Mapping[str, str]] = {
        "end_temperature": "last_tank_temperature",
        "seed_solids": "seed_solids",  # nothing reads what the seed pumps bring
        "calciner_temperature": "calciner_temperature",
    }
    TUNED: ClassVar[tuple[str, ...]] = ("calciner_temperature",)
    # A calciner acts on what has precipitated, and no seed or cooler changes its fuel.
    SURE = frozenset(
        {(name, "calciner_temperature") for name in ("precipitation_yield", "na2o", "overflow_solids")}
        | {("last_tank_temperature", "calciner_temperature"), ("last_tank_temperature", "seed_solids")}
        | {(name, setpoint) for name in ("calciner_fuel", "loi") for setpoint in ("end_temperature", "seed_solids")}
        | {("overflow_solids", "end_temperature")}
        | {("flow", setpoint) for setpoint in SETPOINTS}
    )
    FOLLOWING = frozenset({"end_temperature"})  # operators see where coolers end; readings show it on some days only
    DRIVEN = (
        *(
            "precipitation_yield",
            "spent_liquor_ac",
            "tank3_ac",
            "tank8_ac",
            "last_tank_temperature",
            "tank3_temperature",
        ),
        *("overflow_solids", "na2o", "loi", "calciner_fuel", "steam_digestion", "usual ", *SETPOINTS),
    )
    BEFORE = (
        *("green_liquor_ac", "green_liquor_caustic", *_IMPURITIES, "tanks_on", "bauxite_available_alumina"),
        *("wet_bulb", "days_since_descale"),
    )
    SMOOTHED = ("seed_ssa",)  # surface of the seed, by many samples
    CONSTANTS = _CONSTANTS
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "more alumina from a litre": ("precipitation_yield", "flow", "steam_digestion", "steam_evaporation"),
        "another soda content": ("na2o", "more_within_na2o", "soda_loss"),
        "seed that is pumped and that overflows": ("seed_solids", "overflow_solids"),
        "cooling": ("last_tank_temperature",),
        "calcination": ("calciner_fuel", "loi", "more_within_loi"),
    }

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """State of lines whatever their set-points are: yield, soda, overflow and fuel beyond physics."""
        warm, target = columns["last_tank_temperature"], columns["end_temperature"]
        seed, calciner = columns["seed_solids"], columns["calciner_temperature"]
        expected = self._train(_read(columns), warm, seed, _VALUES)
        coldest = _coldest({**columns, **self._cooling(columns)}, _VALUES)
        return {
            "more_yield": columns["precipitation_yield"] - expected["yield"],
            "more_soda": columns["na2o"] - expected["na2o"],
            "log_overflow": np.log(np.maximum(columns["overflow_solids"], _LEAST_OVERFLOW))
            - (seed - _CARRIED_FROM) / _VALUES["overflowing"],
            "log_loi": np.log(np.maximum(columns["loi"], _LEAST_LOI)) + _VALUES["igniting"] * (calciner - _CALCINED_AT),
            "other_fuel": columns["calciner_fuel"] - _VALUES["burning"] * (calciner - _CALCINED_AT),
            "warmer": warm - target,
            "coolers_end": coldest,
            **{name: columns[name] for name in _KEPT},
            # Operators have habits: only a departure from a habit is random.
            **{f"usual {setpoint}": columns[setpoint] for setpoint in self.SETPOINTS},
            "usual end above that of coolers": warm - coldest,
        }

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Deviation of the yield of lines from what is expected [g/L]."""
        return {"yield_doubt": unexpected["more_yield"]}

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The days to come under the plan: what the lines are like, at the set-points that are planned."""
        liquor = {
            "ratio": before["green_liquor_ac"],
            "caustic": before["green_liquor_caustic"],
            **{name.rpartition("_")[2]: before[name] for name in _IMPURITIES},
            "tanks": before["tanks_on"],
            "available": before["bauxite_available_alumina"],
            **self._cooling(before),
        }
        own = {name: hidden[name] for name in _KEPT} | {
            "fill_temperature": plan["fill_temperature"],
            "flow": plan["flow"],
            "lime_dose": plan["lime_dose"],
        }
        warm, seed, calciner = (
            plan["end_temperature"] + hidden["warmer"],
            plan["seed_solids"],
            plan["calciner_temperature"],
        )
        expected = self._train(liquor | own, warm, seed, _VALUES)
        return {
            **liquor,
            **own,
            "end_temperature": plan["end_temperature"],
            "last_tank_temperature": warm,
            "seed_solids": seed,
            "calciner_temperature": calciner,
            "precipitation_yield": np.clip(expected["yield"] + hidden["more_yield"], 20.0, 130.0),
            "na2o": np.maximum(expected["na2o"] + hidden["more_soda"], _LEAST_SODA),
            "overflow_solids": np.exp(hidden["log_overflow"] + (seed - _CARRIED_FROM) / _VALUES["overflowing"]),
            "loi": np.exp(hidden["log_loi"] - _VALUES["igniting"] * (calciner - _CALCINED_AT)),
            "calciner_fuel": hidden["other_fuel"] + _VALUES["burning"] * (calciner - _CALCINED_AT),
            "growth_away": np.zeros_like(warm),
        }

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings: another yield, another growth of the seed."""
        more = _KEPT_APART * line["yield_doubt"] * normals[0]
        return dict(state) | {
            "precipitation_yield": state["precipitation_yield"] + more,
            "growth_away": state["growth_away"] + _DOUBT_OF_GROWTH * normals[1],
        }

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Outcomes that a table measures, shape (units, periods)."""
        names = ("last_tank_temperature", "seed_solids", "calciner_temperature", "precipitation_yield", "na2o")
        return {name: columns[name] for name in (*names, "overflow_solids", "loi", "calciner_fuel", "flow")}

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Return outcomes after moves, averaged over the days with the moves in force and those after."""
        q = dict(constants)
        part = {setpoint: np.asarray(q.get(f"{setpoint} in force", 1.0)) for setpoint in self.SETPOINTS}
        cold, seed = state["last_tank_temperature"], state["seed_solids"]
        more, hotter = np.asarray(moves["seed_solids"]), np.asarray(moves["calciner_temperature"])
        whole = more / part["seed_solids"]
        comes = _comes(state, np.asarray(moves["end_temperature"]), q)
        far = comes / part["end_temperature"]

        # Of whole moves, for the part of the time that each is there: the gain of seed flattens, a colder end steepens
        # it.
        before = self._train(state, cold, seed, q)
        colder = self._train(state, cold + far, seed, q)
        seeded = self._train(state, cold + far, seed + whole, q)
        changed = {
            name: part["end_temperature"] * (colder[name] - before[name])
            + part["seed_solids"] * (seeded[name] - colder[name])
            for name in before
        }
        # After a day of more yield operators cool less, if coolers leave them the choice.
        kelvin = self._train(state, cold + 1.0, seed, q)
        warmed = q["warmed_back"] * changed["yield"] * ndtr(_room(state, q) / _COOLERS_DIFFER)
        changed = {name: changed[name] + warmed * (kelvin[name] - before[name]) for name in before}

        calcined = state["loi"] * np.exp(-q["igniting"] * hotter / part["calciner_temperature"])
        enclosing = state["na2o"] + seeded["na2o"] - before["na2o"]
        still = np.zeros_like(cold + comes + more + hotter)
        harvest = state["precipitation_yield"] + changed["yield"]
        overflow = state["overflow_solids"] * (1.0 + part["seed_solids"] * np.expm1(whole / q["overflowing"]))
        own = {name: state[name] + still for name in (*_KEPT, "available")} | self._flows(state, harvest + still, q)
        return own | {
            "last_tank_temperature": cold + comes + warmed + still,
            "seed_solids": seed + more + still,
            "calciner_temperature": state["calciner_temperature"] + hotter + still,
            "precipitation_yield": harvest + still,
            "na2o": state["na2o"] + changed["na2o"] + still,
            "soda_loss": own["soda_loss"] + sodium_hydroxide_of(changed["na2o"]),
            "overflow_solids": overflow + still,
            "loi": _mixed(state["loi"], calcined, part["calciner_temperature"]) + still,
            "calciner_fuel": state["calciner_fuel"] + q["burning"] * hotter + still,
            "more_within_loi": self._more_within("loi", state["loi"], calcined, part["calciner_temperature"]) + still,
            "more_within_na2o": self._more_within("na2o", state["na2o"], enclosing, part["end_temperature"]) + still,
        }

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Margin of a line [$/d]."""
        columns = dict(outcomes) | {"bauxite_available_alumina": outcomes["available"]}
        within = self.physics.lots_within("product_fines", outcomes["product_fines"])
        for name in ("loi", "na2o"):
            within = within * (self.physics.lots_within(name, outcomes[name]) + outcomes[f"more_within_{name}"])
        return self.physics.margin(columns, within, economics)

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Liquor [m³/t], coal equivalent [kgce/t], greenhouse gases [tCO2e/t]."""
        return self.physics.derived(outcomes, outcomes["precipitation_yield"], economics)

    def power(self, outcomes: Columns) -> FloatArray:
        """None: lines share no power."""
        return np.zeros_like(outcomes["precipitation_yield"])

    def _more_within(self, name: str, typical: FloatArray, then: FloatArray, part: FloatArray) -> FloatArray:
        """Share of lots within a buyer's limit, of a content that is another for a time, over its mean's."""
        shares = _mixed(self.physics.lots_within(name, typical), self.physics.lots_within(name, then), part)
        return np.asarray(shares - self.physics.lots_within(name, _mixed(typical, then, part)))

    def _cooling(self, columns: Columns) -> dict[str, FloatArray]:
        """Cooling water [°C], and what scale leaves of the coolers [1]."""
        return {
            "water": columns["wet_bulb"] + self.physics.equipment.tower_approach,
            "clean": np.exp(-_SCALING * columns["days_since_descale"]),
        }

    def _flows(self, state: Columns, harvest: FloatArray, q: Numbers) -> dict[str, FloatArray]:
        """Return liquor flow [m³/h] that operators choose at another yield, and its steam [t/h].

        Liquor takes steam whatever falls from it; washing of mud, heating of slurry and evaporators follow the alumina.
        """
        flow = state["flow"] * (1.0 - q["given_back"] * (harvest / state["precipitation_yield"] - 1.0))
        before = alumina_rate(state["flow"], state["precipitation_yield"]) / 24.0
        after = alumina_rate(flow, harvest) / 24.0
        steam_a_tonne = _HEAT_A_TONNE / self.physics.terms["steam_heat"]
        of_liquor = state["steam_digestion"] - steam_a_tonne * before
        return {
            "flow": flow,
            "steam_digestion": of_liquor * flow / state["flow"] + steam_a_tonne * after,
            "steam_evaporation": state["steam_evaporation"] * after / before,
        }

    def _train(self, at: Columns, last: Numeric, seed: Numeric, q: Numbers) -> dict[str, FloatArray]:
        """Yield [g/L] and soda [%] of a train, by the constants."""
        caustic, tanks = at["caustic"], np.clip(at["tanks"], 3.0, self.physics.equipment.tanks)
        ionic = ionic_strength(caustic, at["carbonate"], at["chloride"], at["sulphate"], at["toc"])
        last, seed = np.broadcast_arrays(np.asarray(last), np.asarray(seed), subok=False)
        place = np.arange(self.physics.equipment.tanks).reshape(-1, *np.ones(last.ndim, dtype=int))
        used = place < tanks
        warm = train_temperatures(
            at["fill_temperature"] + np.zeros_like(last),
            last,
            tanks + np.zeros_like(last),
            round(self.physics.equipment.tanks),
        )
        saturated = gibbsite_solubility(warm, caustic, ionic)
        rate = growth_constant(warm, organic_carbon=at["toc"], carbonate=at["carbonate"]) * q["growth"]
        rate = rate * np.exp(at["growth_away"]) if "growth_away" in at else rate
        time = self.physics.equipment.tank_volume / np.maximum(at["flow"], 200.0)
        strength = used * tank_strength(rate, seed, at["seed_ssa"], time)
        entering = at["ratio"] * caustic
        alumina = train_alumina(entering + np.zeros_like(last), saturated, caustic + np.zeros_like(last), strength)
        square = np.square(used * (alumina - saturated) / caustic).sum(axis=0) / tanks
        mean = (used * warm).sum(axis=0) / tanks
        soda = product_soda(square, mean, caustic, occluded_slope=q["enclosing"])
        return {"yield": entering - alumina[-1], "na2o": soda}


def _mixed(typical: FloatArray, then: FloatArray, part: FloatArray) -> FloatArray:
    """Mean of what is there for a part of the time and of what is usual."""
    return np.asarray(typical + part * (then - typical))


def _room(state: Columns, q: Numbers) -> FloatArray:
    """Return the margin of the set-point above the lowest temperature that coolers reach [K]."""
    return np.asarray(state["end_temperature"] - _coldest(state, q))


def _comes(state: Columns, requested: FloatArray, q: Numbers) -> FloatArray:
    """Return the realised part of a requested change of the last tank [K], limited by the coolers."""
    part, room = np.asarray(q.get("end_temperature in force", 1.0)), _room(state, q)
    return part * (_above(room + requested / part) - _above(room))


def _coldest(at: Columns, q: Numbers) -> FloatArray:
    """Return the lowest temperature of the last tank that coolers reach [°C]."""
    units = q["transfer"] * at["clean"]
    return coldest_end(at["fill_temperature"], at["water"], units, np.maximum(at["flow"], 200.0) / _USUAL_FLOW)


def _above(room: FloatArray) -> FloatArray:
    """Mean of what is higher: a set-point so far above the expected end of coolers, or that end [K]."""
    spreads = room / _COOLERS_DIFFER
    density = np.exp(-0.5 * np.square(spreads)) / np.sqrt(2.0 * np.pi)
    return np.asarray(room * ndtr(spreads) + _COOLERS_DIFFER * density)


def _read(columns: Columns) -> dict[str, FloatArray]:
    """A day's liquor by the names of a state."""
    return {
        "ratio": columns["green_liquor_ac"],
        "caustic": columns["green_liquor_caustic"],
        **{name.rpartition("_")[2]: columns[name] for name in _IMPURITIES},
        "tanks": columns["tanks_on"],
        "fill_temperature": columns["fill_temperature"],
        "flow": columns["flow"],
        "seed_ssa": columns["seed_ssa"],
    }
