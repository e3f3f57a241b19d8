"""Lead refining: physics features, current efficiency by physics alone, and derived targets.

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
from models.interfaces.physics import Equipment, Fact, Physics, fact
from models.processes.refining import derived_targets
from physics.arrays import FloatArray
from physics.electrochemistry import LEAD_EQUIVALENT, metal_mass, specific_energy
from physics.refining import lead_economics
from physics.refining.betts_cell import fluosilicate_conductivity, lead_cell_voltage
from physics.refining.current_losses import dissolution_loss, refining_efficiency, short_loss
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, limiting_current
from physics.refining.electrodes import LEAD_DENSITY, face_growth
from physics.refining.nodulation import additive_error, additive_roughness, effective_dose
from physics.refining.slime_layer import impurity_transfer, slime_overvoltage, slime_shed

SLIME_SHARE = 0.9  # thickness of the slime over that of the lead dissolved, assumed
STRAY = 0.8  # % that leaks, as plants usually find
SHORT_RATIO = 2.0  # current of a short over that of a usual cathode, practice
DISSOLUTION = 2.5  # A/m² at 62 °C, so that 0.5 points dissolve again at 40 °C, assumed
BEST_GLUE, BEST_LIGNIN, DOSED_AT = 600.0, 450.0, 40.0  # g/t, g/t and °C: what plants dose
LIGNIN_WEIGHT, ERROR_WEIGHT = 0.7, 2.0  # of its error relative to that of glue; of both on roughness: assumed
ROUGHNESS_PER_SHED, ROUGHNESS_PER_POLARISATION = 3.0, 1.5  # assumed
ANTIMONY, HOLDING = 0.6, 0.7  # % that hold the slime: practice
LEAD_MASS, LEAD_DIFFUSION, USUAL_POLARISATION = 207.2, 1.7e-9, 0.38  # g/mol; m²/s at 60 °C and 1, assumed
LOT_SCATTER = 0.25  # of lots of a crop, assumed
ACID_LOSS, ACID_PER_KELVIN = 3.5, 0.04  # kg/t at 40 °C, practice; 1/K, assumed
# The equations end where a refinery no longer runs; these bounds keep a strange row's answer finite.
LEAST_CURRENT, LEAST_CONDUCTIVITY, LEAST_DOSE, LEAST_FLOW = 30.0, 0.05, 30.0, 1.0
LEAST_ANTIMONY, MOST_POLARISATION, MOST_LOSS = 0.05, 0.95, 60.0


@dataclass(frozen=True)
class LeadSection(Equipment):
    """Facts of a section of cells."""

    cells: float = fact("count", 1, 500, "cells of a section", until_now=16)
    electrode_gap: float = fact("mm", 10, 100, "from an anode to the fresh starter sheet next to it", until_now=40)
    anode_crops: float = fact("count", 1, 10, "crops that a load of anodes lasts", until_now=3)
    steam_heat: float = fact("MJ/kg", 1.5, 2.8, "heat that a kilogram of steam gives the electrolyte", until_now=2.1)


class LeadPhysics(Physics[LeadSection]):
    """Physics of a section's crops, at the facts of its plant."""

    # Signs are those at equal other features; 0 stands where physics pulls both ways or its size is only assumed.
    FEATURES = (
        PhysicsFeature("limiting_current", "A/m²", 0, (200, 1000), "current at which the plate runs out of lead ions"),
        PhysicsFeature("polarisation", "1", 0, (0.1, 0.95), "current density over the limiting one"),
        PhysicsFeature("conductivity", "S/cm", 0, (0.1, 0.4), "conductivity of the assayed electrolyte"),
        PhysicsFeature(
            "slime_thickness", "mm", 0, (0, 30), "slime on the anodes at the end of the crop, none of it fallen"
        ),
        PhysicsFeature("expected_slime_drop", "V", 0, (0, 1.2), "voltage over that slime"),
        PhysicsFeature("voltage_rise", "V", 0, (-0.3, 0.6), "cell voltage at the end less that at the start"),
        PhysicsFeature("slime_drop", "V", 0, (-0.5, 1), "voltage at the end less that of a cell without slime"),
        PhysicsFeature("bismuth_transfer", "1", 0, (0, 0.5), "share of bismuth that dissolves at that voltage"),
        PhysicsFeature("expected_shed", "1", 0, (0, 1), "share of the slime that antimony, arsenic and age let fall"),
        PhysicsFeature("short_loss", "%", -1, (0, 100), "part of the current that the shorts found carry"),
        PhysicsFeature("dissolution_loss", "%", -1, (0.05, 3), "lead that dissolves again, by heat and current"),
        PhysicsFeature("expected_loss", "%", -1, (0.5, 60), "all losses together"),
        PhysicsFeature("glue_error", "1", 0, (-4, 3), "logarithm of the effective glue dose over the best"),
        PhysicsFeature("lignin_error", "1", 0, (-4, 3), "logarithm of the lignosulphonate dose over the best"),
        PhysicsFeature("squared_error", "1", 0, (0, 20), "squared errors of both additives together"),
        PhysicsFeature(
            "expected_roughness", "1", 0, (0.05, 200), "roughness that current, additives and slime let expect"
        ),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "shorts": ("short_rate", "short_loss"),
        "current and transport": ("current_density", "charge", "cell_flow", "limiting_current", "polarisation"),
        "voltage and slime": (
            *("cell_voltage", "voltage_start", "voltage_end", "anode_age", "slime_thickness", "expected_slime_drop"),
            *("voltage_rise", "slime_drop", "bismuth_transfer"),
        ),
        "anodes": ("anode_sb", "anode_as", "anode_bi", "anode_cu", "anode_ag", "slime_fall", "expected_shed"),
        "additives and roughness": (
            *("glue_dose", "lignin_dose", "glue_error", "lignin_error", "squared_error", "expected_roughness"),
        ),
        "electrolyte and heat": (
            *("electrolyte_pb", "electrolyte_h2sif6", "electrolyte_temperature", "cell_temperature"),
            *("ambient_temperature", "steam_flow", "conductivity", "dissolution_loss"),
        ),
        "crops before, and expected by physics": ("previous_efficiency", "previous_short_rate", "expected_loss"),
    }

    equipment_type = LeadSection
    TERMS: ClassVar[Mapping[str, Fact]] = {
        "highest_bismuth": Fact("ppm", 0.1, 1000, "bismuth above which lead is discounted", until_now=40)
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of crops."""
        transport, slime, errors = _transport(columns), self._slime(columns), _errors(columns)
        nearness = ROUGHNESS_PER_POLARISATION * np.log(transport["polarisation"] / USUAL_POLARISATION)
        rough = nearness + additive_roughness(errors["squared_error"], ERROR_WEIGHT)
        return {
            **transport,
            **slime,
            **_losses(columns),
            **errors,
            "expected_roughness": np.exp(rough + ROUGHNESS_PER_SHED * slime["expected_shed"]),
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
        direct = specific_energy(columns["cell_voltage"], target, LEAD_EQUIVALENT)
        steam = self.hours * columns["steam_flow"] / self.lead_made(columns, target)
        return derived_targets(direct, steam, economics)

    def lead_made(self, columns: Mapping[str, FloatArray], target: FloatArray) -> FloatArray:
        """Lead of crops by their charge.

        Parameters
        ----------
        columns
            Measured columns by name, each of shape (n,) and in the unit of the seed; NaN where missing
        target
            Current efficiency, shape (n,), above 0 [%]

        Returns
        -------
        FloatArray
            Lead of a section's crop, shape (n,) [t]

        References
        ----------
        Faraday's law.
        """
        return self.equipment.cells * metal_mass(columns["charge"], 1.0, target, LEAD_EQUIVALENT) / 1000.0

    def money(self, columns: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Return sections' margin of a crop: refining charge less bismuth, power, steam, acid, additives."""
        lead = self.lead_made(columns, columns["current_efficiency"]) / self.days
        above = lead_economics.share_above(np.maximum(columns["bi"], 0.1), economics["highest_bismuth"], LOT_SCATTER)
        flows = lead_economics.LeadSectionFlows(
            lead=lead,
            downgraded=above * lead,
            energy=self.equipment.cells * columns["charge"] / self.days * columns["cell_voltage"],
            steam=columns["steam_flow"] * 24.0 / 1000.0,
            acid=lead * ACID_LOSS * np.exp(ACID_PER_KELVIN * (columns["cell_temperature"] - DOSED_AT)),
            glue=columns["glue_dose"] * lead / 1000.0,
            lignin=columns["lignin_dose"] * lead / 1000.0,
        )
        return lead_economics.margin(flows, economics)

    def _slime(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        current = _current(columns)
        age = np.minimum(columns["anode_age"], self.equipment.anode_crops * self.days)
        lost = face_growth(current, 100.0, LEAD_EQUIVALENT, LEAD_DENSITY) * self.days
        thickness = SLIME_SHARE * lost * (age / self.days + 1.0)
        antimony = np.maximum(columns["anode_sb"], LEAST_ANTIMONY)
        conductivity = fluosilicate_conductivity(
            columns["cell_temperature"], columns["electrolyte_pb"], columns["electrolyte_h2sif6"]
        )
        conductivity = np.maximum(conductivity, LEAST_CONDUCTIVITY)
        bare = lead_cell_voltage(current, conductivity, np.maximum(self.equipment.electrode_gap - lost, 0.0), 0.0)
        over = columns["voltage_end"] - bare
        holding = (antimony + 0.5 * columns["anode_as"]) / HOLDING
        return {
            "conductivity": conductivity,
            "slime_thickness": thickness,
            "expected_slime_drop": slime_overvoltage(thickness, current, np.maximum(antimony / ANTIMONY, 0.25)),
            "voltage_rise": columns["voltage_end"] - columns["voltage_start"],
            "slime_drop": over,
            "bismuth_transfer": impurity_transfer(over),
            "expected_shed": slime_shed(holding, (age / self.days + 1.0) / 2.0),
        }


def _current(columns: Mapping[str, FloatArray]) -> FloatArray:
    return np.maximum(columns["current_density"], LEAST_CURRENT)


def _transport(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    current = _current(columns)
    layer = diffusion_layer_thickness(current, np.maximum(columns["cell_flow"], LEAST_FLOW))
    diffusion = diffusion_coefficient(columns["cell_temperature"], LEAD_DIFFUSION)
    limit = limiting_current(columns["electrolyte_pb"], diffusion, layer, LEAD_MASS)
    return {"limiting_current": limit, "polarisation": np.minimum(current / limit, MOST_POLARISATION)}


def _losses(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    short = short_loss(columns["short_rate"], SHORT_RATIO)
    dissolved = dissolution_loss(columns["cell_temperature"], _current(columns), 0.0, DISSOLUTION)
    lost = np.minimum(100.0 - refining_efficiency(short, STRAY, dissolved), MOST_LOSS)
    return {"short_loss": short, "dissolution_loss": dissolved, "expected_loss": lost}


def _errors(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    dose = effective_dose(np.maximum(columns["glue_dose"], LEAST_DOSE), columns["cell_temperature"], DOSED_AT)
    glue = additive_error(dose, BEST_GLUE)
    lignin = additive_error(np.maximum(columns["lignin_dose"], LEAST_DOSE), BEST_LIGNIN)
    squared = np.square(glue) + LIGNIN_WEIGHT * np.square(lignin)
    return {"glue_error": glue, "lignin_error": lignin, "squared_error": squared}
