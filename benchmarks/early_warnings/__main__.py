"""Measure early warnings on default plants and on other plants, for docs/results/early_warnings.md.

    python -m benchmarks.early_warnings                        # all processes that name events
    python -m benchmarks.early_warnings zinc_electrowinning    # one; the figures of the others stay as they are
    python -m benchmarks.early_warnings --development          # on plants to develop on; prints, and writes nothing

Each plant's warnings are trained on its own rows by the split of every job, and measured on its latest periods,
holdout units included. The plants of FINAL are not used in development.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.digests import seed_digest, table_digest
from benchmarks.early_warnings.best import FUTURES, best
from benchmarks.early_warnings.faults import beside_faults
from benchmarks.early_warnings.page import DEFAULT, PAGE, RESULTS, with_tables
from models.setpoints.situations import UnitPeriodGrid
from models.warnings.model import WarningModel
from seeds import Seed, load, load_all
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, read
from training.core.splits import split
from training.warnings.evaluate import blocks_of, evaluated, followed, metrics
from training.warnings.learning import EventWarnings

DEVELOPMENT, FINAL = (501, 503), (32101, 32102, 32103)


def digest(seed: Seed) -> str:
    """Digest of what the figures rest on: the seed's plant and the events that it names."""
    stated = json.dumps([event.model_dump() for event in seed.warnings], sort_keys=True)
    return "sha256:" + hashlib.sha256((seed_digest(seed) + stated).encode()).hexdigest()


def on_plant(seed: Seed, folder: Path) -> tuple[Dataset, dict[str, Any]]:
    """Figures of warnings on one plant, trained on its own rows."""
    data = read(simulate(seed, folder), seed)
    blocks = blocks_of(data, split(data))
    outcome = EventWarnings().outcome(data, split(data))
    model = outcome.learnt or WarningModel(seed, (), {}, {"all": str(outcome.refusal)})
    grid = UnitPeriodGrid.of(data.checked, seed)
    first = int(grid.starts.searchsorted(blocks.test_from))
    shares, faults = best(seed, grid, first), pd.read_parquet(folder / "events.parquet")
    by_event: dict[str, Any] = {}
    by_part = evaluated(model, data, blocks) if model.events else {}
    for name, predicted in followed(model, data, blocks).items() if model.events else ():
        one = model.events[name]
        # Where futures end with the run, nothing true is known of the last period.
        true = shares[name].of_futures[predicted.units, predicted.periods]
        rows = np.logical_or.reduce(list(predicted.parts.values()))
        both = rows & np.isfinite(true)
        y, p = predicted.y[both], predicted.probability[both]
        y_grid, use = np.zeros(grid.there.shape), np.zeros(grid.there.shape, dtype=np.bool_)
        y_grid[predicted.units, predicted.periods], use[predicted.units, predicted.periods] = predicted.y, both
        figures = by_part[name] | {
            "brier": float(np.mean((p - y) ** 2)),
            "rate_brier": float(np.mean((one.events / one.rows - y) ** 2)),
            "best_brier": shares[name].brier(y_grid, use),
            "mean_probability": float(p.mean()),
            "mean_true": float(true[both].mean()),
            "threshold": one.event.threshold,
            **{key: value for key, value in metrics(one, predicted, rows, model).items() if key.startswith("cost")},
        }
        by_event[name] = {key: round(value, 6) for key, value in figures.items() if math.isfinite(value)}
        by_event[name] |= {"candidate": one.candidate, "faults": beside_faults(seed, grid, predicted, faults, first)}
    return data, {"events": by_event, "refused": model.refused}


def on_plants(process: str, numbers: tuple[int, ...]) -> dict[str, Any]:
    """Figures of a process on its default plant and on others."""
    seed = load(process)
    plants: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        data, plants[DEFAULT] = on_plant(seed, Path(scratch) / DEFAULT)
        for number in numbers:
            plants[str(number)] = on_plant(another_plant(seed, number), Path(scratch) / str(number))[1]
            print(process, number, json.dumps(plants[str(number)]["refused"]), flush=True)
    return {
        "digest": digest(seed),
        "table_digest": table_digest(data.checked),
        "futures": FUTURES,
        "plants": plants,
    }


def main(arguments: list[str]) -> None:
    """Measure and write."""
    develop = "--development" in arguments
    warned = [name for name, seed in load_all().items() if seed.warnings and seed.plant is not None]
    results: dict[str, Any] = {}
    if RESULTS.exists() and not develop:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for process in [name for name in arguments if name != "--development"] or warned:
        results[process] = on_plants(process, DEVELOPMENT if develop else FINAL)
        if develop:
            print(json.dumps(results[process], indent=1))
    results = {name: results[name] for name in warned if name in results}
    if not develop:
        RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
