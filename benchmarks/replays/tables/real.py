"""A plant's own table day by day: python -m benchmarks.replays.tables.real FILE.

The zinc leach residue filter from 2020 on, each outcome available as late as the seed says. The model is trained again
every 30 days and adapts to outcomes between; for comparison persistence and a ridge line refitted every day, with its
newest errors taken off. Writes docs/results/replay_real.json and a table in docs/results/retraining.md; the table of
the plant is not in the repository.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.replays.run import COVERAGE, trained_model
from benchmarks.replays.tables.page import PAGE, REAL, REAL_RESULTS, real_lines
from models.interfaces.answers import Answer
from models.table.inputs import matrix
from models.table.reading import read_table
from physics.arrays import FloatArray
from seeds import Seed, load
from training.core.dataset import period_of

PROCESS, BEGIN, EVERY, NEWEST = "zinc_leach_filter", pd.Timestamp(2020, 1, 1), pd.Timedelta(days=30), 20
LAST = 0.15  # share of the days that are reported by themselves


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    seed = load(PROCESS)
    table = read_table(parser.parse_args().file, seed).table
    table = table[table[seed.target.name].notna()].sort_values(seed.clock.name).reset_index(drop=True)
    y, days = table[seed.target.name].to_numpy(dtype=np.float64), period_of(table, seed)
    tested = np.flatnonzero(days >= BEGIN)
    lag = seed.delay + seed.period  # a row's own outcome is known when its period is over and the laboratory is done
    known = [int(np.searchsorted(days, days[row] - lag, side="right")) for row in tested]
    answers = played(seed, table, y, tested, known)
    own = np.array([one.value[0] for one in answers])
    covered = np.array([one.low[0] <= y[row] <= one.high[0] for one, row in zip(answers, tested, strict=True)])
    values = {
        "model": own,
        "persistence": np.array([y[end - 1] for end in known]),
        "ridge": ridge(matrix(table, seed), y, tested, known),
    }
    errors = {name: value - y[tested] for name, value in values.items()}
    newest = len(tested) - round(LAST * len(days))
    figures: dict[str, Any] = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed_digests": {PROCESS: seed_digest(seed)},
        "from": f"{BEGIN:%Y-%m-%d}",
        "days": len(tested),
        "last_days": len(tested) - newest,
        "rmse": {name: float(np.sqrt(np.mean(error**2))) for name, error in errors.items()},
        "rmse_last": {name: float(np.sqrt(np.mean(error[newest:] ** 2))) for name, error in errors.items()},
        "coverage": float(covered.mean()),
        "coverage_last": float(covered[newest:].mean()),
    }
    REAL_RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), REAL, real_lines(figures)), encoding="utf-8")


def played(seed: Seed, table: pd.DataFrame, y: FloatArray, tested: Any, known: list[int]) -> list[Answer]:
    """Predictions of each requested row with the outcomes known then."""
    X, days = matrix(table, seed), period_of(table, seed)
    predictions, model, since, taken = [], None, None, 0
    centres: dict[int, float] = {}
    for row, end in zip(tested, known, strict=True):
        if model is None or days[row] - since >= EVERY:
            model, since, taken = trained_model(table[:end], seed), days[row], end
            print(f"{days[row]:%Y-%m-%d}: {model.candidate}", flush=True)
        while taken < end and model.adaptive is not None:  # outcomes that came in since, each as it was answered
            raw = model.scaled(model.predict(X[taken : taken + 1]))
            error = model.scaled(y[taken : taken + 1]) - raw
            score = np.abs(error - centres.get(taken, model.adaptive.centre)) / model.scale(X[taken : taken + 1], raw)
            model = replace(model, adaptive=model.adaptive.taken(error, score))
            taken += 1
        centres[row] = 0.0 if model.adaptive is None else model.adaptive.centre
        predictions.append(model.answer(X[row : row + 1], COVERAGE)[seed.target.name])
    return predictions


def ridge(X: FloatArray, y: FloatArray, tested: Any, known: list[int]) -> FloatArray:
    """A ridge line refitted for each row from all that is known, less the mean of its newest errors."""
    predictions, errors = [], dict[int, float]()
    for row, end in zip(tested, known, strict=True):
        line = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), Ridge(10.0))
        raw = float(line.fit(X[:end], y[:end]).predict(X[row : row + 1])[0])
        newest = [errors[i] for i in range(end - NEWEST, end) if i in errors]
        errors[row] = y[row] - raw
        predictions.append(raw + (float(np.mean(newest)) if newest else 0.0))
    return np.array(predictions)


if __name__ == "__main__":
    main()
