"""Data available of each unit at the start of a period, as input columns of warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.processes.lookup import physics_of
from models.setpoints.situations import HALF_LIVES, UnitPeriodGrid, all_smoothed, shifted, smoothed
from models.table.derived_columns import lenders, made_columns
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed, WarningEvent

LAST, PLANNED, RISE = "last", "planned", "rise"
SHORT, MIDDLE, LONG = HALF_LIVES  # a rise is measured from what a unit had over the longest


@dataclass(frozen=True, eq=False)
class WarningFeatures:
    """Data available of n units at the starts of periods.

    Attributes
    ----------
    units, periods : ndarray of int, shape (n,)
        Number of the unit and of the period to come in the grid.
    values : ndarray, shape (n, k)
        Columns as `names` has them; NaN is missing.
    names, about : tuple of k str
        Names, and the seed's column or the physics feature that each is made from.
    age : ndarray, shape (n,)
        Periods before that are known of the unit without a gap.
    """

    units: IntArray
    periods: IntArray
    values: FloatArray
    names: tuple[str, ...]
    about: tuple[str, ...]
    age: FloatArray

    def __getitem__(self, rows: IntArray) -> WarningFeatures:
        return WarningFeatures(
            self.units[rows], self.periods[rows], self.values[rows], self.names, self.about, self.age[rows]
        )

    def of(self, event: WarningEvent) -> FloatArray:
        """Return input columns of an event, shape (n, k'): only rises if it is relative to a unit's typical."""
        return self.values[:, columns_of(event, self.names)]


def columns_of(event: WarningEvent, names: Sequence[str]) -> BoolArray:
    """Return whether columns are inputs of an event; see `WarningFeatures.of`."""
    return np.array([not event.is_relative or name.endswith(RISE) for name in names], dtype=np.bool_)


def known(grid: UnitPeriodGrid, seed: Seed) -> WarningFeatures:
    """Return the data available at each row's period start, and nothing later.

    That is `before` columns and set-points as planned of the period itself, `during` columns and physics features of
    periods that are over, and the label after the seed's delay. A unit's row depends on its own rows alone. Columns of
    the role `late` are left out: their delay is not stated.
    """
    rows, columns = grid.there, grid.in_hand(seed)
    inputs: dict[str, tuple[str, FloatArray]] = {}
    for column in seed.by_role("before", "setpoint"):
        if column.is_number and not column.is_made:
            values = columns[column.name]
            inputs[column.name] = column.name, values
            inputs[f"{column.name} {RISE}"] = column.name, values - smoothed(values, rows, 1, LONG)
    readings = {column.name: columns[column.name] for column in seed.by_role("during") if column.is_number}
    features = _features(grid.columns, grid, seed)
    series = readings | features
    # The same features as planned: from data available on the period itself, and the last readings.
    planned = _features(columns | {name: shifted(values, 1) for name, values in readings.items()}, grid, seed)
    for name, values in planned.items():
        inputs[f"{name} {PLANNED}"] = name, values
        inputs[f"{name} {PLANNED} {RISE}"] = name, values - smoothed(features[name], rows, 1, LONG)
    label = seed.target.name
    series[label] = columns[label]
    waits = {name: seed.wait(name) if name == label else 1 for name in series}
    smooth = all_smoothed(series, waits, rows)
    # The label is attributed to the column that it provides to predictions.
    lent_names = {label: next((one.name for one in seed.by_role("before") if one.lent_by == label), label)}
    for name, values in series.items():
        about = lent_names.get(name, name)
        means = {LAST: shifted(values, waits[name])}
        means |= {f"over {half_life:g}": smooth[name, half_life] for half_life in HALF_LIVES}
        *newer, (_, typical) = means.items()
        inputs |= {f"{name} {way}": (about, mean) for way, mean in means.items()}
        inputs |= {f"{name} {way} {RISE}": (about, mean - typical) for way, mean in newer}
    unit, period = np.nonzero(rows)
    return WarningFeatures(
        unit,
        period,
        np.column_stack([values[rows] for _, values in inputs.values()]),
        tuple(inputs),
        tuple(one for one, _ in inputs.values()),
        grid.run[rows],
    )


def _features(columns: Mapping[str, FloatArray], grid: UnitPeriodGrid, seed: Seed) -> dict[str, FloatArray]:
    """Physics features of periods with these columns, shape (u, p) each; none where no physics is known."""
    physics = physics_of(seed)
    if physics is None:
        return {}
    unit, period = np.nonzero(grid.there)
    lent_values = {name: grid.columns[name][grid.there] for name in lenders(seed)}
    made = {}
    for name, values in made_columns(lent_values, seed, unit, grid.starts.to_numpy()[period]).items():
        made[name] = np.full(grid.there.shape, np.nan)
        made[name][grid.there] = values
    features = physics.features({**columns, **made})
    return {name: np.asarray(values, dtype=np.float64) for name, values in features.items()}
