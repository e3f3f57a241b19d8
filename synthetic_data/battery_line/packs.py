"""Packs and their modules: make, age, use, and what of the capacity that has taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, IntArray
from physics.batteries.ageing import calendar_loss, cycle_loss_wang_2011
from physics.batteries.resistance import arrhenius_factor
from synthetic_data.battery_line.deliveries import Deliveries
from synthetic_data.battery_line.market import BatteryMarket, drawn_makes
from synthetic_data.battery_line.parameters import PlantParameters
from synthetic_data.plant.faults import between

_YOUNGEST, _OLDEST = 2.0, 18.0  # a, of what is no recall and no reject
_OF_YOUNG = 1.0  # a, their greatest age


@dataclass(frozen=True)
class Packs:
    """All packs of a block's lots in order; each array has one value a pack, `module` one a module."""

    lot: IntArray
    make: IntArray
    age: FloatArray  # a
    declared_age: FloatArray  # by the papers [a]
    scatter: FloatArray  # of the resistance at one fade, in units of the make's [1]
    record: FloatArray  # fade by the vehicle's record, which the table does not have [%]
    loss: FloatArray  # mean of its cells, before what knees take [%]
    module: FloatArray  # loss of each module, modules of a pack in sequence [%]


def drawn(plant: PlantParameters, market: BatteryMarket, lots: Deliveries, rng: np.random.Generator) -> Packs:
    """Packs of the lots of a block."""
    each, modules = round(plant.packs_per_lot), round(plant.modules_per_pack)
    lot = np.repeat(np.arange(len(lots.day)), each)
    p = lots.p
    make = drawn_makes(market, p.lfp_factor, p.lot_mix_sd, each, rng).ravel()
    normal, uniform = rng.standard_normal((7, len(lot))), rng.random((2, len(lot)))
    young = uniform[0] < p.young_share[lot]
    age = np.clip(p.age_mean[lot] + p.age_sd[lot] * normal[0], _YOUNGEST, _OLDEST)
    age = np.where(young, _OF_YOUNG * uniform[1], age)
    warmth = p.use_temperature[lot] + p.use_temperature_sd[lot] * normal[1]
    # Calendar ageing goes faster as resistance falls: by the inverse of its factor.
    rate = p.calendar_rate[lot] * p.calendar_charge[lot] / arrhenius_factor(p.calendar_energy[lot], warmth)
    rate *= np.exp(np.log(p.calendar_gsd[lot]) * normal[2])
    typical = (
        p.calendar_rate[lot] * p.calendar_charge[lot] / arrhenius_factor(p.calendar_energy[lot], p.use_temperature[lot])
    )
    age *= np.where(young, 1.0, (typical / rate) ** p.early[lot])
    through = p.throughput[lot] * np.exp(np.log(p.throughput_gsd[lot]) * normal[3]) * age
    use = cycle_loss_wang_2011(p.use_severity[lot], p.use_rate[lot], warmth, through)
    # Rejects and recalls have hardly been used, and have stood at low charge.
    loss = np.where(young, calendar_loss(p.calendar_rate[lot], age), calendar_loss(rate, age) + use)
    beyond = rng.random(len(lot)) < p.bad_module_share[lot]
    module = np.repeat(loss, modules)
    of_module = np.repeat(lot, modules)
    module += np.where(np.repeat(young, modules), 0.0, p.module_fade_sd[of_module]) * rng.standard_normal(len(module))
    bad = np.flatnonzero(beyond & ~young)
    worst = bad * modules + rng.integers(0, modules, len(bad))
    module[worst] += between(p.bad_module_low[lot[bad]], p.bad_module_high[lot[bad]], rng.random(len(bad)))
    return Packs(
        lot=lot,
        make=make,
        age=age,
        declared_age=np.maximum(age + p.declared_age_sd[lot] * normal[4], 0.0),
        scatter=normal[5],
        record=loss + p.record_sd[lot] * normal[6],
        loss=loss,
        module=module,
    )
