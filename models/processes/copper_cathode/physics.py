"""Copper cathode: contents of a lot from first principles and measured columns, and features.

All of it works on measured columns in plant units, with nominal constants; nothing is trained. What no column holds is
taken as constant: the best doses of glue and thiourea, the mass of slimes that a smooth deposit encloses, iron.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics
from physics.arrays import FloatArray
from physics.refining.anode_slimes import (
    SLIMES_SHARE,
    arsenic_ratio,
    floating_share,
    included_content,
    slimes_content,
    slimes_mass,
)
from physics.refining.diffusion_layer import (
    diffusion_coefficient,
    diffusion_layer_thickness,
    diffusion_limited_content,
    limiting_current,
)
from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage
from physics.refining.nodulation import additive_error, deposit_roughness, effective_dose, expected_nodules
from physics.refining.occlusion import electrolyte_sulphur, occluded_content, occluded_volume
from physics.refining.silver_chloride import dissolved_silver, silver_chloride_product

SILVER_DIFFUSION = 1.4e-9  # m²/s at 60 °C, assumed
BEST_GLUE, BEST_THIOUREA, BEST_CHLORIDE = 60.0, 55.0, 55.0  # g/t, g/t, mg/L: what plants dose
THIOUREA_WEIGHT = 0.5  # of its error relative to that of glue, assumed
USUAL_SOLIDS = 2.0  # mg/L
INCLUDED_SLIMES = 4.0  # ppm that a usual deposit encloses, assumed
FLOATING_SLIMES = 1.5  # ppm that it encloses where all antimony and bismuth floats, assumed
FLOATING_METALS = 0.45  # share of antimony and bismuth in floating slimes, assumed
BACKGROUND_IRON = 1.0  # ppm from tools and plates, assumed
# The equations end where a tankhouse no longer runs; these bounds keep a strange row's answer finite.
LEAST_DOSE, LEAST_CHLORIDE, LEAST_SOLIDS, MOST_POLARISATION = 1.0, 1.0, 0.05, 0.95


class CathodePhysics(Physics[Equipment]):
    """Physics of a tankhouse's lots."""

    FEATURES = (
        PhysicsFeature(
            "limiting_current", "A/m²", 0, (500, 2000), "current density at which the plate runs out of copper ions"
        ),
        PhysicsFeature("polarisation", "1", 0, (0.1, 1), "current density over the limiting one"),
        PhysicsFeature("silver_in_solution", "mg/L", 0, (0.02, 1), "silver that chloride leaves dissolved"),
        PhysicsFeature("silver_codeposited", "ppm", 0, (1, 100), "silver that plates out as fast as it diffuses"),
        PhysicsFeature("glue_error", "1", 0, (-3, 3), "logarithm of the effective glue dose over the best"),
        PhysicsFeature("thiourea_error", "1", 0, (-3, 3), "logarithm of the effective thiourea dose over the best"),
        PhysicsFeature("additive_error", "1", 0, (0, 10), "squared errors of glue, thiourea and chloride together"),
        PhysicsFeature("glue_over_thiourea", "1", 0, (0.1, 20), "balance of the additives"),
        PhysicsFeature(
            "expected_roughness", "1", 0, (0.2, 10), "roughness that polarisation, additives and solids let expect"
        ),
        PhysicsFeature(
            "expected_nodules", "1", 0, (0, 10), "nodules that solids, additives and polarisation let expect"
        ),
        PhysicsFeature("anode_ratio", "1", 0, (0.01, 100), "molar ratio As/(Sb + Bi) of the anodes"),
        PhysicsFeature("floating_share", "1", 0, (0, 1), "part of the slimes of antimony and bismuth that floats"),
        PhysicsFeature("slimes_yield", "kg/t", 0, (0.5, 20), "slimes that the anodes leave"),
        PhysicsFeature("electrolyte_sulphur", "g/L", 0, (60, 120), "sulphur of the sulphates in the electrolyte"),
        PhysicsFeature("chloride_gap", "mg/L", 0, (-60, 60), "assayed chloride less the set one"),
        PhysicsFeature(
            "voltage_excess", "V", 0, (-0.2, 0.3), "cell voltage less that of a smooth deposit without shorts"
        ),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "anodes and their slimes": (
            *("anode_age", "anode_as", "anode_sb", "anode_bi", "anode_ni", "anode_pb", "anode_se", "anode_te"),
            *("anode_ag", "anode_o", "anode_ratio", "floating_share", "slimes_yield", "suspended_solids"),
        ),
        "electrolyte": (
            *("electrolyte_cu", "electrolyte_h2so4", "electrolyte_ni", "electrolyte_as", "electrolyte_sb"),
            *("electrolyte_bi", "electrolyte_fe", "electrolyte_temperature", "electrolyte_sulphur"),
            *("ambient_temperature", "wash_temperature"),
        ),
        "current and transport": ("current_density", "cell_flow", "limiting_current", "polarisation"),
        "silver": ("silver_in_solution", "silver_codeposited"),
        "additives and roughness": (
            *("chloride", "chloride_assay", "glue_dose", "thiourea_dose", "glue_error", "thiourea_error"),
            *("additive_error", "glue_over_thiourea", "chloride_gap", "expected_roughness"),
            *("expected_nodules",),
        ),
        "voltage and shorts": ("cell_voltage", "short_rate", "voltage_excess"),
        "assays before": (
            *("previous_ag", "previous_as", "previous_sb", "previous_bi", "previous_se", "previous_te"),
            *("previous_pb", "previous_ni", "previous_fe", "previous_s", "previous_nodules"),
            *("previous_soiling",),
        ),
        "age of the cells": ("group_age",),
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of lots."""
        temperature, current = columns["electrolyte_temperature"], columns["current_density"]
        transport, errors, slimes = _transport(columns), _errors(columns), _slimes(columns)
        solids = np.maximum(columns["suspended_solids"], LEAST_SOLIDS)
        conductivity = electrolyte_conductivity_price_1981(
            temperature,
            columns["electrolyte_cu"],
            columns["electrolyte_h2so4"],
            columns["electrolyte_ni"],
            columns["electrolyte_as"],
        )
        volts = refining_cell_voltage(current, conductivity, temperature, transport["polarisation"])
        return {
            "limiting_current": transport["limiting_current"],
            "polarisation": transport["polarisation"],
            "silver_in_solution": transport["silver_in_solution"],
            "silver_codeposited": transport["silver_codeposited"],
            **errors,
            "glue_over_thiourea": columns["glue_dose"] / np.maximum(columns["thiourea_dose"], LEAST_DOSE),
            "expected_roughness": deposit_roughness(transport["polarisation"], errors["additive_error"], solids),
            "expected_nodules": expected_nodules(solids, errors["additive_error"], transport["polarisation"]),
            "anode_ratio": slimes["anode_ratio"],
            "floating_share": slimes["floating_share"],
            "slimes_yield": slimes["slimes_yield"],
            "electrolyte_sulphur": _sulphur(columns),
            "chloride_gap": columns["chloride_assay"] - columns["chloride"],
            "voltage_excess": columns["cell_voltage"] - volts,
        }

    def contents(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return contents of lots by mass balance: plated metal, enclosed electrolyte and slimes.

        References
        ----------
        Fick's and Faraday's laws and balances of mass; enclosed volume and mass of slimes are assumed. Sahlman, Aromaa
        and Lundström 2021, Metals 11, 1758: nickel comes with electrolyte and particles, not by codeposition.
        """
        transport, errors, slimes = _transport(columns), _errors(columns), _slimes(columns)
        solids = np.maximum(columns["suspended_solids"], LEAST_SOLIDS)
        roughness = deposit_roughness(transport["polarisation"], errors["additive_error"], solids)
        volume = occluded_volume(roughness)
        included = INCLUDED_SLIMES * np.sqrt(roughness) * np.power(solids / USUAL_SOLIDS, 0.7)
        floating = FLOATING_SLIMES * np.sqrt(roughness) * slimes["floating_share"]
        metals = columns["anode_sb"] + columns["anode_bi"]
        contents = {
            element: included_content(
                included, slimes_content(columns[f"anode_{element}"], share, slimes["slimes_yield"])
            )
            for element, share in SLIMES_SHARE.items()
        }
        contents["ag"] = contents["ag"] + transport["silver_codeposited"]
        contents["fe"] = BACKGROUND_IRON + occluded_content(volume, columns["electrolyte_fe"])
        contents["s"] = occluded_content(volume, _sulphur(columns))
        for element in ("as", "ni", "sb", "bi"):
            contents[element] = contents[element] + occluded_content(volume, columns[f"electrolyte_{element}"])
        for element in ("sb", "bi"):
            part = 100.0 * FLOATING_METALS * columns[f"anode_{element}"] / metals
            contents[element] = contents[element] + included_content(floating, part)
        return contents


def _transport(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Limiting current, nearness to it, and silver."""
    temperature, current = columns["electrolyte_temperature"], columns["current_density"]
    layer = diffusion_layer_thickness(current, columns["cell_flow"])
    limit = limiting_current(columns["electrolyte_cu"], diffusion_coefficient(temperature), layer)
    chloride = np.maximum(columns["chloride"], LEAST_CHLORIDE)
    silver = dissolved_silver(chloride, silver_chloride_product(temperature))
    diffusion = diffusion_coefficient(temperature, SILVER_DIFFUSION)
    return {
        "limiting_current": limit,
        "polarisation": np.minimum(current / limit, MOST_POLARISATION),
        "silver_in_solution": silver,
        "silver_codeposited": diffusion_limited_content(silver, diffusion, layer, current),
    }


def _errors(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Errors of the additives, each on a logarithmic scale, and their squares together."""
    temperature = columns["electrolyte_temperature"]
    glue, thiourea = (
        additive_error(effective_dose(np.maximum(columns[name], LEAST_DOSE), temperature), best)
        for name, best in (("glue_dose", BEST_GLUE), ("thiourea_dose", BEST_THIOUREA))
    )
    chloride = additive_error(np.maximum(columns["chloride"], LEAST_CHLORIDE), BEST_CHLORIDE)
    together = np.square(glue) + THIOUREA_WEIGHT * (np.square(thiourea) + np.square(chloride))
    return {"glue_error": glue, "thiourea_error": thiourea, "additive_error": together}


def _slimes(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Mass of slimes and what of them floats."""
    ratio = arsenic_ratio(columns["anode_as"], columns["anode_sb"], columns["anode_bi"])
    left = sum((share * columns[f"anode_{e}"] for e, share in SLIMES_SHARE.items()), np.zeros(len(ratio)))
    return {"anode_ratio": ratio, "floating_share": floating_share(ratio), "slimes_yield": slimes_mass(left)}


def _sulphur(columns: Mapping[str, FloatArray]) -> FloatArray:
    return electrolyte_sulphur(columns["electrolyte_h2so4"], columns["electrolyte_cu"], columns["electrolyte_ni"])
