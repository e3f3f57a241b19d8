"""Zinc ingot: contents of a heat from mass balances of measured columns, and features for models.

All of it works on measured columns in plant units, with nominal constants; nothing is trained. What no column holds is
taken as constant: what stock and returned scrap hold but for the stock's lead, tin, what lining, tools and knives add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.cathode_zinc.codeposition import (
    LEAD_PER_TRACE,
    OTHERS_PER_TRACE,
    aluminium_of_sheets,
    codeposited_content,
    lead_after_cleaning,
    lead_by_chloride,
    lead_by_manganese,
    lead_by_temperature,
    lead_left_by_strontium,
)
from physics.cathode_zinc.furnace import cadmium_left, dross_share, iron_of_tools, melting_energy
from physics.melt.metal_balance import blended_content, concentrated_content

# Contents without a column [ppm], assumed: cathodes in stock, metal recovered from dross.
STOCK = {"cd": 4.5, "fe": 1.0, "cu": 1.9, "al": 0.8}
SCRAP = {"pb": 28.0, "cd": 4.0, "fe": 35.0, "cu": 6.0, "al": 3.0}
BARE_LEAD = 0.68  # mg/L that anodes dissolve at 38 °C and 180 mg/L of chloride without strontium, assumed
LINING_LEAD, TOOL_IRON, KNIFE_ALUMINIUM = 0.8, 1.9, 0.3  # ppm, assumed
CLIP_COPPER = 1.6  # ppm at the end of the clips' life, assumed
DROSS_ZINC = 0.82  # share of zinc in dross
MELTING_POINT = 419.5  # °C
DAY = 1.0  # d between a composite and the heat
# Where a works no longer runs; these bounds keep a strange row's answer finite.
LEAST_TRACE, LEAST_CHLORIDE, LEAST_CURRENT, LEAST_SALT = 0.01, 1.0, 50.0, 0.05  # ppm or mg/L, mg/L, A/m², kg/t
MOST_CORRECTION = 3.0  # factor that a day can change the lead of cathodes by


@dataclass(frozen=True)
class Furnace(Equipment):
    """Facts of a melting furnace."""

    clip_life: float = fact("d", 1, 3650, "days after which the clips of the header bars are changed", until_now=120)


class ZincIngotPhysics(Physics[Furnace]):
    """Physics of lots of ingots, at the facts of their furnace."""

    FEATURES = (
        PhysicsFeature("lead_by_cleaning", "1", 0, (1, 3.01), "dissolved lead over that of covered anodes"),
        PhysicsFeature("strontium_left", "1", 0, (0, 1), "share of dissolved lead that strontium leaves"),
        PhysicsFeature("dissolved_lead", "mg/L", 0, (0.01, 3), "lead of anodes, salts, temperature and strontium"),
        PhysicsFeature("lead_of_anodes", "ppm", 0, (1, 200), "lead of the cathodes from dissolved anodes"),
        PhysicsFeature(
            "lead_of_solution", "ppm", 0, (0.3, 300), "lead of the cathodes by the electrolyte of a day before"
        ),
        PhysicsFeature(
            "lead_since", "1", 0, (0.3, 3.01), "lead now over that of a day before, by cleaning and strontium"
        ),
        PhysicsFeature("lead_of_composite", "ppm", 0, (0.3, 300), "lead of the composite, corrected for the day since"),
        PhysicsFeature("cadmium_of_solution", "ppm", 0, (0.1, 200), "cadmium of the cathodes by the electrolyte"),
        PhysicsFeature("copper_of_solution", "ppm", 0, (0.03, 100), "copper of the cathodes by the electrolyte"),
        PhysicsFeature("sheet_aluminium", "ppm", 0, (0.5, 10), "aluminium that sheets leave on the cathodes"),
        PhysicsFeature("iron_of_tools", "ppm", 0, (0.5, 20), "iron that tools leave at this temperature and time"),
        PhysicsFeature("expected_lead", "ppm", 0, (2, 150), "lead of the charge by balance"),
        PhysicsFeature("expected_cadmium", "ppm", 0, (0.3, 150), "cadmium of the charge by balance"),
        PhysicsFeature("expected_iron", "ppm", 0, (1, 30), "iron of the charge by balance"),
        PhysicsFeature("expected_copper", "ppm", 0, (0.3, 60), "copper of the charge by balance"),
        PhysicsFeature("expected_dross", "%", 0, (0.8, 6), "dross of sound cathodes"),
        PhysicsFeature("dross_excess", "%", 0, (-2, 6), "dross skimmed beyond that of sound cathodes"),
        PhysicsFeature("power_excess", "kWh/t", 0, (-40, 80), "electricity beyond that of a usual furnace"),
        PhysicsFeature("superheat", "K", 0, (0, 90), "metal in the pump well above its melting point"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "anodes and strontium": (
            *("anode_clean_days", "srco3_dose", "dose_before", "lead_by_cleaning", "strontium_left", "dissolved_lead"),
            *("lead_of_anodes", "lead_since", "manganese", "chloride"),
        ),
        "electrolyte and cells": (
            *("solution_pb", "solution_cd", "solution_cu", "fluoride", "cell_temperature", "current_density"),
            *("strip_hours", "lead_of_solution", "cadmium_of_solution", "copper_of_solution", "sheet_aluminium"),
        ),
        "composites of cathodes": ("cathode_pb", "cathode_cd", "cathode_cu", "cathode_fe", "lead_of_composite"),
        "charge": (
            *("stock_share", "stock_pb", "scrap_share", "heat_mass", "clip_age"),
            *("expected_lead", "expected_cadmium", "expected_copper"),
        ),
        "furnace and dross": (
            *("furnace_temperature", "nh4cl_dose", "stirring_minutes", "lining_days", "power", "dross_mass"),
            *("previous_dross", "iron_of_tools", "expected_iron", "expected_dross", "dross_excess", "power_excess"),
        ),
        "casting": ("casting_temperature", "mould_temperature", "superheat"),
        "available assays": ("pb_in_hand", "cd_in_hand", "fe_in_hand", "cu_in_hand", "sn_in_hand", "al_in_hand"),
    }

    equipment_type = Furnace

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of heats."""
        cathodes, dross = _cathodes(columns), _dross(columns)
        contents = self._contents(columns, cathodes, dross)
        typical = melting_energy(columns["furnace_temperature"])
        return {
            **cathodes,
            "iron_of_tools": _iron_of_tools(columns),
            "expected_lead": contents["pb"],
            "expected_cadmium": contents["cd"],
            "expected_iron": contents["fe"],
            "expected_copper": contents["cu"],
            "expected_dross": dross,
            "dross_excess": 0.1 * columns["dross_mass"] - dross,
            "power_excess": columns["power"] - typical,
            "superheat": columns["casting_temperature"] - MELTING_POINT,
        }

    def contents(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Contents of heats by balance of mass: cathodes, stock, scrap, what the furnace adds and takes.

        References
        ----------
        Balances of mass; Fick's and Faraday's laws; what stock, scrap, tools and knives bring is assumed.
        """
        return self._contents(columns, _cathodes(columns), _dross(columns))

    def _contents(
        self, columns: Mapping[str, FloatArray], cathodes: Mapping[str, FloatArray], dross: FloatArray
    ) -> dict[str, FloatArray]:
        """Contents of heats with what cathodes hold [ppm] and the dross [%]."""
        stock = STOCK | {"pb": columns["stock_pb"]}
        held = {
            "pb": cathodes["lead_of_composite"],
            "cd": np.sqrt(np.maximum(columns["cathode_cd"], LEAST_TRACE) * cathodes["cadmium_of_solution"]),
            "fe": columns["cathode_fe"],
            "cu": np.sqrt(np.maximum(columns["cathode_cu"], LEAST_TRACE) * cathodes["copper_of_solution"]),
            "al": cathodes["sheet_aluminium"],
        }
        added: dict[str, FloatArray | float] = {
            "pb": LINING_LEAD,
            "cd": 0.0,
            "fe": _iron_of_tools(columns),
            "cu": CLIP_COPPER * np.square(columns["clip_age"] / self.equipment.clip_life),
            "al": KNIFE_ALUMINIUM,
        }
        left, loss = {"cd": cadmium_left(columns["furnace_temperature"])}, DROSS_ZINC * dross
        contents = {}
        for name in SCRAP:
            charged = blended_content(held[name], stock[name], columns["stock_share"])
            mixed = blended_content(charged, SCRAP[name], columns["scrap_share"]) + added[name]
            contents[name] = concentrated_content(mixed * left.get(name, 1.0), loss)
        return contents


def _cathodes(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return contents of cathodes, from anodes, the electrolyte of a day before, and their composite."""
    temperature = columns["cell_temperature"]
    current = np.maximum(columns["current_density"], LEAST_CURRENT)
    days, chloride = columns["anode_clean_days"], np.maximum(columns["chloride"], LEAST_CHLORIDE)
    bare, left = lead_after_cleaning(days), lead_left_by_strontium(columns["srco3_dose"])
    dissolved = BARE_LEAD * lead_by_temperature(temperature) * lead_by_chloride(chloride)
    dissolved = dissolved * lead_by_manganese(columns["manganese"]) * bare * left
    # Whose anodes were cleaned within the day had covered ones a day before.
    before = np.where(days >= DAY, lead_after_cleaning(np.maximum(days - DAY, 0.0)), 1.0)
    since = bare / before * left / lead_left_by_strontium(columns["dose_before"])
    since = np.clip(since, 1.0 / MOST_CORRECTION, MOST_CORRECTION)
    composite = np.maximum(columns["cathode_pb"], LEAST_TRACE)
    of_solution = {
        name: codeposited_content(np.maximum(columns[f"solution_{name}"], 0.1 * LEAST_TRACE), temperature, current, k)
        for name, k in (("pb", LEAD_PER_TRACE), ("cd", OTHERS_PER_TRACE), ("cu", OTHERS_PER_TRACE))
    }
    return {
        "lead_by_cleaning": bare,
        "strontium_left": left,
        "dissolved_lead": dissolved,
        "lead_of_anodes": codeposited_content(dissolved, temperature, current),
        "lead_of_solution": of_solution["pb"],
        "lead_since": since,
        "lead_of_composite": composite * since,
        "cadmium_of_solution": of_solution["cd"],
        "copper_of_solution": of_solution["cu"],
        "sheet_aluminium": aluminium_of_sheets(columns["fluoride"]),
    }


def _dross(columns: Mapping[str, FloatArray]) -> FloatArray:
    return dross_share(columns["furnace_temperature"], np.maximum(columns["nh4cl_dose"], LEAST_SALT))


def _iron_of_tools(columns: Mapping[str, FloatArray]) -> FloatArray:
    return iron_of_tools(columns["furnace_temperature"], columns["stirring_minutes"], TOOL_IRON)
