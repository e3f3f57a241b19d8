"""History of units in requests: from the earlier periods of the request, else from recorded outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from models.consistency.unit_names import unit_name
from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import LONG_AGO, TargetHistory, UnitHistory
from models.uncertainty.missing_patterns import FEW_ROWS
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.history import EARLIER, MADE, starts_of
from operations.forms.rows import matrix
from physics.arrays import FloatArray, IntArray
from seeds import Seed

_EPOCH = dt.datetime(1970, 1, 1)
_NO_ERRORS = UnitErrors()
HISTORY, OUTCOMES, GROUP = "history", "outcomes", "group"
"""Sources of a unit's history: the request, recorded outcomes, or its group, if the unit itself has no label."""


def with_history(rows: Sequence[Record], history: UnitHistory | None, request: Mapping[str, Any]) -> Sequence[Record]:
    """Return rows with the history of their units, noted under MADE with its source.

    Parameters
    ----------
    rows : sequence of dict
        Rows that `Payloads.read` has passed.
    history : UnitHistory or None
        History of the model that predicts, with all outcomes applied; None if it has no such input.
    request : Mapping
        The request around the rows. Labels in its earlier periods replace the recorded ones of their unit.

    Raises
    ------
    RequestError
        A label of an earlier period that no label of this quantity in its unit of measure can be.
    """
    if history is None:
        return rows
    given = errors_of(request.get(EARLIER, ()), history)
    units = [unit_of(row, history.seed) for row in rows]
    moments = starts(rows, history.seed)
    built = [built_at(row, start, history) for row, start in zip(rows, moments, strict=True)]
    filled = [dict(row) for row in rows]
    for name, one in history.targets.items():
        own = given.get(name, _NO_ERRORS)
        joined = replace(one, errors=one.errors.without(own.names).joined(own)) if own.names else one
        known = _deviations(joined, units, moments, built)
        for row, unit, (value, count) in zip(filled, units, known, strict=True):
            row[one.name] = value
            if value == value:
                source = (HISTORY if unit in own.number else OUTCOMES) if count else GROUP
                row[MADE] = [*row.get(MADE, ()), f"{one.name} from {source}"]
    return filled


def _deviations(
    one: TargetHistory, units: Sequence[str], start: Sequence[int], since: Sequence[int]
) -> Iterable[tuple[float, float]]:
    """Return the deviation of each row's unit and its number of errors; arrays would slow few rows."""
    if len(units) <= FEW_ROWS:
        return map(one.deviation, units, start, since)
    values, counts = one.deviations(np.array(units, dtype=object), np.array(start), np.array(since))
    return zip(values.tolist(), counts.tolist(), strict=True)


def fill(X: FloatArray, units: Sequence[str], start: IntArray, history: UnitHistory) -> list[list[str]]:
    """Fill history inputs of many rows in place, from recorded outcomes; return their sources by row.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs as the model takes them.
    units : sequence of str, length n
        Units of the rows as `unit_of` gives them.
    start : ndarray of int, shape (n,)
        Starts of their periods [microseconds since 1970].
    history : UnitHistory
        History of the model that predicts.
    """
    places = {name: i for i, name in enumerate(history.extended.input_names)}
    names = np.array(units, dtype=object)
    ages = np.full(len(X), np.nan) if history.age is None else X[:, places[history.age[0]]]
    since = history.built(start, ages)
    made: list[list[str]] = [[] for _ in range(len(X))]
    for one in history.targets.values():
        value, count = one.deviations(names, start, since)
        X[:, places[one.name]] = value
        texts = {True: f"{one.name} from {OUTCOMES}", False: f"{one.name} from {GROUP}"}
        for i in np.flatnonzero(~np.isnan(value)).tolist():
            made[i].append(texts[bool(count[i])])
    return made


def unit_of(row: Record, seed: Seed) -> str:
    """Return the unit of a row as tables have it."""
    key = seed.key
    return "" if key is None else unit_name(row[key.name])


def starts(rows: Sequence[Record], seed: Seed) -> list[int]:
    """Return the starts of rows' periods in the plant's standard time [microseconds since 1970]."""
    name = seed.clock.name
    if seed.table.time_zone is None:
        return [_moment(row[name]) for row in rows]
    read, _ = starts_of(rows, 0, seed)
    moments: list[int] = read.astype("datetime64[us]").astype(np.int64).tolist()
    return moments


@lru_cache(maxsize=4096)  # units share periods
def _moment(text: str) -> int:
    """Return a time without its offset [microseconds since 1970]."""
    passed = dt.datetime.fromisoformat(text).replace(tzinfo=None) - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def built_at(row: Record, start: int, history: UnitHistory) -> int:
    """Return when the unit of a row was built or rebuilt [microseconds since 1970]; LONG_AGO if unknown."""
    if history.age is None or row.get(history.age[0]) is None:
        return LONG_AGO
    name, scale = history.age
    return start - int(row[name] * scale) - history.half_period


def errors_of(past: Sequence[Record], history: UnitHistory) -> dict[str, UnitErrors]:
    """Return the errors of earlier periods in a request, by target.

    Raises
    ------
    RequestError
        A label that no label of this quantity in its unit of measure can be; all such labels are named.
    """
    if not past:
        return {}
    X = stated(past, history)
    units = np.array([unit_of(row, history.seed) for row in past], dtype=object)
    start = np.array(starts(past, history.seed), dtype=np.int64)
    errors: dict[str, UnitErrors] = {}
    faults: list[RequestDefect] = []
    for name, one in history.targets.items():
        y = np.array([row.get(name) for row in past], dtype=np.float64)
        error = one.errors_of(X, y)
        faults += [_beyond(i, past[i][name], one) for i in np.flatnonzero(np.isnan(error) & ~np.isnan(y)).tolist()]
        errors[name] = UnitErrors.of(units, start, error)
    if faults:
        raise invalid(faults)
    return errors


def stated(rows: Sequence[Record], history: UnitHistory) -> FloatArray:
    """Return the inputs that the seed states, shape (n, k); rows of earlier periods lack derived ones."""
    blank: Record = dict.fromkeys(history.seed.input_names)
    return matrix([blank | row for row in rows], history.seed)


def _beyond(i: int, value: Any, one: TargetHistory) -> RequestDefect:
    expected = f"a label [{one.seed.target.unit}] that is no further from its expectation than any of training"
    return RequestDefect(field=f"history.{i}.{one.target}", value=shown(value), expected=expected)
