"""Cells as they leave their modules: capacity, resistance, charge, mass, and defects of some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import BoolArray, FloatArray, IntArray
from physics.batteries.ageing import capacity_left
from physics.batteries.resistance import aged_resistance
from synthetic_data.battery_line.deliveries import Deliveries
from synthetic_data.battery_line.market import FORMS, LFP, LTO, BatteryMarket
from synthetic_data.battery_line.packs import Packs
from synthetic_data.battery_line.parameters import PlantParameters
from synthetic_data.engine.plan import RunPlan
from synthetic_data.plant.faults import between

HAZARDS = ("none", "swollen", "crushed", "leaking", "flooded", "shorted")
SWOLLEN, CRUSHED, LEAKING, FLOODED, SHORTED = range(1, len(HAZARDS))
_LEAST_CHARGE = 0.01
_OF_A_LIFE = 0.2  # share of the capacity at whose loss growth and scatter of resistance are stated
_PERCENT = 100.0
_SECOND, _DAY = 1e6, 86_400e6  # µs
_EARLIEST = 0.5  # of the mean interval, by which one cell follows another


@dataclass(frozen=True)
class BatteryCells:
    """All n cells of a block in order of lot and module; each array has one value a cell."""

    lots: Deliveries  # what the cells of a lot share: `lots.p.<name>[cells.lot]` is a parameter by cell
    lot: IntArray  # number of the lot within the block
    pack: IntArray  # number of the pack within the block
    module: IntArray  # number of the module within the block
    starts: NDArray[np.datetime64]  # datetime64[us], when the cell passes
    make: IntArray
    form: IntArray  # index into FORMS
    cathode: IntArray  # index into CATHODES
    klass: IntArray  # index into the seed's classes
    hazard: IntArray  # index into HAZARDS
    declared_age: FloatArray  # a
    record: FloatArray  # fade of the pack by the vehicle's record [%]
    capacity: FloatArray  # nominal [Ah]
    fade: FloatArray  # %
    ohmic: FloatArray  # ohmic resistance at 25 °C and middle charge [mΩ]
    fast: FloatArray  # of charge transfer [mΩ]
    slow: FloatArray  # of diffusion [mΩ]
    growth: FloatArray  # of `ohmic` over the make's new cell [%]
    charge: FloatArray  # state of charge [1]
    empty: BoolArray  # over-discharged
    mass: FloatArray  # g


def drawn(
    plan: RunPlan, market: BatteryMarket, lots: Deliveries, packs: Packs, rng: np.random.Generator
) -> BatteryCells:
    """Cells of the packs of a block."""
    plant, p = PlantParameters.of(plan.seed), lots.p
    each = round(plant.cells_per_module)
    module = np.repeat(np.arange(len(packs.module)), each)
    pack = module // round(plant.modules_per_pack)
    lot, make, n = packs.lot[pack], packs.make[pack], len(module)
    form, cathode = market.form[make], market.cathode[make]
    hazard = _hazards(lots, lot, form, rng)
    loss = _losses(lots, lot, packs.module[module], rng)
    health = _health(lots, lot, cathode, 0.01 * loss)
    normal = rng.standard_normal((9, n))
    fade = _PERCENT * (1.0 - health * (p.new_capacity[lot] + p.new_capacity_sd[lot] * normal[0]))
    rise = aged_resistance(1.0, market.of["growth"][make], 1.0 - health)
    new, slower = market.resistance[make], 1.0 + p.growth_slow[lot] * (rise - 1.0)
    apart = _apart(lots, lot, packs.scatter[pack], normal[[1, 7, 8]])
    apart *= market.of["resistance_scatter"][make] * np.sqrt((1.0 - health) / _OF_A_LIFE)
    ohmic = rise * np.exp(p.resistance_cell_rsd[lot] * normal[2] + apart[0])
    parts = np.exp(p.parts_cell_rsd[lot] * normal[3:5] + apart[1:]) * slower * new
    charge, empty = _charge(lots, lot, normal[5], rng)
    dried = np.where(hazard == LEAKING, p.dry_loss[lot] * rng.random(n), 0.0)
    return BatteryCells(
        lots=lots,
        lot=lot,
        pack=pack,
        module=module,
        starts=_starts(plan, lots, lot, rng),
        make=make,
        form=form,
        cathode=cathode,
        klass=np.where(hazard > 0, LTO, cathode),  # other stands where lithium titanate does
        hazard=hazard,
        declared_age=packs.declared_age[pack],
        record=packs.record[pack],
        capacity=market.capacity[make],
        fade=fade,
        ohmic=new * ohmic,
        fast=market.of["fast_share"][make] * parts[0],
        slow=market.of["slow_share"][make] * parts[1],
        growth=_PERCENT * (ohmic - 1.0),
        charge=charge,
        empty=empty,
        mass=market.mass[make] * (1.0 + p.mass_cell_rsd[lot] * normal[6] - dried),
    )


def _apart(lots: Deliveries, lot: IntArray, of_pack: FloatArray, of_cell: FloatArray) -> FloatArray:
    """Logarithm of resistances at one fade, in units of the make's scatter.

    Parts are ohmic, charge transfer and diffusion, shape (3, n). Films, contacts and drying change resistance without
    taking capacity. A pack's cells have a share of it in common, and so have the parts of a cell.
    """
    packs, common = lots.p.scatter_of_packs[lot], lots.p.scatter_in_common[lot]
    ohmic = np.sqrt(packs) * of_pack + np.sqrt(1.0 - packs) * of_cell[0]
    others = common * ohmic + np.sqrt(1.0 - np.square(common)) * of_cell[1:]
    return np.stack([ohmic, *others])


def _losses(lots: Deliveries, lot: IntArray, module: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Capacity that ageing takes from each cell [%]: some age several times as fast beyond a knee."""
    p = lots.p
    loss = np.maximum(module + p.cell_fade_sd[lot] * rng.standard_normal(len(lot)), 0.0)
    kneed = np.flatnonzero(rng.random(len(lot)) < p.knee_share[lot])
    own, uniform = lot[kneed], rng.random((2, len(kneed)))
    knee = between(p.knee_low[own], p.knee_high[own], uniform[0])
    times = between(p.knee_slow[own], p.knee_fast[own], uniform[1])
    beyond = np.maximum(loss[kneed] - knee, 0.0) * (times - 1.0)
    loss[kneed] += np.minimum(beyond, p.knee_most[own])
    return np.minimum(loss, p.most_fade[lot])


def _health(lots: Deliveries, lot: IntArray, cathode: IntArray, loss: FloatArray) -> FloatArray:
    """Capacity over that of the new cell, by the lithium and the active material that are lost."""
    p = lots.p
    lithium = np.where(cathode == LFP, p.lithium_share_lfp[lot], p.lithium_share[lot])
    return capacity_left(lithium * loss, p.positive_factor[lot] * (1.0 - lithium) * loss, p.negative_share[lot] * loss)


def _hazards(lots: Deliveries, lot: IntArray, form: IntArray, rng: np.random.Generator) -> IntArray:
    """Defect of each cell, index into HAZARDS; at most one."""
    p = lots.p
    swollen = np.stack([p.swollen_prismatic, p.swollen_pouch, np.zeros_like(p.swollen_pouch)], axis=1)
    flooded = np.where(lots.crashed, p.crash_flooded, p.flooded_share)
    others = np.stack([p.crushed_share, p.leaking_share, flooded, p.shorted_share])
    bounds = swollen[:, None, :] + np.concatenate([np.zeros((1, len(flooded))), np.cumsum(others, axis=0)]).T[..., None]
    uniform = rng.random(len(lot))
    beyond = np.zeros(len(lot), dtype=np.intp)
    flat = lot * len(FORMS) + form
    for k in range(bounds.shape[1]):
        beyond += uniform >= bounds[:, k, :].ravel()[flat]
    return np.where(beyond == bounds.shape[1], 0, beyond + 1)


def _charge(
    lots: Deliveries, lot: IntArray, normal: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, BoolArray]:
    """State of charge [1], and whether a cell is over-discharged."""
    p = lots.p
    middle = np.where(lots.crashed, p.crash_charge, p.charge_mean) + lots.charge_shift
    charge = np.clip(middle[lot] + p.charge_sd[lot] * normal, _LEAST_CHARGE, 1.0)
    empty = rng.random(len(lot)) < p.empty_share[lot]
    return np.where(empty, 0.0, charge), empty


def _starts(plan: RunPlan, lots: Deliveries, lot: IntArray, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Time at which each cell passes, in sequence, at most one and a half intervals apart."""
    wait = np.round(_SECOND * lots.p.cell_interval[lot] * (_EARLIEST + rng.random(len(lot)))).astype(np.int64)
    total = np.cumsum(wait.reshape(len(lots.day), -1), axis=1).ravel()
    at = np.round(lots.day * _DAY).astype(np.int64)[lot] + total
    return np.datetime64(plan.start, "us") + at.astype("timedelta64[us]")
