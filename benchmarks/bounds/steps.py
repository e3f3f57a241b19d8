"""Gain of a step of each set-point, moved and held in all units, over the operators' own run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from seeds import Seed
from training.jobs.trial import RunningPlants
from training.setpoints.plants import RunningPlant, TrialPlant

PLANTS = (TrialPlant(30102, kin=False), TrialPlant(30101, kin=True), TrialPlant(30103, kin=True))
HISTORY, HELD = 40, 12  # periods by the operators, and periods that a move is held
FUTURES = range(4)


def steps(seed: Seed) -> dict[str, Any]:
    """Change of the true margin by a step up and one down of each set-point, by plant [$ a unit and day]."""
    units = {column.name: column.unit for column in seed.by_role("setpoint") if column.step}
    sizes = {column.name: column.step for column in seed.by_role("setpoint") if column.step}
    return {
        "setpoints": {k: {"step": sizes[k], "unit": units[k]} for k in sizes},
        "plants": [_plant(seed, p) for p in PLANTS],
    }


def _plant(seed: Seed, plant: TrialPlant) -> dict[str, Any]:
    simulator = RunningPlants()
    true_seed = plant.seed(seed, simulator)
    assert true_seed.plant is not None
    running = simulator.begin(true_seed, true_seed.plant.units, HISTORY + HELD + 1, plant.rng_seed)
    for _ in range(HISTORY):
        running.step()
    plans, margins = [], []
    for future in FUTURES:
        plan, margin = _course(running, true_seed, future)
        plans.append(plan)
        margins.append(margin)
    typical = float(np.mean([one.to_numpy() for one in margins]))
    figures: dict[str, Any] = {"plant": plant.name, "margin": round(typical, 1), "setpoints": {}}
    for column in seed.by_role("setpoint"):
        if not column.step:
            continue
        print(f"{plant.name}: {column.name}", flush=True)
        ends = []
        for sign in (1.0, -1.0):
            runs = [
                _course(running, true_seed, f, plans[i], column.name, sign * column.step)[1]
                for i, f in enumerate(FUTURES)
            ]
            ends.append(np.mean([(run - margin).to_numpy() for run, margin in zip(runs, margins, strict=True)], axis=0))
        slope = (ends[0] - ends[1]) / 2.0
        figures["setpoints"][column.name] = {
            "up": round(float(ends[0].mean()), 2),
            "down": round(float(ends[1].mean()), 2),
            "spread": round(float(slope.std()), 2),
        }
    return figures


def _course(
    start: RunningPlant,
    seed: Seed,
    future: int,
    plans: list[pd.DataFrame] | None = None,
    setpoint: str = "",
    size: float = 0.0,
) -> tuple[list[pd.DataFrame], pd.Series]:
    """Plans of the periods held and mean margin by unit, without costs; set-points as in `plans`."""
    assert seed.key is not None
    simulator, running = RunningPlants(), start.fork(future)
    own, margins = [], []
    for period in range(HELD):
        if plans is None:
            given = running.plan()
            step = running.step()
        else:
            low, high = seed.column(setpoint).settable
            given = plans[period].assign(**{setpoint: np.clip(plans[period][setpoint] + size, low, high)})
            step = running.step(given)
        own.append(given)
        accounts = simulator.economic_value(seed, step.truth)
        margins.append((accounts["margin"] + accounts["move_cost"]).set_axis(step.truth[seed.key.name]))
    return own, pd.concat(margins).groupby(level=0).mean()
