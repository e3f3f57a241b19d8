"""The steps of time in which a process is watched: its periods, or days where rows are pieces of lots."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from physics.arrays import IntArray
from seeds import Seed

Moments = npt.NDArray[np.datetime64]

WINDOW_DAYS = 30.0
FEWEST_ROWS = 100  # of a window
ALARMS_A_MONTH = 0.25  # a quarter of the one that is promised
FEWEST_CHECKS = 50  # from one false alarm to the next, where a month holds few periods


class DriftError(ValueError):
    """A process that cannot be monitored: no time column, no history, or no response since."""


@dataclass(frozen=True)
class TimeSteps:
    """Steps of equal length.

    Attributes
    ----------
    origin : datetime64
        Start of step 0.
    days : float
        Length of a step [d].
    window : int
        Steps that are looked at together: about a month, and so many that they hold FEWEST_ROWS rows.
    """

    origin: np.datetime64
    days: float
    window: int

    @classmethod
    def of(cls, start: Moments, seed: Seed) -> Self:
        """Clock of a process whose rows have these starts.

        Raises
        ------
        DriftError
            There are none.
        """
        if not len(start):
            raise DriftError(f"{seed.process.name}: no rows to watch")
        days = 1.0 if seed.lots is not None else seed.period.total_seconds() / 86_400
        first = start.min().astype("datetime64[D]") if seed.lots is not None else start.min()
        rows = float(np.median(np.unique(cls(first, days, 1).steps(start), return_counts=True)[1]))
        return cls(first, days, max(1, math.ceil(WINDOW_DAYS / days - 0.5), math.ceil(FEWEST_ROWS / rows)))

    def steps(self, start: Moments) -> IntArray:
        """Step in which each row starts, shape (n,)."""
        length = np.timedelta64(round(self.days * 86_400_000_000), "us")
        away = start.astype("datetime64[us]") - self.origin.astype("datetime64[us]")
        return np.asarray(away // length, dtype=np.intp)

    def moment(self, step: int) -> str:
        """Start of a step in a readable format."""
        start = self.origin.astype("datetime64[us]") + np.timedelta64(round(step * self.days * 86_400_000_000), "us")
        return f"{pd.Timestamp(start):{'%Y-%m-%d' if self.days >= 1 else '%Y-%m-%d %H:%M'}}"

    @property
    def false_alarms(self) -> float:
        """Highest probability of a false alarm at one step, over all that is watched [1]."""
        return min(ALARMS_A_MONTH * self.days / WINDOW_DAYS, 1.0 / FEWEST_CHECKS)


def starts_of(table: pd.DataFrame, seed: Seed) -> Moments:
    """Start of each row's period, or of its lot where rows are pieces of lots, shape (n,).

    Raises
    ------
    DriftError
        The table has no time.
    """
    if seed.time is None:
        raise DriftError(f"{seed.process.name}: its table has no time, so there is no drift to see")
    time = table[seed.time.name]
    if seed.lots is not None:
        time = time.groupby(table[seed.lots.name]).transform("min")
    return time.to_numpy(dtype="datetime64[us]")


def units_of(table: pd.DataFrame, seed: Seed) -> npt.NDArray[Any]:
    """Unit of each row, shape (n,); the process's name where the whole table is one unit."""
    if seed.key is None:
        return np.full(len(table), seed.process.name, dtype=object)
    return table[seed.key.name].to_numpy(dtype=object)
