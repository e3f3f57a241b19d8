"""X-ray fluorescence head over the front: antimony, cadmium, selenium and silver through the glass."""

from __future__ import annotations

from functools import cache

import numpy as np

from physics.arrays import BoolArray, FloatArray
from physics.sorting.fluorescence import transmission
from physics.sorting.xray import line_energy, mass_attenuation
from synthetic_data.module_line.faults import ModuleLineFaults
from synthetic_data.module_line.lots import ModuleLots
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.parameters import ModuleLineParameters

# Solar glass, weight shares; 72.5 % SiO2, 13.5 Na2O, 9 CaO, 4 MgO, 1 Al2O3.
GLASS = {"si": 0.339, "na": 0.100, "ca": 0.064, "mg": 0.024, "al": 0.005, "o": 0.468}
GLASS_DENSITY = 2.5  # g/cm³
_MICROMETRES = 1000.0  # a millimetre
_USUAL_FRONT = 3.2  # mm, at which rates are stated
_LIVE_SD = 0.02  # of the time in which the detector counts
_STAND_OFF = 2.0  # a rate falls with the square of the distance


@cache
def attenuation(element: str) -> float:
    """Attenuation of glass for the Kα line of an element [cm²/g]."""
    energy = line_energy(element, "Ka")
    return float(sum(share * mass_attenuation(one, energy) for one, share in GLASS.items()))


def passed(element: str, thickness: FloatArray) -> FloatArray:
    """Share of an element's Kα line that passes glass of this thickness [mm]."""
    return transmission(attenuation(element), GLASS_DENSITY, _MICROMETRES * thickness)


def read(
    lots: ModuleLots,
    modules: Modules,
    checked: BoolArray,
    faults: ModuleLineFaults,
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Rates of the four windows [count/s], NaN where a module was not checked."""
    rows = np.flatnonzero(checked)
    front = modules.front[rows]
    z = rng.standard_normal((3, len(rows)))
    typical = np.array(_USUAL_FRONT)
    # Antimony sits in all of the pane: what comes out is what lies within reach of the line, in and out alike.
    reached = (1.0 - passed("sb", front) ** 2) / (1.0 - passed("sb", typical) ** 2)
    antimony = p.antimony_rate * modules.front_antimony[rows] * reached + p.antimony_background
    cadmium = p.cadmium_rate * modules.cadmium_area[rows] * passed("cd", front) ** 2 + p.background_rate
    # Selenium's line does not pass the glass; it is measured at the open edge.
    edge = (rng.random(len(rows)) >= p.edge_missed) * np.exp(0.5 * z[0])
    selenium = p.selenium_rate * modules.selenium_area[rows] * edge + p.background_rate
    fingers = np.exp(p.silver_rsd * z[1])
    silver = p.silver_rate * modules.silver_area[rows] * passed("ag", front) ** 2 * fingers + p.background_rate
    nearness = (1.0 + (p.stand_off_factor - 1.0) * faults.on("stand_off", lots.day)[modules.lot[rows]]) ** _STAND_OFF
    rates = {"xrf_sb": antimony, "xrf_cd": cadmium, "xrf_se": selenium, "xrf_ag": silver}
    live = p.count_time * (1.0 + _LIVE_SD * z[2])
    result = {}
    for name, rate in rates.items():
        result[name] = np.full(len(checked), np.nan)
        result[name][rows] = rng.poisson(live * rate * nearness) / live
    return result
