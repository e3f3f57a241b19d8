"""Black mass: contents of a lot from mass balances of measured columns, and features for models.

All of it works on measured columns in plant units, with nominal constants; nothing is trained. What no column holds is
taken as constant: the grades of NMC, the share of cathode in the powder, what electrolyte, foils and steel bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics
from physics.arrays import FloatArray
from physics.atoms import ATOMS
from physics.black_mass.cathodes import element_content
from physics.black_mass.comminution import foil_content, foil_left_by_air, milling_energy, recovered_powder
from physics.black_mass.powder import (
    ELECTROLYTE_LITHIUM,
    ELECTROLYTE_PHOSPHORUS,
    lithium_of_metals,
    phosphorus_of_lfp,
    powder_content,
)
from physics.black_mass.pyrolysis import (
    adhesion_of_binder,
    aluminium_embrittlement,
    binder_left,
    carbonated_share,
    fluorine_left,
    soluble_fluorine,
    wash_left,
    washed_fluorine,
)
from physics.black_mass.washing import lithium_after_wash, lithium_carbonate_solubility

# Quantities without a column, assumed.
LAYERED = {"nmc111": 0.05, "nmc532": 0.33, "nmc622": 0.36, "nmc811": 0.26}  # grades of NMC in the feed
ACTIVE = 0.605  # share of cathode in the powder
COPPER, ALUMINIUM = 1.25, 1.65  # % at usual settings
FLUORINE, SOLUBLE, PER_SCRAP, SCRAP = 2.3, 0.65, 0.8, 0.25  # %; shares
STEEL_IRON = 0.22  # %
POWDER = 59.5  # % of the feed
WATER, SATURATION = 20.0, 0.7  # °C of the wash water; share of carbonate's solubility that it reaches
_METALS = ("ni", "co", "mn")
_OF_NMC = {e: sum(share * element_content(name, e) for name, share in LAYERED.items()) for e in (*_METALS, "li")}
_OF_LCO = {e: element_content("lco", e) for e in _OF_NMC}
_LFP_IRON, _LFP_LITHIUM = element_content("lfp", "fe"), element_content("lfp", "li")
_METAL_OF_NMC = sum(_OF_NMC[e] for e in _METALS)
_PHOSPHORUS_OF_IRON = ATOMS["p"][1] / ATOMS["fe"][1]
# Where a line no longer runs; these bounds keep a strange row's answer finite.
LEAST, MOST_AL_RATIO = 0.01, 10.0  # %, 1
_LONGEST, _WIDEST, _HOTTEST = 400.0, 1.0, 660.0  # s, mm, °C


class BlackMassPhysics(Physics[Equipment]):
    """Physics of a plant's lots."""

    FEATURES = (
        PhysicsFeature("active_by_xrf", "1", 0, (0.3, 1.1), "share of cathode by the X-ray signal of its metals"),
        PhysicsFeature("nickel_and_cobalt_by_xrf", "%", 0, (10, 60), "nickel and cobalt as X-rays show them"),
        PhysicsFeature(
            "lithium_by_xrf", "%", 0, (1.5, 8), "lithium of the metals that X-rays show, less the wash water's"
        ),
        PhysicsFeature("phosphorus_declared", "%", 0, (0.2, 8), "phosphorus of the declared iron phosphate"),
        PhysicsFeature(
            "phosphorus_by_iron", "%", 0, (0.0, 8), "phosphorus of the iron that X-rays show beyond steel's"
        ),
        PhysicsFeature("binder_left", "1", 0, (0, 1), "share of the binder that pyrolysis leaves"),
        PhysicsFeature("fluorine_unwashed", "%", 0, (0.1, 3.5), "fluorine behind the furnace"),
        PhysicsFeature("expected_fluorine", "%", 0, (0.05, 3.5), "fluorine after the water that ran"),
        PhysicsFeature("expected_soluble", "%", 0, (0.01, 2.3), "soluble fluorine after the water that ran"),
        PhysicsFeature("foil", "1", 0, (0.1, 5), "foil over that of usual time, screen and air"),
        PhysicsFeature("expected_copper", "%", 0, (0.1, 7), "copper at these settings"),
        PhysicsFeature("expected_aluminium", "%", 0, (0.1, 9), "aluminium at these settings and this temperature"),
        PhysicsFeature(
            "copper_excess", "1", 0, (-3, 3), "copper that X-rays show over that of the settings, logarithm"
        ),
        PhysicsFeature("aluminium_by_copper", "%", 0, (0.1, 20), "aluminium of as much foil as X-rays show of copper"),
        PhysicsFeature("recovered", "1", 0, (0.5, 1), "share of the powder that comes off the foils"),
        PhysicsFeature("yield_excess", "%", 0, (-25, 25), "powder beyond that of usual cells"),
        PhysicsFeature("power_excess", "kWh/t", 0, (-50, 60), "electricity of the mill beyond that of its time"),
        PhysicsFeature("water_missing", "m³/t", 0, (-2, 6), "water that was set and did not run"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "feed": (
            *("feed_share_ncm", "feed_share_lfp", "feed_share_lco", "feed_scrap_share", "feed_soc_residual"),
            *("feed_moisture", "campaign_lots", "phosphorus_declared"),
        ),
        "pyrolysis": (
            *(
                "pyrolysis_temperature",
                "pyrolysis_time",
                "furnace_temperature",
                "off_gas_o2",
                "binder_left",
                "fluorine_unwashed",
            ),
            *("expected_aluminium",),
        ),
        "mill, screen and air": (
            *(
                "mill_time",
                "screen_aperture",
                "air_velocity",
                "screen_days",
                "mill_power",
                "mill_stops",
                "powder_yield",
            ),
            *("foil", "expected_copper", "recovered", "yield_excess", "power_excess"),
        ),
        "washing": ("wash_ratio", "wash_flow", "moisture", "expected_fluorine", "expected_soluble", "water_missing"),
        "X-rays above the belt": (
            *("online_xrf_ni", "online_xrf_co", "online_xrf_mn", "online_xrf_cu", "online_xrf_fe"),
            *("active_by_xrf", "nickel_and_cobalt_by_xrf", "lithium_by_xrf", "phosphorus_by_iron"),
            *("copper_excess", "aluminium_by_copper"),
        ),
        "bags": ("blended_share", "lot_mass"),
        "available reports": (
            *("ni_in_hand", "co_in_hand", "mn_in_hand", "li_in_hand", "cu_in_hand", "al_in_hand", "fe_in_hand"),
            *("f_in_hand", "f_water_in_hand", "p_in_hand", "pb_in_hand", "cd_in_hand", "cr_in_hand"),
        ),
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of lots."""
        seen = {e: columns[f"online_xrf_{e}"] for e in (*_METALS, "cu", "fe")}
        binder = _binder(columns, "furnace_temperature")
        raw = _fluorine(columns, binder)
        left = wash_left(columns["wash_flow"])
        foil, brittle = _foil(columns), _brittle(columns, "furnace_temperature")
        copper = np.maximum(seen["cu"], LEAST)
        lithium = lithium_of_metals(seen["ni"], seen["co"], seen["mn"])
        recovered = recovered_powder(columns["mill_time"], adhesion_of_binder(binder))
        beyond_steel = np.maximum(seen["fe"] - STEEL_IRON, 0.0)
        return {
            "active_by_xrf": (seen["ni"] + seen["co"] + seen["mn"]) / _METAL_OF_NMC,
            "nickel_and_cobalt_by_xrf": seen["ni"] + seen["co"],
            "lithium_by_xrf": _washed(columns, lithium, left, "furnace_temperature", "wash_flow"),
            "phosphorus_declared": phosphorus_of_lfp(columns["feed_share_lfp"], ACTIVE),
            "phosphorus_by_iron": ELECTROLYTE_PHOSPHORUS + _PHOSPHORUS_OF_IRON * beyond_steel,
            "binder_left": binder,
            "fluorine_unwashed": raw,
            "expected_fluorine": washed_fluorine(raw, SOLUBLE, left),
            "expected_soluble": soluble_fluorine(raw, SOLUBLE, left),
            "foil": foil,
            "expected_copper": COPPER * foil,
            "expected_aluminium": ALUMINIUM * foil * brittle,
            "copper_excess": np.log(copper / (COPPER * foil)),
            "aluminium_by_copper": ALUMINIUM * brittle * np.minimum(copper / COPPER, MOST_AL_RATIO),
            "recovered": recovered,
            "yield_excess": columns["powder_yield"] - POWDER * recovered,
            "power_excess": columns["mill_power"] - milling_energy(columns["mill_time"]),
            "water_missing": columns["wash_ratio"] - columns["wash_flow"],
        }

    def contents(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return contents of lots by mass balance, from inputs known at the start and operator settings.

        The metals of cathodes, copper and aluminium are the geometric mean of the balance and of the newest report; of
        copper and aluminium the report stands for the level and the settings for what moves it.

        References
        ----------
        Balances of mass; the grades of NMC, the share of cathode, what foils, electrolyte and steel bring are assumed.
        """
        lfp, lco = columns["feed_share_lfp"], columns["feed_share_lco"]
        nmc = np.maximum(1.0 - lfp - lco, 0.0)
        newest = {e: np.maximum(columns[f"{e}_in_hand"], LEAST) for e in (*_METALS, "cu", "al")}
        metals = {
            e: np.sqrt(newest[e] * np.maximum(powder_content(nmc * _OF_NMC[e] + lco * _OF_LCO[e], ACTIVE), LEAST))
            for e in _METALS
        }
        lithium = lithium_of_metals(metals["ni"], metals["co"], metals["mn"])
        lithium = lithium + powder_content(_LFP_LITHIUM * lfp, ACTIVE)
        foil = _foil(columns)
        raw, left = _fluorine(columns, _binder(columns, "pyrolysis_temperature")), wash_left(columns["wash_ratio"])
        return {
            **metals,
            "li": _washed(columns, lithium, left, "pyrolysis_temperature", "wash_ratio"),
            "cu": np.sqrt(COPPER * newest["cu"]) * foil,
            "al": np.sqrt(ALUMINIUM * newest["al"]) * foil * _brittle(columns, "pyrolysis_temperature"),
            "fe": powder_content(_LFP_IRON * lfp, ACTIVE, STEEL_IRON),
            "f": washed_fluorine(raw, SOLUBLE, left),
            "f_water": soluble_fluorine(raw, SOLUBLE, left),
            "p": phosphorus_of_lfp(lfp, ACTIVE),
        }


def _binder(columns: Mapping[str, FloatArray], temperature: str) -> FloatArray:
    return binder_left(columns[temperature], columns["pyrolysis_time"])


def _washed(
    columns: Mapping[str, FloatArray], lithium: FloatArray, salt_left: FloatArray, temperature: str, water: str
) -> FloatArray:
    """Lithium of the washed powder from that of its cathodes [%]; salts leave as soluble fluorine does."""
    carbonate = lithium * carbonated_share(np.minimum(columns[temperature], _HOTTEST), columns["pyrolysis_time"])
    salts = ELECTROLYTE_LITHIUM * (1.0 - salt_left)
    solubility = lithium_carbonate_solubility(WATER)
    return lithium_after_wash(lithium + ELECTROLYTE_LITHIUM, carbonate, salts, columns[water], solubility, SATURATION)


def _brittle(columns: Mapping[str, FloatArray], temperature: str) -> FloatArray:
    return aluminium_embrittlement(np.minimum(columns[temperature], _HOTTEST))


def _fluorine(columns: Mapping[str, FloatArray], binder: FloatArray) -> FloatArray:
    """Fluorine behind the furnace [%]; production scrap never saw electrolyte."""
    clean = PER_SCRAP * (columns["feed_scrap_share"] - SCRAP)
    fluorine: FloatArray = FLUORINE * (1.0 - clean) * fluorine_left(binder)
    return fluorine


def _foil(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Foil over that of usual settings [1]."""
    time, screen = np.minimum(columns["mill_time"], _LONGEST), np.minimum(columns["screen_aperture"], _WIDEST)
    return foil_content(time, screen, 1.0) * foil_left_by_air(columns["air_velocity"])
