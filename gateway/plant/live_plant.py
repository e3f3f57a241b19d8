"""Readings of a simulated plant by period: values, faults, late laboratory results."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from gateway.readings import DataQuality
from seeds import Column, Seed
from synthetic_data import begin

MORE_YEARS = 100.0  # of the plant after its history


@dataclass(frozen=True)
class PlantReading:
    """Reading of a column of a unit.

    Attributes
    ----------
    unit, column : str
        Names.
    value : float or str or None
        In the unit of the column; None if it is bad and there was none before.
    quality : {"good", "uncertain", "bad"}
        Bad: the instrument reports nothing, and `value` is its last one. Uncertain: it is stuck.
    """

    unit: str
    column: str
    value: float | str | None
    quality: DataQuality = "good"


@dataclass(frozen=True)
class LaboratoryResult:
    """Result of the laboratory, with the start of the period that it belongs to."""

    unit: str
    column: str
    value: float | str
    start: dt.datetime


@dataclass(frozen=True)
class LivePeriod:
    """Period of a live plant.

    Attributes
    ----------
    start : datetime
        Start of the period, in the time of the simulation.
    readings : tuple of PlantReading
        Readings of the period.
    results : tuple of LaboratoryResult
        Results that arrive during the period; each belongs to an earlier one.
    """

    start: dt.datetime
    readings: tuple[PlantReading, ...]
    results: tuple[LaboratoryResult, ...]


class LivePlant:
    """Simulated plant after the end of its history, one period at a time.

    Parameters
    ----------
    seed : Seed
        With a [plant] and set-points.
    units : int, optional
        Number of units; the seed's by default.
    years : float, optional
        Length of the history; the seed's by default.
    rng_seed : int, optional
        Seed of the random numbers; the seed's by default.

    Attributes
    ----------
    columns : tuple of Column
        Columns with readings.
    assayed : tuple of Column
        Columns whose values come from the laboratory.
    units : tuple of str
        Names of the units that run at the start.

    Raises
    ------
    SimulationError
        As for `synthetic_data.begin`.
    """

    def __init__(
        self, seed: Seed, units: int | None = None, years: float | None = None, rng_seed: int | None = None
    ) -> None:
        self.seed = seed
        self._running = begin(seed, units=units, years=years, rng_seed=rng_seed, more_years=MORE_YEARS)
        assert seed.key is not None
        self._key, self._time = seed.key.name, seed.clock.name
        stored = [column for column in seed.columns if column.role not in ("key", "time") and not column.is_made]
        self.assayed = tuple(column for column in stored if column.role in ("target", "late"))
        self.columns = tuple(column for column in stored if column.role not in ("target", "late"))
        self.units = tuple(self._running.plan()[self._key].astype(str))
        self._before: dict[tuple[str, str], float | str] = {}
        self._labelled: set[tuple[str, str, dt.datetime]] = set()
        self._arrived: list[LaboratoryResult] = []

    def advance(self) -> LivePeriod:
        """Return the next period.

        Raises
        ------
        SimulationError
            The plant has run for 100 years after its history.
        """
        step = self._running.step()
        start: dt.datetime = step.table[self._time].iloc[0].to_pydatetime()
        arrived, self._arrived = self._arrived, [*self._results(step.came_in), *self._results(step.table)]
        readings = [
            self._reading(str(unit), column, value)
            for column in self.columns
            for unit, value in zip(step.table[self._key], step.table[column.name], strict=True)
        ]
        return LivePeriod(start, tuple(readings), tuple(arrived))

    def _reading(self, unit: str, column: Column, given: object) -> PlantReading:
        value, place = _value(given), (unit, column.name)
        before = self._before.get(place)
        if value is None:
            return PlantReading(unit, column.name, before, "bad")
        self._before[place] = value
        # Counts and settings repeat; a measurement does so if its instrument is stuck.
        is_stuck = column.role == "during" and isinstance(value, float) and value == before and value % 1 != 0
        return PlantReading(unit, column.name, value, "uncertain" if is_stuck else "good")

    def _results(self, table: pd.DataFrame) -> Iterator[LaboratoryResult]:
        """Yield results that are new in rows, in the order of periods and units."""
        for start, unit, row in zip(table[self._time], table[self._key], table.to_dict("records"), strict=True):
            for column in self.assayed:
                value, place = _value(row[column.name]), (str(unit), column.name, start.to_pydatetime())
                if value is not None and place not in self._labelled:
                    self._labelled.add(place)
                    yield LaboratoryResult(str(unit), column.name, value, place[2])


def _value(given: object) -> float | str | None:
    """Return a value of a table; None if it is missing."""
    if isinstance(given, str):
        return given
    return float(given) if isinstance(given, int | float) and not math.isnan(given) else None
