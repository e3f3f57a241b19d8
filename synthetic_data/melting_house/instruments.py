"""Readings of melting-house instruments, and laboratory certificates of a heat."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.melting_house.anodes import Dissolved
from synthetic_data.melting_house.casting import CastSlabs
from synthetic_data.melting_house.cathodes import Cathodes
from synthetic_data.melting_house.charge import ELEMENTS, HeatCharge, stock_lead
from synthetic_data.melting_house.electrolyte import Electrolyte
from synthetic_data.melting_house.supply import MeltingHouseSupply
from synthetic_data.plant.laboratory import NORMALS, Method, report

Columns = dict[str, FloatArray]


def before(supply: MeltingHouseSupply, electrolyte: Electrolyte, rng: np.random.Generator) -> Columns:
    """Available readings when a heat begins, (units, periods) each."""
    p, shape = supply.parameters, electrolyte.temperature.shape
    stock = stock_lead(supply) * np.exp(p.composite_sd * known_stream(rng).standard_normal((1, supply.count)))
    return electrolyte.samples | {"stock_pb": np.broadcast_to(stock, shape)}


def counted(dissolved: Dissolved, cathodes: Cathodes, charge: HeatCharge) -> Columns:
    """Counted or certified values when a heat begins, which are never missing."""
    return {
        **{name: values for name, values in cathodes.samples.items() if name.startswith("cathode_")},
        "anode_clean_days": dissolved.cleaned_days,
        "strip_hours": np.round(cathodes.strip_hours, 1),
        "lining_days": charge.ages["lining"],
        "clip_age": charge.ages["clip"],
    }


def during(supply: MeltingHouseSupply, charge: HeatCharge, cast: CastSlabs, rng: np.random.Generator) -> Columns:
    """Readings of a heat, (units, periods) each."""
    p, n = supply.parameters, rng.standard_normal((5, *charge.mass.shape))
    return {
        "heat_mass": charge.mass * (1.0 + p.scale_error * n[0]),
        "dross_mass": 10.0 * charge.dross * np.exp(p.dross_error * n[1]),
        "stirring_minutes": charge.stirring * (1.0 + p.stirring_error * n[2]),
        "casting_temperature": cast.casting_temperature + p.thermocouple_error * n[3],
        "mould_temperature": cast.mould_temperature + p.pyrometer_error * n[4],
        "power": cast.power,
    }


def assays(supply: MeltingHouseSupply, contents: Columns, bias: FloatArray, rng: np.random.Generator) -> Columns:
    """Certified contents, (units, periods) each: spark spectrometry of samples of the heat.

    `bias` is that of the laboratory by element, (elements,).
    """
    p, held = supply.parameters, np.stack([contents[name] for name in ELEMENTS])
    limit = p.each("limit", ELEMENTS)
    method = Method(p.sampling_sd, p.each("repeatability", ELEMENTS), limit / 3.0, limit, p.digit)
    reads = bias[:, None, None] * p.spectrometer * np.exp(p.standard_sd * supply.standard)
    return dict(zip(ELEMENTS, report(held, method, reads, rng.standard_normal((NORMALS, *held.shape))), strict=True))
