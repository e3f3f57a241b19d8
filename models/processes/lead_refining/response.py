"""Lead refining: effects of a section's set-points on its crops, by physics from last readings.

Additives roughen the deposit by how far their doses are from the best ones; a rough deposit grows shorts and encloses
slime, and so bismuth. A warm electrolyte conducts better, uses up glue faster, dissolves lead again, takes steam and
loses acid. Forms are those of `physics.refining`; the constants that differ between plants stand here with their doubt,
and a plant's history sharpens them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.interfaces.response import Constant, Numbers, Response
from models.processes.lead_refining.physics import DOSED_AT, LEAST_CONDUCTIVITY, LEAST_DOSE, LeadPhysics
from physics.arrays import FloatArray, IntArray, Numeric
from physics.refining.betts_cell import fluosilicate_conductivity, lead_cell_voltage
from physics.refining.current_losses import dissolution_loss
from physics.refining.nodulation import additive_error, additive_roughness, effective_dose

_CONSTANTS = (
    Constant(
        "best_glue", "g/t", 600, 0.12, "glue dose of the smoothest deposit at 40 °C", "practice: what plants dose"
    ),
    Constant("best_lignin", "g/t", 450, 0.12, "dose of lignosulphonate of it", "practice: what plants dose"),
    Constant("lignin_weight", "1", 0.7, 0.4, "of the error of lignosulphonate relative to that of glue", "assumed"),
    Constant("unseen_error", "1", 0.02, 0.5, "squared error of batches and feed pipes of additives", "assumed"),
    Constant("roughening", "1", 2.0, 0.3, "roughness by wrong additives, logarithm", "assumed"),
    Constant("shorts_per_roughness", "1", 1.0, 0.3, "exponent of shorts by roughness", "assumed"),
    Constant("bismuth_per_roughness", "1", 0.9, 0.3, "exponent of enclosed bismuth by roughness", "assumed"),
    Constant("short_ratio", "1", 2.0, 0.2, "current of a short over that of a usual cathode", "practice: 2 to 5"),
    Constant("per_short", "V/%", 0.006, 0.4, "voltage that a short takes from the others", "assumed"),
    Constant("conducting", "1", 1.0, 0.3, "of the slope of conductivity by temperature", "assumed"),
    Constant("dissolving", "A/m²", 2.5, 0.3, "of lead that dissolves again, at 62 °C", "practice: 0.3-0.8 points"),
    Constant("warming", "kW/K", 5.0, 0.2, "heat that a section loses for each kelvin", "assumed: surface and walls"),
)

_VALUES = {one.name: one.value for one in _CONSTANTS}
_LEAST_SHORTS, _LEAST_BISMUTH = 0.05, 0.5  # % and ppm
_EFFICIENCY = (60.0, 99.5)  # %
_DOUBT_OF_BEST = 0.12  # logarithm: feed pipes and batches of glue differ
_KEPT_APART = 0.5  # part of what is not known of shorts that is lasting
_SOME_STEAM = 20.0  # kg/h, from which on each kelvin is paid in steam
_HALF_A_DEPOSIT = 2.0  # mm


class LeadResponse(Response[LeadPhysics]):
    """Response of a section's crops to its set-points."""

    SETPOINTS: ClassVar[Mapping[str, str]] = {
        "electrolyte_temperature": "cell_temperature",
        "glue_dose": "glue_dose",  # nothing reads what a pump doses
        "lignin_dose": "lignin_dose",
    }
    TUNED = tuple(SETPOINTS)
    # What heats a cell are heaters and current: additives warm nothing, and no set-point moves another one's set-point.
    SURE = frozenset(
        {("cell_temperature", "glue_dose"), ("cell_temperature", "lignin_dose"), ("steam_flow", "glue_dose")}
        | {("steam_flow", "lignin_dose")}
    )
    DRIVEN = ("short_rate", "cell_voltage", "voltage_start", "voltage_end", "cell_temperature", "usual ", *SETPOINTS)
    BEFORE = ("electrolyte_h2sif6", "electrolyte_pb")
    SMOOTHED = (
        "charge_per_current",
    )  # What the counter and the plates say of a section's size changes with its instruments alone.
    CONSTANTS = _CONSTANTS
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "less bismuth in the lead": ("log_bismuth",),
        "less current lost": ("current_efficiency",),
        "less voltage": ("cell_voltage",),
        "steam and acid": ("steam_flow", "cell_temperature"),
        "another use of additives": ("glue_dose", "lignin_dose"),
    }

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """Return section states independent of set-points: shorts, bismuth, other losses, voltage, heat."""
        warm, set_warm = columns["cell_temperature"], columns["electrolyte_temperature"]
        at = np.where(np.isfinite(warm), warm, set_warm)
        rough = _roughening(_squared(columns["glue_dose"], columns["lignin_dose"], at, 0.0, _VALUES), _VALUES)
        shorts, current = columns["short_rate"], columns["current_density"]
        known = self._ohmic(current, at, columns["electrolyte_pb"], columns["electrolyte_h2sif6"], _VALUES)
        drawn = _VALUES["per_short"] * shorts
        return {
            "log_shorts": np.log(np.maximum(shorts, _LEAST_SHORTS)) - _VALUES["shorts_per_roughness"] * rough,
            "log_bismuth": np.log(np.maximum(columns["bi"], _LEAST_BISMUTH)) - _VALUES["bismuth_per_roughness"] * rough,
            "other_loss": 100.0
            - columns["current_efficiency"]
            - _VALUES["short_ratio"] * shorts
            - dissolution_loss(at, current, 0.0, _VALUES["dissolving"]),
            "other_voltage": columns["cell_voltage"] + drawn - known,
            "end_over_mean": columns["voltage_end"] - columns["cell_voltage"],
            "charge_per_current": columns["charge"] / current,
            "warmer": warm - set_warm,
            "heating": columns["steam_flow"],
            # Operators and pumps have habits: only a departure from a habit is random.
            **{f"usual {setpoint}": columns[setpoint] for setpoint in self.SETPOINTS},
        }

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Return the deviation of the sections' shorts from expectation, as a logarithm."""
        return {"shorts_doubt": unexpected["log_shorts"]}

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The crops to come under the plan: what the sections are like, at the set-points that are planned."""
        current, temperature = plan["current_density"], plan["electrolyte_temperature"] + hidden["warmer"]
        rough = _roughening(_squared(plan["glue_dose"], plan["lignin_dose"], temperature, 0.0, _VALUES), _VALUES)
        shorts = np.exp(hidden["log_shorts"] + _VALUES["shorts_per_roughness"] * rough)
        known = self._ohmic(current, temperature, before["electrolyte_pb"], before["electrolyte_h2sif6"], _VALUES)
        volts = hidden["other_voltage"] + known - _VALUES["per_short"] * shorts
        dissolved = dissolution_loss(temperature, current, 0.0, _VALUES["dissolving"])
        efficiency = 100.0 - hidden["other_loss"] - _VALUES["short_ratio"] * shorts - dissolved
        return {
            "glue_dose": plan["glue_dose"],
            "lignin_dose": plan["lignin_dose"],
            "cell_temperature": temperature,
            "short_rate": shorts,
            "log_bismuth": hidden["log_bismuth"] + _VALUES["bismuth_per_roughness"] * rough,
            "current_efficiency": np.clip(efficiency, *_EFFICIENCY),
            "cell_voltage": volts,
            "voltage_end": volts + hidden["end_over_mean"],
            "steam_flow": np.maximum(hidden["heating"], 0.0),
            "charge": hidden["charge_per_current"] * current,
            "current_density": current,
            "lead": before["electrolyte_pb"],
            "acid": before["electrolyte_h2sif6"],
            "glue_away": np.zeros_like(current),
        }

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings: more or fewer shorts, another best dose of glue."""
        more = np.exp(_KEPT_APART * line["shorts_doubt"] * normals[0])
        return dict(state) | {
            "short_rate": state["short_rate"] * more,
            "glue_away": state["glue_away"] + _DOUBT_OF_BEST * normals[1],
        }

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Outcomes that a table measures, shape (units, periods)."""
        names = ("glue_dose", "lignin_dose", "cell_temperature", "short_rate", "current_efficiency", "cell_voltage")
        outcomes = {name: columns[name] for name in (*names, "voltage_end", "steam_flow")}
        return outcomes | {"log_bismuth": np.log(np.maximum(columns["bi"], _LEAST_BISMUTH))}

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Return outcomes after moves, averaged over the crops with the moves in force and those after."""
        q = dict(constants)
        dosed = ("glue_dose", "lignin_dose")
        part = {setpoint: np.asarray(q.get(f"{setpoint} in force", 1.0)) for setpoint in dosed}
        whole = {setpoint: np.asarray(moves[setpoint]) / part[setpoint] for setpoint in dosed}
        glue, lignin, cold, away = (
            state["glue_dose"],
            state["lignin_dose"],
            state["cell_temperature"],
            state["glue_away"],
        )
        warm = cold + np.asarray(moves["electrolyte_temperature"])
        before = _squared(glue, lignin, cold, away, q)
        warmed = _squared(glue, lignin, warm, away, q)
        more_glue = _squared(glue + whole["glue_dose"], lignin, warm, away, q) - warmed
        more_lignin = _squared(glue, lignin + whole["lignin_dose"], warm, away, q) - warmed
        after = np.maximum(warmed + part["glue_dose"] * more_glue + part["lignin_dose"] * more_lignin, 0.0)
        rougher = _roughening(after, q) - _roughening(before, q)

        shorts = state["short_rate"] * np.exp(q["shorts_per_roughness"] * rougher)
        risen = shorts - state["short_rate"]
        current, lead, acid = state["current_density"], state["lead"], state["acid"]
        dissolved = dissolution_loss(warm, current, 0.0, q["dissolving"])
        dissolved = dissolved - dissolution_loss(cold, current, 0.0, q["dissolving"])
        conducted = self._ohmic(current, warm, lead, acid, q) - self._ohmic(current, cold, lead, acid, q)
        changed = conducted - q["per_short"] * risen
        joule = self.physics.equipment.cells * state["charge"] / self.physics.hours * changed  # kW
        heating = q["warming"] * (warm - cold) - joule
        paid = np.minimum(state["steam_flow"] / _SOME_STEAM, 1.0)  # none where the current's own heat is enough
        zero = np.zeros_like(shorts)
        return {
            "glue_dose": glue + np.asarray(moves["glue_dose"]) + zero,
            "lignin_dose": lignin + np.asarray(moves["lignin_dose"]) + zero,
            "cell_temperature": warm + zero,
            "short_rate": shorts,
            "log_bismuth": state["log_bismuth"] + q["bismuth_per_roughness"] * rougher,
            "current_efficiency": state["current_efficiency"] - q["short_ratio"] * risen - dissolved,
            "cell_voltage": state["cell_voltage"] + changed,
            "voltage_end": state["voltage_end"] + changed,
            "steam_flow": np.maximum(
                state["steam_flow"] + paid * heating * 3.6 / self.physics.equipment.steam_heat, 0.0
            ),
            "charge": state["charge"] + zero,
            "current_density": current + zero,
        }

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Margin of a section [$/d]."""
        return self.physics.money(dict(outcomes) | {"bi": np.exp(outcomes["log_bismuth"])}, economics)

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Direct-current energy [kWh/t], steam [kg/t], greenhouse gases [tCO2e/t]."""
        return self.physics.derived(outcomes, outcomes["current_efficiency"], economics)

    def power(self, outcomes: Columns) -> FloatArray:
        """Direct-current power of a section [MW]."""
        return 0.001 * self.physics.equipment.cells * outcomes["charge"] / self.physics.hours * outcomes["cell_voltage"]

    def _ohmic(self, current: Numeric, temperature: Numeric, lead: Numeric, acid: Numeric, q: Numbers) -> FloatArray:
        """Voltage over the electrolyte of a usual gap [V]."""
        warm = DOSED_AT + q["conducting"] * (np.asarray(temperature) - DOSED_AT)
        conductivity = np.maximum(fluosilicate_conductivity(warm, lead, acid), LEAST_CONDUCTIVITY)
        return lead_cell_voltage(
            current, conductivity, self.physics.equipment.electrode_gap - _HALF_A_DEPOSIT, 0.0, 0.0
        )


def _squared(glue: Numeric, lignin: Numeric, temperature: Numeric, away: Numeric, q: Numbers) -> FloatArray:
    """Return the squared error of both additives; `away`: a section's best glue dose over the plant's."""
    dose = effective_dose(np.maximum(glue, LEAST_DOSE), temperature, DOSED_AT)
    of_glue = additive_error(dose, q["best_glue"]) - away
    of_lignin = additive_error(np.maximum(lignin, LEAST_DOSE), q["best_lignin"])
    squared: FloatArray = np.square(of_glue) + q["lignin_weight"] * np.square(of_lignin) + q["unseen_error"]
    return squared


def _roughening(squared: FloatArray, q: Numbers) -> FloatArray:
    return additive_roughness(squared, q["roughening"])
