"""Shared circuit of a tankhouse by week: electrolyte, suppliers, orders, faults."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, diffusion_limited_content
from physics.refining.silver_chloride import dissolved_silver, silver_chloride_product
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.parameters import periods_alike, regimes_begun
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.plant.random_walks import next_walk
from synthetic_data.plant.unit_faults import UNIFORMS
from synthetic_data.plant.weather import seasonal_temperature
from synthetic_data.tankhouse import anodes, stocks
from synthetic_data.tankhouse import faults as tankhouse_faults
from synthetic_data.tankhouse.crops import ELEMENTS
from synthetic_data.tankhouse.instruments import ELECTROLYTE
from synthetic_data.tankhouse.parameters import CIRCUIT_FAULTS, GrowthParameters

STRETCH = 26  # weeks that are reckoned as one array
# First-order walks of unit variance, of which the plant's set-points and disturbances are made.
WALKS = (
    "order",
    "temperature",
    "chloride",
    "glue",
    "thiourea",
    "solids",
    "copper",
    "acid",
    "activity",
    "wash",
    "weather",
)
_ASSAYS = ("cu", "h2so4", *stocks.DISSOLVING)
_NORMALS = len(WALKS) + len(_ASSAYS) + 2  # and chloride's assay and the silver that operators see
# What of these is known when the week starts: orders, weather, and all that laboratory and operators have seen.
_HIDDEN = ("solids", "copper", "activity", "wash")
_KNOWN = np.array([*(name not in _HIDDEN for name in WALKS), *[True] * (_NORMALS - len(WALKS))])


@dataclass(frozen=True)
class Weeks:
    """Some weeks of the circuit in which the parameters hold; arrays of shape (weeks, 1) but where stated."""

    first: int  # number of the first, negative in the warm-up
    days: float  # length of each: a week is a crop
    parameters: GrowthParameters
    state: dict[str, FloatArray]
    cast: FloatArray  # anodes by supplier, (weeks, suppliers, elements) [ppm]
    laboratory: FloatArray  # factor by which the laboratory reads high, (weeks, elements) [1]
    events: tuple[PlantEvent, ...]

    @property
    def count(self) -> int:
        """Number of weeks."""
        return len(self.cast)


def stretches(plan: RunPlan) -> Iterator[Weeks]:
    """Weeks of the run in stretches, the warm-up first; none crosses the start of a regime."""
    circuit = TankhouseCircuit(plan)
    while circuit.first < plan.periods:
        yield circuit.advance()


class TankhouseCircuit:
    """The circuit between two weeks, of which `first` is to come."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self.first = -round(GrowthParameters.of(plan.seed).warm_up_periods)
        p = GrowthParameters.in_period(plan, self.first)
        self.normals, self.uniforms = plan.plant_stream().spawn(2)
        self._walks = self.normals.standard_normal(len(WALKS))
        typical = anodes.typical(p)
        self._cast = self.normals.standard_normal(anodes.walks(typical))  # of unit variance
        self._anodes = anodes.shares(p) @ typical
        self._bias = np.zeros(len(ELEMENTS))
        self._faults = tankhouse_faults.CircuitFaults.none(plan.period_days)
        self._bleed, self._liberated = float(p.bleed), float(p.copper_excess - p.bleed * p.copper_wanted)
        self._dosed = _usual_dose(p, float(p.anode_ag))
        self._content = {name: float(p[f"start_{name}"]) for name in stocks.DISSOLVING}
        self._content |= {"cu": float(p.copper_wanted), "cl": 1e-3 * float(p.chloride)}
        self._acid = float(p.h2so4)
        self._read = dict(self._content)
        self._target = float(p.chloride)

    def advance(self, most: int = STRETCH) -> Weeks:
        """The next weeks: those that the same parameters hold in, at most so many."""
        plan, first = self._plan, self.first
        p = GrowthParameters.in_period(plan, first)
        count = periods_alike(plan, first, most)
        self.first += count
        return self._stretch(p, first, count, regimes_begun(plan, first))

    def _stretch(self, p: GrowthParameters, first: int, count: int, regimes: tuple[PlantEvent, ...]) -> Weeks:
        """Step some weeks with the same parameters."""
        size = (count, _NORMALS + self._cast.size + len(self._bias))
        known = np.append(_KNOWN, np.repeat([True, False], [self._cast.size, len(self._bias)]))
        normals = partly_in_hand(self.normals, lambda stream: stream.standard_normal(size), known)
        uniforms = self.uniforms.random((count, len(CIRCUIT_FAULTS) * UNIFORMS))
        events = list(regimes)
        typical = anodes.typical(p)
        weeks, cast, bias = [], np.empty((count, *typical.shape)), np.empty((count, len(self._bias)))
        for t in range(count):
            z = normals[t]
            faults, started = self._faults.week(p, self._plan.period_days * (first + t), uniforms[t].tolist())
            events += started
            shocks = z[_NORMALS : _NORMALS + self._cast.size].reshape(self._cast.shape)
            self._cast = next_walk(self._cast, shocks, p.cast_memory)
            cast[t] = anodes.cast(p, typical, self._cast)
            self._anodes += (anodes.shares(p) @ cast[t] - self._anodes) / anodes.CROPS
            if (first + t) % round(p.bias_weeks) == 0:
                self._bias = p.laboratory_bias_sd * z[-len(self._bias) :]
            bias[t] = p.laboratory_offset * np.exp(self._bias)
            weeks.append(self._week(p, first + t, faults, z[:_NORMALS]))
        state = {name: np.array([[week[name]] for week in weeks]) for name in weeks[0]}
        return Weeks(first, self._plan.period_days, p, state, cast, bias, tuple(events) if first >= 0 else ())

    def _week(self, p: GrowthParameters, week: int, faults: dict[str, float], z: FloatArray) -> dict[str, float]:
        self._walks = next_walk(self._walks, z[: len(WALKS)], p.plant_memory)
        walk = dict(zip(WALKS, self._walks.tolist(), strict=True))
        noise = z[len(WALKS) :].tolist()
        ambient = self._season(p, week) + p.weather_sd * walk["weather"]
        result = {f"fault_{name}": share for name, share in faults.items()}
        result |= {
            "ambient_temperature": ambient,
            "order": p.current_density + p.order_sd * walk["order"],
            "temperature": p.electrolyte_temperature + p.temperature_sd * walk["temperature"],
            "cooling": p.cooling * (p.ambient_mean - ambient) + p.heater_drop * faults["heater"],
            "glue": p.glue_dose + p.glue_plant_sd * walk["glue"],
            "thiourea": p.thiourea_dose + p.thiourea_plant_sd * walk["thiourea"],
            "glue_activity": math.exp(p.activity_sd * walk["activity"])
            * (1.0 - p.glue_pump_depth * faults["glue_pump"]),
            "solids": p.suspended_solids
            * math.exp(p.solids_sd * walk["solids"])
            * (1.0 + p.filter_rise * faults["filter"]),
            "h2so4": p.h2so4 + p.acid_sd * walk["acid"],
            "wash_temperature": p.wash_temperature
            + p.wash_sd * walk["wash"]
            - p.wash_water_drop * faults["wash_water"],
        }
        result |= self._assays(p, result, noise)
        result |= self._operate(p, result, walk, noise)
        result |= self._step(p, result, walk, faults)
        return result

    def _assays(self, p: GrowthParameters, result: dict[str, float], noise: list[float]) -> dict[str, float]:
        """Latest laboratory results of the electrolyte before the week."""
        true = self._content | {"h2so4": result["h2so4"]}
        self._read = {
            name: true[name] * (1.0 + p[f"assay_{name}_rsd"] * error)
            for name, error in zip(_ASSAYS, noise[: len(_ASSAYS)], strict=True)
        }
        self._read["cl"] = self._content["cl"] * (1.0 + p.assay_cl_rsd * noise[-2])
        return {f"electrolyte_{name}": value for name, value in self._read.items() if name != "cl"}

    def _operate(
        self, p: GrowthParameters, result: dict[str, float], walk: dict[str, float], noise: list[float]
    ) -> dict[str, float]:
        """Bleed follows nickel and arsenic, liberators copper, the chloride target the silver in the cathodes."""
        nickel_limit = max(p.nickel_wanted, ELECTROLYTE["ni"])  # no assay shows less
        excess = 0.5 * (self._read["ni"] / nickel_limit + self._read["as"] / p.arsenic_wanted) - 1.0
        self._bleed = _within(p.bleed * (1.0 + p.bleed_gain * excess), p.bleed_low, p.bleed_high)
        typical = p.copper_excess - self._bleed * p.copper_wanted
        self._liberated = max(0.0, typical + p.liberator_gain * (self._read["cu"] - p.copper_wanted))
        silver = _cathode_silver(p, result["order"], result["temperature"], 1e3 * self._content["cl"])
        seen = silver * (1.0 + p.silver_seen_rsd * noise[-1]) - p.silver_wanted
        target = p.chloride + p.chloride_sd * walk["chloride"] + p.chloride_per_silver * seen
        self._target += p.chloride_pace * (_within(target, p.chloride_low, p.chloride_high) - self._target)
        needed = p.chloride_gain * (self._target - 1e3 * self._read["cl"])
        self._dosed = max(0.0, _usual_dose(p, float(self._anodes[anodes.ELEMENTS.index("ag")])) + needed)
        return {"bleed": self._bleed, "chloride_target": self._target}

    def _step(
        self, p: GrowthParameters, result: dict[str, float], walk: dict[str, float], faults: dict[str, float]
    ) -> dict[str, float]:
        """Move the stocks through the week; the week's mean contents [g/L, chloride mg/L]."""
        mean, days = {}, self._plan.period_days
        for name in stocks.DISSOLVING:
            flow = stocks.dissolving(p, days, self._content[name], *self._feed(p, name))
            self._content[name], mean[name] = flow.end, flow.mean
        excess = p.copper_excess + p.copper_excess_sd * walk["copper"]
        flow = stocks.copper(p, days, self._content["cu"], excess, self._bleed, self._liberated)
        self._content["cu"], mean["cu"] = flow.end, flow.mean
        mean |= {"cu_start": flow.start, "cu_end": flow.end, "copper_excess": excess, "liberated": self._liberated}
        mean |= {"h2so4_start": self._acid}
        acid = stocks.acid(p, days, self._acid, result["h2so4"], excess, self._bleed, self._liberated)
        self._acid, mean["acid_added"] = acid.end, acid.came / days
        dosed = self._dosed * (1.0 - p.chloride_pump_depth * faults["chloride_pump"])
        silver = float(self._anodes[anodes.ELEMENTS.index("ag")])
        flow = stocks.chloride(p, days, self._content["cl"], dosed, silver, self._bleed)
        self._content["cl"], mean["cl"] = flow.end, 1e3 * flow.mean
        return mean

    def _feed(self, p: GrowthParameters, name: str) -> tuple[float, float, float, float]:
        """Dissolved amount of an element [g/t], the bleed, and its precipitation."""
        if name == "fe":
            return float(p.dissolved_fe), self._bleed, 0.0, 0.0
        anode = float(self._anodes[anodes.ELEMENTS.index(name)])
        dissolved = anode * p[f"dissolved_{name}"]
        if name not in ("sb", "bi"):
            return dissolved, self._bleed, 0.0, 0.0
        helped = math.sqrt(p.arsenic_wanted / max(self._content["as"], 1.0))  # arsenic makes both precipitate earlier
        return dissolved, self._bleed, p[f"precipitation_{name}"], p[f"onset_{name}"] * helped

    def _season(self, p: GrowthParameters, week: int) -> float:
        date = self._plan.period_start(week) + 0.5 * self._plan.seed.period
        return seasonal_temperature(date, p.ambient_mean, p.ambient_swing, p.warmest_day)


_last: tuple[RunPlan, TankhouseCircuit, list[Weeks]] | None = None


class SharedCircuit:
    """Circuit shared by the blocks of a run: stepped once, by the block that is ahead.

    It is the same whatever the set-points are. Of the last run alone: who asks next starts again with another.
    """

    def __init__(self, plan: RunPlan) -> None:
        global _last
        if _last is None or _last[0] is not plan:
            _last = plan, TankhouseCircuit(plan), []
        self._circuit, self._weeks, self._place = _last[1], _last[2], 0
        self.first = self._weeks[0].first if self._weeks else self._circuit.first

    def advance(self, most: int = STRETCH) -> Weeks:
        """The next weeks, as of `TankhouseCircuit.go`; `most` is the same at each call."""
        if self._place == len(self._weeks):
            self._weeks.append(self._circuit.advance(most))
        weeks = self._weeks[self._place]
        self._place += 1
        self.first = weeks.first + weeks.count
        return weeks


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _usual_dose(p: GrowthParameters, silver: float) -> float:
    """Chloride that bleed and silver take at the usual content [g/t]."""
    return float(p.bleed * p.chloride + p.silver_as_chloride * silver * stocks.CHLORINE_PER_SILVER)


def _cathode_silver(p: GrowthParameters, current: float, temperature: float, chloride: float) -> float:
    """Silver of usual cathodes in the plant [ppm]."""
    product = silver_chloride_product(temperature, p.silver_product)
    dissolved = dissolved_silver(max(chloride, p.chloride_least), product)
    diffusion = diffusion_coefficient(temperature, p.silver_diffusion)
    layer = diffusion_layer_thickness(current, p.cell_flow, p.diffusion_layer)
    return float(diffusion_limited_content(dissolved, diffusion, layer, current))
