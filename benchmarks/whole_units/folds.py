"""Folds of whole units, and what each candidate says of the units that its fold keeps back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.digests import seed_digest, table_digest
from benchmarks.replays.run import candidates_of
from physics.arrays import FloatArray, IntArray
from seeds import Seed
from training.core.dataset import Dataset, read
from training.core.fitting import selected
from training.core.splits import split
from training.tasks import task_of

FOLDS = 5


def folds(data: Dataset) -> Iterator[IntArray]:
    """Rows of each fold of whole units, in an order of the units that looks at nothing but their names."""
    places = data.periods.factorize(sort=True)[0]
    fold = places * FOLDS // (places.max() + 1)
    yield from (np.flatnonzero(fold == number) for number in range(FOLDS))


def measured(seed: Seed, path: Path) -> dict[str, Any]:
    """Figures of every candidate over all folds; each row is predicted by models without its unit.

    A fold's models are trained on the rows of the other folds as a training job learns, settings and intervals
    included. `registered` counts how often the job would have registered a candidate, `chosen` are the figures of
    those: what a user gets.
    """
    data, learner = read(path, seed), task_of(seed).learner
    parts = split(data)
    by_candidate: dict[str, list[Mapping[str, float]]] = {}
    registered: dict[str, int] = {}
    weights = []
    for number, rows in enumerate(folds(data)):
        models = candidates_of(data.table.drop(index=rows), seed)
        answers = {name: learner.answers(model, data, parts) for name, (model, _) in models.items()}
        baseline = learner.predictions_of(next(iter(answers.values())))
        of_fold = {n: learner.evaluated(models[n][0], answers[n], data, rows, baseline) for n in models}
        best = selected(learner.selected_by, {name: metrics for name, (_, metrics) in models.items()})
        registered[best] = registered.get(best, 0) + 1
        weights.append(len(rows))
        for name, metrics in (of_fold | {"registered": of_fold[best]}).items():
            by_candidate.setdefault(name, []).append(metrics)
        print(f"fold {number + 1} of {FOLDS}: {best}", *_shown(of_fold), flush=True)
    over = {name: _over_folds(metrics, weights) for name, metrics in by_candidate.items()}
    return {
        "seed_digest": seed_digest(seed),
        "table_digest": table_digest(data.checked),
        "rows": len(data.table),
        "units": len(set(data.units)),
        "folds": FOLDS,
        "registered": registered,
        "chosen": over.pop("registered"),
        "candidates": over,
    }


def _over_folds(metrics: list[Mapping[str, float]], weights: list[int]) -> dict[str, float]:
    """Mean of each metric over the rows of all folds, under the names of the test rows' metrics."""
    columns: dict[str, FloatArray] = {name: np.array([one[name] for one in metrics]) for name in metrics[0]}
    return {f"test_{name}": round(float(np.average(values, weights=weights)), 4) for name, values in columns.items()}


def _shown(of_fold: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, metrics in of_fold.items():
        yield f"{name} {next(iter(metrics.values())):.4f}"
