"""Effects of set-points by ours, econml and DoubleML compared with the truth, on development plants.

    make bench-referees     # econml and DoubleML are in a folder of their own, which this target fills

Half of the difference between a step of a set-point up and a step down: by `models.setpoints.learning`, by partially
linear regression on the same rows and controls (`econml.dml.LinearDML`, `doubleml.DoubleMLPLR`), and in truth, by
forks of the running plant at several times of history, into several futures. All effects are on an outcome's mean over
the period of the move and the two after it, in which operators continue as in history. Figures are stored in
docs/results/referees.json; the tables between the markers of docs/results/set_points.md are made from them.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pandas as pd

from benchmarks.digests import seed_digest
from benchmarks.referees.estimators import Estimates, TrainingRows, double_ml, linear_dml, ours
from benchmarks.referees.page import PAGE, RESULTS, with_tables
from benchmarks.referees.plants import HISTORY, MADE_AT, PLANTS, PROCESS, UNITS
from benchmarks.referees.truth import truth_of
from models.processes.lookup import response_of
from models.setpoints.situations import AHEAD
from seeds import Seed, load
from training.jobs.trial import RunningPlants
from training.setpoints.observation import Observation, public
from training.setpoints.plants import TrialPlant


def measured(plant: TrialPlant, seed: Seed) -> list[dict[str, Any]]:
    """Figures of a plant: for each set-point and outcome the truth and all estimates."""
    simulator, known = RunningPlants(), public(seed)
    response = response_of(seed)
    assert response is not None
    running = simulator.begin(plant.seed(seed, simulator), UNITS, HISTORY + AHEAD + 1, plant.rng_seed)
    hand, true = Observation(known), []
    for period in range(1, HISTORY + 1):
        step = running.step()
        hand = hand.after(step)
        if period in MADE_AT:
            true.append(truth_of(running, step.table, known, list(response.SETPOINTS)))
    effects = pd.concat(true)
    by_unit = effects.groupby(level=0).mean()
    history = hand.history()
    rows = TrainingRows.of(history, known, response)
    estimates: dict[str, Estimates] = {}
    for name, estimate in (
        ("ours", lambda: ours(history, known, rows)),
        ("LinearDML", lambda: linear_dml(rows)),
        ("DoubleMLPLR", lambda: double_ml(rows)),
    ):
        began = time.perf_counter()
        estimates[name] = estimate()
        print(f"{plant.name}: {name}, {time.perf_counter() - began:.0f} s", flush=True)
    return [
        {
            "plant": plant.name,
            "setpoint": setpoint,
            "outcome": outcome,
            "truth": float(by_unit[setpoint, outcome].mean()),
            "spread": float(by_unit[setpoint, outcome].std()),
            "truth_error": float(by_unit[setpoint, outcome].sem()),
            **{name: of[setpoint, outcome][0] for name, of in estimates.items()},
            **{f"{name}_error": of[setpoint, outcome][1] for name, of in estimates.items()},
        }
        for setpoint, outcome in effects.columns
    ]


def main() -> None:
    """Measure and write."""
    seed = load(PROCESS)
    effects = [one for plant in PLANTS for one in measured(plant, seed)]
    sizes = {"units": UNITS, "history": HISTORY, "plants": [plant.name for plant in PLANTS]}
    RESULTS.write_text(
        json.dumps({"process": PROCESS, "digest": seed_digest(seed)} | sizes | {"effects": effects}, indent=1) + "\n",
        encoding="utf-8",
    )
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
