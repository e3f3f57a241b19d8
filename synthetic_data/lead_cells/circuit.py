"""Shared circuit of all sections by crop: weather, orders, bullion, electrolyte, faults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.parameters import periods_alike, regimes_begun
from synthetic_data.engine.plan import PlantEvent, RunPlan
from synthetic_data.lead_cells.parameters import CIRCUIT_FAULTS, LeadParameters
from synthetic_data.plant.random_walks import next_walks
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults
from synthetic_data.plant.weather import seasonal_temperature

Values = dict[str, FloatArray]  # by name; each of shape (crops, sections), or broadcasting to it

STRETCH = 2  # crops that are reckoned as one array: many sections are long enough arrays
ELEMENTS = ("sb", "as", "bi", "cu", "ag")  # of the bullion
# First-order walks of unit variance, of which the plant's set-points and disturbances are made.
WALKS = ("weather", "order", "temperature", "glue", "lignin", "acid", *ELEMENTS, "excess", "activity")
_HIDDEN = 2  # the last of them: unknown when a crop starts
_ASSAYS = ("pb", "h2sif6")
_KNOWN = np.repeat([True, False, True], [len(WALKS) - _HIDDEN, _HIDDEN, len(_ASSAYS)])


@dataclass(frozen=True)
class LeadCrops:
    """Some crops of the circuit in which the parameters hold.

    Attributes
    ----------
    first : int
        Number of the first, negative in the warm-up.
    days : float
        Length of each [d].
    state : dict of str to array, shape (crops, 1)
        Orders, weather, electrolyte and faults.
    cast : array, shape (elements, crops, 1)
        Bullion that is cast [%, silver ppm].
    """

    first: int
    days: float
    parameters: LeadParameters
    state: Values
    cast: FloatArray
    events: tuple[PlantEvent, ...]

    @property
    def count(self) -> int:
        """Number of crops."""
        return len(self.state["pb"])


class LeadCircuit:
    """The circuit between two crops, of which `first` is to come."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        p = LeadParameters.of(plan.seed)
        self.first = -round(p.warm_up_periods)
        self.normals, self.uniforms = plan.plant_stream().spawn(2)
        self._walks = self.normals.standard_normal(len(WALKS))
        self._faults = UnitFaults.none(1, CIRCUIT_FAULTS, plan.period_days)
        self._lead = float(p.lead_wanted)

    def advance(self, most: int) -> LeadCrops:
        """The next crops: those that the same parameters hold in, at most so many."""
        plan, first = self._plan, self.first
        p, count = LeadParameters.in_period(plan, first), periods_alike(plan, first, most)
        self.first += count
        z = partly_in_hand(self.normals, lambda one: one.standard_normal((count, len(_KNOWN))), _KNOWN)
        uniforms = self.uniforms.random((count, len(CIRCUIT_FAULTS) * UNIFORMS))
        by_fault = uniforms.T.reshape(len(CIRCUIT_FAULTS), UNIFORMS, count, 1)
        faults, started = self._faults.segment(p, first, by_fault)
        walks = next_walks(self._walks, z[:, : len(WALKS)], p.plant_memory)
        self._walks = walks[-1]
        walk = dict(zip(WALKS, walks.T[:, :, None], strict=True))
        state = self._state(p, first, walk, faults, z[:, len(WALKS) :])
        typical = np.array([p[f"anode_{element}"] for element in ELEMENTS])[:, None, None]
        cast = typical * np.exp(p.cast_sd * np.stack([walk[element] for element in ELEMENTS]))
        events = [*regimes_begun(plan, first), *(event._replace(unit=None) for event in started)]
        return LeadCrops(first, plan.period_days, p, state, cast, tuple(events) if first >= 0 else ())

    def _state(self, p: LeadParameters, first: int, walk: Values, faults: Values, assay_errors: FloatArray) -> Values:
        season = np.array([[self._season(p, first + t)] for t in range(len(assay_errors))])
        ambient = season + p.weather_sd * walk["weather"]
        acid = p.acid_wanted + p.acid_sd * walk["acid"]
        read_acid = acid * (1.0 + p.assay_h2sif6_rsd * assay_errors[:, 1:])
        cold = (p.ambient_mean - season) / p.ambient_swing
        return {
            "ambient_temperature": ambient,
            "order": p.current_density + p.order_sd * walk["order"],
            "temperature": p.electrolyte_temperature
            - p.temperature_season * cold
            + p.temperature_sd * walk["temperature"],
            "glue": p.glue_dose + p.glue_plant_sd * walk["glue"],
            "lignin": p.lignin_dose + p.lignin_plant_sd * walk["lignin"],
            "glue_activity": np.exp(p.activity_sd * walk["activity"]) * (1.0 - p.glue_pump_depth * faults["glue_pump"]),
            "h2sif6": acid - p.acid_leak_drop * faults["acid_leak"],
            "electrolyte_h2sif6": read_acid,
            **self._lead_of(p, p.lead_excess + p.lead_excess_sd * walk["excess"], assay_errors[:, 0]),
        }

    def _lead_of(self, p: LeadParameters, excess: FloatArray, errors: FloatArray) -> Values:
        """Lead in the electrolyte [g/L]: anodes give more than cathodes take [kg/t], stripping follows assays."""
        contents, read, stripped = [self._lead], [], []
        gained = self._plan.period_days / p.electrolyte_volume
        for more, error in zip(excess[:, 0].tolist(), errors.tolist(), strict=True):
            content = contents[-1]
            read.append(content * (1.0 + p.assay_pb_rsd * error))
            stripped.append(max(0.0, p.lead_excess + p.stripping_gain * (read[-1] - p.lead_wanted)))
            contents.append(content + gained * (more - stripped[-1]))
        self._lead = contents[-1]
        ends = np.array(contents)[:, None]
        return {
            "pb": 0.5 * (ends[:-1] + ends[1:]),
            "pb_start": ends[:-1],
            "pb_end": ends[1:],
            "lead_excess": excess,
            "stripped": np.array(stripped)[:, None],
            "electrolyte_pb": np.array(read)[:, None],
        }

    def _season(self, p: LeadParameters, crop: int) -> float:
        date = self._plan.period_start(crop) + 0.5 * self._plan.seed.period
        return seasonal_temperature(date, p.ambient_mean, p.ambient_swing, p.warmest_day)
