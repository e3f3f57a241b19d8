"""Reports of instruments and laboratory on a line's day, with errors and missing values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.plant import readings
from synthetic_data.precipitation.circuit import ASSAYS, Values
from synthetic_data.precipitation.parameters import PrecipitationParameters

BEFORE = (*ASSAYS, "green_liquor_ac", "green_liquor_caustic", "ambient_temperature", "wet_bulb")
READ = (
    *("spent_liquor_ac", "tank3_temperature", "last_tank_temperature", "tank3_ac", "tank8_ac", "seed_fines"),
    *("seed_ssa", "steam_digestion", "steam_evaporation", "calciner_fuel", "mud_wash_soda", "overflow_solids"),
)
LATE = ("product_fines", "attrition", "bet", "loi", "alpha", "na2o", "sio2", "fe2o3", "cao")
LABELS = ("precipitation_yield", "thermal_energy", "soda_loss")
NORMALS = len(READ) + len(LATE) + len(LABELS)
_DIGITS = {"sio2": 4, "fe2o3": 4, "cao": 4, "na2o": 3, "loi": 2}
_HOURS = 24.0


def before(state: Values, grown: Values, lines: int) -> Values:
    """Available values when a day starts, before losses."""
    shared = {name: np.round(state[name], 1) for name in ("ambient_temperature", "wet_bulb")}
    shared |= {name: state[name] for name in ASSAYS}
    whole = {name: np.broadcast_to(values, (len(values), lines)) for name, values in shared.items()}
    titrated = {
        "green_liquor_ac": np.round(grown["ratio_read"], 4),
        "green_liquor_caustic": np.round(grown["caustic_read"], 1),
    }
    return {name: (whole | titrated)[name] for name in BEFORE}


def during(p: PrecipitationParameters, truth: Values, titrator: FloatArray, normals: FloatArray) -> Values:
    """Readings of the day, before any is lost; normals of shape (READ, days, lines)."""
    z = dict(zip(READ, normals, strict=False))
    hourly = truth["alumina"] / _HOURS / p.steam_enthalpy
    steam = {
        "steam_digestion": hourly * (truth["heat_digestion"] + truth["heat_mud"] + truth["heat_slurry"]),
        "steam_evaporation": hourly * truth["heat_evaporation"],
    }
    ratios = {"spent_liquor_ac": "spent", "tank3_ac": "alumina_3", "tank8_ac": "alumina_8"}
    warm = {"tank3_temperature": "temperature_3", "last_tank_temperature": "end"}
    result = {
        **{
            name: np.round(truth[of] / truth["caustic"] + titrator + p.ratio_sd * z[name], 4)
            for name, of in ratios.items()
        },
        **{name: np.round(truth[of] + p.thermometer_sd * z[name], 1) for name, of in warm.items()},
        "seed_fines": np.round(truth["seed_fines"] * (1.0 + p.laser_rsd * z["seed_fines"]), 1),
        "seed_ssa": np.round(truth["surface"] * (1.0 + p.surface_rsd * z["seed_ssa"]), 4),
        **{name: np.round(values * (1.0 + p.steam_rsd * z[name]), 1) for name, values in steam.items()},
        "calciner_fuel": np.round(truth["calciner_fuel"] * (1.0 + p.fuel_rsd * z["calciner_fuel"]), 3),
        "mud_wash_soda": np.round(
            truth["soda_mud"] / p.mud_soda_per_reading * (1.0 + p.mud_rsd * z["mud_wash_soda"]), 2
        ),
        "overflow_solids": np.round(truth["overflow_solids"] * np.exp(p.overflow_rsd * z["overflow_solids"]), 2),
    }
    return {name: result[name] for name in READ}


def late(p: PrecipitationParameters, truth: Values, normals: FloatArray) -> Values:
    """Laboratory results of the product; normals of shape (LATE, days, lines)."""
    return {
        name: np.round(np.maximum(truth[name] * (1.0 + p.product_rsd * normal), 0.0), _DIGITS.get(name, 1))
        for name, normal in zip(LATE, normals, strict=True)
    }


def labels(p: PrecipitationParameters, truth: Values, meter: FloatArray, normals: FloatArray) -> Values:
    """Targets by balances: oxide over metered flow, fuel, soda; normals of (LABELS, days, lines).

    `meter` is the flow that the meter shows over the true one.
    """
    harvest, fuel, lost = normals
    return {
        "precipitation_yield": np.round(truth["precipitation_yield"] * (1.0 + p.balance_rsd * harvest) / meter, 2),
        "thermal_energy": np.round(truth["thermal_energy"] + p.energy_sd * fuel, 3),
        "soda_loss": np.round(np.maximum(truth["soda_loss"] + p.soda_sd * lost, 5.0), 1),
    }


def lose(
    p: PrecipitationParameters, result: Values, limits: Mapping[str, readings.Limits], uniforms: FloatArray
) -> Values:
    """Keep readings within their range, and lose some; chances of shape (readings, days, lines)."""
    return {
        name: readings.missing(readings.clipped(values, limits[name]), p.missing_share, uniform)
        for (name, values), uniform in zip(result.items(), uniforms, strict=True)
    }
