"""Laboratory for reference modules: type, power, fitness and contents, with errors."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, IntArray
from synthetic_data.module_line.condition import ModuleCondition
from synthetic_data.module_line.market import OTHER
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.parameters import ModuleLineParameters

WHOLE = 1000.0  # kg/t, of a module that is not fit for use
ENOUGH_SILVER = 1000.0  # ppm, above which a buyer of laminates pays no extra
_NOTHING = 100.0  # %, power loss of what gives none


def silver_short(silver: FloatArray) -> FloatArray:
    """Shortfall of silver against the content for which a buyer of laminates pays in full [ppm]."""
    return np.maximum(ENOUGH_SILVER - silver, 0.0)


def true_contents(modules: Modules, condition: ModuleCondition) -> dict[str, FloatArray]:
    """Contents of modules by name, in the seed's units."""
    other = modules.kind == OTHER
    return {
        "power_loss": np.where(other, _NOTHING, condition.power_loss),
        "unfit": WHOLE * (condition.unfit | other),
        "antimony": modules.antimony,
        "fluorine": modules.fluorine,
        "silver": modules.silver,
        "silver_short": silver_short(modules.silver),
    }


def reported(
    modules: Modules, true: dict[str, FloatArray], p: ModuleLineParameters, rng: np.random.Generator
) -> tuple[IntArray, dict[str, FloatArray]]:
    """Types and contents as the laboratory reports them.

    Some panes crack on the way to it; a swapped tag gives a module all of the next one.
    """
    n = len(modules.lot)
    z = rng.standard_normal((4, n))
    swapped = np.flatnonzero(rng.random(n) < p.swapped_share)
    other = np.minimum(swapped + 1, n - 1)
    kind = modules.kind.copy()
    kind[swapped] = modules.kind[other]
    values = {name: one.copy() for name, one in true.items()}
    for name, one in true.items():
        values[name][swapped] = one[other]
    power = np.where(kind == OTHER, np.nan, values["power_loss"] + p.power_label_sd * z[0])
    relative = p.content_label_rsd
    antimony = values["antimony"] * (1.0 + relative * z[1]) + p.antimony_label_sd * np.abs(z[1])
    fluorine = np.abs(values["fluorine"] * (1.0 + relative * z[2]) + p.fluorine_label_sd * z[2])
    silver = np.abs(values["silver"] * (1.0 + relative * z[3]) + p.silver_label_sd * z[3])
    return kind, {
        "power_loss": power,
        "unfit": np.where(rng.random(n) < p.damaged_share, WHOLE, values["unfit"]),
        "antimony": antimony,
        "fluorine": fluorine,
        "silver": silver,
        "silver_short": silver_short(silver),
    }
