"""Simulated plants with and without one change on one day, with the same random numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.drift.champions import answered, champion
from models.table.reading import read_table
from monitoring.drift.history import DriftReference
from monitoring.drift.signals import DriftSignals, effects_of
from monitoring.drift.time_steps import starts_of
from physics.arrays import BoolArray
from seeds import Seed
from seeds.format.plant import Regime
from synthetic_data import another_plant, simulate

START, YEARS = dt.date(2020, 1, 1), 5
SPLIT, CHANGE = dt.date(2022, 7, 1), dt.date(2023, 4, 1)  # end of the champion's table, and of what is unchanged
MONTH = 30.0
FELL = 1.0  # usual errors by which outcomes fall
SENSOR = 1.0  # standard deviations by which an instrument reads higher


def measured(seed: Seed, rng_seeds: tuple[int, ...]) -> dict[str, Any]:
    """Figures of plants of a process with other parameters, unchanged and changed."""
    return {"plants": {str(one): _measured(another_plant(seed, one)) for one in rng_seeds}}


def _measured(seed: Seed) -> dict[str, Any]:
    table = _table(seed, [])
    before = table[starts_of(table, seed) < np.datetime64(SPLIT)].reset_index(drop=True)
    history = DriftReference.of(champion(seed, before), before)
    later = table[starts_of(table, seed) >= np.datetime64(SPLIT)].reset_index(drop=True)
    unchanged = _signals(seed, later, history)
    regimes = {}
    for regime in seed.plant.regimes if seed.plant else []:
        changed = _table(seed, [regime.model_copy(update={"start": CHANGE})])
        rows = changed[starts_of(changed, seed) >= np.datetime64(SPLIT)].reset_index(drop=True)
        regimes[regime.name] = {"description": regime.description} | _delays(
            _signals(seed, rows, history), unchanged, history
        )
    return {
        "false_alarms": _false_alarms(unchanged, history),
        "regimes": regimes,
        "sensors": _sensors(seed, later, unchanged, history),
        "outcomes": _outcomes(seed, later, unchanged, history),
    }


def _table(seed: Seed, regimes: list[Regime]) -> pd.DataFrame:
    assert seed.plant is not None
    plant = seed.plant.model_copy(update={"start": START, "years": YEARS, "regimes": regimes})
    with TemporaryDirectory() as folder:
        simulate(seed.model_copy(update={"plant": plant}), Path(folder))
        return read_table(Path(folder), seed).table


def _signals(seed: Seed, rows: pd.DataFrame, history: DriftReference) -> DriftSignals:
    predicted = answered(seed, rows)
    return DriftSignals.of(predicted, history.clock.steps(starts_of(predicted.table, seed)) - history.steps, history)


def _by_charts(seen: DriftSignals) -> BoolArray:
    """Return whether each chart of errors is beyond its limit by step, shape (p, charts)."""
    beyond = np.zeros((len(seen.effects), len(seen.sums)), dtype=np.bool_)
    for j, sums in enumerate(seen.sums):
        beyond[sums.at, j] = sums.beyond
    return beyond


def _false_alarms(seen: DriftSignals, history: DriftReference) -> dict[str, float]:
    """Alarms that begin on an unchanged plant in a month, and the share of steps with one."""
    inputs, errors = seen.beyond.any(axis=1), _by_charts(seen).any(axis=1)
    months = len(inputs) * history.clock.days / MONTH
    kinds = {"inputs": inputs, "errors": errors, "any": inputs | errors}
    return {
        "months": months,
        **{name: int(np.sum(np.diff(one.astype(int), prepend=0) == 1)) / months for name, one in kinds.items()},
        "share": float((inputs | errors).mean()),
    }


def _delays(seen: DriftSignals, unchanged: DriftSignals, history: DriftReference) -> dict[str, Any]:
    """Periods from the change to the first input and the first chart beyond limits because of it.

    Outcomes are known a period late. None: not within what was simulated after it.
    """
    change = _change(history)
    inputs = seen.beyond[change:] & ~unchanged.beyond[change : len(seen.beyond)]
    errors = (_by_charts(seen) & ~_by_charts(unchanged)[: len(seen.effects)])[change:].any(axis=1)
    first = _first(inputs.any(axis=1))
    column = None
    if first is not None:
        limits = np.array([one.limit for one in history.inputs.columns])
        beyond = np.where(inputs[first - 1], seen.effects[change + first - 1] / limits, 0.0)
        column = history.inputs.names[int(np.argmax(beyond))]
    by_errors = _first(errors)
    return {
        "inputs": first,
        "column": column,
        "errors": None if by_errors is None else by_errors + 1,
        "growth": _growth(seen, unchanged, change),
    }


def _first(seen: BoolArray) -> int | None:
    """Periods that it takes, from 1 on; None where it never is."""
    at = np.flatnonzero(seen)
    return int(at[0]) + 1 if len(at) else None


def _growth(seen: DriftSignals, unchanged: DriftSignals, change: int) -> float:
    """Mean size of errors after the change over those of the same rows' periods without it."""
    sizes = []
    for signals in (seen, unchanged):
        own = [one.size for one in signals.residuals if one.size is not None]
        after = signals.step >= change
        sizes.append(float(np.mean([np.nanmean(size[after]) for size in own])))
    return sizes[0] / sizes[1]


def _sensors(seed: Seed, rows: pd.DataFrame, unchanged: DriftSignals, history: DriftReference) -> dict[str, Any]:
    """Delays after each measured input in turn reads a standard deviation higher in all units."""
    delays = {}
    for column in seed.by_role("during"):
        if not column.is_number or column.is_made:
            continue
        predicted = answered(seed, _moved(seed, rows, column.name, history))
        step = history.clock.steps(starts_of(predicted.table, seed)) - history.steps
        effects, _ = effects_of(predicted, step, len(unchanged.effects), history)
        beyond = history.inputs.beyond(effects) & ~unchanged.beyond
        delays[column.name] = _first(beyond[_change(history) :].any(axis=1))
    return delays


def _change(history: DriftReference) -> int:
    """Step since the champion's table in which the change lies."""
    return int(history.clock.steps(np.array([CHANGE], dtype="datetime64[us]"))[0]) - history.steps


def _moved(seed: Seed, rows: pd.DataFrame, name: str, history: DriftReference) -> pd.DataFrame:
    later = starts_of(rows, seed) >= np.datetime64(CHANGE)
    spread = SENSOR * float(history.table[name].std())
    return rows.assign(**{name: rows[name] + spread * later})


def _outcomes(seed: Seed, rows: pd.DataFrame, unchanged: DriftSignals, history: DriftReference) -> int | None:
    """Delay after outcomes of the first target fall by one typical error, of contents on log scale.

    None where the target is a class.
    """
    if seed.classes:
        return None
    name, later = seed.labels[0].name, starts_of(rows, seed) >= np.datetime64(CHANGE)
    residual = next(one for one in unchanged.residuals if one.name == name)
    assert residual.signed is not None
    if seed.grades:
        spread = float(history.model.scatter.spread[0])  # type: ignore[union-attr]
        fallen = rows[name] * np.exp(-FELL * spread * history.usual[name] * later)
    else:
        fallen = rows[name] - FELL * history.usual[name] * later
    delay: int | None = _delays(_signals(seed, rows.assign(**{name: fallen}), history), unchanged, history)["errors"]
    return delay
