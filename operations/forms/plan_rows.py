"""Plans of a table: its latest unmeasured rows, or continuation rows if there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from operations.forms.fields import Record
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd


class PlanError(ValueError):
    """A table whose plans cannot be used; the message says what to do."""


def with_plans(table: pd.DataFrame, seed: Seed, carried: Sequence[str] = ()) -> tuple[pd.DataFrame, bool]:
    """A table whose units have a plan as their newest row, and whether these were made here.

    Where no unit's newest row is a plan, each unit goes on for one more period as it was set last; `carried` are
    columns that are then as they were in its newest row.

    Raises
    ------
    PlanError
        A plan lacks a set-point.
    """
    import pandas as pd

    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    setpoints = [column.name for column in seed.by_role("setpoint")]
    newest = table.sort_values([key, time]).groupby(key, sort=True).tail(1)
    plans = planned(table, seed)
    if plans.empty:
        return _going_on(table, newest, seed, carried), True
    for unit, start, *values in plans[[key, time, *setpoints]].itertuples(index=False):
        lacking = [name for name, value in zip(setpoints, values, strict=True) if pd.isna(value)]
        if lacking:
            raise PlanError(f"plan of {unit} for {start:%Y-%m-%d}: {', '.join(lacking)} missing: expected a number")
    return table, False


def planned(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Plans of a table: the newest row of each unit where nothing is measured of it."""
    assert seed.key is not None
    newest = table.sort_values([seed.key.name, seed.clock.name]).groupby(seed.key.name, sort=True).tail(1)
    measured = [column.name for column in seed.by_role("during", "late", "target")]
    return newest[~newest[measured].notna().any(axis=1)]


def records(rows: pd.DataFrame, seed: Seed) -> list[Record]:
    """Rows as those of a request: texts of units and times, NaN where there is no number."""
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    return [
        row | {key: str(row[key]), time: start_text(row[time], seed)}
        for row in ({str(name): value for name, value in one.items()} for one in rows.to_dict("records"))
    ]


def start_text(start: pd.Timestamp, seed: Seed) -> str:
    """Start of a period as responses state it."""
    return start.date().isoformat() if seed.is_daily else start.isoformat()


def _going_on(table: pd.DataFrame, newest: pd.DataFrame, seed: Seed, carried: Sequence[str]) -> pd.DataFrame:
    """Return the table with one more period of each unit, at its last set-points."""
    import pandas as pd

    assert seed.key is not None
    setpoints = [column.name for column in seed.by_role("setpoint")]
    last = table.groupby(seed.key.name, sort=True)[setpoints].last()
    retained = {seed.key.name, seed.clock.name, *carried}
    more = newest.assign(**{name: np.nan for name in table.columns if name not in retained})
    more[setpoints] = last.loc[more[seed.key.name]].to_numpy()
    more[seed.clock.name] = more[seed.clock.name] + pd.Timedelta(seed.period)
    rows = pd.concat([table, more.astype(table.dtypes)], ignore_index=True)
    return rows.sort_values([seed.key.name, seed.clock.name], kind="stable", ignore_index=True)
