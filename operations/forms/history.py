"""Earlier periods in a request, and the columns derived from them by training's own code."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.consistency.unit_names import unit_name
from models.table.derived_columns import lenders, made_columns
from operations.forms.faults import RequestDefect, shown
from physics.arrays import FloatArray
from seeds import Column, Seed
from seeds.format.table import TableFormat

Record = dict[str, Any]
Starts = npt.NDArray[np.datetime64]

EARLIER = "earlier_periods"  # in a request that was read: the rows of its `history`, parsed
MADE = "derived_inputs"  # in a row that was read, and in a prediction: which columns were made
ONE_OFFSET = "times with one offset from UTC or all without any; or say [table] time_zone in the seed"


def made_inputs(seed: Seed) -> tuple[Column, ...]:
    """Inputs that no row needs to hold: they are made from earlier periods or from the time."""
    return seed.made_inputs


def takes_history(seed: Seed) -> bool:
    """Return whether an input is made from earlier periods."""
    return any(column.calendar is None for column in made_inputs(seed))


def known_later(seed: Seed) -> list[Column]:
    """Columns of a table for a period that is over: all columns but classes and those that are made."""
    echoed = seed.by_role("key", "time")
    others = [column for column in seed.columns if column not in echoed and not column.is_made and not column.classes]
    return [*echoed, *others]


def history(past: Any, seed: Seed, most: int) -> Any:
    """Type of the field with earlier periods, rows of the type `past`."""
    names = ", ".join(column.name for column in made_inputs(seed) if column.calendar is None)
    about = (
        f"earlier periods of the same units, in any order: from them come {names} where a row leaves them out. Rows of "
        "this request provide no values to each other"
    )
    return Annotated[list[past], Field(default=[], max_length=most, description=about)]


def made() -> Any:
    """Type of the field of a prediction that names what was made."""
    about = (
        "inputs that the row left out and that were made, from `history` or from the time; the history of the row's "
        "unit with its source: `history`, recorded outcomes, or its group where the unit itself has no label"
    )
    return Annotated[list[str], Field(description=about)]


def fill(rows: Sequence[Record], past: Sequence[Record], seed: Seed) -> list[RequestDefect]:
    """Make what rows leave out, in place, and note in each row under `made` which columns that were.

    Parameters
    ----------
    rows, past : sequence of dict
        Rows to predict and earlier periods, as their types have them. A value that a row holds itself stays.
    seed : Seed
        The process.

    Returns
    -------
    list of RequestDefect
        Times that cannot be compared, two earlier rows of one unit and period, and earlier rows that are later than
        all rows of their unit; then nothing is made.
    """
    required = [column.name for column in made_inputs(seed) if past or column.calendar is not None]
    missing = [[name for name in required if row[name] is None] for row in rows]
    for row in rows:
        row[MADE] = []
    if not past and not any(missing):
        return []
    starts, faults = starts_of([*past, *rows], len(past), seed)
    units = units_of([*past, *rows], seed)
    faults += _twice(past, units, starts, seed)
    faults = faults or _later(past, rows, units, starts, seed)
    if faults or not any(missing):
        return faults
    place: dict[tuple[int, int], int] = {}
    for i, slot in enumerate(zip(units, starts.astype(np.int64).tolist(), strict=True)):
        # The known part of a requested period is in the history.
        place.setdefault(slot, i)
    used = np.array(list(place.values()))
    unit, start = np.array(units)[used], starts[used]
    order = np.lexsort((start, unit))
    used, unit, start = used[order], unit[order], start[order]
    lent_values = {name: _lent(past, used, seed.column(name)) for name in lenders(seed)}
    derived = made_columns(lent_values, seed, unit, start)
    at = {int(i): j for j, i in enumerate(used)}
    slots = zip(units[len(past) :], starts[len(past) :].astype(np.int64).tolist(), strict=True)
    for row, names, slot in zip(rows, missing, slots, strict=True):
        for name in names:
            value = float(derived[name][at[place[slot]]])
            if not math.isnan(value):
                row[name] = value
                row[MADE].append(name)
    return []


def _lent(past: Sequence[Record], used: npt.NDArray[np.intp], column: Column) -> FloatArray:
    """Values of a column that earlier periods provide; rows of the request provide none."""
    values = [past[i].get(column.name) if i < len(past) else None for i in used]
    stated = np.array(values, dtype=np.float64)
    return np.abs(stated) if column.censored else stated  # of a content below the laboratory's limit the limit


def units_of(rows: Sequence[Record], seed: Seed) -> list[int]:
    """Number of each row's unit; names are read as those of a table."""
    if seed.key is None:
        return [0] * len(rows)
    numbers: dict[str, int] = {}
    return [numbers.setdefault(unit_name(row[seed.key.name]), len(numbers)) for row in rows]


def starts_of(rows: Sequence[Record], past: int, seed: Seed) -> tuple[Starts, list[RequestDefect]]:
    """Start of each row's period in the plant's standard time; the first `past` rows are earlier ones."""
    name = seed.clock.name
    stated = [row[name] for row in rows]
    if seed.table.time_zone is not None:
        import pandas as pd

        from models.table.cells import times

        units = pd.Series(units_of(rows, seed))
        form = TableFormat(time_zone=seed.table.time_zone)
        starts, bad = times(pd.Series(stated, dtype="str"), form, units, seed.is_daily)
        wrong = {int(i): expected for expected, mask in bad.items() for i in np.flatnonzero(mask)}
        return starts.to_numpy(), [fault_at(i, past, name, stated[i], wrong[i]) for i in sorted(wrong)]
    read = [dt.datetime.fromisoformat(text) for text in stated]
    offsets = [one.utcoffset() for one in read]
    faults = [
        fault_at(i, past, name, stated[i], ONE_OFFSET) for i, offset in enumerate(offsets) if offset != offsets[0]
    ]
    return np.array([one.replace(tzinfo=None) for one in read], dtype="datetime64[us]"), faults


def _twice(past: Sequence[Record], units: Sequence[int], starts: Starts, seed: Seed) -> list[RequestDefect]:
    """Earlier rows of a unit and period that another one is of already."""
    first: dict[tuple[int, int], int] = {}
    faults = []
    for i, slot in enumerate(zip(units[: len(past)], starts[: len(past)].astype(np.int64).tolist(), strict=True)):
        if (j := first.setdefault(slot, i)) != i:
            expected = f"one row a unit and period: history.{j} is of this one already"
            faults.append(fault_at(i, len(past), seed.clock.name, past[i][seed.clock.name], expected))
    return faults


def _later(
    past: Sequence[Record], rows: Sequence[Record], units: Sequence[int], starts: Starts, seed: Seed
) -> list[RequestDefect]:
    """Earlier rows that are later than all rows of their unit, or than all rows if none is of their unit.

    The period of a row itself may be in the history, with what is known of it.
    """
    n = len(past)
    latest: dict[int, int] = {}
    for i, unit in enumerate(units[n:], n):
        latest[unit] = max(latest.get(unit, i), i, key=lambda row: starts[row])
    last = n + int(starts[n:].argmax())
    faults = []
    for i, unit in enumerate(units[:n]):
        bound = latest.get(unit, last)
        if starts[i] > starts[bound]:
            name = seed.clock.name
            expected = f"a period not later than that of rows.{bound - n}, {shown(rows[bound - n][name])}"
            faults.append(fault_at(i, n, name, past[i][name], expected))
    return faults


def fault_at(i: int, past: int, name: str, value: Any, expected: str) -> RequestDefect:
    """Return the fault in row i of the first `past` history rows, and of the requested rows after them."""
    if i < past:
        return RequestDefect(field=f"history.{i}.{name}", value=shown(value), expected=expected)
    return RequestDefect(row=i - past, field=name, value=shown(value), expected=expected)
