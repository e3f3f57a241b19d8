"""Results of a crop: current losses, voltage during the crop, impurities of the lead."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import LEAD_EQUIVALENT, metal_mass
from physics.refining.current_losses import dissolution_loss, refining_efficiency, short_loss
from physics.refining.slime_layer import impurity_transfer
from synthetic_data.lead_cells.cells import LeadCellConditions, depth
from synthetic_data.lead_cells.circuit import ELEMENTS, Values
from synthetic_data.lead_cells.parameters import LeadParameters

_HOURS = 24.0  # h/d
_KILO = 1000.0
_PARTS = {element: 1.0 if element == "ag" else 1e4 for element in ELEMENTS}  # ppm of an anode's content
_MOST_SHORTED = 30.0  # %: so many shorts are found without a patrol


def losses(p: LeadParameters, at: LeadCellConditions, grown: Values, traits: Values, normals: Values) -> Values:
    """Losses of current and current efficiency of each crop [%]."""
    scatter = p.shorts_section_sd * traits["shorts"] + p.shorts_scatter * normals["shorts"]
    shorted = np.minimum(
        p.short_rate * np.power(grown["roughness"], p.shorts_per_roughness) * np.exp(scatter), _MOST_SHORTED
    )
    short = short_loss(shorted, p.short_current_ratio)
    stray = p.stray_loss * np.exp(p.stray_section_sd * traits["stray"] + p.stray_scatter * normals["stray"])
    # Lead dissolves while the current is off too.
    dissolved = dissolution_loss(at.temperature, grown["current_density"], 0.0, p.dissolution_current) / at.running
    return {
        "current_efficiency": refining_efficiency(short, stray, dissolved),
        "shorted": shorted,
        "short_loss": short,
        "stray_loss": stray,
        "dissolution_loss": dissolved,
    }


def voltage(p: LeadParameters, at: LeadCellConditions, grown: Values, shorted: FloatArray) -> Values:
    """Cell voltage at start, end and on average [V], with the slime's part, and impurity transfer [1].

    Slime and deposit grow evenly, so that the voltage is a square of the time and Simpson's rule gives its mean.
    """
    current = grown["current_density"]
    lost = depth(current, at.days, at.running)
    points = [
        at.voltage(p, current, grown["slime_start"] + share * p.slime_share * lost, share * lost)
        for share in (0.0, 0.5, 1.0)
    ]
    drawn = p.voltage_per_short * shorted
    volts = [one["voltage"] - drawn for one in points]
    over = [one["slime_drop"] for one in points]
    dissolving = [impurity_transfer(one, p.transfer, p.transfer_onset, p.transfer_scale) for one in over]
    return {
        "voltage_start": volts[0],
        "voltage_end": volts[2],
        "cell_voltage": _mean(volts),
        "slime_drop": _mean(over),
        "slime_drop_end": over[2],
        "transfer": _mean(dissolving),
        "recessed": lost,
    }


def _mean(points: list[FloatArray]) -> FloatArray:
    """Simpson's rule, of start, middle and end."""
    result: FloatArray = (points[0] + 4.0 * points[1] + points[2]) / 6.0
    return result


def contents(
    p: LeadParameters, anodes: FloatArray, shed: FloatArray, grown: Values, transfer: FloatArray, normals: FloatArray
) -> Values:
    """Impurities of the lead [ppm]: enclosed slime, electrolyte, dissolved metals at high voltage.

    Each metal has its own part of slime, of the electrolyte and of what dissolves, so that they differ from lot to lot.

    Parameters
    ----------
    p
        Parameters in force.
    anodes
        True contents, shape (elements, crops, sections) [%, silver ppm].
    shed
        Share of the slime that falls [1].
    grown
        With the roughness [1].
    transfer
        Share of bismuth that dissolves through the slime [1].
    normals
        Random numbers, shape (1 + elements, crops, sections): of the slime, and of each element.
    """
    loose = np.power(grown["roughness"], p.carried_per_roughness) * (1.0 + p.carried_per_shed * shed)
    loose = loose * np.exp(p.carried_scatter * normals[0])
    result = {}
    for anode, element, normal in zip(anodes, ELEMENTS, normals[1:], strict=True):
        enclosed = p[f"slime_{element}"] * loose + 1.0 - p[f"slime_{element}"]
        share = p[f"carried_{element}"] * enclosed + p[f"dissolving_{element}"] * transfer
        result[element] = _PARTS[element] * anode * share * np.exp(p.own_scatter * normal)
    return result


def charge(p: LeadParameters, current: FloatArray, days: float, running: FloatArray) -> FloatArray:
    """Charge of each cell in a crop of so many days [kAh]."""
    result: FloatArray = current * p.cathode_area / _KILO * (_HOURS * days) * running
    return result


def mass(p: LeadParameters, charge_of_cell: FloatArray, share: FloatArray | float) -> FloatArray:
    """Lead of a section that so much of a charge of each cell stands for [t]; the share in %."""
    result: FloatArray = p.cells * metal_mass(charge_of_cell, 1.0, share, LEAD_EQUIVALENT) / _KILO
    return result
