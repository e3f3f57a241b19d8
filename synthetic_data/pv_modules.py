"""Simulated line that sorts photovoltaic modules: reference modules of each lot at the stations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.engine.parameters import regime_events
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.simulator import EjectionOutcome, Simulator
from synthetic_data.module_line import cameras, flasher, laboratory, operators, spectrometer
from synthetic_data.module_line.condition import ModuleCondition, draw_condition
from synthetic_data.module_line.faults import ModuleLineFaults
from synthetic_data.module_line.lots import ModuleMarket, draw_lots, starts
from synthetic_data.module_line.modules import Modules, draw_modules
from synthetic_data.module_line.operators import HandledModules
from synthetic_data.module_line.parameters import LotParameters, ModuleLineParameters
from synthetic_data.module_line.stacking import CAUSES, stack


class PvModules(Simulator):
    """Lots of photovoltaic modules, which cameras, flasher and spectrometer look at."""

    block_units = 100  # lots drawn as one array: 12,000 modules, whose arrays stay near the processor
    parameters = (LotParameters, ModuleLineParameters)
    facts: ClassVar = {"count_time": "s"}

    def unit_name(self, unit: int) -> str:
        """Name of a lot: L-00001 is the first of the run."""
        return f"L-{unit + 1:05d}"

    def steps(self, plan: RunPlan) -> int:
        """Lots of a run."""
        return plan.units

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of lots, all reference modules in one pass."""
        p, rng = ModuleLineParameters.of(plan.seed), plan.block_stream(block)
        faults = ModuleLineFaults.of(plan, p)
        lots = draw_lots(plan, block, p, rng)
        at = starts(plan, lots, p, rng)
        modules = draw_modules(lots, ModuleMarket.of(plan, p), p, rng)
        condition = draw_condition(lots, modules, p, rng)
        treated = operators.treat(lots, modules, condition, faults, p, rng)
        lamp = flasher.irradiance(lots, p, rng)
        flashed, light = flasher.read(lots, modules, condition, treated, lamp, faults, p, rng)
        read = cameras.read(lots, modules, condition, treated, faults, p, rng) | flashed
        checked = operators.checked(read["scribe_score"], p, rng)
        read |= spectrometer.read(lots, modules, checked, faults, p, rng)
        read["make_year"] = np.where(treated.labelled, modules.year, np.nan)
        read["label_power"] = np.where(treated.labelled, treated.label, np.nan)
        true = laboratory.true_contents(modules, condition)
        kind, contents = laboratory.reported(modules, true, p, rng)
        columns = {column.name: column for column in (*plan.seed.inputs, *plan.seed.elements)}
        table = {name: np.clip(values, *columns[name].limits) for name, values in (read | contents).items()}
        target = plan.seed.target.name
        truth = true | {target: modules.kind} | _hidden(modules, condition, treated, light)
        events = (*regime_events(plan), *faults.events()) if block.index == 0 else ()
        yield BlockRows(modules.lot, at, table | {target: kind}, truth, events, block.count)

    def outcome(self, seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> EjectionOutcome:
        """Bin in which the gripper puts each decided module, with the cause where it is another one."""
        remaining = [one.rest for one in seed.bins].index(True)
        broken = {"broken": truth["broken"].to_numpy(dtype=np.float64)}
        rng = np.random.default_rng(rng_seed)
        return EjectionOutcome(*stack(decisions, remaining, broken, ModuleLineParameters.of(seed), rng), CAUSES)


SIMULATOR = PvModules()


def _hidden(
    modules: Modules, condition: ModuleCondition, treated: HandledModules, light: FloatArray
) -> dict[str, FloatArray]:
    """Hidden state: what the module is made of, has been through and is today, and the flash's light."""
    numbers = {
        "true_mass": modules.mass,
        "true_area": modules.area,
        "true_year": modules.year,
        "age": modules.age,
        "brand": modules.brand,
        "of_a_park": modules.member,
        "two_panes": modules.two_panes,
        "rolled": modules.rolled,
        "backsheet": modules.backsheet,
        "glass": modules.glass,
        "aluminium": modules.aluminium,
        "cell_share": modules.cell_share,
        "cadmium": modules.cadmium,
        "true_label": modules.label,
        "new_power": modules.power,
        "loss_rate": condition.loss_rate,
        "broken": condition.broken,
        "torn": condition.torn,
        "shunted": condition.shunted,
        "bypassed": condition.bypassed,
        "dark": condition.dark,
        "true_insulation": condition.insulation,
        "light_current": condition.light,
        "saturation_current": condition.saturation,
        "series_resistance": condition.series,
        "shunt_resistance": condition.shunt,
        "diode_scale": condition.scale,
        "true_ff_low": condition.low_fill,
        "junction_drop": condition.junction_drop,
        "soil": treated.soil,
        "irradiance": light,
    }
    return {name: np.asarray(values, dtype=np.float64) for name, values in numbers.items()}
