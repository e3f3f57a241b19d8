"""Drift check: compare live rows with the champion's training history and list actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.table.inputs import matrix
from models.table.periods import regimes
from monitoring.drift import live
from monitoring.drift.history import DriftReference
from monitoring.drift.results import Chart, Figures, InputDrift, MonitoringResult
from monitoring.drift.rows import Answered
from monitoring.drift.signals import DriftSignals, Sums
from monitoring.drift.summary import limits_in_words, next_steps, reasons
from monitoring.drift.tasks import task_of
from monitoring.drift.time_steps import DriftError, starts_of, units_of
from physics.arrays import BoolArray, IntArray

MOST_POINTS = 60  # of a line over time: more are put together


def watch(rows: Answered, history: DriftReference) -> MonitoringResult:
    """Return the current monitoring result of a process.

    Parameters
    ----------
    rows : Answered
        All rows that were answered, in the order of time; those of periods that stand in the champion's own table
        count for what was answered, not for drift.
    history : DriftReference
        Of the champion.

    Raises
    ------
    DriftError
        No row was answered.
    """
    seed, clock = history.seed, history.clock
    if not len(rows):
        raise DriftError(f"{seed.process.name}: nothing was answered, so there is nothing to watch")
    start, units = starts_of(rows.table, seed), units_of(rows.table, seed)
    step = clock.steps(start)
    later = step >= history.steps
    seen = DriftSignals.of(rows[later], step[later] - history.steps, history)
    inputs, charts = _inputs(seen, history), [_chart(one, history) for one in seen.sums]
    errors = live.measured(rows, seed)
    known = np.any([np.zeros(len(rows), np.bool_), *(~np.isnan(one.error) for one in errors)], axis=0)
    newest = int(step[known].max()) if known.any() else None
    group, names = _groups(step, history)
    over_time = live.grouped(errors, rows, group, seed, names)
    expected, came = _expected(seen, history)
    task, of_row = task_of(seed), regimes(start, seed)
    versions = {one: f"version {one}" for one in dict.fromkeys(rows.version.tolist())}
    summary = MonitoringResult(
        process=seed.process.name,
        version=history.version,
        digest=history.digest,
        first_period=clock.moment(int(step.min())),
        last_period=clock.moment(int(step.max())),
        rows=len(rows),
        known=int(known.sum()),
        last_labelled_period=None if newest is None else clock.moment(newest),
        window_days=clock.window * clock.days,
        history_windows=history.steps / clock.window,
        new_windows=0.0 if newest is None else max(0, newest + 1 - history.steps) / clock.window,
        drifted=any(one.drifted for one in inputs) or any(one.drifted for one in charts),
        reasons=(),
        next_steps=(),
        over_time=tuple(_with_sizes(over_time, seen, group[later], names, history)),
        by_unit=tuple(live.worst_units(errors, rows, units, seed)),
        by_version=tuple(live.grouped(errors, rows, rows.version, seed, versions)),
        by_regime=tuple(live.grouped(errors, rows, of_row, seed, _regime_names(of_row))),
        versions=tuple((clock.moment(int(step[rows.version == one].min())), name) for one, name in versions.items()),
        inputs=tuple(inputs),
        charts=tuple(charts),
        sensors=tuple(history.sensors.found(matrix(seen.rows.table, seed), units[later], seen.step, clock.window)),
        costs=() if task.lost is None else tuple(live.costs(task.lost(rows, seed), task.unit, group, names)),
        expected_error=expected,
        came=came,
        limits="; ".join(limits_in_words(history)),
    )
    return replace(summary, reasons=tuple(reasons(summary)), next_steps=tuple(next_steps(summary)))


def _regime_names(of_row: Any) -> Mapping[Any, str]:
    names = dict.fromkeys(of_row.tolist())
    return {} if set(names) == {""} else {name: name or "before any" for name in names}


def _groups(step: IntArray, history: DriftReference) -> tuple[IntArray, dict[int, str]]:
    """Steps of rows, so many put together that a line over time has few points, and the start of each."""
    first = int(step.min())
    size = max(1, -(-(int(step.max()) - first + 1) // MOST_POINTS))
    group = (step - first) // size
    return group, {int(one): history.clock.moment(first + int(one) * size) for one in np.unique(group)}


def _inputs(seen: DriftSignals, history: DriftReference) -> list[InputDrift]:
    """All inputs, the farthest beyond its limit first; none where nothing came after history."""
    if not len(seen.effects):
        return []
    results = []
    for j, (name, column) in enumerate(zip(history.inputs.names, history.inputs.columns, strict=True)):
        drifted, values = bool(seen.beyond[-1, j]), seen.newest[:, j]
        known = values[~np.isnan(values)]
        one = InputDrift(
            column=name,
            by_others=j >= history.inputs.alone,
            rows=len(known),
            effect=_finite(seen.effects[-1, j]),
            limit=_finite(column.limit),
            usual=_finite(column.usual),
            drifted=drifted,
            since=history.clock.moment(history.steps + _since(seen.beyond[:, j])) if drifted else None,
        )
        if drifted:
            edges, before, now = column.distributions(known)
            one = replace(one, edges=edges, before=before, now=now)
        results.append(one)
    return sorted(results, key=lambda one: -(one.effect or 0.0) / (one.limit or np.inf))


def _chart(sums: Sums, history: DriftReference) -> Chart:
    past, high, low = sums.past, float(sums.high[-1]), float(sums.low[-1])
    if not sums.beyond[-1]:
        return Chart(past.name, past.kind, high, low, False, None, None, None)
    rising = sums.high if high >= low else sums.low
    zeros = np.flatnonzero(rising <= 0.0)
    first = int(zeros[-1]) + 1 if len(zeros) else 0
    size = float(np.average(sums.mean[first:], weights=sums.count[first:])) / past.usual
    since, started = (history.clock.moment(history.steps + int(sums.at[i])) for i in (_since(sums.beyond), first))
    return Chart(past.name, past.kind, high, low, True, since, started, size)


def _since(beyond: BoolArray) -> int:
    """First index of the unbroken run of truth that the last one ends."""
    breaks = np.flatnonzero(~beyond)
    return int(breaks[-1]) + 1 if len(breaks) else 0


def _with_sizes(
    figures: Sequence[Figures], seen: DriftSignals, group: IntArray, names: Mapping[int, str], history: DriftReference
) -> Iterator[Figures]:
    """Yield figures over time with the champion's observed and expected error sizes."""
    X, number = matrix(seen.rows.table, history.seed), {name: one for one, name in names.items()}
    sizes = {}
    for one in seen.residuals:
        if one.size is not None and one.name in history.usual and history.expectation is not None:
            sizes[one.name] = one.size, history.expectation.sizes(one, X), history.usual[one.name]
    for figure in figures:
        if figure.quantity not in sizes:
            yield figure
            continue
        size, expected, typical = sizes[figure.quantity]
        own = group == number[figure.of]
        known = own & ~np.isnan(size)
        yield replace(
            figure,
            size=float(size[known].mean()) / typical if known.any() else None,
            expected=float(expected[own].mean()) / typical if own.any() else None,
        )


def _expected(seen: DriftSignals, history: DriftReference) -> tuple[float | None, float | None]:
    """Return expected over usual error size of the latest rows without outcome, and actual over expected."""
    if history.expectation is None or not len(seen.rows):
        return None, None
    X, recent = matrix(seen.rows.table, history.seed), seen.step > seen.step.max() - history.clock.window
    ahead, ratios = [], []
    for one in seen.residuals:
        if one.size is None or one.name not in history.usual:
            continue
        expected = history.expectation.sizes(one, X)
        coming, known = recent & np.isnan(one.size), ~np.isnan(one.size)
        if coming.any():
            ahead.append(float(expected[coming].mean()) / history.usual[one.name])
        if expected[known].sum() > 0:
            ratios.append(float(one.size[known].sum() / expected[known].sum()))
    return (float(np.mean(ahead)) if ahead else None), (float(np.mean(ratios)) if ratios else None)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
