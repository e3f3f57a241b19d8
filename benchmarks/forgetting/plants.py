"""Models trained at several dates on several histories of a plant, and their later errors."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.drift.champions import answered, champion
from benchmarks.forgetting.histories import COPIES, HISTORIES, Past
from models.estimators.tuning import last_of, with_settings
from models.table.inputs import matrix
from models.table.reading import read_table, read_truth
from models.tasks import build
from monitoring.drift.history import DriftReference
from monitoring.drift.signals import DriftSignals
from monitoring.drift.time_steps import starts_of
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from synthetic_data import another_plant, simulate
from training.core.dataset import period_of, row_key
from training.core.fitting import with_few_threads

CANDIDATES = ("linear", "lightgbm_physics")
DATES = (1 / 3, 1 / 2, 2 / 3, 5 / 6, 1.0)
"""Fractions of the plant's time between which candidates are trained and tested."""
DAY = np.timedelta64(86_400_000_000, "us")


def measured(seed: Seed, rng_seed: int, units: int) -> dict[str, Any]:
    """Mean absolute errors to the truth, by date, candidate and history [target's unit].

    The plant's parameters are drawn again. What the monitoring saw of a change is what it saw of a champion that was
    trained at the date before.
    """
    own = another_plant(seed, rng_seed)
    table, truth = _plant(own, units)
    start = starts_of(table, own)
    first, last = start.min(), start.max()
    dates = [first + (last - first) * share for share in DATES]
    by_date = {}
    for before, date, until in zip(dates, dates[1:], dates[2:], strict=False):
        known = np.asarray(period_of(table, own) + own.period + own.delay <= pd.Timestamp(date))
        since = _changed(own, table, start < before, known & (start >= before))
        past = Past((date - start[known]) / DAY, None if since is None else (date - since) / DAY)
        tested = (start >= date) & (start < until)
        X, y = matrix(table, own), table[own.target.name].to_numpy(dtype=np.float64)
        errors = {
            name: {
                history_name: _error(own, name, X, y, truth, known, keep(past), tested)
                for history_name, keep in HISTORIES.items()
            }
            for name in CANDIDATES
        }
        by_date[f"{pd.Timestamp(date):%Y-%m-%d}"] = {"changed": past.changed, "errors": errors}
    return by_date


def _plant(seed: Seed, units: int) -> tuple[pd.DataFrame, FloatArray]:
    """Labelled rows by time, and the truth of each."""
    with TemporaryDirectory() as folder:
        simulate(seed, Path(folder), units=units)
        table, known = read_table(Path(folder), seed).table, read_truth(Path(folder), seed)
    assert known is not None
    table = table[table[seed.target.name].notna()]
    table = table.iloc[np.argsort(period_of(table, seed), kind="stable")].reset_index(drop=True)
    joined = table[row_key(seed)].merge(known, on=row_key(seed), how="left")
    return table, joined[seed.target.name].to_numpy(dtype=np.float64)


def _changed(seed: Seed, table: pd.DataFrame, before: BoolArray, later: BoolArray) -> Any:
    """Start of the latest change that the monitoring detected in the later rows; None without one."""
    own = table[before].reset_index(drop=True)
    history = DriftReference.of(champion(seed, own), own)
    predicted = answered(seed, table[later].reset_index(drop=True))
    step = history.clock.steps(starts_of(predicted.table, seed)) - history.steps
    step_of_change = last_change(DriftSignals.of(predicted, step, history))
    return None if step_of_change is None else np.datetime64(history.clock.moment(history.steps + step_of_change), "us")


def last_change(seen: DriftSignals) -> int | None:
    """Step at which the latest change still beyond its limits at the end started; None without one."""
    steps = [_since(seen.beyond[:, j]) for j in np.flatnonzero(seen.beyond[-1])]
    for one in seen.sums:
        if one.beyond[-1]:
            steps.append(int(one.at[_since((one.high if one.high[-1] >= one.low[-1] else one.low) > 0.0)]))
    return max(steps, default=None)


def _since(holds: BoolArray) -> int:
    """First index of the unbroken run of truth that the last one ends."""
    breaks = np.flatnonzero(~holds)
    return int(breaks[-1]) + 1 if len(breaks) else 0


def _error(
    seed: Seed,
    name: str,
    X: FloatArray,
    y: FloatArray,
    truth: FloatArray,
    known: BoolArray,
    times: IntArray,
    tested: BoolArray,
) -> float:
    """Mean absolute error to the truth of test rows, by a candidate trained on these copies of rows."""
    rows = np.repeat(np.flatnonzero(known), times)
    estimator = with_few_threads(build(seed)[name], len(rows))
    copies, last = int(times.max()), last_of(estimator)
    if copies > 1 and hasattr(last, "min_child_samples"):  # a leaf needs as many rows as without copies
        own = {"min_child_samples": COPIES * last.min_child_samples, "lambda_l2": COPIES * last.lambda_l2}
        estimator = with_settings(estimator, own)
    fitted: Any = estimator.fit(X[rows], y[rows])
    return float(np.nanmean(np.abs(fitted.predict(X[tested]) - truth[tested])))
