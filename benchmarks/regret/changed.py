"""Hourly flotation tables with a changed plant in the first two fifths: recovery drifts and jumps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.suite.plant_tables import PlantTable, drift

ROWS, SENSORS = 2000, 10
TARGET = "recovery (%)"


def changed(rng_seed: int) -> PlantTable:
    """One of these tables."""

    def write(path: Path) -> None:
        _frame(np.random.default_rng((rng_seed, 1))).to_csv(path, index=False)

    return PlantTable(f"changed_{rng_seed}.csv", TARGET, write)


def _frame(rng: np.random.Generator) -> pd.DataFrame:
    """Sensors that read otherwise and matter otherwise from a day on; some rows missing, some assays zero."""
    X = np.column_stack([drift(rng, ROWS, memory, 1.0) for memory in rng.uniform(0.5, 0.95, SENSORS)])
    later = np.arange(ROWS) >= int(ROWS * rng.uniform(0.38, 0.46))
    X[later] += rng.normal(0, 4, SENSORS)
    first = rng.normal(0, 1.5, SENSORS)
    second = first + rng.normal(0, 2, SENSORS)
    jumps = np.cumsum((rng.random(ROWS) < 3 / ROWS) * rng.normal(0, 6, ROWS))
    recovery = 70 + jumps + np.where(later, (X - X[later].mean(axis=0)) @ second, X @ first)
    recovery = np.clip(recovery + drift(rng, ROWS, 0.95, 4) + rng.normal(0, 2, ROWS), 0, 100)
    recovery[rng.random(ROWS) < 0.01] = 0.0
    frame = pd.DataFrame(X.round(3), columns=[f"sensor {i + 1} (t/h)" for i in range(SENSORS)])
    frame[rng.random(frame.shape) < 0.01] = np.nan
    frame.insert(0, "date", pd.date_range("2017-01-01", periods=ROWS, freq="h"))
    frame[TARGET] = recovery.round(2)
    return frame[rng.random(ROWS) > 0.03]
