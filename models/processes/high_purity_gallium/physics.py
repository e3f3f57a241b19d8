"""High-purity gallium: contents of a charge after vacuum, freezing and handling, and features.

All of it works on measured columns in plant units, with nominal constants; nothing is trained. What no column holds is
taken as constant: the coefficients of segregation, the layer before the front, what handling adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.purification.freezing import (
    GALLIUM_MELTING,
    SOLID_DENSITY,
    effective_segregation,
    frozen_mean,
    stirred_layer,
    trapped_mean,
    trapped_share,
)
from physics.purification.vacuum import MASSES, PRESSURES, evaporation_rate, impurity_pressure, vacuum_left

# Quantities without a column, assumed: segregation at equilibrium, activity in gallium, handling [ppm].
SEGREGATION = {
    **{"copper": 0.0153, "lead": 0.0311, "zinc": 0.177, "iron": 0.213, "tin": 0.0419, "indium": 0.1436},
    **{"nickel": 0.0529, "magnesium": 0.0258, "silicon": 0.1117, "aluminium": 0.1117, "mercury": 0.0258},
}
VOLATILITY = {"lead": 2.0, "magnesium": 0.1}
ADDED = {
    **{"copper": 0.0004, "lead": 0.0004, "zinc": 0.002, "iron": 0.003, "tin": 0.0006, "indium": 0.0006},
    **{"nickel": 0.0015, "magnesium": 0.001, "silicon": 0.004, "aluminium": 0.0025, "mercury": 1e-5},
}
OF_AIR = ("iron", "zinc", "aluminium", "magnesium", "lead", "copper")
USUAL_AIR, USUAL_MOULD = 3e5, 40.0  # 1/m³, uses
AIR_EXPONENT, MOULD_EXPONENT = 0.6, 0.7
CRITICAL, USUAL_SUPERHEAT, USUAL_COOLANT, CHILL = 7.8, 1.74, 20.0, 0.02  # mm/h, K, °C, 1/K
IMAGE_FLOOR = 0.12
# Where a crystalliser no longer runs; these bounds keep a strange row's answer finite.
LEAST_SUPERHEAT, LEAST_AIR, LEAST_TIME, LEAST_SPEED, LEAST_PRESSURE = 0.15, 1e3, 0.5, 0.01, 1e-5  # K, 1/m³, h, mm/h, Pa


@dataclass(frozen=True)
class Crystalliser(Equipment):
    """Facts of a crystalliser."""

    mould_area: float = fact("m²", 0.001, 1, "face of a mould that metal freezes on", until_now=0.026)


class GalliumPhysics(Physics[Crystalliser]):
    """Physics of lots of gallium, at the facts of their crystalliser."""

    FEATURES = (
        PhysicsFeature("front_rate", "mm/h", 0, (0.3, 16), "rate of the front by the charge and its time"),
        PhysicsFeature("layer", "mm", 0, (0.7, 1.5), "layer before the front that stirring leaves"),
        PhysicsFeature("superheat", "K", 0, (-1.5, 5), "melt above its melting point"),
        PhysicsFeature("critical_rate", "mm/h", 0, (1.5, 18), "rate beyond which the front should break down"),
        PhysicsFeature("rate_margin", "1", 0, (-4, 1.7), "rate of the front over the critical one, logarithm"),
        PhysicsFeature("roughness", "1", 0, (-0.2, 0.95), "roughness of the front beyond that of a plane one"),
        PhysicsFeature("pressure_excess", "1", 0, (-4, 6.5), "pressure over 0.005 Pa, logarithm"),
        PhysicsFeature("zinc_left", "1", 0, (0.0, 0.15), "share of zinc that the vacuum leaves"),
        PhysicsFeature("lead_left", "1", 0, (0.3, 0.9), "share of lead that the vacuum leaves"),
        PhysicsFeature("air", "1", 0, (-4, 4), "particles over 300000 a cubic metre, logarithm"),
        *(
            PhysicsFeature(f"log_{name}", "1", 0, span, f"{name} of the lot by balance [ppm], logarithm")
            for name, span in (
                ("copper", (-14, 2)),
                ("lead", (-12, 3)),
                ("zinc", (-10, 3)),
                ("iron", (-9, 3)),
                ("tin", (-11, 3)),
                ("indium", (-11, 3)),
                ("nickel", (-11, 2)),
                ("magnesium", (-12, 2)),
                ("silicon", (-9, 3)),
                ("aluminium", (-10, 2)),
            )
        ),
        PhysicsFeature("log_sum", "1", 0, (-6, 4), "all impurities of the lot by balance [ppm], logarithm"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "charge": (
            *(f"feed_{name}" for name in SEGREGATION),
            *("ordered_nines", "scrap_share", "residue_share", "returned_share", "charge_mass"),
        ),
        "freezing": (
            *("coolant_temperature", "growth_rate", "fraction_frozen", "stages", "stirring", "seed_temperature"),
            *(
                "melt_temperature",
                "freeze_time",
                "interface_score",
                "front_rate",
                "layer",
                "superheat",
                "critical_rate",
            ),
            *("rate_margin", "roughness"),
        ),
        "vacuum": (
            *("vacuum_temperature", "vacuum_time", "end_pressure", "pressure_excess", "zinc_left", "lead_left"),
        ),
        "room and moulds": ("room_particles", "mould_uses", "air"),
        "charge, freezing and handling together": (
            *(f"log_{name}" for name in SEGREGATION if name != "mercury"),
            "log_sum",
        ),
        "available reports": tuple(f"{name}_in_hand" for name in SEGREGATION),
    }

    equipment_type = Crystalliser

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of lots."""
        volume = columns["charge_mass"] * columns["fraction_frozen"] / SOLID_DENSITY
        rate = 1e3 * volume / self.equipment.mould_area / np.maximum(columns["freeze_time"], LEAST_TIME)
        rate = np.maximum(rate, LEAST_SPEED)
        superheat = columns["melt_temperature"] - GALLIUM_MELTING
        critical = _critical(columns, superheat)
        contents = _contents(columns, rate, critical)
        logs = {f"log_{name}": np.log(content) for name, content in contents.items() if name != "mercury"}
        return {
            "front_rate": rate,
            "layer": stirred_layer(columns["stirring"]),
            "superheat": superheat,
            "critical_rate": critical,
            "rate_margin": np.log(rate / critical),
            "roughness": columns["interface_score"] - IMAGE_FLOOR,
            "pressure_excess": np.log(np.maximum(columns["end_pressure"], LEAST_PRESSURE) / 0.005),
            "zinc_left": _vacuum(columns, "zinc"),
            "lead_left": _vacuum(columns, "lead"),
            "air": _air(columns),
            **logs,
            "log_sum": np.log(sum(contents.values())),
        }

    def contents(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return contents of lots by mass balance, from inputs known at the start and operator settings.

        References
        ----------
        Scheil 1942; Burton, Prim and Slichter 1953; Hertz and Knudsen; coefficients and what handling adds are assumed.
        """
        superheat = np.full_like(columns["growth_rate"], USUAL_SUPERHEAT)
        return _contents(columns, np.maximum(columns["growth_rate"], LEAST_SPEED), _critical(columns, superheat))


def _contents(columns: Mapping[str, FloatArray], rate: FloatArray, critical: FloatArray) -> dict[str, FloatArray]:
    """Contents after a vacuum, stages at this rate, and handling [ppm]."""
    layer, frozen, stages = stirred_layer(columns["stirring"]), columns["fraction_frozen"], columns["stages"]
    trapped, dust = trapped_share(rate, critical), np.exp(AIR_EXPONENT * _air(columns))
    contents = {}
    for name, equilibrium in SEGREGATION.items():
        k = effective_segregation(equilibrium, rate, layer)
        mean = trapped_mean(frozen_mean(k, frozen), k, trapped)
        added = ADDED[name] * (dust if name in OF_AIR else 1.0)
        if name == "silicon":
            added = added * np.power((columns["mould_uses"] + 1.0) / USUAL_MOULD, MOULD_EXPONENT)
        contents[name] = columns[f"feed_{name}"] * _vacuum(columns, name) * np.power(mean, stages) + added
    return contents


def _vacuum(columns: Mapping[str, FloatArray], name: str) -> FloatArray:
    """Share of an element that the vacuum leaves [1]."""
    temperature = columns["vacuum_temperature"]
    pressure = impurity_pressure(temperature, *PRESSURES[name])
    surface = evaporation_rate(pressure, temperature, MASSES[name], VOLATILITY.get(name, 1.0))
    return vacuum_left(surface, columns["vacuum_time"])


def _critical(columns: Mapping[str, FloatArray], superheat: FloatArray) -> FloatArray:
    """Rate beyond which the front breaks down [mm/h]."""
    heat = np.sqrt(np.maximum(superheat, LEAST_SUPERHEAT) / USUAL_SUPERHEAT)
    critical: FloatArray = CRITICAL * heat * np.exp(CHILL * (columns["coolant_temperature"] - USUAL_COOLANT))
    return critical


def _air(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Particles of the room over the usual, logarithm [1]."""
    log_air: FloatArray = np.log(np.maximum(columns["room_particles"], LEAST_AIR) / USUAL_AIR)
    return log_air
