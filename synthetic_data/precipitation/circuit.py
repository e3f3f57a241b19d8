"""Shared state of all lines by day: weather, orders, bauxite, impurities of the liquor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.parameters import periods_alike, regimes_begun
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.plant.random_walks import next_walks
from synthetic_data.plant.weather import seasonal_temperature
from synthetic_data.precipitation.parameters import PrecipitationParameters

Values = dict[str, FloatArray]  # by name; each of shape (days, lines), or broadcasting to it

STRETCH = 4  # days that are reckoned as one array
# First-order walks of unit variance: some forget within weeks, those of the liquor's inventory within months.
WALKS = ("weather", "damp", "order", "caustic", "available", "silica", "organic", "mud", "liquor_silica", "dilution")
SLOW_WALKS = ("carbonate", "chloride", "sulphate")
ASSAYS = (
    *("bauxite_available_alumina", "bauxite_reactive_silica", "bauxite_toc", "green_liquor_carbonate"),
    *("green_liquor_chloride", "green_liquor_sulphate", "green_liquor_toc", "green_liquor_silica"),
)
_HIDDEN = 1  # the last of the walks: unknown when a day starts
_COUNT = len(WALKS) + len(SLOW_WALKS) + len(ASSAYS)
_KNOWN = np.arange(_COUNT) != len(WALKS) - _HIDDEN


@dataclass(frozen=True)
class Days:
    """Some days of the plant in which the parameters hold; the first is negative in the warm-up.

    `state` has arrays of shape (days, 1): weather, orders, bauxite, liquor, and what the laboratory says of them.
    """

    first: int
    parameters: PrecipitationParameters
    state: Values
    events: tuple[PlantEvent, ...]

    @property
    def count(self) -> int:
        """Number of days."""
        return len(self.state["ambient_temperature"])


class PrecipitationCircuit:
    """The plant between two days, of which `first` is to come."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        p = PrecipitationParameters.of(plan.seed)
        self.first = -round(p.warm_up_periods)
        self.normals = plan.plant_stream()
        drawn = self.normals.standard_normal(len(WALKS) + len(SLOW_WALKS))
        self._walks, self._slow = drawn[: len(WALKS)], drawn[len(WALKS) :]
        self._organic = float(p.organic_per_bauxite * p.bauxite_toc)

    def advance(self, most: int) -> Days:
        """The next days: those that the same parameters hold in, at most so many."""
        plan, first = self._plan, self.first
        p, count = PrecipitationParameters.in_period(plan, first), periods_alike(plan, first, most)
        self.first += count
        z = partly_in_hand(self.normals, lambda one: one.standard_normal((count, _COUNT)), _KNOWN)
        weekly, slow, errors = np.split(z, [len(WALKS), len(WALKS) + len(SLOW_WALKS)], axis=1)
        walks = next_walks(self._walks, weekly, p.plant_memory)
        gathered = next_walks(self._slow, slow, p.liquor_memory)
        self._walks, self._slow = walks[-1], gathered[-1]
        walk = dict(zip(WALKS, walks.T[:, :, None], strict=True))
        walk |= dict(zip(SLOW_WALKS, gathered.T[:, :, None], strict=True))
        state = self._state(p, first, walk)
        state |= _assayed(p, state, dict(zip(ASSAYS, errors.T[:, :, None], strict=True)))
        return Days(first, p, state, regimes_begun(plan, first) if first >= 0 else ())

    def _state(self, p: PrecipitationParameters, first: int, walk: Values) -> Values:
        season = np.array([[self._season(p, first + t)] for t in range(len(walk["weather"]))])
        ambient = season + p.weather_sd * walk["weather"]
        wet = p.wet_bulb_mean + p.wet_bulb_slope * (ambient - p.ambient_mean) + p.wet_bulb_sd * walk["damp"]
        organic = p.bauxite_toc * np.exp(p.bauxite_toc_sd * walk["organic"])
        return {
            "ambient_temperature": ambient,
            "wet_bulb": np.minimum(wet, ambient),
            "order": p.flow * (1.0 + p.order_sd * walk["order"]),
            "caustic_wanted": p.caustic + p.caustic_sd * walk["caustic"],
            "available": p.bauxite_available * (1.0 + p.bauxite_available_sd * walk["available"]),
            "silica": p.bauxite_silica * np.exp(p.bauxite_silica_sd * walk["silica"]),
            "bauxite_organic": organic,
            "carbonate": p.carbonate + p.carbonate_sd * walk["carbonate"],
            "chloride": p.chloride + p.chloride_sd * walk["chloride"],
            "sulphate": p.sulphate + p.sulphate_sd * walk["sulphate"],
            "toc": self._gathered(p, organic),
            "liquor_silica": p.liquor_silica * np.exp(p.liquor_silica_sd * walk["liquor_silica"]),
            "mud": walk["mud"],
            "dilution": p.dilution + p.dilution_sd * walk["dilution"],
        }

    def _gathered(self, p: PrecipitationParameters, fed: FloatArray) -> FloatArray:
        """Organic carbon of the liquor [g/L], which bauxite feeds and burning and bleeds take within months."""
        result = []
        for content in fed[:, 0].tolist():
            result.append(self._organic)
            self._organic += (p.organic_per_bauxite * content - self._organic) / p.liquor_memory
        return np.array(result)[:, None]

    def _season(self, p: PrecipitationParameters, day: int) -> float:
        date = self._plan.period_start(day) + dt.timedelta(hours=12)
        return seasonal_temperature(date, p.ambient_mean, p.ambient_swing, p.warmest_day)


def _assayed(p: PrecipitationParameters, state: Values, normals: Values) -> Values:
    """Laboratory results of bauxite and liquor when a day starts."""
    known = ("available", "silica", "bauxite_organic", "carbonate", "chloride", "sulphate", "toc", "liquor_silica")
    digits = (2, 2, 3, 1, 1, 1, 1, 2)
    return {
        name: np.round(state[of] * (1.0 + p[f"{of}_rsd"] * normals[name]), places)
        for name, of, places in zip(ASSAYS, known, digits, strict=True)
    }
