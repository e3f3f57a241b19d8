"""Rollback checks on champions of unused plants, with correct and corrupted rows, month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.replays.plant import Plant
from benchmarks.replays.tables.plants import MONTH, WORSE, ratio_of, until
from models.regression.model import RegressionModel
from models.tasks import inputs_for
from physics.arrays import BoolArray
from training.core.comparison import ComparisonError
from training.core.dataset import period_of
from training.regression.comparison import verdict
from training.retraining.later_rows import as_candidate
from training.retraining.post_promotion_check import Promise, overturned

RNG_SEED = 20261127
HEADS = (
    *("training rows of the champion", "promotions", "worse", "worse and rolled back", "rolled back"),
    *("rolled back wrongly", "mean months until rollback"),
)


def after_promotion(
    promise: Promise, before: RegressionModel, after: RegressionModel, plant: Plant, now: pd.Timestamp
) -> dict[str, float | int | None]:
    """Result of a promotion over the following months.

    Parameters
    ----------
    promise : Promise
        What it was decided on.
    before, after : RegressionModel
        The two champions.
    plant : Plant
        What they are asked about.
    now : Timestamp
        When it was decided.

    Returns
    -------
    dict
        `ratio`: error to the truth of the answers after the promotion over that of the ones before, on all that came.
        `back`: after how many months it was rolled back, None where it never was. `then`: the ratio from there on, None
        where too little came.
    """
    whole = until(plant, None)
    months = month_of_put_back(promise, before, after, plant, now)
    moments = [now, None if months is None else now + months * MONTH]
    ratio, then = (
        None if one is None else ratio_of(before, after, whole, np.flatnonzero(whole.periods >= one)) for one in moments
    )
    return {"ratio": ratio, "back": months, "then": then}


def month_of_put_back(
    promise: Promise, before: RegressionModel, after: RegressionModel, plant: Plant, now: pd.Timestamp
) -> int | None:
    """Months until `training.retraining.post_promotion_check` restores the earlier champion, or None."""
    last = period_of(plant.table, plant.seed).max()
    before = replace(before, followed=None)  # which no file keeps
    for months in range(1, 1 + int((last - now) / MONTH)):
        data = until(plant, now + months * MONTH)
        rows = np.flatnonzero(data.periods >= now)
        try:
            X = inputs_for(after, data.table)[rows]
            since = verdict(after, X, as_candidate(before, data, rows), data, rows)
        except ComparisonError:
            continue
        if overturned(promise, since) is not None:
            return months
    return None


def wrong_units(plant: Plant, champion: RegressionModel, spoilt: BoolArray) -> pd.DataFrame:
    """The plant's table with labels that belong to other units of their period."""
    table, target = plant.table.copy(), plant.seed.target.name
    rng = np.random.default_rng(RNG_SEED)
    for _, rows in table[spoilt].groupby(period_of(table[spoilt], plant.seed)).groups.items():
        table.loc[rows, target] = rng.permutation(table.loc[rows, target].to_numpy())
    return table


def broken_sensor(plant: Plant, champion: RegressionModel, spoilt: BoolArray) -> pd.DataFrame:
    """Plant's table with the values of the most influential input exchanged between rows."""
    table, rng = plant.table.copy(), np.random.default_rng(RNG_SEED)
    X = inputs_for(champion, table)[spoilt]
    typical, order, moved = champion.predict(X), rng.permutation(len(X)), {}
    for place, name in enumerate(champion.names):
        other = X.copy()
        other[:, place] = X[order, place]
        moved[name] = float(np.mean(np.abs(champion.predict(other) - typical)))
    sensor = max((name for name in moved if name in table.columns), key=lambda name: moved[name])
    table.loc[spoilt, sensor] = table.loc[spoilt, sensor].to_numpy()[order]
    return table


SPOILT: dict[str, Callable[[Plant, RegressionModel, BoolArray], pd.DataFrame]] = {
    "labels of other units": wrong_units,
    "a sensor that reads other rows": broken_sensor,
}
"""Corruptions of a champion's training rows: functions of the plant's table, by name."""


def spoilt_until(plant: Plant, champion: RegressionModel, now: pd.Timestamp, how: str) -> Plant:
    """The plant whose rows are spoilt from its begin to a moment, and honest after that."""
    periods = period_of(plant.table, plant.seed)
    spoilt = np.asarray((periods >= plant.begin) & (periods < now))
    return replace(plant, table=SPOILT[how](plant, champion, spoilt))


def rows_of(processes: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Table rows by corruption of the champion's training rows, over all processes."""
    verdicts = [each for one in processes.values() for each in one["verdicts"]]
    yield _row("correct rows", [each["promoted"] for each in verdicts if each["promoted"]])
    for how in SPOILT:
        yield _row(how, [each for one in processes.values() for each in one["spoilt"] if each["how"] == how])


def _row(label: str, promotions: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    worse, back = (
        [one for one in promotions if one["ratio"] > WORSE],
        [one for one in promotions if one["back"] is not None],
    )
    wrongly = sum(one["then"] is not None and one["then"] < 1 / WORSE for one in back)
    of_worse, months = sum(one["back"] is not None for one in worse), [one["back"] for one in back]
    shown = f"{np.mean(months):.1f}" if months else "-"
    return label, f"{len(promotions)}", f"{len(worse)}", f"{of_worse}", f"{len(back)}", f"{wrongly}", shown
