"""Zinc electrowinning: effects of a group's set-points on its cycles, from its last readings.

Temperature, acid and glue change the rate of hydrogen relative to zinc; temperature and acid also how the electrolyte
conducts; less acid for the zinc takes more feed, all of which has been purified. Forms are those of `physics.winning`;
the constants that differ between plants stand here with their doubt, and a plant's history sharpens them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.interfaces.response import Constant, Numbers, Response
from models.processes.zinc_electrowinning.physics import (
    CONTACTS,
    GAS_SHARE,
    HOLE_RATE,
    IRON_SHARE,
    LEAST_CONDUCTIVITY,
    LEAST_CURRENT,
    LEFT,
    SHORT_CURRENT,
    SHORTS_SEEN,
    ZincPhysics,
)
from physics.arrays import FloatArray, IntArray, Numeric
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import ACID_PER_ZINC, feed_for_ratio
from physics.winning.impurities import hole_share, impurity_logarithm, induction_time
from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange
from physics.winning.winning_voltage import (
    bath_drop,
    deposit_thickness,
    oxygen_overvoltage,
    with_bubbles,
    zinc_bath_conductivity,
    zinc_decomposition_voltage,
)

_CONSTANTS = (
    Constant("cooled", "1", 0.95, 0.1, "part of a move of the target that the cell's temperature follows", "assumed"),
    Constant("titrated", "1", 0.93, 0.1, "part of a move of the target that acid over zinc follows", "assumed"),
    Constant("activation", "K", 3200, 0.25, "of hydrogen on the deposit", "practice: -0.25 to -0.30 points a kelvin"),
    Constant("acid_order", "1", 1.0, 0.2, "of hydrogen in acid", "assumed: Wark's law"),
    Constant("glue_weight", "1", 1.0, 0.5, "of what glue takes from antimony", "ault_frazer_1988: without glue"),
    Constant("glue_cover", "kg/t", 2.0, 0.4, "dose that lowers the exchange of zinc to 1/e", "assumed"),
    Constant("bath_slope", "1", 1.0, 0.3, "of the slopes of conductivity", "assumed: good to 15 %"),
    Constant("clean_time", "h", 75, 0.1, "induction time of a clean electrolyte", "practice: 60-90 h"),
)
_SHARED_CONSTANTS = (
    Constant("limiting_density", "A/m²", 2500, 0.3, "current that uses up zinc at the cathode", "lu_2013: fitted"),
    Constant(
        "trace_weight", "1", 0.9, 0.3, "of what traces do, of which deposits take less where more is fed", "assumed"
    ),
    Constant("tafel_slope", "V", 0.13, 0.05, "of oxygen, a decade of current", "practice: 0.12-0.14 V"),
)

_VALUES = {one.name: one.value for one in (*_CONSTANTS, *_SHARED_CONSTANTS)}
_OVERVOLTAGE = 0.09  # V of zinc, which hardly differs between groups
_LEAST, _EFFICIENCY = 5.0, (50.0, 99.0)  # g/L; %
_PLANNED = 0.9  # efficiency that feeds are reckoned with
_GERMANIUM, _COPPER = 0.0044, 0.06  # mg/L in a cell, usual
_KEPT_APART = 0.5  # part of what is not known of the efficiency that is lasting
_ANTIMONY_DOUBT = 0.3  # logarithm: an assay of 20 %, and the days since


class ZincResponse(Response[ZincPhysics]):
    """Effects of a group's set-points on its cycles."""

    SETPOINTS: ClassVar[Mapping[str, str]] = {
        "temperature_target": "cell_temperature",
        "acid_zinc_target": "acid_in_cell",
        "glue_dose": "glue_dose",  # nothing reads what a pump doses
    }
    SHARED: ClassVar[Mapping[str, str]] = {"line_current_target": "line_current"}
    TUNED = tuple(SETPOINTS)
    DRIVEN = (
        "cell_temperature",
        "zinc_in_cell",
        "acid_in_cell",
        "cell_voltage",
        "feed_flow",
        "line_current",
        *SETPOINTS,
    )
    BEFORE = ("zinc_feed", "antimony_in_hand", "cobalt_in_hand", "nickel_in_hand")
    CONSTANTS = _CONSTANTS
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "less current that makes hydrogen": ("current_efficiency",),
        "less voltage": ("cell_voltage",),
        "less solution to purify": ("feed_flow",),
        "less glue": ("glue_dose",),
    }

    @property
    def SHARED_CONSTANTS(self) -> tuple[Constant, ...]:
        """Constants that the effects of the line current rest on."""
        return _SHARED_CONSTANTS

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """Return group states independent of set-points: control-loop inputs, losses, voltage, feed, traces."""
        zinc, acid = columns["zinc_in_cell"], columns["acid_in_cell"]
        current, efficiency = columns["line_current"], columns["current_efficiency"]
        ratio = acid / np.maximum(zinc, _LEAST)
        state = {
            "line_current": current,
            "cell_temperature": columns["cell_temperature"],
            "zinc_in_cell": zinc,
            "acid_in_cell": acid,
            "glue_dose": columns["glue_dose"],
        }
        made = ZINC_EQUIVALENT * current * _PLANNED
        return {
            "warmer": columns["cell_temperature"] - columns["temperature_target"],
            "more_acid": ratio - columns["acid_zinc_target"],
            "sulphate": zinc + acid / ACID_PER_ZINC,
            "current_efficiency": efficiency,
            "shorts": columns["short_circuits"],
            "excess_voltage": columns["cell_voltage"] - self._voltage(state, _VALUES, _OVERVOLTAGE),
            "current_share": current / columns["line_current_target"],
            "feed_share": columns["feed_flow"] / feed_for_ratio(made, columns["zinc_feed"], ratio),
            "antimony": columns["antimony_in_hand"],
            "cobalt": columns["cobalt_in_hand"],
            "nickel": columns["nickel_in_hand"],
        }

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Return the deviation of the efficiency of cycles from expectation."""
        return {"efficiency_doubt": unexpected["current_efficiency"]}

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The cycles to come under the plan: what the groups are like, at the set-points that are planned."""
        ratio = np.maximum(plan["acid_zinc_target"] + hidden["more_acid"], 0.5)
        zinc = np.maximum(hidden["sulphate"] / (1.0 + ratio / ACID_PER_ZINC), _LEAST)
        current = np.maximum(plan["line_current_target"] * hidden["current_share"], LEAST_CURRENT)
        state = {
            "line_current": current,
            "cell_temperature": plan["temperature_target"] + hidden["warmer"],
            "zinc_in_cell": zinc,
            "acid_in_cell": ratio * zinc,
            "glue_dose": plan["glue_dose"],
        }
        made = ZINC_EQUIVALENT * current * _PLANNED
        return state | {
            "current_efficiency": np.clip(hidden["current_efficiency"], *_EFFICIENCY),
            "short_circuits": np.maximum(hidden["shorts"], 0.0),
            "cell_voltage": hidden["excess_voltage"] + self._voltage(state, _VALUES, _OVERVOLTAGE),
            "feed_flow": hidden["feed_share"] * feed_for_ratio(made, before["zinc_feed"], ratio),
            "antimony": 1e-3 * LEFT["antimony"] * np.maximum(hidden["antimony"], 0.0),
            "cobalt": np.maximum(hidden["cobalt"], 0.0),
            "nickel": np.maximum(hidden["nickel"], 0.0),
        }

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings: another loss to hydrogen, another content of antimony."""
        efficiency = state["current_efficiency"] + _KEPT_APART * line["efficiency_doubt"] * normals[0]
        return dict(state) | {
            "current_efficiency": np.clip(efficiency, *_EFFICIENCY),
            "antimony": state["antimony"] * np.exp(_ANTIMONY_DOUBT * normals[1]),
        }

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Outcomes that a table measures, shape (units, periods)."""
        names = ("cell_temperature", "zinc_in_cell", "acid_in_cell", "cell_voltage", "current_efficiency", "feed_flow")
        return {name: columns[name] for name in (*names, "glue_dose")}

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Outcomes of cycles after moves."""
        q = {one.name: one.value for one in _SHARED_CONSTANTS} | dict(constants)
        zinc, acid, current = state["zinc_in_cell"], state["acid_in_cell"], state["line_current"]
        more = np.asarray(moves.get("line_current_target", 0.0))
        ratio = acid / zinc
        ratio_then = np.maximum(ratio + q["titrated"] * np.asarray(moves["acid_zinc_target"]), 0.5)
        # Feed and what evaporates fix all sulphate, free and with zinc; the ratio says which part is which.
        zinc_then = (zinc + acid / ACID_PER_ZINC) / (1.0 + ratio_then / ACID_PER_ZINC)
        then = dict(state) | {
            "line_current": current + more,
            "cell_temperature": state["cell_temperature"] + q["cooled"] * np.asarray(moves["temperature_target"]),
            "zinc_in_cell": zinc_then,
            "acid_in_cell": ratio_then * zinc_then,
            "glue_dose": np.maximum(state["glue_dose"] + np.asarray(moves["glue_dose"]), 0.0),
        }

        # What of the current makes zinc in the state fixes how fast hydrogen forms there, whatever speeds it up.
        whole, whole_then = 1.0 - self._holes(state, q), 1.0 - self._holes(then, q)
        passed = SHORT_CURRENT / SHORTS_SEEN * state["short_circuits"] + IRON_SHARE
        efficiency = state["current_efficiency"]
        share = np.clip(0.01 * efficiency / ((1.0 - passed) * whole), 0.3, 0.995)
        density, exchange = self._density(state), self._exchange(state, q)
        x = 0.5 * (share * density / exchange + np.sqrt(np.square(share * density / exchange) + 4.0))
        hydrogen = (1.0 - share) * density / x
        shielded = _traced(state, 1.0, then["glue_dose"]) - _traced(state, 1.0, state["glue_dose"])
        renewed = q["trace_weight"] * _renewed(state, then["line_current"] / current)
        logarithm = q["glue_weight"] * shielded + renewed
        faster = _speed(then, q) / _speed(state, q) * np.exp(logarithm)
        density_then, warm = self._density(then), then["cell_temperature"]
        plated, _, over = cathode_currents(density_then, self._exchange(then, q), hydrogen * faster, warm)
        _, _, over_before = cathode_currents(density, exchange, hydrogen, state["cell_temperature"])
        share_then = plated / density_then
        efficiency_then = efficiency * whole_then * share_then / (whole * share)

        volts = state["cell_voltage"] + self._voltage(then, q, over) - self._voltage(state, q, over_before)
        slowed = feed_for_ratio(efficiency_then * then["line_current"], 1.0, ratio_then)
        feed = state["feed_flow"] * slowed / feed_for_ratio(efficiency * current, 1.0, ratio)
        zero = np.zeros_like(efficiency_then)
        return {
            "cell_temperature": warm + zero,
            "zinc_in_cell": zinc_then + zero,
            "acid_in_cell": then["acid_in_cell"] + zero,
            "cell_voltage": volts + zero,
            "current_efficiency": efficiency_then,
            "feed_flow": feed + zero,
            "glue_dose": then["glue_dose"] + zero,
            "line_current": then["line_current"] + zero,
            "short_circuits": state["short_circuits"] + zero,
        }

    def power(self, outcomes: Columns) -> FloatArray:
        """Direct-current power of a cell [MW]."""
        return 0.001 * outcomes["line_current"] * outcomes["cell_voltage"]

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Direct-current energy [kWh/t], hydrogen [kg/t] and greenhouse gases [tCO2e/t]."""
        return self.physics.derived(outcomes, outcomes["current_efficiency"], economics)

    def causes(self, before: Columns, after: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return money by cause, with one more for the line current if it is moved."""
        causes = super().causes(before, after, economics)
        if np.any(after["line_current"] != before["line_current"]):
            causes["another line current"] = self.gain(before, {"line_current": after["line_current"]}, economics)
        return causes

    def _density(self, state: Columns) -> FloatArray:
        return 1e3 * np.maximum(state["line_current"], LEAST_CURRENT) / self.physics.equipment.cathode_area

    def _exchange(self, state: Columns, q: Numbers) -> FloatArray:
        """Exchange current of zinc; the law's own dose that covers to 1/e is 2 kg/t."""
        glue = state["glue_dose"] * 2.0 / q["glue_cover"]
        return zinc_exchange(state["zinc_in_cell"], self._density(state), glue, q["limiting_density"])

    def _holes(self, state: Columns, q: Numbers) -> FloatArray:
        """Share of the current that holes in the deposit take, mean of the cycle."""
        traces = state["cobalt"], state["nickel"]
        onset = induction_time(*traces, state["cell_temperature"], self._density(state), q["clean_time"])
        late = np.maximum(self.physics.hours - onset, 0.0)
        return 0.5 * hole_share(self.physics.hours, onset, HOLE_RATE) * late / self.physics.hours

    def _voltage(self, state: Columns, q: Numbers, overvoltage: Numeric) -> FloatArray:
        """Voltage of a usual cell at a state."""
        zinc, acid = (np.maximum(state[name], _LEAST) for name in ("zinc_in_cell", "acid_in_cell"))
        warm, density = state["cell_temperature"], self._density(state)
        typical = zinc_bath_conductivity(38.0, 55.0, 170.0)
        conductivity = typical + q["bath_slope"] * (zinc_bath_conductivity(warm, zinc, acid) - typical)
        gap = self.physics.equipment.electrode_gap - 0.5 * deposit_thickness(density, 90.0, self.physics.hours)
        return np.asarray(
            zinc_decomposition_voltage(warm, zinc, acid)
            + oxygen_overvoltage(density, tafel_slope=q["tafel_slope"])
            + overvoltage
            + bath_drop(density, gap, with_bubbles(np.maximum(conductivity, LEAST_CONDUCTIVITY), GAS_SHARE))
            + CONTACTS * state["line_current"] / self.physics.equipment.nominal_current
        )


def _speed(state: Columns, q: Numbers) -> FloatArray:
    """Return the rate of hydrogen at zinc's potential, over that of the same traces elsewhere."""
    acid = 170.0 * np.power(state["acid_in_cell"] / 170.0, q["acid_order"])
    return hydrogen_exchange(acid, state["cell_temperature"], 0.0, 1.0, q["activation"])


def _renewed(state: Columns, fed: Numeric) -> FloatArray:
    """Return the change of log hydrogen at `fed` times the feed: shorter stay of traces, less deposit."""
    return np.asarray(_traced(state, fed, state["glue_dose"]) - _traced(state, 1.0, state["glue_dose"]))


def _traced(state: Columns, fed: Numeric, glue: Numeric) -> FloatArray:
    """Return what traces add to log hydrogen at `fed` times the feed and a dose of glue."""

    def left(name: str, content: Numeric) -> FloatArray:
        return np.asarray(content) * fed / (LEFT[name] * fed + 1.0 - LEFT[name])

    antimony, germanium = left("antimony", state["antimony"]), left("germanium", _GERMANIUM)
    return impurity_logarithm(state["cobalt"], state["nickel"], antimony, germanium, left("copper", _COPPER), glue)
