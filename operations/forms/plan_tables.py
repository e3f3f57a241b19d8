"""History and plans of a request: its rows checked one by one, and together as a table of the seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.consistency.unit_names import unit_name
from operations.forms.faults import MOST_FAULTS, RequestDefect, invalid, within
from operations.forms.fields import Record
from operations.forms.history import Starts, fault_at, starts_of, units_of
from operations.forms.shapes import Shape
from physics.arrays import IntArray
from seeds import Seed
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

# Periods from the first to the last, with or without a row, each a step of loops over columns; and units times
# periods: a date of another century would take minutes and fill the memory.
MOST_PERIODS, MOST_SLOTS = 10_000, 200_000


def tabled(
    rows: Sequence[Record], past: Sequence[Record], seed: Seed, faults: list[RequestDefect], needed: Sequence[str] = ()
) -> tuple[list[str], pd.DataFrame]:
    """Return each row's unit, and history and rows as a table; RequestError 422 for any fault."""
    if faults:
        raise invalid(faults)
    assert seed.key is not None
    table, faults = table_of([*past, *rows], len(past), seed, needed)
    if faults:
        raise invalid(faults)
    return [unit_name(row[seed.key.name]) for row in rows], table


def read_rows(parsed: Any, part: str, shape: Shape, most: int, faults: list[RequestDefect]) -> list[Record]:
    """Rows, or rows of history, of a request; faults are added, until there are more than are named.

    Those of history are named as fields of the request, all others by the number of the row.
    """
    given = parsed.get(part) if isinstance(parsed, dict) else None
    rows = []
    for i, one in enumerate(between(given[:most] if isinstance(given, list) else [])):
        if len(faults) > MOST_FAULTS:
            break
        row, wrong = shape.read(one, None if part == "history" else i)
        faults += [within(f"{part}.{i}", fault) for fault in wrong] if part == "history" else wrong
        rows.append(row)
    return rows


def table_of(
    rows: Sequence[Record], past: int, seed: Seed, needed: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[RequestDefect]]:
    """Rows, of which the first `past` are history, as a table of the seed; or how they do not go together.

    Of the columns `needed` each unit must have a value somewhere.
    """
    import pandas as pd

    starts, faults = starts_of(rows, past, seed)
    if faults:
        return pd.DataFrame(), faults
    units = np.array(units_of(rows, seed), dtype=np.intp)
    periods = np.rint((starts - starts.min()) / np.timedelta64(seed.period)).astype(np.int64)
    faults = _spread(rows, past, units, periods, seed)
    faults += [*_twice(rows, past, units, periods, seed), *_plan_faults(rows, past, units, periods, seed)]
    if not faults:
        faults = _lacking(rows, past, units, needed)
    return (pd.DataFrame(), faults) if faults else (_frame(rows, units, starts, seed), [])


def _spread(rows: Sequence[Record], past: int, units: IntArray, periods: IntArray, seed: Seed) -> list[RequestDefect]:
    """Return the most distant row if units and periods span too many cells to search."""
    most = min(MOST_PERIODS, MOST_SLOTS // (int(units.max()) + 1))
    if periods.max() < most:
        return []
    i = int(np.argmax(np.abs(periods - np.median(periods))))
    expected = f"first and last period of all rows at most {most} periods of {_days(seed)} apart"
    return [fault_at(i, past, seed.clock.name, rows[i][seed.clock.name], expected)]


def _twice(rows: Sequence[Record], past: int, units: IntArray, periods: IntArray, seed: Seed) -> list[RequestDefect]:
    """Rows of history of one unit and period, and plans of one unit."""
    first: dict[tuple[int, ...], int] = {}
    faults = []
    for i, (unit, period) in enumerate(zip(units.tolist(), periods.tolist(), strict=True)):
        j = first.setdefault((unit, period) if i < past else (unit,), i)
        if i == j:
            continue
        if i < past:
            expected = f"one row a unit and period of {_days(seed)}: history.{j} is of this one already"
            faults.append(fault_at(i, past, seed.clock.name, rows[i][seed.clock.name], expected))
        else:
            assert seed.key is not None
            expected = f"one plan a unit: rows.{j - past} is of this one already"
            faults.append(fault_at(i, past, seed.key.name, rows[i][seed.key.name], expected))
    return faults


def _days(seed: Seed) -> str:
    assert seed.process.period is not None
    return f"{seed.process.period.value:g} {seed.process.period.unit}"


def _plan_faults(
    rows: Sequence[Record], past: int, units: IntArray, periods: IntArray, seed: Seed
) -> list[RequestDefect]:
    """Plans of units without history, and those that are not later than it."""
    assert seed.key is not None
    newest: dict[int, int] = {}
    for i in range(past):
        if units[i] not in newest or periods[i] > periods[newest[units[i]]]:
            newest[int(units[i])] = i
    faults = []
    for i in range(past, len(rows)):
        last = newest.get(int(units[i]))
        if last is None:
            expected = "a unit with rows in history"
            faults.append(fault_at(i, past, seed.key.name, rows[i][seed.key.name], expected))
        elif periods[i] <= periods[last]:
            expected = f"a period after {rows[last][seed.clock.name]}, the newest of this unit's history"
            faults.append(fault_at(i, past, seed.clock.name, rows[i][seed.clock.name], expected))
    return faults


def _lacking(rows: Sequence[Record], past: int, units: IntArray, needed: Sequence[str]) -> list[RequestDefect]:
    """Faults of values that physics needs, and neither the plan nor an earlier period of its unit has."""
    known: dict[int, set[str]] = {}
    for row, unit in zip(rows, units.tolist(), strict=True):
        known.setdefault(unit, set()).update(name for name in needed if row[name] is not None)
    return [
        fault_at(i, past, name, None, "a value here, or in a row of this unit's history")
        for i in range(past, len(rows))
        for name in needed
        if name not in known[int(units[i])]
    ]


def _frame(rows: Sequence[Record], units: IntArray, starts: Starts, seed: Seed) -> pd.DataFrame:
    """The table, as the contract of tables has it."""
    import pandas as pd

    assert seed.key is not None
    names = np.array([unit_name(row[seed.key.name]) for row in rows], dtype=object)
    columns: dict[str, Any] = {}
    for column in between(seed.columns):
        if column.name == seed.key.name:
            columns[column.name] = pd.Series(names, dtype="str")
        elif column.name == seed.clock.name:
            columns[column.name] = pd.Series(starts.astype("datetime64[us]"))
        else:
            values = [row.get(column.name) for row in rows]
            columns[column.name] = pd.Series(values, dtype=np.float64 if column.is_number else "str")
    frame = pd.DataFrame(columns)
    return frame.sort_values([seed.key.name, seed.clock.name], kind="stable", ignore_index=True)
