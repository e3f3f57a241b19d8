"""Plans of a table: its newest rows where nothing is measured of them, or rows that go on where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.setpoints.advice import Advice
from models.setpoints.line.advice import LineAdvice
from seeds import Seed


class RecommendError(ValueError):
    """A process whose set-points cannot be recommended, or a table that plans nothing; what to do is said."""


@dataclass(frozen=True, eq=False)
class Advised:
    """What a task advises on the plans of a table.

    Attributes
    ----------
    advices : list of Advice
        One a plan.
    goes_on : bool
        Whether the table had no plans, so that the task took something for them.
    unplanned : int
        Units of the table without a plan.
    line : LineAdvice, optional
        Advice for all units together; None where they share no knob.
    """

    advices: Sequence[Advice]
    goes_on: bool
    unplanned: int
    line: LineAdvice | None = None


def with_plans(table: pd.DataFrame, seed: Seed, carried: Sequence[str] = ()) -> tuple[pd.DataFrame, bool]:
    """A table whose units have a plan as their newest row, and whether these were made here.

    Where no unit's newest row is a plan, each unit goes on for one more period as it was set last; `carried` are
    columns that are then as they were in its newest row.

    Raises
    ------
    RecommendError
        A plan lacks a knob.
    """
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    knobs = [column.name for column in seed.by_role("knob")]
    newest = table.sort_values([key, time]).groupby(key, sort=True).tail(1)
    plans = planned(table, seed)
    if plans.empty:
        return _going_on(table, newest, seed, carried), True
    for unit, start, *values in plans[[key, time, *knobs]].itertuples(index=False):
        lacking = [name for name, value in zip(knobs, values, strict=True) if pd.isna(value)]
        if lacking:
            raise RecommendError(
                f"plan of {unit} for {start:%Y-%m-%d}: {', '.join(lacking)} missing: expected a number"
            )
    return table, False


def planned(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Plans of a table: the newest row of each unit where nothing is measured of it."""
    assert seed.key is not None
    newest = table.sort_values([seed.key.name, seed.clock.name]).groupby(seed.key.name, sort=True).tail(1)
    measured = [column.name for column in seed.by_role("during", "late", "target")]
    return newest[~newest[measured].notna().any(axis=1)]


def _going_on(table: pd.DataFrame, newest: pd.DataFrame, seed: Seed, carried: Sequence[str]) -> pd.DataFrame:
    """The table and one more period of each unit, with the knobs that were last set."""
    assert seed.key is not None
    knobs = [column.name for column in seed.by_role("knob")]
    last = table.groupby(seed.key.name, sort=True)[knobs].last()
    kept = {seed.key.name, seed.clock.name, *carried}
    more = newest.assign(**{name: np.nan for name in table.columns if name not in kept})
    more[knobs] = last.loc[more[seed.key.name]].to_numpy()
    more[seed.clock.name] = more[seed.clock.name] + pd.Timedelta(seed.period)
    rows = pd.concat([table, more.astype(table.dtypes)], ignore_index=True)
    return rows.sort_values([seed.key.name, seed.clock.name], kind="stable", ignore_index=True)
