"""Primary aluminium ingot: contents of a lot from mass balances of measured columns, and features.

All of it works on measured columns in plant units, with nominal constants; nothing is trained. What no column holds is
taken as constant: what returned scrap holds, copper, magnesium and sodium of the pots, iron of tapping tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.atoms import ATOMS
from physics.melt.hydrogen import degassing_units, hydrogen_after_degassing, hydrogen_of_moist_air, water_pressure
from physics.melt.metal_balance import (
    alumina_contribution,
    anode_contribution,
    blended_content,
    closed_loop_recovery,
    concentrated_content,
)
from physics.melt.treatment import (
    filter_efficiency,
    melt_loss,
    share_afloat,
    share_left_by_evaporation,
    share_left_by_flux,
)

# Contents without a column [ppm], assumed: metal of the pots, and scrap of a primary cast house.
POT_COPPER, POT_MAGNESIUM, POT_SODIUM = 7.0, 8.0, 45.0
SCRAP = {
    "fe": 1600.0,
    "si": 1000.0,
    "ga": 90.0,
    "v": 95.0,
    "zn": 150.0,
    "cu": 150.0,
    "mg": 150.0,
    "ni": 45.0,
    "na": 5.0,
}
TOOL_IRON = 12.0  # ppm that tapping tools add, assumed
SCRUBBER_RETURN = 0.98  # share of the fume that the dry scrubber sends back
METAL_SHARE = {"ga": 0.6, "v": 0.6, "zn": 0.9, "ni": 0.6}  # of bath to metal at each pass, assumed
FLUX_SODIUM, FLUX_MAGNESIUM = 1.3, 0.25  # t/kg, assumed
SODIUM_TIME = 90.0  # min
SINKING_TIME = 33.0  # min
FLOOR_UPTAKE = 0.2  # hydrogen pressure at the bubbles over that of the vapour, assumed
MELTING_POINT = 660.3  # °C
# Where a furnace no longer runs; these bounds keep a strange row's answer finite.
LEAST_FLOW, LEAST_VAPOUR = 1.0, 0.01  # t/h, kPa

_OXYGEN = ATOMS["o"][1]
# Mass share of the element in its oxide.
IN_FE2O3 = 2 * ATOMS["fe"][1] / (2 * ATOMS["fe"][1] + 3 * _OXYGEN)
IN_SIO2 = ATOMS["si"][1] / (ATOMS["si"][1] + 2 * _OXYGEN)
IN_V2O5 = 2 * ATOMS["v"][1] / (2 * ATOMS["v"][1] + 5 * _OXYGEN)
IN_ZNO = ATOMS["zn"][1] / (ATOMS["zn"][1] + _OXYGEN)


@dataclass(frozen=True)
class HoldingFurnace(Equipment):
    """Facts of a holding furnace."""

    filling_time: float = fact("min", 1, 600, "from the last crucible to the begin of settling", until_now=25)


class AluminiumIngotPhysics(Physics[HoldingFurnace]):
    """Physics of lots of ingots, at the facts of their furnace."""

    FEATURES = (
        PhysicsFeature("iron_brought", "ppm", 0, (50, 1000), "iron that alumina and anodes bring into the metal"),
        PhysicsFeature("silicon_brought", "ppm", 0, (50, 1000), "silicon that alumina and anodes bring into the metal"),
        PhysicsFeature("gallium_brought", "ppm", 0, (10, 400), "gallium that alumina brings, fume returned"),
        PhysicsFeature(
            "vanadium_brought", "ppm", 0, (10, 600), "vanadium that alumina and anodes bring, fume returned"
        ),
        PhysicsFeature("zinc_brought", "ppm", 0, (1, 300), "zinc that alumina brings, fume returned"),
        PhysicsFeature("nickel_brought", "ppm", 0, (1, 400), "nickel that anodes bring, fume returned"),
        PhysicsFeature(
            "steel_iron", "ppm", 0, (-500, 20000), "iron of the ordinary pots beyond raw materials: stubs, bars, tools"
        ),
        PhysicsFeature(
            "expected_iron", "ppm", 0, (100, 5000), "iron of the charge by the balance of pots, scrap and dross"
        ),
        PhysicsFeature(
            "expected_silicon", "ppm", 0, (50, 3000), "silicon of the charge by the balance of pots, scrap and dross"
        ),
        PhysicsFeature("expected_sodium", "ppm", 0, (0, 100), "sodium that flux and time leave"),
        PhysicsFeature("expected_magnesium", "ppm", 0, (0, 100), "magnesium that flux leaves"),
        PhysicsFeature("melt_loss", "%", 0, (0.2, 5), "metal that goes to dross at this temperature and time"),
        PhysicsFeature("vapour_pressure", "kPa", 0, (0, 8), "water vapour in the air"),
        PhysicsFeature("hydrogen_of_air", "mL/kg", 0, (0, 10), "hydrogen that the melt takes from the air"),
        PhysicsFeature("degassing_units", "1", 0, (0, 6), "transfer units of the degasser with a new rotor"),
        PhysicsFeature(
            "expected_hydrogen", "mL/kg", 0, (0, 6), "hydrogen behind the degasser, from that measured before it"
        ),
        PhysicsFeature("hydrogen_left", "1", 0, (0, 2), "measured hydrogen behind the degasser over that before it"),
        PhysicsFeature("share_afloat", "1", 0, (0, 1), "share of the inclusions that settling leaves"),
        PhysicsFeature(
            "filter_efficiency", "1", 0, (0, 1), "share of the inclusions that a sound filter of this age holds"
        ),
        PhysicsFeature("superheat", "K", 0, (-10, 150), "metal in the launder above its melting point"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "metal of the pots": (
            *("pot_iron_high_purity", "pot_iron_ordinary", "pot_iron_worst", "pot_silicon_high_purity"),
            *("pot_silicon_ordinary", "pot_gallium", "pot_vanadium", "pots_apart", "high_purity_share"),
            *("steel_iron", "expected_iron", "expected_silicon"),
        ),
        "raw materials": (
            *("alumina_fe2o3", "alumina_sio2", "alumina_ga", "alumina_v2o5", "alumina_zno", "anode_fe"),
            *("anode_si", "anode_v", "anode_ni", "iron_brought", "silicon_brought", "gallium_brought"),
            *("vanadium_brought", "zinc_brought", "nickel_brought"),
        ),
        "charge, flux and melt": (
            *("scrap_return", "melt_temperature", "settling_time", "flux_dose", "charge_mass", "dross_mass"),
            *("expected_sodium", "expected_magnesium", "melt_loss", "tool_age"),
        ),
        "hydrogen": (
            *("air_temperature", "relative_humidity", "degasser_gas", "degasser_rotor", "rotor_age"),
            *("hydrogen_before", "hydrogen_after", "density_index", "previous_density_index"),
            *("vapour_pressure", "hydrogen_of_air", "degassing_units", "expected_hydrogen", "hydrogen_left"),
        ),
        "inclusions and filter": (
            *("filter_age", "filter_head", "inclusion_count", "previous_inclusion_count", "share_afloat"),
            *("filter_efficiency",),
        ),
        "casting": (
            *("cast_speed", "cast_rate", "mould_temperature", "mould_reading", "launder_temperature"),
            *("level_swing", "water_flow", "superheat"),
        ),
        "available assays": (
            *("fe_in_hand", "si_in_hand", "ga_in_hand", "v_in_hand", "zn_in_hand", "cu_in_hand", "mg_in_hand"),
            *("ni_in_hand",),
        ),
    }

    equipment_type = HoldingFurnace

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of lots."""
        brought, loss = _brought(columns), self._loss(columns)
        contents = self._contents(columns, brought, loss)
        return {
            "iron_brought": brought["fe"],
            "silicon_brought": brought["si"],
            "gallium_brought": brought["ga"],
            "vanadium_brought": brought["v"],
            "zinc_brought": brought["zn"],
            "nickel_brought": brought["ni"],
            "steel_iron": columns["pot_iron_ordinary"] - brought["fe"],
            "expected_iron": contents["fe"],
            "expected_silicon": contents["si"],
            "expected_sodium": contents["na"],
            "expected_magnesium": contents["mg"],
            "melt_loss": loss,
            **_hydrogen(columns),
            "share_afloat": share_afloat(columns["settling_time"], SINKING_TIME),
            "filter_efficiency": filter_efficiency(columns["filter_age"]),
            "superheat": columns["launder_temperature"] - MELTING_POINT,
        }

    def contents(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return contents of lots by mass balance: two groups of pots, scrap, flux removal, burn-off.

        References
        ----------
        Balances of mass; Grjotheim and Kvande 1993, Introduction to Aluminium Electrolysis; what scrap and tools hold
        and the constants of flux are assumed.
        """
        return self._contents(columns, _brought(columns), self._loss(columns))

    def _contents(
        self, columns: Mapping[str, FloatArray], brought: Mapping[str, FloatArray], loss: FloatArray
    ) -> dict[str, FloatArray]:
        """Contents of lots with what raw materials brought [ppm] and what burnt [%]."""
        share = columns["high_purity_share"]
        metal = {
            "fe": blended_content(columns["pot_iron_ordinary"], columns["pot_iron_high_purity"], share) + TOOL_IRON,
            "si": blended_content(columns["pot_silicon_ordinary"], columns["pot_silicon_high_purity"], share),
            "ga": columns["pot_gallium"],
            "v": columns["pot_vanadium"],
            "zn": brought["zn"],
            "ni": brought["ni"],
        }
        of_pots = np.empty((len(SCRAP), *share.shape))
        for row, name in zip(of_pots, SCRAP, strict=True):
            row[...] = metal[name] if name in metal else _POT_USUAL[name]
        charged = blended_content(of_pots, _OF_SCRAP, columns["scrap_return"])
        flux, time = columns["flux_dose"], columns["settling_time"] + self.equipment.filling_time
        charged[_SODIUM] *= share_left_by_flux(flux, FLUX_SODIUM) * share_left_by_evaporation(time, SODIUM_TIME)
        charged[_MAGNESIUM] *= share_left_by_flux(flux, FLUX_MAGNESIUM)
        return dict(zip(SCRAP, concentrated_content(charged, loss), strict=True))

    def _loss(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        return melt_loss(columns["melt_temperature"], columns["settling_time"] + self.equipment.filling_time)


_POT_USUAL = {"cu": POT_COPPER, "mg": POT_MAGNESIUM, "na": POT_SODIUM}
_OF_SCRAP = np.array([[content] for content in SCRAP.values()])
_SODIUM, _MAGNESIUM = list(SCRAP).index("na"), list(SCRAP).index("mg")
# Shares of bath to metal over all passes, the scrubber's return among them.
_AGAIN = {name: closed_loop_recovery(share, SCRUBBER_RETURN) for name, share in METAL_SHARE.items()}


def _brought(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Content that raw materials bring into the metal by element [ppm]."""
    vanadium = alumina_contribution(columns["alumina_v2o5"], IN_V2O5) + anode_contribution(columns["anode_v"])
    return {
        "fe": alumina_contribution(columns["alumina_fe2o3"], IN_FE2O3) + anode_contribution(columns["anode_fe"]),
        "si": alumina_contribution(columns["alumina_sio2"], IN_SIO2) + anode_contribution(columns["anode_si"]),
        "ga": _AGAIN["ga"] * alumina_contribution(1e-4 * columns["alumina_ga"], 1.0),
        "v": _AGAIN["v"] * vanadium,
        "zn": _AGAIN["zn"] * alumina_contribution(columns["alumina_zno"], IN_ZNO),
        "ni": _AGAIN["ni"] * anode_contribution(columns["anode_ni"]),
    }


def _hydrogen(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    vapour = water_pressure(columns["air_temperature"], columns["relative_humidity"])
    vapour = np.maximum(vapour, LEAST_VAPOUR)
    flow = np.maximum(columns["cast_rate"], LEAST_FLOW)
    units = degassing_units(columns["degasser_gas"], columns["degasser_rotor"], flow)
    floor = hydrogen_of_moist_air(columns["launder_temperature"], vapour, FLOOR_UPTAKE)
    before, after = columns["hydrogen_before"], columns["hydrogen_after"]
    return {
        "vapour_pressure": vapour,
        "hydrogen_of_air": hydrogen_of_moist_air(columns["melt_temperature"], vapour),
        "degassing_units": units,
        "expected_hydrogen": hydrogen_after_degassing(before, floor, units),
        "hydrogen_left": after / np.maximum(before, 0.1),
    }
