"""Zinc electrowinning: physics features, current efficiency by physics alone, derived targets.

All of it works on measured columns of a cycle, in plant units, with the plant's facts. What neither holds is taken as
constant and assumed: how much of each trace the deposit takes out of the cell, what the potential of purification says
of an upset, and the usual cell below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.electrochemistry import (
    ZINC_EQUIVALENT,
    alternating_current_energy,
    current_efficiency_from_mass,
    metal_mass,
    specific_energy,
)
from physics.winning.balances import ACID_PER_ZINC, hydrogen_mass
from physics.winning.economics import ZincCellFlows, margin
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

HOURS = 24.0  # h/d
# Content of the cell over that of the feed: what deposits is gone.
LEFT = {"cobalt": 1.0, "nickel": 1.0, "antimony": 0.5, "germanium": 0.55, "copper": 0.6}
GAS_SHARE, CONTACTS = 0.06, 0.045  # 1, V
SHORT_CURRENT, SHORTS_SEEN, IRON_SHARE = 0.006, 0.8, 0.003  # shares of the current, of the shorts
USUAL_SHORTS, USUAL_COPPER = 1.4, 0.1  # found on 100 plates; mg/L in the feed
HOLE_RATE = 0.012  # 1/h
EVAPORATED = 0.107  # share of the feed
# Assays of antimony and germanium come days late and scatter by 20 %: what the feed holds is near its mean of weeks,
# and more if purification lets it through. Its potential shows that immediately; if it is cobalt and nickel, so do
# their assays.
POTENTIAL_PER_RISE = 100.0  # mV for a rise by e of what is let through
QUIET_POTENTIAL, QUIET_RISE = 8.0, 0.1  # mV, 1: noise of a cycle's mean, and of its assays
NEWS = 0.25  # share of a result's difference from the usual that still holds in the cycle
UPSET_RESULT = 1.5  # times the usual, beyond which a result is one of an upset
PEAK = 1.7  # mean of what an upset lets through, over its logarithm's mean, for a rise to the threefold
# The equations end where a cell no longer runs; these bounds keep a strange row's answer finite.
LEAST_CURRENT, LEAST_CONTENT, LEAST_EFFICIENCY = 5.0, 5.0, 30.0  # kA, g/L, %
LEAST_CONDUCTIVITY = 0.1  # S/cm


@dataclass(frozen=True)
class Group(Equipment):
    """Facts of the cells of a group, and of its house."""

    cathode_area: float = fact("m²", 1, 1000, "plated area of a cell, both faces of its cathodes", until_now=200)
    nominal_current: float = fact("kA", 1, 500, "current that voltages over contacts refer to", until_now=100)
    electrode_gap: float = fact("mm", 10, 100, "between the faces of an anode and a bare cathode", until_now=30)


class ZincPhysics(Physics[Group]):
    """Physics of a group's cycles, at the facts of its plant."""

    # Signs are those at equal other features; 0 stands where physics pulls both ways or its size is only assumed.
    FEATURES = (
        PhysicsFeature("current_density", "A/m²", 0, (25, 700), "current on a square metre of cathode"),
        PhysicsFeature("acid_zinc_ratio", "1", -1, (1, 6), "acid over zinc in the cell: Wark's law"),
        PhysicsFeature(
            "impurity_log", "1", -1, (0, 8), "logarithm of the factor by which assayed traces speed hydrogen up"
        ),
        PhysicsFeature(
            "deposit_efficiency", "%", 1, (10, 100), "that of kinetics, less what holes in the deposit take"
        ),
        PhysicsFeature(
            "kinetic_efficiency", "%", 1, (20, 100), "current efficiency of the cathode by its kinetics alone"
        ),
        PhysicsFeature("short_loss", "%", -1, (0, 25), "current that passes through the short circuits found"),
        PhysicsFeature("induction_time", "h", 1, (1, 150), "time after which zinc dissolves again from holes"),
        PhysicsFeature("computed_efficiency", "%", 1, (20, 100), "current efficiency by all of the above together"),
        PhysicsFeature(
            "expected_efficiency",
            "%",
            1,
            (20, 100),
            "current efficiency of the group's own cycles, and what is changed since",
        ),
        PhysicsFeature(
            "feed_implied_efficiency",
            "%",
            1,
            (20, 160),
            "current efficiency that the zinc fed and not spent stands for",
        ),
        PhysicsFeature(
            "excess_voltage",
            "V",
            0,
            (-1, 1),
            "cell voltage beyond that of a usual cell with clean anodes at this state",
        ),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "traces in the feed": (
            *("cobalt", "nickel", "copper", "cobalt_in_hand", "nickel_in_hand", "copper_in_hand", "antimony_in_hand"),
            *("germanium_in_hand", "usual_cobalt", "usual_nickel", "usual_antimony", "usual_germanium"),
            *("potential_in_hand", "purification_potential", "impurity_log", "induction_time"),
        ),
        "acid and zinc": (
            *("zinc_in_cell", "acid_in_cell", "acid_zinc_target", "zinc_feed", "feed_flow", "acid_zinc_ratio"),
            "feed_implied_efficiency",
        ),
        "temperature and cooling": (
            *("cell_temperature", "temperature_target", "previous_cell_temperature", "ambient_temperature"),
        ),
        "current": ("line_current", "line_current_target", "current_density"),
        "glue": ("glue_dose",),
        "anodes, contacts and short circuits": (
            *(
                "anode_age",
                "mud_age",
                "manganese",
                "chloride",
                "cell_voltage",
                "previous_cell_voltage",
                "short_circuits",
            ),
            *("short_loss", "excess_voltage"),
        ),
        "efficiency before, and expected by physics": (
            *("current_efficiency_in_hand", "usual_efficiency", "kinetic_efficiency", "deposit_efficiency"),
            *("computed_efficiency", "expected_efficiency"),
        ),
    }

    equipment_type = Group

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of cycles.

        References
        ----------
        The signs follow from Wark's law, the kinetics of both reactions and Faraday's law.
        """
        zinc, acid, temperature, current = _state(columns)
        features = self._efficiency(columns)
        features["expected_efficiency"] = self._expected(columns, features)
        feed = columns["feed_flow"]
        made = feed * (columns["zinc_feed"] - (1.0 - EVAPORATED) * zinc)
        by_feed = current_efficiency_from_mass(made, current, 1.0, ZINC_EQUIVALENT)
        density = features["current_density"]
        thickness = 0.5 * deposit_thickness(density, features["kinetic_efficiency"], self.hours)
        conductivity = np.maximum(zinc_bath_conductivity(temperature, zinc, acid), LEAST_CONDUCTIVITY)
        typical = (
            zinc_decomposition_voltage(temperature, zinc, acid)
            + oxygen_overvoltage(density)
            + features.pop("overvoltage")
            + bath_drop(density, self.equipment.electrode_gap - thickness, with_bubbles(conductivity, GAS_SHARE))
            + CONTACTS
        )
        return features | {
            "acid_zinc_ratio": acid / zinc,
            "feed_implied_efficiency": np.clip(by_feed, 20.0, 160.0),
            "excess_voltage": columns["cell_voltage"] - typical,
        }

    def first_principles(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return efficiency of the group's own cycles, corrected by physics for traces, state and shorts.

        References
        ----------
        `physics.winning`: slopes of published efficiencies, weights of traces mostly assumed.
        """
        return self._expected(columns, self._efficiency(columns))

    def derived(
        self, columns: Mapping[str, FloatArray], target: FloatArray, economics: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """Return specific energy, hydrogen and greenhouse gases per tonne; all fall as efficiency rises.

        Returns specific_energy (direct current) in kWh/t, hydrogen in kg/t, and co2e (electricity bought) in tCO2e/t.

        References
        ----------
        Faraday's law; grid factor of the seed.
        """
        direct = specific_energy(columns["cell_voltage"], target, ZINC_EQUIVALENT)
        bought = alternating_current_energy(direct, economics["rectifier_efficiency"], economics["auxiliary_energy"])
        lost = np.maximum(1.0 - 0.01 * target - 0.01 * _short_loss(columns) - IRON_SHARE, 0.0)
        hydrogen = 1e3 * hydrogen_mass(1.0, 1.0, lost) / metal_mass(1.0, 1.0, target, ZINC_EQUIVALENT)
        return {
            "specific_energy": direct,
            "hydrogen": hydrogen,
            "co2e": 1e-3 * economics["grid_emission_factor"] * bought,
        }

    def money(self, columns: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Return the margin of a cell of the group from measurements, its energy at the flat price."""
        current = columns["line_current"]
        zinc = metal_mass(current, HOURS, columns["current_efficiency"], ZINC_EQUIVALENT)
        flows = ZincCellFlows(
            zinc=zinc,
            energy=HOURS * current * columns["cell_voltage"],
            hours=1.0,
            feed=HOURS * columns["feed_flow"],
            glue=1e-3 * zinc * columns["glue_dose"],
        )
        return margin(flows, economics)

    def _expected(self, columns: Mapping[str, FloatArray], features: Mapping[str, FloatArray]) -> FloatArray:
        """Return efficiency of the group's own cycles, plus the change of its state by physics [%].

        What no column shows of a group (old cathodes, their edges, how its deposit grows) stays with it for weeks.
        """
        typical = {name: columns[f"usual_{name}"] for name in ("cobalt", "nickel", "antimony", "germanium")}
        # Where the loops keep the group: at its targets, with as much sulphate as now.
        ratio = columns["acid_zinc_target"]
        zinc = (columns["zinc_in_cell"] + columns["acid_in_cell"] / ACID_PER_ZINC) / (1.0 + ratio / ACID_PER_ZINC)
        then = dict(columns) | typical | {
            "antimony_in_hand": typical["antimony"],
            "germanium_in_hand": typical["germanium"],
            "copper": np.full_like(columns["copper"], USUAL_COPPER),
            "purification_potential": np.zeros_like(columns["purification_potential"]),
            "cell_temperature": columns["temperature_target"],
            "zinc_in_cell": zinc,
            "acid_in_cell": ratio * zinc,
        }  # fmt: skip
        change = features["deposit_efficiency"] - self._efficiency(then)["deposit_efficiency"]
        shorted = features["short_loss"] - 100.0 * SHORT_CURRENT / SHORTS_SEEN * USUAL_SHORTS
        return np.clip(columns["usual_efficiency"] + change - shorted, 20.0, 100.0)

    def _efficiency(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        zinc, acid, temperature, current = _state(columns)
        glue, traces = columns["glue_dose"], _traces(columns)
        cobalt, nickel = traces["cobalt"], traces["nickel"]
        logarithm = np.minimum(
            impurity_logarithm(cobalt, nickel, traces["antimony"], traces["germanium"], traces["copper"], glue), 8.0
        )
        density = 1e3 * current / self.equipment.cathode_area
        exchange = zinc_exchange(zinc, density, glue), hydrogen_exchange(acid, temperature, logarithm)
        plated, _, overvoltage = cathode_currents(density, *exchange, temperature)
        kinetic = np.maximum(100.0 * plated / density, LEAST_EFFICIENCY)
        onset = np.clip(induction_time(cobalt, nickel, temperature, density), 1.0, 150.0)
        late = np.maximum(self.hours - onset, 0.0)
        holes = 0.5 * hole_share(self.hours, onset, HOLE_RATE) * late / self.hours  # mean over the cycle
        short = _short_loss(columns)
        return {
            "current_density": density,
            "impurity_log": logarithm,
            "kinetic_efficiency": kinetic,
            "short_loss": short,
            "induction_time": onset,
            "deposit_efficiency": (1.0 - holes) * kinetic,
            "computed_efficiency": np.maximum((1.0 - 0.01 * short - IRON_SHARE) * (1.0 - holes) * kinetic, 20.0),
            "overvoltage": overvoltage,
        }


def _state(columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Zinc and acid [g/L], temperature [°C] and current [kA] within what the equations hold for."""
    zinc, acid = (np.maximum(columns[name], LEAST_CONTENT) for name in ("zinc_in_cell", "acid_in_cell"))
    return zinc, acid, columns["cell_temperature"], np.maximum(columns["line_current"], LEAST_CURRENT)


def _short_loss(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Current through short circuits, of which patrols miss some [%]."""
    return 100.0 * SHORT_CURRENT / SHORTS_SEEN * np.minimum(columns["short_circuits"], 30.0)


def _traces(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Traces in the cell in the mean of a cycle [mg/L]."""
    feed = {name: np.abs(columns[name]) for name in ("cobalt", "nickel", "copper")}
    light = [np.log(np.maximum(feed[name], 1e-3) / np.maximum(np.abs(columns[f"usual_{name}"]), 1e-3))
             for name in ("cobalt", "nickel")]  # fmt: skip
    by_potential = (columns["purification_potential"] - QUIET_POTENTIAL) / POTENTIAL_PER_RISE
    rise = np.maximum(by_potential - np.maximum(np.minimum(*light) - QUIET_RISE, 0.0), 0.0)
    for name in ("antimony", "germanium"):
        typical, result = np.abs(columns[f"usual_{name}"]), np.abs(columns[f"{name}_in_hand"])
        base = typical + NEWS * (np.minimum(result, UPSET_RESULT * typical) - typical)
        feed[name] = 1e-3 * base * (1.0 + PEAK * np.minimum(rise, 2.0))
    return {name: LEFT[name] * feed[name] for name in LEFT}
