"""Copper electrorefining: physics features, efficiency by physics alone, and derived targets.

All of it works on measured columns of a section's crop, in plant units, with the plant's facts and nominal constants;
nothing is trained. What neither holds is taken as constant: the best doses of additives, leakage to ground, how much
current a short draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from models.processes.refining import derived_targets
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT, metal_mass, specific_energy
from physics.prices import checked
from physics.refining import economics as section_economics
from physics.refining.additive_stock import additive_content, additive_decay
from physics.refining.anode_slimes import arsenic_ratio
from physics.refining.current_losses import dissolution_loss, refining_efficiency, short_life, short_loss
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, limiting_current
from physics.refining.electrodes import COPPER_DENSITY, crop_gap, face_growth, sand_time
from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage
from physics.refining.nodulation import additive_error, deposit_roughness, effective_dose, expected_nodules

STRAY = 0.6  # % that leaks, as plants usually find
SHORT_RATIO = 2.5  # current of a short over that of a usual cathode, practice
GLUE_DECAY = 0.6  # 1/h, practice
BEST_GLUE, BEST_THIOUREA, BEST_CHLORIDE = 60.0, 55.0, 55.0  # g/t, g/t, mg/L: what plants dose
THIOUREA_WEIGHT, CHLORIDE_WEIGHT = 0.5, 0.4  # of their errors relative to that of glue, assumed
SATURATED_COPPER, SLIMES_DIFFUSION = 90.0, 3e-10  # g/L at the anode and m²/s in its slimes, assumed
USUAL = {"current": 310.0, "copper": 46.0, "polarisation": 0.315}  # A/m², g/L and 1: practice
HOURS = 24.0  # h/d
OHMIC = 0.95  # voltage that a part more current takes, as a part of the voltage: nearly all of it is resistance
# The equations end where a tankhouse no longer runs; these bounds keep a strange row's answer finite.
LEAST_CURRENT, LEAST_CONDUCTIVITY, LEAST_DOSE, LEAST_CHLORIDE, LEAST_SOLIDS = 30.0, 0.1, 1.0, 1.0, 0.05
LEAST_FLOW, LEAST_PATROL, MOST_POLARISATION, MOST_LOSS = 1.0, 1.0, 0.95, 60.0


@dataclass(frozen=True)
class CopperSection(Equipment):
    """Facts of a section of cells, and of its circuit."""

    cells: float = fact("count", 1, 500, "cells of a section", until_now=20)
    cathode_area: float = fact("m²", 1, 1000, "plated area of a cell, both faces of its plates", until_now=110)
    electrode_pitch: float = fact("mm", 40, 200, "from anode to anode", until_now=100)
    anode_thickness: float = fact("mm", 10, 80, "thickness of a new anode", until_now=47)
    plate_thickness: float = fact("mm", 0.3, 10, "thickness of a plate or starter sheet", until_now=3.25)
    electrolyte_volume: float = fact("m³*d/t", 1, 100, "electrolyte for a tonne of copper a day", until_now=11.7)
    steam_heat: float = fact("MJ/kg", 1.5, 2.8, "heat that a kilogram of steam gives the electrolyte", until_now=2.1)


class CopperPhysics(Physics[CopperSection]):
    """Physics of a section's crops, at the facts of its plant."""

    # Signs are those at equal other features; 0 stands where physics pulls both ways or its size is only assumed.
    FEATURES = (
        PhysicsFeature(
            "limiting_current", "A/m²", 0, (500, 2000), "current at which the plate runs out of copper ions"
        ),
        PhysicsFeature("polarisation", "1", 0, (0.1, 0.95), "current density over the limiting one"),
        PhysicsFeature("valley_polarisation", "1", 0, (0.1, 0.95), "the same in the hours of the highest current"),
        PhysicsFeature("conductivity", "S/cm", 0, (0.4, 0.9), "conductivity of the assayed electrolyte"),
        PhysicsFeature("expected_gap", "mm", 0, (20, 55), "gap between electrodes that the age of the anodes leaves"),
        PhysicsFeature("voltage_excess", "V", 0, (-0.3, 0.5), "cell voltage less that of a clean cell of this gap"),
        PhysicsFeature("short_births", "%/d", 0, (0, 200), "shorts that arise, by those found and the patrols"),
        PhysicsFeature("short_loss", "%", -1, (0, 100), "part of the current that the shorts found carry"),
        PhysicsFeature("dissolution_loss", "%", -1, (0.1, 3), "copper that dissolves again, by heat, current and iron"),
        PhysicsFeature("expected_loss", "%", -1, (0.5, 60), "all losses together"),
        PhysicsFeature("glue_error", "1", 0, (-3, 3), "logarithm of the effective glue dose over the best"),
        PhysicsFeature("thiourea_error", "1", 0, (-3, 3), "logarithm of the effective thiourea dose over the best"),
        PhysicsFeature("squared_error", "1", 0, (0, 10), "squared errors of glue, thiourea and chloride together"),
        PhysicsFeature("glue_content", "mg/L", 0, (0.02, 3), "glue that dosing and decay leave in the electrolyte"),
        PhysicsFeature(
            "expected_roughness", "1", 0, (0.2, 10), "roughness that current, additives and solids let expect"
        ),
        PhysicsFeature("expected_nodules", "1", 0, (0, 10), "nodules that current, additives and solids let expect"),
        PhysicsFeature("anode_ratio", "1", 0, (0.01, 100), "molar ratio As/(Sb + Bi) of the anodes"),
        PhysicsFeature("passivation_time", "1", 0, (0.05, 10), "time until anodes turn passive, over the usual one"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "shorts and patrols": ("short_rate", "patrol_interval", "short_births", "short_loss"),
        "current and transport": (
            *("current_density", "current_swing", "charge", "cell_flow", "limiting_current", "polarisation"),
            "valley_polarisation",
        ),
        "voltage and gap": ("cell_voltage", "anode_age", "expected_gap", "voltage_excess", "conductivity"),
        "additives and roughness": (
            *("chloride", "chloride_assay", "glue_dose", "thiourea_dose", "suspended_solids", "glue_error"),
            *("thiourea_error", "squared_error", "glue_content", "expected_roughness", "expected_nodules"),
        ),
        "anodes": (*("anode_as", "anode_sb", "anode_bi", "anode_ni", "anode_o", "anode_ratio", "passivation_time"),),
        "electrolyte and heat": (
            *("electrolyte_cu", "electrolyte_h2so4", "electrolyte_ni", "electrolyte_as", "electrolyte_sb"),
            *("electrolyte_bi", "electrolyte_fe", "bleed", "electrolyte_temperature", "cell_temperature"),
            *("ambient_temperature", "steam_flow", "dissolution_loss"),
        ),
        "age of the cells": ("group_age",),
        "crops before, and expected by physics": (
            *("previous_efficiency", "previous_short_rate", "previous_reject_share", "expected_loss"),
        ),
    }

    equipment_type = CopperSection

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of crops."""
        transport, losses, errors = _transport(columns), _losses(columns), _errors(columns)
        solids = np.maximum(columns["suspended_solids"], LEAST_SOLIDS)
        polarisation = transport["polarisation"]
        life = short_life(np.maximum(columns["patrol_interval"], LEAST_PATROL))
        decay = additive_decay(columns["cell_temperature"], GLUE_DECAY)
        return {
            **transport,
            **self._voltage(columns, polarisation),
            "short_births": HOURS * columns["short_rate"] / life,
            **losses,
            **errors,
            "glue_content": additive_content(
                np.maximum(columns["glue_dose"], LEAST_DOSE), self.equipment.electrolyte_volume, decay
            ),
            "expected_roughness": deposit_roughness(polarisation, errors["squared_error"], solids),
            "expected_nodules": expected_nodules(solids, errors["squared_error"], polarisation),
            "anode_ratio": arsenic_ratio(columns["anode_as"], columns["anode_sb"], columns["anode_bi"]),
            "passivation_time": _passivation_time(columns),
        }

    def first_principles(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Current efficiency by physics alone: 100 less shorts as patrols found them, leakage and dissolution.

        References
        ----------
        Balance of charge; current of a short, leakage and rate of dissolution are practice.
        """
        return 100.0 - _losses(columns)["expected_loss"]

    def derived(
        self, columns: Mapping[str, FloatArray], target: FloatArray, economics: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """Energy, steam and greenhouse gases a tonne at a current efficiency; all fall when it rises."""
        direct = specific_energy(columns["cell_voltage"], target, COPPER_EQUIVALENT)
        copper = self.equipment.cells * metal_mass(columns["charge"], 1.0, target, COPPER_EQUIVALENT) / 1000.0  # t
        steam = self.hours * columns["steam_flow"] / copper
        return derived_targets(direct, steam, economics)

    def money(self, columns: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Return sections' margin of a crop: charge less rejects, power, steam, additives, rounds.

        Voltage follows the current of the hour, so that the hours of the tariff share the energy by the swing.
        """
        hours = checked(economics, ("hours_valley", "hours_peak"), ("hours_peak",))
        more = 0.01 * columns["current_swing"]
        classes = (
            (hours["hours_valley"], 1.0 + more),
            (HOURS - hours["hours_valley"] - hours["hours_peak"], np.ones_like(more)),
            (hours["hours_peak"], 1.0 - more * (hours["hours_valley"] / hours["hours_peak"])),
        )
        current = columns["charge"] / self.hours  # kA
        squared = sum(count * np.square(share) for count, share in classes) / HOURS
        even = columns["cell_voltage"] / (1.0 + OHMIC * (squared - 1.0))  # V at an even current
        valley, flat, peak = (
            self.equipment.cells * current * share * even * (1.0 + OHMIC * (share - 1.0)) * count
            for count, share in classes
        )
        copper = self.equipment.cells * metal_mass(
            columns["charge"], 1.0, columns["current_efficiency"], COPPER_EQUIVALENT
        )  # kg
        copper = copper / 1000.0 * HOURS / self.hours  # t/d
        left = np.maximum(
            self.equipment.anode_thickness - 2.0 * face_growth(columns["current_density"]) * columns["anode_age"], 0.0
        )  # mm
        flows = section_economics.CopperSectionFlows(
            copper=copper,
            rejected=0.01 * columns["reject_share"] * copper,
            energy_valley=valley,
            energy_flat=flat,
            energy_peak=peak,
            steam=columns["steam_flow"] * HOURS / 1000.0,
            glue=columns["glue_dose"] * copper / 1000.0,
            thiourea=columns["thiourea_dose"] * copper / 1000.0,
            patrols=HOURS / np.maximum(columns["patrol_interval"], LEAST_PATROL),
            inventory=self.equipment.cells
            * 0.5
            * self.equipment.cathode_area
            * left
            / 1000.0
            * COPPER_DENSITY
            / 1000.0,
        )
        return section_economics.margin(flows, economics)

    def _voltage(self, columns: Mapping[str, FloatArray], polarisation: FloatArray) -> dict[str, FloatArray]:
        current, temperature = columns["current_density"], columns["cell_temperature"]
        conductivity = electrolyte_conductivity_price_1981(
            temperature,
            columns["electrolyte_cu"],
            columns["electrolyte_h2so4"],
            columns["electrolyte_ni"],
            columns["electrolyte_as"],
        )
        gap = crop_gap(
            self.equipment.electrode_pitch,
            self.equipment.anode_thickness,
            self.equipment.plate_thickness,
            columns["anode_age"],
            0.0,
            face_growth(current),
        )
        clean = refining_cell_voltage(
            current, np.maximum(conductivity, LEAST_CONDUCTIVITY), temperature, polarisation, gap
        )
        return {
            "conductivity": conductivity,
            "expected_gap": gap,
            "voltage_excess": columns["cell_voltage"] - clean,
        }


def _transport(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    current = np.maximum(columns["current_density"], LEAST_CURRENT)
    layer = diffusion_layer_thickness(current, np.maximum(columns["cell_flow"], LEAST_FLOW))
    limit = limiting_current(columns["electrolyte_cu"], diffusion_coefficient(columns["cell_temperature"]), layer)
    share = current / limit
    return {
        "limiting_current": limit,
        "polarisation": np.minimum(share, MOST_POLARISATION),
        "valley_polarisation": np.minimum(share * (1.0 + 0.01 * columns["current_swing"]), MOST_POLARISATION),
    }


def _losses(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    short = short_loss(columns["short_rate"], SHORT_RATIO)
    current = np.maximum(columns["current_density"], LEAST_CURRENT)
    dissolved = dissolution_loss(columns["cell_temperature"], current, columns["electrolyte_fe"])
    lost = np.minimum(100.0 - refining_efficiency(short, STRAY, dissolved), MOST_LOSS)
    return {"short_loss": short, "dissolution_loss": dissolved, "expected_loss": lost}


def _errors(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    temperature = columns["cell_temperature"]
    glue = additive_error(effective_dose(np.maximum(columns["glue_dose"], LEAST_DOSE), temperature), BEST_GLUE)
    thiourea = effective_dose(np.maximum(columns["thiourea_dose"], LEAST_DOSE), temperature)
    of_thiourea = additive_error(thiourea, BEST_THIOUREA)
    of_chloride = additive_error(np.maximum(columns["chloride_assay"], LEAST_CHLORIDE), BEST_CHLORIDE)
    squared = np.square(glue) + THIOUREA_WEIGHT * np.square(of_thiourea) + CHLORIDE_WEIGHT * np.square(of_chloride)
    return {"glue_error": glue, "thiourea_error": of_thiourea, "squared_error": squared}


def _passivation_time(columns: Mapping[str, FloatArray]) -> FloatArray:
    current = np.maximum(columns["current_density"], LEAST_CURRENT) * (1.0 + 0.01 * columns["current_swing"])
    layer = diffusion_coefficient(columns["cell_temperature"], SLIMES_DIFFUSION)
    time = sand_time(current, columns["electrolyte_cu"], SATURATED_COPPER, layer)
    typical = sand_time(USUAL["current"], USUAL["copper"], SATURATED_COPPER, SLIMES_DIFFUSION)
    ratio: FloatArray = time / typical
    return ratio
