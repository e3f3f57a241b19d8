"""Copper electrorefining: effects of a section's set-points on its crops, from its last readings.

Additives roughen the deposit by how far their doses are from the best ones; a rough deposit grows nodules, which
inspection rejects, and shorts, which carry current until a patrol finds them. The swing of the current with the tariff
costs shorts and saves money. Forms are those of `physics.refining`; the constants that differ between plants stand here
with their doubt, and a plant's history sharpens them.

Rejects scatter over two orders of magnitude, so that history identifies their logarithm far better than their share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.interfaces.response import Constant, Numbers, Response
from models.processes.copper_electrorefining.physics import (
    LEAST_CHLORIDE,
    LEAST_CURRENT,
    MOST_POLARISATION,
    USUAL,
    CopperPhysics,
)
from physics.arrays import FloatArray, IntArray, Numeric
from physics.refining.current_losses import short_life
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, limiting_current
from physics.refining.nodulation import additive_error, additive_roughness, effective_dose
from physics.special import ndtri

_CONSTANTS = (
    Constant("best_glue", "g/t", 60, 0.12, "glue dose of the smoothest deposit at 64 °C", "practice: what plants dose"),
    Constant("best_thiourea", "g/t", 55, 0.12, "thiourea dose of the smoothest deposit", "practice: what plants dose"),
    Constant("thiourea_weight", "1", 0.5, 0.4, "of the error of thiourea relative to that of glue", "assumed"),
    Constant("unseen_error", "1", 0.03, 0.5, "squared error of batches and feed pipes of additives", "assumed"),
    Constant("roughening", "1", 1.6, 0.3, "roughness by wrong additives, logarithm", "assumed"),
    Constant("nodules_per_error", "1", 10, 0.3, "nodules that a squared error of the additives adds", "assumed"),
    Constant("shorts_per_roughness", "1", 0.8, 0.3, "exponent of shorts by roughness", "assumed"),
    Constant("shorts_per_nodules", "1", 0.15, 0.4, "exponent of shorts by nodules", "assumed"),
    Constant("shorts_per_swing", "1", 5, 0.3, "exponent of shorts by the current of the hour", "assumed"),
    Constant("missed_share", "1", 0.15, 0.3, "shorts that a patrol overlooks", "practice: 10-30 %"),
    Constant("short_ratio", "1", 2.5, 0.2, "current of a short over that of a usual cathode", "practice: 2 to 5"),
    Constant("per_short", "V/%", 0.008, 0.3, "voltage that a short takes from the others", "assumed"),
)

_VALUES = {one.name: one.value for one in _CONSTANTS}
_SALTED = 55.0  # mg/L, the best chloride: practice
_CHLORIDE_WEIGHT = 0.4  # of its error relative to that of glue, assumed
_LEAST_DOSE = 4.0  # g/t that the electrolyte brings back, assumed
_DIRT = 0.4  # % of the plates that are rejected whatever their deposit is like, practice
_FLOOR = 0.3  # % that is added before the logarithm: crops without a rejected plate have this resolution
_MOST_REJECTED = 60.0  # %
_LEAST_SHORTS, _LEAST_PATROL = 0.02, 4.0  # % and h
_EFFICIENCY = (60.0, 99.5)  # %
_DOUBT_OF_BEST = 0.14  # logarithm: feed pipes and batches of glue differ by 10 % each
_KEPT_APART = 0.5  # part of what is not known of nodules that is lasting
_SWINGING = 0.02  # of the polarisation: temperature, layer and swing of a crop about their expected means
_HOURS = 24.0  # h/d


class CopperResponse(Response[CopperPhysics]):
    """Response of a section's crops to its set-points."""

    # Pumps, tariffs and rounds obey without delay: each set-point's column is the set-point itself.
    SETPOINTS: ClassVar[Mapping[str, str]] = {
        name: name for name in ("glue_dose", "thiourea_dose", "current_swing", "patrol_interval")
    }
    TUNED = ("glue_dose", "thiourea_dose", "patrol_interval")  # the swing is a first step of what plants try
    # Patrols clear shorts, which are not counted as nodules; a swing changes no daily mean of nodule growth.
    SURE = frozenset({("log_rejects", "patrol_interval"), ("log_rejects", "current_swing")})
    DRIVEN = ("short_rate", "cell_voltage", "usual ", *SETPOINTS)
    BEFORE = ("anode_age", "electrolyte_cu")
    ASSUMED: ClassVar[Mapping[str, str]] = {"polarisation": "1"}
    SMOOTHED = (
        "charge_per_current",
    )  # What the counter and the plates say of a section's size changes with its instruments alone.
    CONSTANTS = _CONSTANTS
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "fewer rejected plates": ("log_rejects", "skew"),
        "less current lost in shorts": ("current_efficiency",),
        "power at cheaper hours": ("current_swing",),
        "voltage and steam": ("cell_voltage", "steam_flow"),
        "another use of additives": ("glue_dose", "thiourea_dose"),
        "fewer patrols": ("patrol_interval",),
    }

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """Return section states independent of set-points: nodules, short births, losses, voltage, heat."""
        warm, set_warm = columns["cell_temperature"], columns["electrolyte_temperature"]
        at = np.where(np.isfinite(warm), warm, set_warm)
        salt = np.where(np.isfinite(columns["chloride_assay"]), columns["chloride_assay"], columns["chloride"])
        squared = _squared(columns["glue_dose"], columns["thiourea_dose"], salt, at, 0.0, _VALUES)
        shorts = columns["short_rate"]
        return {
            "nodularity": np.log(columns["reject_share"] + _FLOOR) - np.log1p(_VALUES["nodules_per_error"] * squared),
            "reject_level": columns["reject_share"],
            "births": shorts / self._shorting(columns["patrol_interval"], columns["current_swing"], squared, _VALUES),
            "other_loss": 100.0 - columns["current_efficiency"] - _VALUES["short_ratio"] * shorts,
            "clean_voltage": columns["cell_voltage"] + _VALUES["per_short"] * shorts,
            "charge_per_current": columns["charge"] / columns["current_density"],
            "warmer": warm - set_warm,
            "saltier": salt - columns["chloride"],
            "heating": columns["steam_flow"],
            # Operators and pumps have habits, and sections their own nodules: only a departure from a habit
            # is random.
            **{f"usual {setpoint}": columns[setpoint] for setpoint in self.SETPOINTS},
        }

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Return the deviation of nodules from expectation, and mean rejects over that of the mean logarithm."""
        known = np.isfinite(smoothed["reject_level"]) & np.isfinite(smoothed["nodularity"])
        typical = np.log1p(_VALUES["nodules_per_error"] * _VALUES["unseen_error"])
        middle = float(np.mean(np.exp(smoothed["nodularity"][known] + typical)))
        return {
            "nodules_doubt": unexpected["nodularity"],
            "skew": max((float(np.mean(smoothed["reject_level"][known])) + _FLOOR) / middle, 1.0),
        }

    def unmeasured_errors(self, line: Mapping[str, float], quantiles: FloatArray) -> dict[str, FloatArray]:
        """Polarisation of a crop about its expected mean."""
        typical = USUAL["polarisation"]
        return {"polarisation": _SWINGING * typical * ndtri(np.clip(quantiles, 1e-3, 1.0 - 1e-3))}

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The crops to come under the plan: what the sections are like, at the set-points that are planned."""
        current, patrol, swing = plan["current_density"], plan["patrol_interval"], plan["current_swing"]
        temperature = plan["electrolyte_temperature"] + hidden["warmer"]
        chloride = np.maximum(plan["chloride"] + hidden["saltier"], LEAST_CHLORIDE)
        squared = _squared(plan["glue_dose"], plan["thiourea_dose"], chloride, temperature, 0.0, _VALUES)
        births = np.maximum(hidden["births"], _LEAST_SHORTS / self._shorting(12.0, 4.0, 0.0, _VALUES))
        shorts = births * self._shorting(patrol, swing, squared, _VALUES)
        layer = diffusion_layer_thickness(np.maximum(current, LEAST_CURRENT), plan["cell_flow"])
        limit = limiting_current(before["electrolyte_cu"], diffusion_coefficient(temperature), layer)
        efficiency = 100.0 - hidden["other_loss"] - _VALUES["short_ratio"] * shorts
        logarithm = hidden["nodularity"] + np.log1p(_VALUES["nodules_per_error"] * squared)
        return {
            **{setpoint: plan[setpoint] for setpoint in self.SETPOINTS},
            "temperature": temperature,
            "chloride": chloride,
            "short_rate": shorts,
            "log_rejects": np.minimum(logarithm, np.log(_MOST_REJECTED)),
            "current_efficiency": np.clip(efficiency, *_EFFICIENCY),
            "cell_voltage": hidden["clean_voltage"] - _VALUES["per_short"] * shorts,
            "steam_flow": np.maximum(hidden["heating"], 0.0),
            "charge": hidden["charge_per_current"] * current,
            "current_density": current,
            "anode_age": before["anode_age"],
            "polarisation": np.minimum(current / limit, MOST_POLARISATION),
            "glue_away": np.zeros_like(current),
        }

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings: more or fewer nodules, another best dose of glue."""
        nodules = state["log_rejects"] + _KEPT_APART * line["nodules_doubt"] * normals[0]
        return dict(state) | {
            "log_rejects": np.minimum(nodules, np.log(_MOST_REJECTED)),
            "glue_away": state["glue_away"] + _DOUBT_OF_BEST * normals[1],
        }

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Outcomes that a table measures, shape (units, periods)."""
        return {
            **{setpoint: columns[setpoint] for setpoint in self.SETPOINTS},
            "short_rate": columns["short_rate"],
            "log_rejects": np.log(columns["reject_share"] + _FLOOR),
            "current_efficiency": columns["current_efficiency"],
            "cell_voltage": columns["cell_voltage"],
        }

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Return outcomes after moves, averaged over the crops with the moves in force and those after."""
        q = dict(constants)
        part = {setpoint: np.asarray(q.get(f"{setpoint} in force", 1.0)) for setpoint in self.SETPOINTS}
        whole = {setpoint: np.asarray(moves[setpoint]) / part[setpoint] for setpoint in self.SETPOINTS}
        glue, thiourea, swing = state["glue_dose"], state["thiourea_dose"], state["current_swing"]
        t, salt, away = state["temperature"], state["chloride"], state["glue_away"]
        before = _squared(glue, thiourea, salt, t, away, q)
        more_glue = _squared(glue + whole["glue_dose"], thiourea, salt, t, away, q) - before
        more_thiourea = _squared(glue, thiourea + whole["thiourea_dose"], salt, t, away, q) - before
        after = before + part["glue_dose"] * more_glue + part["thiourea_dose"] * more_thiourea

        # Rejects: what comes of nodules changes with the additives, the dirt of plates does not.
        level = np.exp(state["log_rejects"])
        nodules = np.maximum(level - _FLOOR - _DIRT, 0.3 * level)
        grown = (1.0 + q["nodules_per_error"] * after) / (1.0 + q["nodules_per_error"] * before)
        rejects = np.minimum(state["log_rejects"] + np.log1p(nodules / level * (grown - 1.0)), np.log(_MOST_REJECTED))

        # Shorts, and the current that they carry.
        patrol = np.maximum(state["patrol_interval"] + moves["patrol_interval"], _LEAST_PATROL)
        typical = self._shorting(state["patrol_interval"], swing, before, q)
        still = self._shorting(patrol, swing, after, q)
        swung = self._shorting(patrol, np.maximum(swing + whole["current_swing"], 0.0), after, q)
        held = part["current_swing"]
        shorts = state["short_rate"] * ((1.0 - held) * still + held * swung) / typical
        risen = shorts - state["short_rate"]
        volts = state["cell_voltage"] - q["per_short"] * risen
        current = state["charge"] / self.physics.hours  # kA
        cooler = self.physics.equipment.cells * current * (volts - state["cell_voltage"])  # kW
        zero = np.zeros_like(shorts)
        return {
            **{setpoint: state[setpoint] + np.asarray(moves[setpoint]) + zero for setpoint in self.SETPOINTS},
            "short_rate": shorts,
            "log_rejects": rejects + zero,
            "current_efficiency": state["current_efficiency"] - q["short_ratio"] * risen,
            "cell_voltage": volts,
            "steam_flow": np.maximum(state["steam_flow"] - cooler * 3.6 / self.physics.equipment.steam_heat, 0.0),
            "charge": state["charge"] + zero,
            "current_density": state["current_density"] + zero,
            "anode_age": state["anode_age"] + zero,
            "polarisation": state["polarisation"] * (1.0 + 0.01 * (swing + whole["current_swing"])) + zero,
            "skew": np.asarray(q["skew"]) + zero,
        }

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Margin of a section [$/d]."""
        return self.physics.money(_read(outcomes), economics)

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Direct-current energy [kWh/t], steam [kg/t], greenhouse gases [tCO2e/t]; and plates rejected [%]."""
        read = _read(outcomes)
        return self.physics.derived(read, outcomes["current_efficiency"], economics) | {
            "reject_share": read["reject_share"]
        }

    def power(self, outcomes: Columns) -> FloatArray:
        """Direct-current power of a section, mean of the day [MW]."""
        return 0.001 * self.physics.equipment.cells * outcomes["charge"] / self.physics.hours * outcomes["cell_voltage"]

    def _shorting(self, patrol: Numeric, swing: Numeric, squared: Numeric, q: Numbers) -> FloatArray:
        """Shorts at a time for each that is born in a day of a smooth deposit at an even current [d]."""
        more = 0.01 * np.asarray(swing, dtype=np.float64)
        power = q["shorts_per_swing"]
        # As many hours of valley as of peak and between them.
        swung = (np.power(1.0 + more, power) + 1.0 + np.power(np.maximum(1.0 - more, 0.0), power)) / 3.0
        rough = np.exp(q["shorts_per_roughness"] * additive_roughness(squared, q["roughening"]))
        rough = rough * np.power(1.0 + q["nodules_per_error"] * np.asarray(squared), q["shorts_per_nodules"])
        life = short_life(patrol, q["missed_share"]) / _HOURS
        shorting: FloatArray = life * swung * rough
        return shorting


def _read(outcomes: Columns) -> dict[str, FloatArray]:
    """Return outcomes as measured, with the mean fraction of rejects at their mean logarithm."""
    share = outcomes["skew"] * np.exp(outcomes["log_rejects"]) - _FLOOR
    return dict(outcomes) | {"reject_share": np.clip(share, 0.0, 100.0)}


def _squared(
    glue: Numeric, thiourea: Numeric, chloride: Numeric, temperature: Numeric, away: Numeric, q: Numbers
) -> FloatArray:
    """Return the squared error of all additives; `away`: a section's best glue dose over the plant's."""
    of_glue = additive_error(effective_dose(np.maximum(glue, _LEAST_DOSE), temperature), q["best_glue"]) - away
    of_thiourea = additive_error(effective_dose(np.maximum(thiourea, _LEAST_DOSE), temperature), q["best_thiourea"])
    of_chloride = additive_error(chloride, _SALTED)
    squared: FloatArray = (
        np.square(of_glue)
        + q["thiourea_weight"] * np.square(of_thiourea)
        + _CHLORIDE_WEIGHT * np.square(of_chloride)
        + q["unseen_error"]
    )
    return squared
