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
    clock : TimeSteps
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
    expectation : ExpectedErrorSize or None
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
        trained = _before(start, model.info)
        honest = ~trained | np.isin(unit, list(model.info.get("held_out_units", ())))
        X = matrix(table, seed)
        last_learnt = int(step[trained].max()) + 1 if trained.any() else 0
        measured = np.array([not column.is_made and not column.values for column in seed.inputs], dtype=np.bool_)
        moving = measured & np.array([column.role == "during" for column in seed.inputs], dtype=np.bool_)
        residuals = task_of(seed).residuals(model, table[honest])
        errors = tuple(_errors(residuals, step[honest], ~trained[honest], _rows_a_step(step), clock))
        known = any(one.size is not None and (~np.isnan(one.size)).any() for one in residuals)
        return cls(
            seed=seed,
            model=model,
            version=version,
            digest=digest,
            clock=clock,
            steps=int(step.max()) + 1,
            table=table,
            inputs=InputHistory.of(seed.input_names, X[trained], step[trained], last_learnt, clock),
            errors=errors,
            usual={name: size for name, size in _usual(residuals)},
            sensors=SensorHistory.of(seed.input_names, X[trained], unit[trained], step[trained], moving),
            expectation=ExpectedErrorSize.of(X[trained], X[honest], residuals) if known and trained.sum() > 2 else None,
        )

    @property
    def learnt_steps(self) -> int:
        """Number of steps in the champion's training rows; the rest of the table is later."""
        return len(self.inputs.columns[0].counts) if self.inputs.columns else 0


def _before(start: Moments, info: Any) -> BoolArray:
    """Mask of the rows before the champion's training cutoff, shape (n,); held-out units included."""
    until = info.get("training_cutoff")
    return np.ones(len(start), dtype=np.bool_) if until is None else np.asarray(start < np.datetime64(until))


def _rows_a_step(step: IntArray) -> float:
    return float(np.median(np.unique(step, return_counts=True)[1]))


def _usual(residuals: Sequence[Residual]) -> Iterator[tuple[str, float]]:
    for one in residuals:
        for size in (one.signed, one.size):  # the size where there is one
            if size is not None and (~np.isnan(size)).any():
                yield one.name, float(np.nanmean(np.abs(size)))


def _errors(
    residuals: Sequence[Residual], step: IntArray, late: BoolArray, rows: float, clock: TimeSteps
) -> Iterator[ErrorHistory]:
    typical = dict(_usual(residuals))
    series = [(one.name, kind, values) for one in residuals for kind, values in of_kinds(one) if one.name in typical]
    probability = clock.false_alarms / 2 / max(1, len(series))  # the other half is that of inputs
    for name, kind, values in series:
        known = ~np.isnan(values)
        expected = rows * float(known.mean())
        if known.any():
            made = ErrorHistory.of(
                name, kind, values[known], step[known], late[known], typical[name], max(1.0, expected), probability
            )
            if made is not None:
                yield made


def of_kinds(one: Residual) -> Iterator[tuple[str, FloatArray]]:
    """Yield the monitored errors of a quantity, `bias` and `size`, if they exist."""
    if one.signed is not None:
        yield "bias", one.signed
    if one.size is not None:
        yield "size", one.size
