"""Predicted rows by their last request, with the prediction and the outcome known since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

from models.interfaces.answers import Answer
from models.table.cells import times
from models.table.derived_columns import lenders, made_columns
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from seeds.format.table import TableFormat

VERSION, COVERAGE, PREDICTION = "version", "coverage", "prediction"
SHADOW_VERSION, SHADOW_PREDICTION = "shadow_version", "shadow_prediction"
_INSIDE = ("contents", "elements")  # fields with a response's quantities, if not at its top level


@dataclass(frozen=True, eq=False)
class Answered:
    """Answered rows of a process, one a unit and period, in the order of time.

    Attributes
    ----------
    table : DataFrame, n rows
        Unit, start, inputs and outcomes as a checked table has them; NaN where no outcome is known.
    version : ndarray of int, shape (n,)
        Which version answered.
    said : dict of str to Answer
        Numbers that were answered, each with its interval.
    coverage : ndarray, shape (n,)
        Which coverage was asked; NaN where it is not known.
    label, decided : ndarray of object, shape (n,)
        Class, and bin or grade, that was answered; None where there is none.
    """

    table: pd.DataFrame
    version: IntArray
    said: Mapping[str, Answer]
    coverage: FloatArray
    label: npt.NDArray[Any]
    decided: npt.NDArray[Any]

    @classmethod
    def of(
        cls,
        table: pd.DataFrame,
        answers: Sequence[Mapping[str, Any]],
        seed: Seed,
        version: IntArray,
        coverage: FloatArray,
    ) -> Self:
        """Rows of a table with the answers to them, as JSON has them or as flat columns."""
        return cls(
            table=table,
            version=version,
            said=_said(answers, seed),
            coverage=coverage,
            label=_objects(_label(one, seed) for one in answers),
            decided=_objects(_decision(one) for one in answers),
        )

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)

    def __getitem__(self, rows: IntArray | BoolArray) -> Self:
        """Some of the rows."""
        return type(self)(
            self.table[rows].reset_index(drop=True) if rows.dtype == np.bool_ else self.table.iloc[rows],
            self.version[rows],
            {name: Answer(one.value[rows], one.low[rows], one.high[rows]) for name, one in self.said.items()},
            self.coverage[rows],
            self.label[rows],
            self.decided[rows],
        )


def answered(recorded: pd.DataFrame, seed: Seed, before: pd.DataFrame) -> Answered:
    """Rows of records.

    Parameters
    ----------
    recorded : DataFrame
        Rows in the order in which they were asked: columns of the seed, `version`, `coverage` and `prediction`, which
        holds an answer as JSON.
    seed : Seed
        The process.
    before : DataFrame
        Rows of earlier periods, from which columns are made that a request left out.
    """
    start = _starts(recorded, seed)
    unit = pd.Series("", index=recorded.index) if seed.key is None else recorded[seed.key.name].str.strip()
    last = ~pd.MultiIndex.from_arrays([unit, start]).duplicated(keep="last") & ~np.isnat(start)
    order = np.flatnonzero(last)[np.lexsort((unit[last].to_numpy(dtype=str), start[last]))]
    table = recorded.iloc[order].reset_index(drop=True)
    named = {seed.clock.name: start[order]} | ({} if seed.key is None else {seed.key.name: unit.iloc[order].to_numpy()})
    table = _with_made(table.assign(**named), seed, before)
    answers = [msgspec.json.decode(text) for text in table[PREDICTION]]
    return Answered.of(
        table.drop(columns=[PREDICTION]),
        answers,
        seed,
        table[VERSION].to_numpy(dtype=np.intp),
        table[COVERAGE].to_numpy(dtype=np.float64),
    )


def _starts(recorded: pd.DataFrame, seed: Seed) -> npt.NDArray[np.datetime64]:
    """Start of each row's period in the plant's time without summer time; NaT where it cannot be read."""
    stated = recorded[seed.clock.name]
    if seed.table.time_zone is None:
        read = [dt.datetime.fromisoformat(text).replace(tzinfo=None) for text in stated]
        return np.array(read, dtype="datetime64[us]")
    units = pd.Series(0, index=stated.index) if seed.key is None else recorded[seed.key.name]
    starts, _ = times(stated.astype("str"), TableFormat(time_zone=seed.table.time_zone), units, seed.is_daily)
    return starts.to_numpy(dtype="datetime64[us]")


def _with_made(table: pd.DataFrame, seed: Seed, before: pd.DataFrame) -> pd.DataFrame:
    """Return the table with inputs derived from earlier rows or outcomes (`models.table.derived_columns`)."""
    names = [column.name for column in seed.made_inputs]
    if not names or not table[names].isna().any(axis=None):
        return table
    identity = [column.name for column in seed.identity]
    needed = [*identity, *lenders(seed)]
    both = pd.concat([before[needed], table[needed]], ignore_index=True)
    is_latest = ~both.duplicated(identity, keep="last")
    at = np.flatnonzero(is_latest)
    unit = np.zeros(len(at), dtype=np.intp) if seed.key is None else pd.factorize(both[seed.key.name].iloc[at])[0]
    start = both[seed.clock.name].to_numpy(dtype="datetime64[us]")[at]
    order = np.lexsort((start, unit))
    provided = {name: _lent(both[name].iloc[at[order]], seed, name) for name in lenders(seed)}
    made = made_columns(provided, seed, unit[order].astype(np.intp), start[order])
    place = np.full(len(both), -1)
    place[at[order]] = np.arange(len(at))
    mine = place[len(before) :]
    return table.assign(**{name: table[name].fillna(pd.Series(made[name][mine], index=table.index)) for name in names})


def _lent(values: pd.Series, seed: Seed, name: str) -> FloatArray:
    numbers = values.to_numpy(dtype=np.float64)
    return np.abs(numbers) if seed.column(name).censored else numbers


def _said(answers: Sequence[Mapping[str, Any]], seed: Seed) -> dict[str, Answer]:
    """Numbers of answers; those of tables are flat, the others are objects with both ends."""
    intervals = {}
    for name in seed.quantities:
        if name not in {column.name for column in seed.by_role("target")}:
            continue
        cells = [_number(one, name) for one in answers]
        intervals[name] = Answer(*np.array(cells, dtype=np.float64).reshape(len(cells), 3).T)
    return {name: one for name, one in intervals.items() if not np.isnan(one.value).all()}


def _number(answer: Mapping[str, Any], name: str) -> tuple[float | None, float | None, float | None]:
    inside = next((answer[where] for where in _INSIDE if where in answer), answer)
    value = inside.get(name)
    if isinstance(value, dict):
        return value.get("value"), value.get("low"), value.get("high")
    return value, answer.get(f"{name}_low"), answer.get(f"{name}_high")


def _label(answer: Mapping[str, Any], seed: Seed) -> str | None:
    label = answer.get(seed.target.name, answer.get("class")) if seed.classes else None
    return label if isinstance(label, str) else None


def _decision(answer: Mapping[str, Any]) -> str | None:
    """Bin of a piece; grade of a lot, empty where the laboratory shall say."""
    decision = answer.get("decision")
    if decision is None:
        return answer.get("bin")
    grade: str | None = decision["grade"] if isinstance(decision, dict) else answer.get("grade")
    return grade or ""


def _objects(values: Iterable[Any]) -> npt.NDArray[Any]:
    items = list(values)
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made
