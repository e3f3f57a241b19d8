"""Reports of instruments and laboratory on a crop: errors, missing readings, assays of the lot."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage
from synthetic_data.plant import laboratory
from synthetic_data.plant.readings import clipped, missing
from synthetic_data.tankhouse import anodes as tankhouse_anodes
from synthetic_data.tankhouse.crops import ELEMENTS, TankhouseCrops, Values
from synthetic_data.tankhouse.parameters import GrowthParameters, TankhouseParameters

# Assays of the electrolyte and the step in which each is reported [g/L].
ELECTROLYTE = {"cu": 0.1, "h2so4": 1.0, "ni": 0.01, "as": 0.01, "sb": 0.001, "bi": 0.001, "fe": 0.01}
_DURING = 5  # readings of a crop, in the order of `during`
NORMALS = _DURING + laboratory.NORMALS * len(ELEMENTS)
LOSSES_BEFORE = len(ELECTROLYTE) + len(tankhouse_anodes.ELEMENTS)  # assays available that can be missing
LOSSES = LOSSES_BEFORE + _DURING  # and readings that can


def before(week: Values, anodes: FloatArray) -> Values:
    """Available assays of electrolyte and anodes; anodes of shape (elements, crops, groups) [ppm]."""
    result = {f"anode_{name}": np.round(values) for name, values in zip(tankhouse_anodes.ELEMENTS, anodes, strict=True)}
    return result | {
        f"electrolyte_{name}": np.round(week[f"electrolyte_{name}"] / step) * step for name, step in ELECTROLYTE.items()
    }


def short_rate(p: GrowthParameters, state: Values) -> FloatArray:
    """Share of the positions with a short circuit, where rough and nodular plates touch [%]."""
    result: FloatArray = (
        p.short_rate
        * np.power(state["roughness"], p.shorts_per_roughness)
        * (1.0 + p.shorts_per_nodules * state["nodularity"])
    )
    return result


def during(p: TankhouseParameters, crops: TankhouseCrops, state: Values, normals: FloatArray) -> Values:
    """Readings of the crop, before any is lost; normals of shape (5, crops, groups)."""
    week, current = crops.week, crops.setpoints["current_density"]
    conductivity = electrolyte_conductivity_price_1981(
        state["temperature"], week["cu"], week["h2so4"], week["ni"], week["as"]
    )
    shorts = short_rate(p, state)
    volts = refining_cell_voltage(
        current, conductivity, state["temperature"], state["polarisation"], p.electrode_gap, p.contact_drop
    )
    volts = volts + p.voltage_group_sd * crops.traits["voltage"] - p.voltage_per_short * shorts
    result = shorts * (1.0 - p.shorts_unseen * crops.faults["short_detection"])
    counted = result + np.sqrt(100.0 * result / p.positions) * normals[2]  # of so many positions, as counts scatter
    return {
        "suspended_solids": np.round(state["solids"] * np.exp(p.solids_rsd * normals[0]), 1),
        "cell_voltage": np.round(volts * (1.0 + p.voltage_rsd * normals[1]), 3),
        "short_rate": np.round(np.maximum(counted, 0.0), 2),
        "chloride_assay": np.round(state["chloride"] * (1.0 + p.assay_cl_rsd * normals[3]), 1),
        "wash_temperature": np.round(week["wash_temperature"] + p.wash_reading_sd * normals[4], 1),
    }


def method(p: TankhouseParameters) -> laboratory.Method:
    """Analysis method of each element, arrays of shape (elements, 1, 1)."""

    def of(quantity: str) -> FloatArray:
        return np.array([p[f"{quantity}_{element}"] for element in ELEMENTS])[:, None, None]

    return laboratory.Method(of("sampling"), of("repeatability"), of("floor"), of("limit"), of("digit"))


def assays(p: TankhouseParameters, true: Values, bias: FloatArray, normals: FloatArray) -> Values:
    """Laboratory report of lots [ppm].

    Parameters
    ----------
    p
        Parameters in force.
    true
        True contents by element, each of shape (crops, groups) [ppm].
    bias
        Factor by which the laboratory reads high, shape (crops, elements).
    normals
        Standard normal numbers, shape (NORMALS of a report by element, crops, groups).
    """
    content = np.stack([true[element] for element in ELEMENTS])
    errors = normals.reshape(laboratory.NORMALS, *content.shape)
    reported = laboratory.report(content, method(p), bias.T[:, :, None], errors)
    return dict(zip(ELEMENTS, reported, strict=True))


def lose(p: GrowthParameters, result: Values, limits: dict[str, tuple[float, float]], uniforms: FloatArray) -> Values:
    """Keep readings within their range, and lose some; chances of shape (LOSSES, crops, groups)."""
    return {
        name: missing(clipped(values, limits[name]), p.missing_share, uniform)
        for (name, values), uniform in zip(result.items(), uniforms, strict=True)
    }


def split(normals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of the readings and of the laboratory."""
    return normals[:_DURING], normals[_DURING:]
