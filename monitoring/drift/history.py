"""Reference for drift detection: training inputs and errors of a champion, computed once per version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from models.table.inputs import matrix
from models.tasks import Model
from monitoring.drift.errors import ErrorHistory
from monitoring.drift.expected import ExpectedErrorSize
from monitoring.drift.inputs import InputHistory
from monitoring.drift.residuals import Residual
from monitoring.drift.sensors import SensorHistory
from monitoring.drift.tasks import task_of
from monitoring.drift.time_steps import Moments, TimeSteps, starts_of, units_of
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class DriftReference:
    """A champion with the table that it was trained on.

    Attributes
    ----------
    seed : Seed
        The process as the champion has it.
    model : Model
        The champion.
    version, digest : int, str
        In the registry.
    clock : Clock
        Steps from the first row of the table on.
    steps : int
        Steps of the table: live rows come after them.
    table : DataFrame
        The table.
    inputs : InputHistory
        From the champion's training rows only.
    errors : tuple of ErrorHistory
        From rows outside its training rows.
    usual : dict of str to float
        Mean size of each quantity's errors on these rows.
    sensors : SensorHistory
    expectation : Expectation or None
        None where no row says how the champion errs.
    """

    seed: Seed
    model: Model
    version: int
    digest: str
    clock: TimeSteps
    steps: int
    table: pd.DataFrame
    inputs: InputHistory
    errors: tuple[ErrorHistory, ...]
    usual: dict[str, float]
    sensors: SensorHistory
    expectation: ExpectedErrorSize | None

    @classmethod
    def of(cls, model: Model, table: pd.DataFrame, version: int = 0, digest: str = "") -> Self:
        """History of a champion.

        Parameters
        ----------
        model : Model
            The champion; its `info` states its training rows.
        table : DataFrame
            The checked table that it was trained on.
        version, digest : int, str
            In the registry.

        Raises
        ------
        DriftError
            The table has no time or no rows.
        """
        seed = model.seed
        start, unit = starts_of(table, seed), units_of(table, seed)
        clock = TimeSteps.of(start, seed)
        step = clock.steps(start)
        learnt = _before(start, model.info)
        honest = ~learnt | np.isin(unit, list(model.info.get("held_out_units", ())))
        X = matrix(table, seed)
        last_learnt = int(step[learnt].max()) + 1 if learnt.any() else 0
        measured = np.array([not column.is_made and not column.values for column in seed.inputs], dtype=np.bool_)
        moving = measured & np.array([column.role == "during" for column in seed.inputs], dtype=np.bool_)
        found = task_of(seed).residuals(model, table[honest])
        errors = tuple(_errors(found, step[honest], ~learnt[honest], _rows_a_step(step), clock))
        known = any(one.size is not None and (~np.isnan(one.size)).any() for one in found)
        return cls(
            seed=seed,
            model=model,
            version=version,
            digest=digest,
            clock=clock,
            steps=int(step.max()) + 1,
            table=table,
            inputs=InputHistory.of(seed.input_names, X[learnt], step[learnt], last_learnt, clock),
            errors=errors,
            usual={name: size for name, size in _usual(found)},
            sensors=SensorHistory.of(seed.input_names, X[learnt], unit[learnt], step[learnt], moving),
            expectation=ExpectedErrorSize.of(X[learnt], X[honest], found) if known and learnt.sum() > 2 else None,
        )

    @property
    def learnt_steps(self) -> int:
        """Number of steps in the champion's training rows; the rest of the table is later."""
        return len(self.inputs.columns[0].counts) if self.inputs.columns else 0


def _before(start: Moments, info: Any) -> BoolArray:
    """Mask of the rows before the champion's training cutoff, shape (n,); held-out units included."""
    until = info.get("learnt_before")
    return np.ones(len(start), dtype=np.bool_) if until is None else np.asarray(start < np.datetime64(until))


def _rows_a_step(step: IntArray) -> float:
    return float(np.median(np.unique(step, return_counts=True)[1]))


def _usual(found: Sequence[Residual]) -> Iterator[tuple[str, float]]:
    for one in found:
        for size in (one.signed, one.size):  # the size where there is one
            if size is not None and (~np.isnan(size)).any():
                yield one.name, float(np.nanmean(np.abs(size)))


def _errors(
    found: Sequence[Residual], step: IntArray, late: BoolArray, rows: float, clock: TimeSteps
) -> Iterator[ErrorHistory]:
    usual = dict(_usual(found))
    series = [(one.name, kind, values) for one in found for kind, values in of_kinds(one) if one.name in usual]
    chance = clock.false_alarms / 2 / max(1, len(series))  # the other half is that of inputs
    for name, kind, values in series:
        known = ~np.isnan(values)
        expected = rows * float(known.mean())
        if known.any():
            made = ErrorHistory.of(
                name, kind, values[known], step[known], late[known], usual[name], max(1.0, expected), chance
            )
            if made is not None:
                yield made


def of_kinds(one: Residual) -> Iterator[tuple[str, FloatArray]]:
    """Yield the monitored errors of a quantity, `bias` and `size`, if they exist."""
    if one.signed is not None:
        yield "bias", one.signed
    if one.size is not None:
        yield "size", one.size
