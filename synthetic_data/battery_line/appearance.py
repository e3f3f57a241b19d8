"""Reports of label reader, camera, scale, store and safety instruments on cells."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.battery_line.cells import CRUSHED, FLOODED, LEAKING, SHORTED, SWOLLEN, BatteryCells
from synthetic_data.battery_line.market import BatteryMarket
from synthetic_data.plant.faults import between

# Swelling of sound cells [%]: of a new one, more for each per cent of fade, and scatter; of swollen ones what is beyond
# the bound that refuses the form. Prismatic, pouch, cylindrical; assumed.
_SWELLS, _PER_FADE, _SCATTERS = np.array([0.2, 0.4, 0.0]), np.array([0.03, 0.06, 0.0]), np.array([0.7, 1.1, 0.1])
_BOUND, _BEYOND = np.array([5.0, 8.0, 5.0]), np.array([3.0, 6.0, 3.0])
_CLEAN, _DIRTY, _CRUSHED = 0.05, (0.1, 0.5), (0.2, 0.9)  # damage score of the camera
_INSULATION, _INSULATION_GSD, _WET = 40.0, 3.0, 0.02  # MΩ, 1, part of it that is left where electrolyte or water is
_GAS_LOG_SD, _LEAK_LOG_SD = 0.6, 0.8
_RISE, _CRUSHED_RISE = 0.3, (2.0, 12.0)  # K; a short of millivolts a day warms nothing
_CRUSHED_WARM = 0.2  # share of crushed cells that warm up
_LOOKS_WRONG = (5.0, 0.25)  # swelling [%] and damage from which operators let a cell rest longer


def label(
    cells: BatteryCells, market: BatteryMarket, rng: np.random.Generator
) -> tuple[dict[str, FloatArray], BoolArray]:
    """Reading of each label: the data sheet of the make that it names, and whether it is correct."""
    p, lot, n = cells.lots.p, cells.lot, len(cells.lot)
    uniform = rng.random((3, n))
    wrong = np.where(cells.lots.forged, p.forged_share, p.label_wrong)[lot]
    named = np.where(uniform[0] < wrong, market.another_of_size(cells.make, uniform[1]), cells.make)
    unread = uniform[2] < p.label_unread[lot]
    sheets = {
        "label_voltage": market.label_voltage,
        "label_capacity": market.capacity,
        "label_resistance": market.label_resistance,
    }
    return {name: np.where(unread, np.nan, sheet[named]) for name, sheet in sheets.items()}, named == cells.make


def body(cells: BatteryCells, market: BatteryMarket, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Mass, size, swelling and damage, by scale, camera, laser and gauge; its size is recognised rightly."""
    p, lot, form = cells.lots.p, cells.lot, cells.form
    normal, uniform = rng.standard_normal((7, len(lot))), rng.random(len(lot))
    swelling = _SWELLS[form] + _PER_FADE[form] * np.maximum(cells.fade, 0.0) + _SCATTERS[form] * normal[0]
    swollen = np.flatnonzero(cells.hazard == SWOLLEN)
    kind = form[swollen]
    swelling[swollen] = _BOUND[kind] + _BEYOND[kind] * rng.standard_exponential(len(swollen))
    thickness = market.of["thickness"][cells.make] * (1.0 + 0.01 * swelling)
    damage = _CLEAN * np.abs(normal[1])
    dirty = uniform < p.dirty_share[lot]
    damage[dirty] = rng.uniform(*_DIRTY, np.count_nonzero(dirty))
    crushed = cells.hazard == CRUSHED
    damage[crushed] = rng.uniform(*_CRUSHED, np.count_nonzero(crushed))
    return {
        "mass": cells.mass * (1.0 + p.scale_rsd[lot] * normal[2]),
        "length": market.of["length"][cells.make] + p.length_sd[lot] * normal[3],
        "width": market.of["width"][cells.make] + p.length_sd[lot] * normal[4],
        "thickness": thickness + p.thickness_sd[lot] * normal[5],
        "swelling": swelling + p.swelling_gauge_sd[lot] * normal[6],
        "surface_grade": damage,
    }


def store(
    cells: BatteryCells, seen: dict[str, FloatArray], rng: np.random.Generator
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Rest in the store, fall of the voltage there, insulation, gas, warmth; and the true fall [mV/d].

    Cells that look wrong rest longer, so that the fall of their voltage is known better.
    """
    p, lot, n = cells.lots.p, cells.lot, len(cells.lot)
    uniform, normal = rng.random((4, n)), rng.standard_normal((4, n))
    suspicious = (seen["swelling"] > _LOOKS_WRONG[0]) | (seen["surface_grade"] > _LOOKS_WRONG[1])
    remaining = between(p.rest_low[lot], p.rest_high[lot], uniform[0]) + p.rest_longer[lot] * suspicious
    shorted = cells.hazard == SHORTED
    short = p.short_low[lot] * np.exp(np.log(p.short_high / p.short_low)[lot] * uniform[1])
    fall = np.where(shorted, short, p.fall_sound[lot] * 2.0 * uniform[1])
    scatter = np.sqrt(2.0 * p.voltage_sd**2 + (p.relaxation * p.relaxation_left) ** 2)
    error = scatter[lot] * normal[0] / remaining
    wet = (cells.hazard == LEAKING) | (cells.hazard == FLOODED)
    leaking = (cells.hazard == LEAKING) & (uniform[2] >= p.gas_missed[lot])
    typical, leak = (
        p.gas_usual[lot] * np.exp(_GAS_LOG_SD * normal[1]),
        p.gas_leak[lot] * np.exp(_LEAK_LOG_SD * normal[1]),
    )
    rise = _RISE + p.rise_sd[lot] * normal[2]
    warm = (cells.hazard == CRUSHED) & (uniform[3] < _CRUSHED_WARM)
    rise[warm] += rng.uniform(*_CRUSHED_RISE, np.count_nonzero(warm))
    return {
        "rest_time": remaining,
        "voltage_fall": fall + error,
        "insulation": _INSULATION * np.exp(np.log(_INSULATION_GSD) * normal[3]) * np.where(wet, _WET, 1.0),
        "gas": np.where(leaking, leak, typical),
        "temperature_rise": rise,
    }, fall
