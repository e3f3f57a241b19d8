"""Hourly current ahead on a potline: voltage, metal and heat of each pot.

Only heat is stepped by the hour: bath, metal and ledge take and give it within hours. Feeding keeps the content of
alumina; tapping, additions, faults and anode effects, which the potline has by the day, are left out. So it shows what
a profile does to energy, metal, temperature and ledge of pots as they stand, and nothing of what a day brings.
"""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass
from synthetic_data.potline import balances
from synthetic_data.potline import cell as potline_cell
from synthetic_data.potline.cell import Day
from synthetic_data.potline.line import LinePeriod
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

WATCHED = ("cell_voltage", "bath_temperature", "superheat", "ledge")
_QUIET = ("spike", "sick", "cold", "pad_hours", "blocked_hours", "new_anodes", "ae_count", "ae_minutes")
_HOURS = 24.0  # h/d


def ahead(pots: PotStates, line: LinePeriod, setpoints: Day, profile: FloatArray) -> Day:
    """Result of an hourly current, shape (hours, pots) each; the given pots stay unchanged.

    Parameters
    ----------
    pots
        As the period begins.
    line
        Of the period: its weather, and what rectifiers leave of an ordered current.
    setpoints
        The pots' set-points.
    profile
        Ordered current of each hour [kA].
    """
    p, pots = line.parameters, copy.deepcopy(pots)
    design, probe = potline_cell.design(p), p.freeze_probe
    result: dict[str, list[FloatArray]] = {name: [] for name in (*WATCHED, "current", "metal")}
    fed = pots.alumina_mass / pots.bath_mass
    quiet = {name: np.zeros_like(pots.age) for name in _QUIET}
    for hour, ordered in enumerate(profile.tolist()):
        at = hour // round(_HOURS)
        current = ordered * float(line.current_share[at])
        day = dict(setpoints) | quiet | potline_cell.bath(p, pots)
        slope = balances.liquidus_slope(p, pots, day, probe)
        potline_cell.distance(p, pots, design, day, current, np.zeros_like(pots.age))
        potline_cell.noise(p, pots, day)
        potline_cell.efficiency(p, pots, day, current)
        balances.heat(p, pots, day, current, float(line.ambient[at]), slope, 1.0)
        pots.alumina_mass = fed * pots.bath_mass  # a ledge that melts thins the bath, and feeding answers
        day["bath_temperature"] = pots.bath_temperature
        day["superheat"] = pots.bath_temperature - potline_cell.bath(p, pots)["liquidus"]
        day["current"] = np.full_like(pots.age, current)
        day["metal"] = metal_mass(current, 1.0, day["current_efficiency"], ALUMINIUM_EQUIVALENT)
        for name, values in result.items():
            values.append(day[name])
    return {name: np.array(values) for name, values in result.items()}


def running(pots: PotStates, p: PotlineParameters) -> NDArray[np.bool_]:
    """Pots that run and are past their start."""
    result: NDArray[np.bool_] = (pots.idle <= 0.0) & (pots.age > 3.0 * p.start_time)
    return result
