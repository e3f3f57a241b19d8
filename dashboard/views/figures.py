"""Numbers of a process with their normal bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from dashboard.links import ProcessStatus
from dashboard.state.process import ProcessState
from dashboard.state.units import Point
from seeds import Column, Seed, Target

Condition = Literal["normal", "low", "high", "unknown"]
"""Place of a value in relation to its normal band; unknown without a band or a value."""
BAND = 2.0  # standard deviations around the mean of normal production: 95 % of its values


@dataclass(frozen=True)
class Figure:
    """A number with its interval and its normal band.

    Attributes
    ----------
    name, unit : str
        Name of the quantity or column, and its unit.
    part : Column or Target
        Its description.
    value, low, high : float
        The number and the ends of its interval [unit]; NaN for none.
    band : tuple of float, optional
        Lowest and highest value of normal production [unit].
    """

    name: str
    unit: str
    part: Column | Target
    value: float
    low: float = math.nan
    high: float = math.nan
    band: tuple[float, float] | None = None

    @property
    def condition(self) -> Condition:
        """Place of the value in relation to the band."""
        return condition(self.value, self.band)


def condition(value: float, band: tuple[float, float] | None) -> Condition:
    """Place of a value in relation to a band."""
    if band is None or not math.isfinite(value):
        return "unknown"
    return "low" if value < band[0] else "high" if value > band[1] else "normal"


def band_of(column: Column) -> tuple[float, float] | None:
    """Lowest and highest value of normal production of a column, within its physical range [its unit]."""
    if column.typical is None or not column.is_number:
        return None
    low, high = column.limits
    mean, width = column.typical.mean, BAND * column.typical.sd
    return max(low, mean - width), min(high, mean + width)


def band_of_quantity(seed: Seed, name: str) -> tuple[float, float] | None:
    """Lowest and highest value of normal production of a predicted quantity; derived ones have none."""
    if seed.targets[name].derived_from is not None:
        return None
    return band_of(seed.column(name))


def quantities(seed: Seed, point: Point) -> list[Figure]:
    """Predicted quantities of a period."""
    figures = []
    for i, (name, unit) in enumerate(seed.quantities.items()):
        value, low, high = point.quantity(i)
        figures.append(Figure(name, unit, seed.targets[name], value, low, high, band_of_quantity(seed, name)))
    return figures


def readings(seed: Seed, point: Point) -> list[Figure]:
    """Inputs of a period that are numbers and have a value."""
    return [
        Figure(column.name, str(column.unit), column, value, band=band_of(column))
        for column, value in zip(seed.inputs, point.readings, strict=False)
        if column.is_number and math.isfinite(value)
    ]


def means(status: ProcessStatus, state: ProcessState) -> list[Figure]:
    """Means of the latest predictions and interval ends of all units, for each quantity."""
    points = [unit.point for unit in state.units.values() if unit.point is not None]
    all_figures = [quantities(status.seed, point) for point in points]
    return [_mean(figures) for figures in zip(*all_figures, strict=True)] if all_figures else []


def _mean(figures: Sequence[Figure]) -> Figure:
    first = figures[0]
    value = finite_mean([one.value for one in figures])
    low, high = finite_mean([one.low for one in figures]), finite_mean([one.high for one in figures])
    return Figure(first.name, first.unit, first.part, value, low, high, first.band)


def finite_mean(values: Sequence[float]) -> float:
    """Mean of the values that are finite; NaN without one."""
    finite = [value for value in values if math.isfinite(value)]
    return fmean(finite) if finite else math.nan
