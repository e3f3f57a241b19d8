"""Shared state of all groups of a cell house by step: tariff current, feed, weather, faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cell_house.parameters import HOUSE_FAULTS, TRACES, CellHouseParameters
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.parameters import regimes_begun
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.plant import set_points
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.laboratory import NORMALS, Method, report
from synthetic_data.plant.random_walks import next_walk, next_walks
from synthetic_data.plant.weather import seasonal_temperature

CURRENT_SETPOINT = "line_current_target"
STEP_HOURS = 4.0
STEPS_A_DAY = 6
_VALLEY, _PEAK = (0, 1), (2, 4)  # steps of a day: 0 to 8 h; 8 to 12 h and 16 to 20 h
_WALKS = ("weather", "feed_zinc", "manganese", "chloride")
_OF_INGRESS = (("antimony", "germanium"), ("cobalt", "nickel"))  # by the stage of purification that fails
_MICRO = ("antimony", "germanium")  # reported in µg/L
_DAY_AGO, _TWO_SAMPLES_AGO = 6, 2  # steps after which a result is available
_SAMPLES_A_DAY = np.array([1.0 if name in _MICRO else 3.0 for name in TRACES])


@dataclass(frozen=True)
class Cycle:
    """One strip cycle of the house; arrays have one value a step, traces one row a step."""

    period: int
    parameters: CellHouseParameters
    current_target: float  # kA, mean of the cycle
    current: FloatArray  # kA
    price: FloatArray  # of power [$/kWh]
    season: float  # outside temperature by the season [°C]
    ambient: FloatArray  # outside temperature [°C]
    cooling: FloatArray  # share of the towers' capacity that is there [1]
    feed_zinc: FloatArray  # g/L
    feed_traces: FloatArray  # by TRACES [mg/L]
    manganese: float  # g/L
    chloride: float  # mg/L
    available: dict[str, float]  # as reported when the cycle starts
    reported: dict[str, float]  # of the cycle
    events: tuple[PlantEvent, ...]


class House:
    """The house between two cycles, of which `first` is to come."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan, self.stream = plan, plan.plant_stream()
        typical = CellHouseParameters.of(plan.seed)
        self._steps = round(plan.period_days) * STEPS_A_DAY
        self._slow = np.zeros(len(_WALKS))
        self._traces = np.zeros(len(TRACES))  # logarithms about the usual contents, in their spread
        self._upset = np.zeros(len(_OF_INGRESS))  # hours left of an upset of each stage
        self._rise = np.zeros(len(_OF_INGRESS))  # logarithm of what it lets through
        self._cooling_left, self._held_left = 0.0, 0.0  # hours
        self._order = 0.0
        self._past_zinc = np.full(self._steps, typical.feed_zinc)
        self._past_feed = np.tile(_usual_traces(typical), (self._steps, 1))
        self._past_potential = np.zeros(self._steps)
        self._arriving = np.zeros(len(TRACES))  # upset that purification has just let through
        self._manganese, self._chloride = typical.manganese, typical.chloride
        self.first = -round(typical.warm_up_periods)

    def advance(self) -> Cycle:
        """The next cycle."""
        plan, period, rng = self._plan, self.first, self.stream
        p = CellHouseParameters.in_period(plan, period)
        known = known_stream(rng)
        self._order = float(next_walk(np.array(self._order), np.array(known.standard_normal()), p.order_memory))
        target = set_points.one_by_hand(
            plan, period, CURRENT_SETPOINT, float(np.round(p.nominal_current + p.order_sd * self._order))
        )
        before = self._reported_before(p, known.standard_normal((NORMALS, len(TRACES) + 4)), period)
        shocks = rng.standard_normal((self._steps, len(_WALKS) + len(TRACES) + 2))
        uniforms = rng.random((self._steps, 3 * len(HOUSE_FAULTS)))
        errors = rng.standard_normal((NORMALS, len(TRACES) + 2))
        cycle, feed, events = self._steps_of(p, period, target, shocks, uniforms)
        potential = cycle.pop("potential")
        self._past_zinc, self._past_feed, self._past_potential = cycle["feed_zinc"], feed, potential
        reported = _report(p, feed.mean(axis=0), errors[:, : len(TRACES)], _SAMPLES_A_DAY * plan.period_days)
        reported["purification_potential"] = float(potential.mean() + 0.3 * p.potential_sd * errors[0, -1])
        reported["line_current"] = float(cycle["current"].mean() * (1.0 + p.ammeter_sd * errors[0, -2]))
        self.first = period + 1
        happened = (*regimes_begun(plan, period), *events) if period >= 0 else ()
        return Cycle(
            period, p, target, season=self._season(p, period, 0.5 * plan.period_days), feed_traces=feed,
            manganese=self._manganese, chloride=self._chloride, available=before, reported=reported, events=happened,
            **cycle,
        )  # fmt: skip

    def _season(self, p: CellHouseParameters, period: int, day: float) -> float:
        date = self._plan.period_start(period) + dt.timedelta(days=day)
        return seasonal_temperature(date, p.ambient_mean, p.ambient_swing, p.warmest_day)

    def _reported_before(self, p: CellHouseParameters, errors: FloatArray, period: int) -> dict[str, float]:
        """Reports of laboratory and control room available at cycle start: assays come hours to a day late."""
        late = self._past_feed[-_TWO_SAMPLES_AGO - 1].copy()
        for name in _MICRO:  # a composite of the day before the last
            at = TRACES.index(name)
            late[at] = self._past_feed[-2 * _DAY_AGO : -_DAY_AGO, at].mean()
        result = {f"{name}_in_hand": value for name, value in _report(p, late, errors[:, : len(TRACES)]).items()}
        z = errors[0, len(TRACES) :]
        return result | {
            "ambient_temperature": self._season(p, period, 0.5 * self._plan.period_days) + p.forecast_sd * z[0],
            "zinc_feed": self._past_zinc[-1] + p.feed_assay_sd * z[1],
            "manganese": self._manganese * (1.0 + p.manganese_assay_rsd * z[2]),
            "chloride": self._chloride * (1.0 + p.chloride_assay_rsd * z[3]),
            "potential_in_hand": float(self._past_potential[-2:].mean()),
        }

    def _steps_of(
        self, p: CellHouseParameters, period: int, target: float, shocks: FloatArray, uniforms: FloatArray
    ) -> tuple[dict[str, FloatArray], FloatArray, list[PlantEvent]]:
        n, walks = self._steps, len(_WALKS)
        slow = next_walks(self._slow, shocks[:, :walks], p.plant_memory)
        own = next_walks(self._traces, shocks[:, walks : walks + len(TRACES)], p.trace_memory)
        self._slow, self._traces = slow[-1], own[-1]
        let_through, cooling, held, events = self._faults_of(p, period, uniforms)
        # Leakage of purification reaches the cells a step later; its potential shows it immediately.
        arriving = np.concatenate((self._arriving[None], let_through[:-1]))
        self._arriving = let_through[-1]
        traces = _usual_traces(p) * np.exp(p.trace_sd * own + arriving)
        base = self._plan.seed.economics["power_price"].value
        share, price = (np.array(of) for of in zip(*(tariff(p, s % STEPS_A_DAY, base) for s in range(n)), strict=True))
        seasons = [self._season(p, period, STEP_HOURS * s / 24.0) for s in range(n)]
        result = {
            "current": target * share * (1.0 + p.current_sd * shocks[:, -2]) * held,
            "price": price,
            "ambient": np.array(seasons) + p.weather_sd * slow[:, 0],
            "cooling": cooling,
            "feed_zinc": p.feed_zinc + p.feed_zinc_sd * slow[:, 1],
            "potential": p.potential_per_rise * let_through.max(axis=1) + p.potential_sd * shocks[:, -1],
        }
        self._manganese = p.manganese + p.manganese_sd * float(self._slow[2])
        self._chloride = p.chloride * float(np.exp(p.chloride_sd * self._slow[3]))
        return result, traces, events

    def _faults_of(
        self, p: CellHouseParameters, period: int, uniforms: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, list[PlantEvent]]:
        """Leakage of purification, tower and current shares by step, and starting events."""
        n = self._steps
        let_through, cooling, held = np.zeros((n, len(TRACES))), np.ones(n), np.ones(n)
        limits = [onset_chance(p[f"{name}_rate"], STEP_HOURS / 24.0) for name in HOUSE_FAULTS]
        begins = np.any(uniforms[:, ::3] < limits, axis=1).tolist()
        events: list[PlantEvent] = []
        if not any(begins) and not self._upset.any() and not self._cooling_left and not self._held_left:
            return let_through, cooling, held, events
        for s in range(n):
            if begins[s]:
                day = period * self._plan.period_days + STEP_HOURS * s / 24.0
                events += self._begin_faults(p, day, uniforms[s])
            let_through[s], held[s], cooling[s] = self._upsets(), self._held(p), self._towers(p)
        return let_through, cooling, held, events

    def _begin_faults(self, p: CellHouseParameters, day: float, u: FloatArray) -> list[PlantEvent]:
        onsets = []
        for k, name in enumerate(HOUSE_FAULTS):
            if u[3 * k] >= onset_chance(p[f"{name}_rate"], STEP_HOURS / 24.0):
                continue
            hours = between(p[f"{name}_short"], p[f"{name}_long"], float(u[3 * k + 1]))
            seen = min(between(p[f"{name}_seen_early"], p[f"{name}_seen_late"], float(u[3 * k + 2])), hours)
            if name == "ingress":
                stage = int(u[3 * k + 2] * 1e3) % len(_OF_INGRESS)
                most = (p.ingress_heavy, p.ingress_light)[stage]
                self._upset[stage], self._rise[stage] = hours, np.log(between(2.0, most, float(u[3 * k + 1])))
            elif name == "cooling":
                self._cooling_left = max(self._cooling_left, hours)
            else:
                self._held_left = max(self._held_left, hours)
            onsets.append(PlantEvent(None, name, day, day + seen / 24.0, day + hours / 24.0))
        return onsets

    def _upsets(self) -> FloatArray:
        """Logarithm of what purification lets through of each trace in the step."""
        log = np.zeros(len(TRACES))
        for stage, names in enumerate(_OF_INGRESS):
            on = min(self._upset[stage] / STEP_HOURS, 1.0)
            for name in names:
                log[TRACES.index(name)] = on * self._rise[stage]
        self._upset = np.maximum(self._upset - STEP_HOURS, 0.0)
        return log

    def _held(self, p: CellHouseParameters) -> float:
        """Share of the current that the grid leaves: a holding current keeps the zinc from dissolving."""
        off = min(self._held_left / STEP_HOURS, 1.0)
        self._held_left = max(self._held_left - STEP_HOURS, 0.0)
        return 1.0 - off * (1.0 - p.holding_share)

    def _towers(self, p: CellHouseParameters) -> float:
        off = min(self._cooling_left / STEP_HOURS, 1.0)
        self._cooling_left = max(self._cooling_left - STEP_HOURS, 0.0)
        return 1.0 - off * p.cooling_depth


def _usual_traces(p: CellHouseParameters) -> FloatArray:
    return np.array([p[f"feed_{name}"] for name in TRACES])


def tariff(p: CellHouseParameters, step: int, price: float) -> tuple[float, float]:
    """Share of the mean current and price of power in a step of the day: more where power is cheap."""
    if step in _VALLEY:
        return 1.0 + p.tariff_swing, price * (1.0 - p.price_swing)
    return (1.0 - p.tariff_swing, price * (1.0 + p.price_swing)) if step in _PEAK else (1.0, price)


def _report(
    p: CellHouseParameters, traces: FloatArray, errors: FloatArray, samples: FloatArray | float = 1.0
) -> dict[str, float]:
    """Means of samples as the laboratory reports them; one below its limit L is -L. Micrograms of two."""
    limits = np.array([p[f"limit_{name}"] for name in TRACES])
    rsd = np.array([p[f"assay_{name}_rsd"] for name in TRACES])
    fewer = 1.0 / np.sqrt(samples)
    method = Method(0.0, fewer * rsd, fewer * 0.3 * limits, limits, 0.1 * limits)
    result = report(traces, method, 1.0, errors)
    return {name: float(result[k]) * (1e3 if name in _MICRO else 1.0) for k, name in enumerate(TRACES)}
