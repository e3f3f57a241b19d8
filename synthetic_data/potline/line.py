"""Shared state of all pots of a line by day: parameters, current, weather, alumina, anodes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.parameters import regimes_begun
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.plant import set_points
from synthetic_data.plant.faults import between, onset_chance
from synthetic_data.plant.random_walks import next_walk
from synthetic_data.plant.weather import seasonal_temperature
from synthetic_data.potline.parameters import PotlineParameters

CURRENT_SETPOINT = "line_current_target"
_HOURS = 24.0  # h/d


@dataclass(frozen=True)
class LinePeriod:
    """One period of the line; arrays have one value a day."""

    period: int
    parameters: PotlineParameters  # parameters of the seed in force
    current_target: float  # kA
    current_share: FloatArray  # line current over the ordered one [1]
    season: float  # outside temperature by the season, mean of the period [°C]
    ambient: FloatArray  # outside temperature [°C]
    alumina_fines: float  # %
    alumina_loi: float  # %
    anode_residue: float  # %
    events: tuple[PlantEvent, ...]


class Potline:
    """The line between two periods, of which `first` is to come."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan, self.stream = plan, plan.plant_stream()
        self._slow = np.zeros(5)  # current, weather, fines, loss on ignition, residue: walks of unit variance
        typical = PotlineParameters.of(plan.seed)
        self._target = typical.nominal_current
        self.first = -round(typical.warm_up_periods)

    def advance(self) -> LinePeriod:
        """The next period."""
        plan, period, rng, slow = self._plan, self.first, self.stream, self._slow
        days = round(plan.period_days)
        p = PotlineParameters.in_period(plan, period)
        # What is ordered and delivered is known when the period starts.
        target = set_points.one_by_hand(
            plan, period, CURRENT_SETPOINT, _current_target(p, self._target, known_stream(rng).standard_normal())
        )
        shocks, probabilities = rng.standard_normal((days, 2)), rng.random((days, 2))
        share, ambient = np.empty(days), np.empty(days)
        for day in range(days):
            slow[:2] = next_walk(slow[:2], shocks[day], p.line_memory)
            share[day] = 1.0 + p.current_sd * slow[0]
            ambient[day] = _season(p, plan, period, float(day)) + p.weather_sd * slow[1]
        slow[2:] = next_walk(slow[2:], known_stream(rng).standard_normal(3), p.delivery_memory)
        share, curtailments = _curtail(p, share, probabilities, period * days)
        self._target, self.first = target, period + 1
        return LinePeriod(
            period,
            p,
            target,
            share,
            _season(p, plan, period, 0.5 * days),
            ambient,
            p.alumina_fines + p.alumina_fines_sd * slow[2],
            p.alumina_loi + p.alumina_loi_sd * slow[3],
            p.anode_residue + p.anode_residue_sd * slow[4],
            (*regimes_begun(plan, period), *curtailments),
        )


def _season(p: PotlineParameters, plan: RunPlan, period: int, day: float) -> float:
    date = plan.period_start(period) + dt.timedelta(days=day)
    return seasonal_temperature(date, p.ambient_mean, p.ambient_swing, p.warmest_day)


def _current_target(p: PotlineParameters, last: float, shock: float) -> float:
    """Ordered current: whole kiloamperes, drawn back to the nominal one."""
    target = last + p.current_return * (p.nominal_current - last) + p.current_step * shock
    low, high = p.nominal_current - p.current_band, p.nominal_current + p.current_band
    return float(np.clip(round(target), low, high))


def _curtail(
    p: PotlineParameters, share: FloatArray, probabilities: FloatArray, first_day: float
) -> tuple[FloatArray, list[PlantEvent]]:
    """Rectifier trips and orders of the grid: some hours at reduced current."""
    events = []
    for day in np.flatnonzero(probabilities[:, 0] < onset_chance(p.curtailment_rate, 1.0)):
        hours = between(p.curtailment_hours_low, p.curtailment_hours_high, probabilities[day, 1])
        share[day] *= 1.0 - p.curtailment_depth * hours / _HOURS
        onset = float(first_day + day)
        events.append(PlantEvent(None, "curtailment", onset, onset, onset + hours / _HOURS))
    return share, events
