"""Errors of units in the online state of a model: its history of units follows the outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.online.review_queue import OnlineState
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import LONG_AGO, UnitHistory
from operations.forms.fields import Record
from operations.forms.unit_history import built_at, starts, unit_of
from physics.arrays import FloatArray

UNITS, PENDING_UNITS = "units", "pending_units"
"""Keys of a target's state: errors of units that are applied permanently, and those of the incomplete run."""


def history_with(model: RegressionModel | SeveralTargets, state: Mapping[str, Any]) -> UnitHistory | None:
    """Return the history of units with the errors of an online state; None if the model has none.

    Errors of an incomplete run count unless the run is anomalous, as they do for the centre of intervals.
    """
    history = model.history
    if history is None:
        return None
    known: dict[str, UnitErrors] = {}
    models = by_target(model)
    for name, one in history.targets.items():
        errors, rebuilt = one.errors, dict[str, int]()
        for part in _parts(models[name], state.get(name, {})):
            rebuilt = _later_of(rebuilt, part["rebuilt"])
            errors = errors.joined(UnitErrors.from_state(part["errors"]), rebuilt)
        known[name] = errors.newest()
    return history.known(known)


def _later_of(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the later moment of each unit: outcomes may arrive in any order."""
    return {unit: max(one.get(unit, LONG_AGO), other.get(unit, LONG_AGO)) for unit in {**one, **other}}


def _parts(model: RegressionModel, state: Record) -> list[Record]:
    """Return the stored errors that count now."""
    parts = [state[name] for name in (UNITS, PENDING_UNITS) if state.get(name)]
    if not state.get(PENDING_UNITS):
        return parts
    online = OnlineState.from_state(state, model.usual)
    return parts if online.received > online.outcomes else parts[:-1]


def by_target(model: RegressionModel | SeveralTargets) -> Mapping[str, RegressionModel]:
    """Return the model of each target by its name."""
    return model.models if isinstance(model, SeveralTargets) else {model.seed.target.name: model}


def errors_of_rows(
    rows: Sequence[Record], X: FloatArray, y: FloatArray, target: str, history: UnitHistory
) -> tuple[UnitErrors, dict[str, int]]:
    """Return the errors of rows with an outcome, and when each unit of known age was built or rebuilt.

    Parameters
    ----------
    rows : sequence of dict, length n
        Rows of requests.
    X : ndarray, shape (n, k)
        Their inputs as the model takes them.
    y : ndarray, shape (n,)
        Outcomes of the target [its unit].
    target : str
        Name of the target.
    history : UnitHistory
        History of the model.
    """
    units = [unit_of(row, history.seed) for row in rows]
    moments = starts(rows, history.seed)
    period = np.array(moments, dtype=np.int64)
    errors = UnitErrors.of(units, period, history.targets[target].errors_of(X, y, period))
    rebuilt: dict[str, int] = {}
    for unit, row, start in zip(units, rows, moments, strict=True):
        rebuilt[unit] = max(rebuilt.get(unit, LONG_AGO), built_at(row, start, history))
    return errors, {unit: moment for unit, moment in rebuilt.items() if moment != LONG_AGO}


def unit_errors_after(
    before: Record, after: Record, newer: tuple[UnitErrors, dict[str, int]], accepted: bool
) -> Record:
    """Return the errors of units after outcomes that arrived together, as parts of a target's state.

    Parameters
    ----------
    before, after : dict
        States of the target before and after these outcomes, see `OnlineState.state`.
    newer : tuple
        Errors of the outcomes, and when units were built.
    accepted : bool
        Whether a reviewer has accepted the batch.
    """
    units, pending = (before.get(name, {}) for name in (UNITS, PENDING_UNITS))
    if accepted:
        return {UNITS: _joined(units, _state(newer)), PENDING_UNITS: pending}
    run = _joined(pending, _state(newer))
    if after["begun"]:
        return {UNITS: units, PENDING_UNITS: run}
    is_applied = after["outcomes"] > before["outcomes"]
    return {UNITS: _joined(units, run) if is_applied else units, PENDING_UNITS: {}}


def _state(newer: tuple[UnitErrors, dict[str, int]]) -> Record:
    return {"errors": newer[0].state(), "rebuilt": newer[1]}


def _joined(one: Record, other: Record) -> Record:
    """Return stored errors and later ones."""
    first, second = (UnitErrors.from_state(part.get("errors", {})) for part in (one, other))
    rebuilt = _later_of(one.get("rebuilt", {}), other.get("rebuilt", {}))
    return {"errors": first.joined(second, rebuilt).newest().state(), "rebuilt": rebuilt}
