"""Current rows: the latest of each unit, and labels of earlier periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.interfaces.line import CellLine
from models.interfaces.physics import Columns
from models.interfaces.schedule import AnySchedule, ScheduleError
from physics.arrays import IntArray
from seeds import Seed

PERIODS = 3  # before the newest of all, whose labels are taken


def line_at(
    physics: AnySchedule | None,
    seed: Seed,
    units: Sequence[str],
    starts: NDArray[np.datetime64],
    columns: Columns,
    steps: int,
    hours: float,
) -> CellLine:
    """Return the line at the state of the given rows.

    Parameters
    ----------
    physics : SchedulePhysics or None
        Physics of the seed's schedules, as `models.processes.lookup.schedule_of` has it.
    seed : Seed
        With a [schedule].
    units, starts : sequence of str, ndarray of datetime64
        Unit and period start of each row, in any order.
    columns : Mapping of str to ndarray
        Columns of the rows, shape (n,); NaN where missing, contents below the laboratory's limit negative.
    steps, hours : int, float
        How many steps the schedule has, and their length [h].

    Raises
    ------
    ScheduleError
        The rows lack what the physics needs, or the process has none.
    """
    if physics is None or seed.schedule is None:
        raise ScheduleError([("process", seed.process.name, "one whose current may follow a tariff")])
    given = {name: np.abs(columns[name]) if seed.column(name).censored else columns[name] for name in physics.NEEDED}
    recent = np.flatnonzero(starts >= starts.max() - PERIODS * np.timedelta64(seed.period))
    last = _newest(units, starts)
    of_units, of_labels = ({name: values[at] for name, values in given.items()} for at in (last, recent))
    return physics.line(of_units, of_labels, seed, steps, hours)


def not_reported(
    physics: AnySchedule, seed: Seed, units: Sequence[str], starts: NDArray[np.datetime64], columns: Columns
) -> dict[str, list[str]]:
    """Return the units whose newest row lacks a reading of the line's state, by column.

    Parameters are those of `line_at`. The mean cell is that of the others. Labels, which arrive later, are no such
    readings.
    """
    last, labels = _newest(units, starts), {target.name for target in seed.primaries}
    lacking = {name: last[np.isnan(columns[name][last])] for name in physics.NEEDED if name not in labels}
    return {name: sorted(units[i] for i in rows) for name, rows in lacking.items() if len(rows)}


def _newest(units: Sequence[str], starts: NDArray[np.datetime64]) -> IntArray:
    """Return the number of the newest row of each unit."""
    newest: dict[str, int] = {}
    for i, unit in enumerate(units):
        if unit not in newest or starts[i] > starts[newest[unit]]:
            newest[unit] = i
    return np.array(list(newest.values()), dtype=np.intp)
