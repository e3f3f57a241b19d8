"""Predictions of processes whose primary target is a number, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.answers import Answer
from models.energy.answers import EnergyAnswers
from operations.energy.forms import BASIS, ENERGY, replaced
from operations.forms.columns import Block, Columns, Described, Values, of_quantities, quantities
from operations.forms.fields import Record
from operations.forms.payloads import Payloads
from operations.forms.rows import flag_readings

_COAL, _SCOPES = "coal_equivalent", ("scope_1", "scope_2", "total")


def described(payloads: Payloads) -> Described:
    """Columns of an answer, in their order; those of energy are left out where a request does not ask for it."""
    found = of_quantities(payloads.quantities)
    if payloads.energy is None:
        return found
    units = {f"{ENERGY}_{name}": unit for name, unit in payloads.energy.units.items()} | {f"{ENERGY}_{_COAL}": "kgce/t"}
    found |= of_quantities(units | {f"{ENERGY}_{name}": "tCO2e/t" for name in _SCOPES})
    for norm in payloads.seed.norms:
        own = f"{ENERGY}_{norm.name}"
        found |= of_quantities({own: norm.unit})
        found |= {f"{own}_grade": (None, f"best grade of {norm.document} that is kept; null: none")}
        found |= {f"{own}_best_grade": (None, "that of the low end"), f"{own}_worst_grade": (None, "of the high end")}
    return found


def columns(payloads: Payloads, model: Any, block: Block, request: Record) -> Columns:
    """Predictions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : RegressionModel or SeveralTargets
        The model.
    block : Block
        Rows.
    request : dict
        What was asked of them, as `Payloads.envelope` has it.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    answers = model.answer(block.X, request["coverage"], replaced(request))
    flags = model.flags(block.X, answers)
    flag_readings(block.texts, model.seed, flags)
    values = quantities(answers, flags)
    if payloads.energy is None or not request[ENERGY]:
        return Columns(values, flags)
    target = answers[payloads.energy.target]
    found, stated = payloads.energy.answered(model.seed, block.X, target, request, flags)
    return Columns(values | _energy(found), flags, {BASIS: stated})


def _energy(found: EnergyAnswers) -> dict[str, Values]:
    parts: dict[str, Answer] = {**found.boundaries, _COAL: found.coal_equivalent, **found.scopes}
    columns: dict[str, Values] = dict(_flat(parts))
    for one in found.standings:
        columns |= _flat({one.norm.name: one.energy})
        own = f"{ENERGY}_{one.norm.name}"
        columns |= {f"{own}_grade": one.grade, f"{own}_best_grade": one.best, f"{own}_worst_grade": one.worst}
    return columns


def _flat(answers: dict[str, Answer]) -> dict[str, Values]:
    ends = ("", "_low", "_high")
    return {
        f"{ENERGY}_{name}{end}": np.asarray(part)
        for name, answer in answers.items()
        for end, part in zip(ends, answer, strict=True)
    }
