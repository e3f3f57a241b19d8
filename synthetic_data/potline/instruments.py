"""Reported row of a period: errors, stuck and missing readings, the label."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, current_efficiency_from_mass
from synthetic_data.plant import readings
from synthetic_data.potline.cell import Day, cathode_drop
from synthetic_data.potline.days import PotlineRecord
from synthetic_data.potline.line import LinePeriod
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

_HOURS = 24.0  # h/d
MEASURED = (
    "ambient_temperature",
    "alumina_fines",
    "alumina_loi",
    "anode_air_reactivity_residue",
    "cathode_voltage_drop",
    "lif",
    "caf2",
    "line_current",
    "cell_voltage",
    "voltage_noise",
    "bath_temperature",
    "bath_temperature_sd",
    "excess_alf3",
    "bath_level",
    "metal_level",
    "alumina_feed_rate",
    "alf3_addition",
    "ae_frequency",
    "ae_duration",
    "anode_current_spread",
    "beam_moves",
    "shell_temperature",
    "unstable_time",
    "iron_in_metal",
    "silicon_in_metal",
)
NORMALS = len(MEASURED) + 1  # one a column, one for the level reading at the period's end
UNIFORMS = 2 * len(MEASURED)  # missing, stuck
_PLANT_WIDE = frozenset(MEASURED[:4]) | {"line_current"}


def at_start(p: PotlineParameters, pots: PotStates, line: LinePeriod, caf2: FloatArray) -> Day:
    """Available values when the period starts, before errors."""
    everywhere = np.ones_like(caf2)
    return {
        "pot_age": pots.age,
        "ambient_temperature": line.season * everywhere,
        "alumina_fines": line.alumina_fines * everywhere,
        "alumina_loi": line.alumina_loi * everywhere,
        "anode_air_reactivity_residue": line.anode_residue * everywhere,
        "cathode_voltage_drop": cathode_drop(p, pots),
        "lif": pots.lif,
        "caf2": caf2,
    }


def row(
    p: PotlineParameters, pots: PotStates, before: Day, recorded: PotlineRecord, days: int, normals: FloatArray
) -> Day:
    """Measured columns of the period from its true means, with errors; nothing missing yet."""
    z = dict(zip(MEASURED, normals, strict=False))
    z |= {name: np.full_like(z[name], z[name][0]) for name in _PLANT_WIDE}
    return _in_hand(p, before, z) | _measured(p, pots, recorded, days, z)


def _in_hand(p: PotlineParameters, before: Day, z: Day) -> Day:
    residue = before["anode_air_reactivity_residue"] + p.residue_assay_sd * z["anode_air_reactivity_residue"]
    return {
        "ambient_temperature": before["ambient_temperature"] + p.forecast_sd * z["ambient_temperature"],
        "alumina_fines": before["alumina_fines"] * (1.0 + p.alumina_assay_sd * z["alumina_fines"]),
        "alumina_loi": before["alumina_loi"] * (1.0 + p.alumina_assay_sd * z["alumina_loi"]),
        "anode_air_reactivity_residue": residue,
        "cathode_voltage_drop": before["cathode_voltage_drop"] + p.drop_meter_sd * z["cathode_voltage_drop"],
        "lif": np.maximum(before["lif"] + p.lif_assay_sd * z["lif"], 0.0),
        "caf2": before["caf2"] + p.caf2_assay_sd * z["caf2"],
    }


def _measured(p: PotlineParameters, pots: PotStates, recorded: PotlineRecord, days: int, z: Day) -> Day:
    mean, root = recorded.mean, float(np.sqrt(days))
    had_ae = mean["ae_count"] > 0.0
    return {
        "line_current": mean["line_current"] * (1.0 + p.ammeter_sd * z["line_current"]),
        "cell_voltage": mean["cell_voltage"] + pots.voltage_bias + p.voltmeter_sd * z["cell_voltage"],
        "voltage_noise": np.maximum(mean["voltage_noise"] + p.noise_meter_sd / root * z["voltage_noise"], 0.0),
        "bath_temperature": mean["temperature_reading"],
        "bath_temperature_sd": recorded.temperature_reading_sd,
        "excess_alf3": mean["assay_in_hand"],
        "bath_level": mean["bath_level_reading"],
        "metal_level": mean["metal_level_reading"],
        "alumina_feed_rate": mean["alumina_fed"] / _HOURS * (1.0 + p.shot_sd * z["alumina_feed_rate"]),
        "alf3_addition": np.maximum(mean["alf3_added"] + p.alf3_scale_sd / root * z["alf3_addition"], 0.0),
        "ae_frequency": mean["ae_count"],
        "ae_duration": np.where(had_ae, mean["ae_minutes"] / np.where(had_ae, mean["ae_count"], 1.0), 0.0),
        "anode_current_spread": mean["anode_spread"] * (1.0 + p.spread_meter_sd * z["anode_current_spread"]),
        "beam_moves": mean["beam_moves"],
        "shell_temperature": mean["shell_temperature"] + pots.shell_bias + p.shell_meter_sd * z["shell_temperature"],
        "unstable_time": mean["unstable_time"],
        "iron_in_metal": mean["iron"] * (1.0 + p.metal_assay_sd * z["iron_in_metal"]),
        "silicon_in_metal": mean["silicon"] * (1.0 + p.metal_assay_sd * z["silicon_in_metal"]),
    }


def level_at_end(p: PotlineParameters, pots: PotStates, normals: FloatArray) -> FloatArray:
    """Careful reading of the metal level between two periods [cm]."""
    level: FloatArray = pots.metal_mass / p.metal_per_cm + pots.level_bias + p.level_inventory_sd * normals[-1]
    return level


def label(
    p: PotlineParameters, pots: PotStates, mean: Day, days: int, first_level: FloatArray, last_level: FloatArray
) -> Day:
    """Current efficiency as plants compute it, from tapped metal and level change, with both values."""
    tapped = mean["metal_tapped_reading"] * (1.0 + pots.scale_bias)
    change = (last_level - first_level) * p.metal_per_cm / days
    made = current_efficiency_from_mass(tapped + change, mean["line_current"], _HOURS, ALUMINIUM_EQUIVALENT)
    return {"metal_tapped": tapped, "metal_inventory_change": change, "current_efficiency": made}


def spoil(
    p: PotlineParameters,
    result: Day,
    last: Day,
    uniforms: FloatArray,
    limits: dict[str, tuple[float, float]],
) -> Day:
    """Readings with stuck instruments, missing values and physical ranges applied."""
    spoilt = {}
    for i, name in enumerate(MEASURED):
        missing, stuck = uniforms[2 * i], uniforms[2 * i + 1]
        value = result[name]
        if name not in _PLANT_WIDE:  # read twice, and corrected immediately
            if last:
                value = readings.stuck(value, last[name], p.stuck_share, stuck)
            value = readings.missing(value, p.missing_share, missing)
        spoilt[name] = readings.within_range(value, limits[name])
    return spoilt
