"""Readings of cast-house instruments, and laboratory reports of lots."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.casting import CastIngots
from synthetic_data.cast_house.charge import ELEMENTS, CastCharge
from synthetic_data.cast_house.melt import Melt
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import CastHouseSupply
from synthetic_data.plant.laboratory import NORMALS, Method, report

Columns = dict[str, FloatArray]


def during(
    supply: CastHouseSupply, charge: CastCharge, melt: Melt, cast: CastIngots, rng: np.random.Generator
) -> Columns:
    """Readings of a cast, (units, periods) each."""
    p, n = supply.parameters, rng.standard_normal((9, *charge.mass.shape))
    load = p.head_usual + p.head_per_tonne * melt.filter_age * (melt.inclusions / p.inclusions_harmful) ** 0.2
    return {
        "charge_mass": charge.mass * (1.0 + p.scale_error * n[0]),
        "dross_mass": 10.0 * p.dross_per_loss * charge.loss * np.exp(p.dross_error * n[1]),
        "launder_temperature": melt.launder_temperature + p.thermocouple_error * n[2],
        "hydrogen_before": melt.hydrogen_before * (1.0 + p.hydrogen_error * n[3]) + p.hydrogen_floor_error * n[4],
        "hydrogen_after": melt.hydrogen_after * (1.0 + p.hydrogen_error * n[5]) + p.hydrogen_floor_error * n[6],
        "density_index": melt.density_index,
        "inclusion_count": melt.inclusions * np.exp(p.counter_error * n[7]),
        "filter_head": load * (1.0 - p.head_lost * melt.bypass) * np.exp(p.head_error * n[8]),
        "level_swing": cast.level_swing,
        "water_flow": cast.water_flow,
        "cast_rate": melt.metal_flow,
        "mould_reading": cast.mould_temperature,
    }


def before(
    supply: CastHouseSupply, charge: CastCharge, melt: Melt, shape: tuple[int, int], rng: np.random.Generator
) -> Columns:
    """Known state of air, raw materials and equipment when a cast begins, (units, periods) each."""
    house = supply.assays | {"air_temperature": supply.air_temperature, "relative_humidity": supply.humidity}
    shared = {name: np.broadcast_to(values, shape) for name, values in house.items()}
    return shared | {"filter_age": melt.filter_age, "rotor_age": melt.rotor_age, "tool_age": charge.tool_age}


def assays(p: CastHouseParameters, contents: Columns, bias: FloatArray, rng: np.random.Generator) -> Columns:
    """Certified contents, (units, periods) each: spark spectrometry of the lot's samples.

    `bias` is that of the laboratory by element, (elements,).
    """
    held = np.stack([contents[name] for name in ELEMENTS])
    method = Method(
        p.sampling_sd,
        p.each("repeatability", ELEMENTS),
        p.each("background", ELEMENTS),
        p.each("limit", ELEMENTS),
        p.each("digit", ELEMENTS),
    )
    read = report(held, method, bias[:, None, None] * p.spectrometer, rng.standard_normal((NORMALS, *held.shape)))
    return dict(zip(ELEMENTS, read, strict=True))
