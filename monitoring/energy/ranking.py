"""Ranking of units of a month by energy per tonne, and differences of the most efficient rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.interfaces.energy import COMPREHENSIVE
from monitoring.energy.month import NINETY, EnergyMonth
from physics.arrays import BoolArray, FloatArray

BEST_SHARE = 0.1
FEWEST_ROWS = 100  # of which ten are the best tenth
RESAMPLES = 400
_MAD = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


@dataclass(frozen=True)
class Ranked:
    """A unit's month.

    Attributes
    ----------
    unit : str
        Its name.
    rows : int
        How many rows it has.
    product : float
        Product of them [t].
    first, comprehensive : float
        Specific energy within the kind's first boundary and within all [unit of the kind].
    doubt : float
        Half width of the 90 % interval of `comprehensive` by the label's own error; NaN where the seed states none
        [unit of the kind].
    measured : float
        What energy follows from [unit of the target].
    co2e : float
        Greenhouse gases of both scopes [tCO2e/t].
    """

    unit: str
    rows: int
    product: float
    first: float
    comprehensive: float
    doubt: float
    measured: float
    co2e: float


def ranked(month: EnergyMonth) -> list[Ranked]:
    """Units of a month, the one that takes least comprehensive energy a tonne first."""
    kind, noise = month.physics.KIND, month.seed.targets[month.physics.TARGET].label_noise
    factors = {name: one.value for name, one in month.factors.items()}
    frame = pd.DataFrame(
        {
            "unit": month.units,
            "product": month.product,
            "first": month.account.boundaries[kind.first],
            "comprehensive": month.account.boundaries[COMPREHENSIVE],
            "measured": month.measured,
            "co2e": month.account.scopes["total"],
        }
    )
    units = []
    for unit, rows in frame.groupby("unit", sort=True):
        mean = {name: float(np.average(rows[name], weights=rows["product"])) for name in frame.columns[2:]}
        slope = month.physics.slope(mean["comprehensive"], mean["measured"], factors)
        error = np.nan if noise is None else noise.value / np.sqrt(len(rows))
        units.append(
            Ranked(
                unit=str(unit),
                rows=len(rows),
                product=float(rows["product"].sum()),
                doubt=NINETY * error * slope,
                **mean,
            )
        )
    return sorted(units, key=lambda one: one.comprehensive)


@dataclass(frozen=True)
class Difference:
    """A column in which the best tenth of a month's rows differs statistically significantly.

    Attributes
    ----------
    column : str
        Its name.
    best, others : float
        Medians of both [unit of the column].
    low, high : float
        90 % interval of the medians' difference, whole units drawn again [unit of the column].
    spreads : float
        The difference over the others' robust standard deviation.
    in_the_sum : bool
        Whether energy is computed from it, so that a difference says nothing new.
    """

    column: str
    best: float
    others: float
    low: float
    high: float
    spreads: float
    in_the_sum: bool


def differences(month: EnergyMonth) -> list[Difference]:
    """Differences of the tenth of rows with the lowest energy, the largest [standard deviations] first.

    Medians, so that no single row counts much; whole units are drawn again, since rows of one unit are alike. None
    where there are fewer than `FEWEST_ROWS` rows.
    """
    energy = month.account.boundaries[COMPREHENSIVE]
    if len(energy) < FEWEST_ROWS:
        return []
    best = np.asarray(energy <= np.quantile(energy, BEST_SHARE))
    results = []
    columns = [one for one in month.seed.inputs if one.is_number and not one.calendar]
    draws = _draws(month)
    for column in columns:
        values = np.abs(month.columns[column.name]) if column.censored else month.columns[column.name]
        one = _difference(column.name, values, best, draws, column.name in month.physics.NEEDED)
        if one is not None:
            results.append(one)
    return sorted(results, key=lambda one: -abs(one.spreads))


def _difference(
    name: str, values: FloatArray, best: BoolArray, draws: list[FloatArray], in_the_sum: bool
) -> Difference | None:
    """Difference in one column; None if it is not statistically significant, or the column is constant."""
    known = np.isfinite(values)
    if not (known & best).any() or not (known & ~best).any():
        return None
    first, others = float(np.median(values[known & best])), values[known & ~best]
    middle = float(np.median(others))
    spread = _MAD * float(np.median(np.abs(others - middle)))
    if spread == 0.0:
        return None
    again = []
    for rows in draws:
        of, which = values[rows], best[rows]
        inside, outside = of[which & np.isfinite(of)], of[~which & np.isfinite(of)]
        if len(inside) and len(outside):
            again.append(np.median(inside) - np.median(outside))
    low, high = np.quantile(again, [0.05, 0.95])
    if low <= 0.0 <= high:
        return None
    return Difference(name, first, middle, float(low), float(high), (first - middle) / spread, in_the_sum)


def _draws(month: EnergyMonth) -> list[np.ndarray]:
    """Rows of whole units, drawn again with replacement; the same ones for the same month."""
    codes = pd.factorize(month.units)[0]
    rows = [np.flatnonzero(codes == unit) for unit in range(codes.max() + 1)]
    rng = np.random.default_rng(0)
    return [np.concatenate([rows[unit] for unit in rng.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
