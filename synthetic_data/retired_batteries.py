"""Simulated line for retired lithium-ion cells: label, camera, scale, pulses, impedance, X-rays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.battery_line import appearance, bench, cells, electrics, market, packs, xrays
from synthetic_data.battery_line.bench import Report
from synthetic_data.battery_line.cells import BatteryCells
from synthetic_data.battery_line.deliveries import BatteryLineFaults, Deliveries
from synthetic_data.battery_line.market import BatteryMarket
from synthetic_data.battery_line.parameters import BatteryLineParameters, PlantParameters, RobotParameters
from synthetic_data.battery_line.robot import CAUSES, place
from synthetic_data.engine.parameters import regime_events
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.simulator import EjectionOutcome, Simulator


class RetiredBatteries(Simulator):
    """Deliveries of lithium-ion cells, which label, camera, scale, pulses, impedance and X-rays look at."""

    block_units = 40  # lots drawn as one array: 12,000 cells; fewer cost more a cell, more leave workers idle
    parameters = (BatteryLineParameters, PlantParameters, RobotParameters)

    def unit_name(self, unit: int) -> str:
        """Name of a lot: D-00001 is the first delivery of the run."""
        return f"D-{unit + 1:05d}"

    def steps(self, plan: RunPlan) -> int:
        """Lots of a run."""
        return plan.units

    def faults(self, seed: Seed) -> Iterator[str]:
        """Yield faults of the makes too."""
        yield from super().faults(seed)
        yield from market.faults(seed)

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of deliveries, all of their cells in one pass."""
        shared, rng = plan.plant_stream(), plan.block_stream(block)
        plant = PlantParameters.of(plan.seed)
        makes, faults = BatteryMarket.of_plan(plan, shared), BatteryLineFaults.of_plan(plan, shared)
        lots = Deliveries.of_block(plan, block, faults, rng)
        drawn = cells.drawn(plan, makes, lots, packs.drawn(plant, makes, lots, rng), rng)
        read, hidden = _read(drawn, makes, rng)
        reported = bench.report(drawn, read, rng)
        target, fade, growth = (column.name for column in plan.seed.by_role("target"))
        columns = {column.name: column for column in plan.seed.inputs}
        table: dict[str, FloatArray | NDArray[np.intp]] = {
            name: np.clip(values, *columns[name].limits) for name, values in read.items()
        }
        table |= {target: reported.klass, fade: reported.fade, growth: reported.growth}
        truth: dict[str, FloatArray | NDArray[np.intp]] = {
            target: drawn.klass,
            fade: drawn.fade,
            growth: drawn.growth,
            **_hidden(drawn, makes, reported),
            **hidden,
        }
        events = [*faults.events(), *regime_events(plan)] if block.index == 0 else []
        ordered = tuple(sorted([*events, *lots.events()], key=lambda event: event.onset))
        yield BlockRows(drawn.lot, drawn.starts, table, truth, ordered, block.count)

    def outcome(self, seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> EjectionOutcome:
        """Bin in which the robot puts each decided cell, with the cause where it is another one."""
        remaining = [one.rest for one in seed.bins].index(True)
        mass = truth["true_mass"].to_numpy(dtype=np.float64)
        rng = np.random.default_rng(rng_seed)
        return EjectionOutcome(*place(decisions, remaining, mass, RobotParameters.of(seed), rng), CAUSES)


SIMULATOR = RetiredBatteries()


def _read(
    drawn: BatteryCells, makes: BatteryMarket, rng: np.random.Generator
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Readings of the instruments, and the hidden values behind them."""
    label, right = appearance.label(drawn, makes, rng)
    body = appearance.body(drawn, makes, rng)
    store, fall = appearance.store(drawn, body, rng)
    core, pole = electrics.temperatures(drawn, rng)
    parts = electrics.parts(drawn, core, rng)
    passed, ratio, skipped = xrays.through(drawn, makes, rng)
    read = {
        "declared_age": drawn.declared_age,
        **label,
        **body,
        **store,
        "rest_voltage": electrics.rested(drawn, makes, rng),
        "probe_temperature": pole,
        **electrics.pulses(drawn, makes, parts, rng),
        **electrics.spectrum(drawn, makes, parts, rng),
        **passed,
    }
    hidden = {
        "core_temperature": core,
        "true_voltage_fall": fall,
        "bare_ratio": ratio,
        "xrays_skipped": skipped.astype(np.float64),
        "label_right": right.astype(np.float64),
        "contact": electrics.contact(drawn),
    }
    return read, hidden


def _hidden(drawn: BatteryCells, makes: BatteryMarket, reported: Report) -> Mapping[str, FloatArray]:
    """Hidden state: the cell as it is, where it comes from, why it was tested."""
    numbers = {
        "make": drawn.make,
        "kind": makes.kind[drawn.make],
        "form": drawn.form,
        "cathode": drawn.cathode,
        "hazard": drawn.hazard,
        "pack": drawn.pack,
        "module": drawn.module,
        "empty": drawn.empty,
        "looked_good": reported.looked_good,
        "drawn": reported.drawn,
    }
    return {name: values.astype(np.float64) for name, values in numbers.items()} | {
        "true_mass": drawn.mass,
        "capacity": drawn.capacity * (1.0 - 0.01 * drawn.fade),
        "charge": drawn.charge,
        "ohmic": drawn.ohmic,
        "record": drawn.record,
    }
