"""One job: the champion's set-point model on a table's newest plans, or on the last knobs where it has none."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.setpoints.advice import Advice
from models.setpoints.line import advising
from models.setpoints.line.advice import LineAdvice
from models.setpoints.model import SetpointModel
from models.table.contract import Checked
from models.table.reading import read_table
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed
from training.job import Progress, silent


class RecommendError(ValueError):
    """A process whose set-points cannot be recommended, or a table that plans nothing; what to do is said."""


@dataclass(frozen=True, eq=False)
class Recommended:
    """Advice for the units of a table.

    Attributes
    ----------
    model : SetpointModel
        The champion's.
    version : int
        The champion.
    checked : Checked
        What was read.
    goes_on : bool
        Whether the table had no plans, so that the last knobs were taken to go on for one more period.
    prices : Mapping of str to float
        What was reckoned with, by name [the seed's units].
    advices : list of Advice
        One a unit that has a plan.
    unplanned : int
        Units of the table without a plan.
    line : LineAdvice or None
        Advice for all units together; None where they share no knob.
    """

    model: SetpointModel
    version: int
    checked: Checked
    goes_on: bool
    prices: Mapping[str, float]
    advices: list[Advice]
    unplanned: int
    line: LineAdvice | None = None


def recommend(
    seed: Seed, data: Path, settings: Settings, prices: Mapping[str, float], progress: Progress = silent
) -> Recommended:
    """Recommend set-points for the period to come of each unit.

    Parameters
    ----------
    seed : Seed
        The process.
    data : Path
        Table of the plant, as for training; its newest rows may be plans: knobs, and nothing measured.
    settings : Settings
        Where MLflow keeps the champion.
    prices : Mapping of str to float
        Prices that replace the seed's, by name [the seed's units].
    progress : callable
        Called with what is being done, the steps done and the steps in all.

    Returns
    -------
    Recommended

    Raises
    ------
    RecommendError
        The champion has no set-point model, or a plan lacks a knob.
    SetpointError
        Prices that cannot be.
    TableError
        The table breaks its contract.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    """
    process = seed.process.name
    progress("load the champion", 0, 3)
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    whole = tracking.model(champion)
    model: SetpointModel | None = getattr(whole, "setpoints", None)
    if model is None:
        why = getattr(whole, "setpoints_refusal", None) or "no physics knows its knobs, or it was trained without them"
        raise RecommendError(f"{process}: version {champion.number} recommends no set-points: {why}")
    reckoned = model.priced(prices)
    progress("read the table", 1, 3)
    # A plan may be of a period that has not begun.
    latest = dt.date.today() + dt.timedelta(days=math.ceil(seed.period / dt.timedelta(days=1)))
    checked = read_table(data, seed, today=latest)
    table, goes_on = with_plans(checked.table, seed)
    progress("weigh the moves", 2, 3)
    advices, line = advising.recommend_line(model, table, prices)
    assert seed.key is not None
    unplanned = checked.table[seed.key.name].nunique() - len(advices)
    return Recommended(model, champion.number, checked, goes_on, reckoned, advices, unplanned, line)


def with_plans(table: pd.DataFrame, seed: Seed) -> tuple[pd.DataFrame, bool]:
    """A table whose units have a plan as their newest row, and whether these were made here.

    Where no unit's newest row is a plan, each unit goes on for one more period as it was set last.

    Raises
    ------
    RecommendError
        A plan lacks a knob.
    """
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    knobs = [column.name for column in seed.by_role("knob")]
    newest = table.sort_values([key, time]).groupby(key, sort=True).tail(1)
    measured = newest[[column.name for column in seed.by_role("during")]].notna().any(axis=1)
    plans = newest[~measured]
    if plans.empty:
        return _going_on(table, newest, seed), True
    for unit, start, *values in plans[[key, time, *knobs]].itertuples(index=False):
        lacking = [name for name, value in zip(knobs, values, strict=True) if pd.isna(value)]
        if lacking:
            raise RecommendError(
                f"plan of {unit} for {start:%Y-%m-%d}: {', '.join(lacking)} missing: expected a number"
            )
    return table, False


def _going_on(table: pd.DataFrame, newest: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """The table and one more period of each unit, with the knobs that were last set."""
    assert seed.key is not None
    knobs = [column.name for column in seed.by_role("knob")]
    last = table.groupby(seed.key.name, sort=True)[knobs].last()
    kept = {seed.key.name, seed.clock.name}
    more = newest.assign(**{name: np.nan for name in table.columns if name not in kept})
    more[knobs] = last.loc[more[seed.key.name]].to_numpy()
    more[seed.clock.name] = more[seed.clock.name] + pd.Timedelta(seed.period)
    rows = pd.concat([table, more.astype(table.dtypes)], ignore_index=True)
    return rows.sort_values([seed.key.name, seed.clock.name], kind="stable", ignore_index=True)
