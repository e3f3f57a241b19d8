"""Readings of shredding-line instruments, and laboratory reports of lots."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.black_mass.analysis import horwitz_rsd
from physics.black_mass.comminution import milling_energy
from synthetic_data.plant.laboratory import NORMALS, Method, report
from synthetic_data.shredding.bags import Bagged
from synthetic_data.shredding.feed import ShreddingFeed
from synthetic_data.shredding.furnace import FurnaceOutput
from synthetic_data.shredding.mill import MillOutput
from synthetic_data.shredding.powder import ELEMENTS, TRACES, PowderLots
from synthetic_data.shredding.supply import ShreddingSupply

Columns = dict[str, FloatArray]
LABORATORIES = 2
_WHOLE = {name: 1e6 if name in TRACES else 100.0 for name in ELEMENTS}
_LEAST = 1e-9  # mass share that counts as none


def counted(feed: ShreddingFeed, milled: MillOutput, bagged: Bagged) -> Columns:
    """Values counted or computed by the line's control, which are never missing."""
    return {
        "campaign_lots": feed.shown["campaign_lots"],
        "screen_days": milled.screen_days,
        "mill_stops": milled.stops,
        "blended_share": 100.0 * bagged.blended,
    }


def before(feed: ShreddingFeed) -> Columns:
    """Available readings when a lot begins, (units, periods) each."""
    return {name: values for name, values in feed.shown.items() if name != "campaign_lots"}


def during(
    supply: ShreddingSupply,
    feed: ShreddingFeed,
    burnt: FurnaceOutput,
    milled: MillOutput,
    made: PowderLots,
    bagged: Bagged,
    rng: np.random.Generator,
) -> Columns:
    """Readings of a lot, (units, periods) each."""
    p, n = supply.parameters, rng.standard_normal((6, *feed.scrap.shape))
    dried = p.moisture_usual * np.exp(p.moisture_sd * n[4]) * np.sqrt(feed.moisture / p.feed_moisture)
    return {
        "furnace_temperature": burnt.shown + p.temperature_error * n[5],
        "off_gas_o2": burnt.oxygen * np.exp(p.oxygen_error * n[0]),
        "mill_power": milling_energy(milled.mill_time) * np.exp(p.power_sd * n[1]) / np.sqrt(milled.aperture / 0.25),
        "powder_yield": milled.yield_read,
        "moisture": dried,
        "wash_flow": made.wash_flow * (1.0 + p.flow_error * n[2]),
        "lot_mass": p.lot_mass * bagged.mass * (1.0 + p.lot_mass_sd * n[3]),
        **{f"online_xrf_{name}": values for name, values in bagged.shown.items()},
    }


def assays(supply: ShreddingSupply, contents: Columns, bias: FloatArray, rng: np.random.Generator) -> Columns:
    """Laboratory results, (units, periods) each: a composite of ten bags, analysed twice.

    `bias` holds standard normal numbers of each laboratory by element, (LABORATORIES, elements); what it reads high by
    is that of Horwitz's curve less what one laboratory scatters by.
    """
    p, held = supply.parameters, np.stack([contents[name] for name in ELEMENTS])
    whole = np.array([_WHOLE[name] for name in ELEMENTS])[:, None, None]
    rsd = 0.01 * horwitz_rsd(np.maximum(held / whole, _LEAST))
    which = np.where(p.laboratory < 1.5, bias[0][:, None], bias[1][:, None])[:, None]
    reads = np.exp(p.laboratory_share * rsd * which + p.standard_sd * supply.standard)
    limit = p.each("limit", ELEMENTS)
    method = Method(
        p.each("sampling", ELEMENTS), p.each("repeatability", ELEMENTS), limit / 3.0, limit, p.each("digit", ELEMENTS)
    )
    return dict(zip(ELEMENTS, report(held, method, reads, rng.standard_normal((NORMALS, *held.shape))), strict=True))
