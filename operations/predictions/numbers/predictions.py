"""Requests, answers and predictions of processes whose primary target is a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.answers import Answer
from models.explanations import explained
from models.processes.lookup import energy_of
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from operations.energy.accounting import Accounting
from operations.energy.forms import BASIS, ENERGY, energy_fields, replaced
from operations.forms.fields import Record, record, title
from operations.forms.payloads import Payloads, TaskFields, estimate, payloads_of
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from operations.predictions.explanations import asked, explanation, explanations, optional
from operations.schedules.forms import schedule_payloads
from operations.set_points.forms import setpoint_payloads
from operations.warnings.forms import warning_payloads
from physics.arrays import FloatArray
from seeds import Seed

ABOUT = (
    "With `explain` each target's prediction is cut into what each input contributed, in the target's unit; quantities "
    "derived from a target are not explained."
)
INFO = None  # the list of processes holds all that is known of a number
NOT = "predicts no number"

Fitted = RegressionModel | SeveralTargets


def info(seed: Seed, model: Fitted | None) -> None:
    """Nothing: the list of processes holds all that is known of a number."""


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Request and answer of a seed's process; see `operations.forms.payloads.payloads_of`."""
    predicted = {name: estimate(name, seed) for name in seed.quantities}
    if len(seed.primaries) == 1:
        predicted["explanation"] = optional(explanation(seed), f"what each input contributed to {seed.target.name}")
    else:
        predicted["explanations"] = _explanations(seed)
    energy, physics = energy_fields(seed), energy_of(seed)
    whole = payloads_of(
        seed,
        max_rows,
        TaskFields(
            row="One period of one unit",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted={**predicted, **energy.predicted},
            request={"explain": asked(), **energy.request},
            answer=energy.answer,
            example={"explain": False, **energy.example},
        ),
    )
    return replace(
        whole,
        setpoints=setpoint_payloads(seed, max_rows),
        schedules=schedule_payloads(seed, max_rows),
        warnings=warning_payloads(seed, max_rows),
        energy=None if physics is None else Accounting(seed, physics),
    )


def _explanations(seed: Seed) -> Any:
    kinds = {target.name: explanation(seed) for target in seed.primaries}
    kind: Any = record(f"{title(seed)}Explanations", "What each input contributed to each target.", kinds)
    return optional(kind, "what each input contributed to each target")


def predicted(payloads: Payloads, model: Fitted, rows: Sequence[Record], request: Record) -> dict[str, Any]:
    """Predictions of a model.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : RegressionModel or SeveralTargets
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none, and energy as
        JSON.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    X = matrix(rows, model.seed)
    answers = model.answer(X, request["coverage"], replaced(request))
    flags = model.flags(X, answers)
    flag_readings(rows, model.seed, flags)
    quantities = estimates(answers, payloads.quantities, flags)
    if request["explain"]:
        for quantity, why in zip(quantities, _why(payloads, model, X, answers, flags), strict=True):
            quantity |= why
    basis: Record = {}
    if payloads.energy is not None and request[ENERGY]:
        found, basis[BASIS] = payloads.energy.answered(model.seed, X, answers[payloads.energy.target], request, flags)
        for quantity, energy in zip(quantities, payloads.energy.rows(found), strict=True):
            quantity[ENERGY] = energy
    return {
        **basis,
        "predictions": [
            {**name, **quantity, "flags": words}
            for name, quantity, words in zip(with_ids(rows, payloads.echoed, request), quantities, flags, strict=True)
        ],
    }


def _why(
    payloads: Payloads, model: Fitted, X: FloatArray, answers: Mapping[str, Answer], flags: list[list[str]]
) -> list[Record]:
    """The field of each row that explains its target or targets."""
    models = model.models if isinstance(model, SeveralTargets) else {payloads.seed.target.name: model}
    found = {}
    for target, one in models.items():
        parts = explained(one.estimator, X, answers[target].value, one.seed)
        named = [(target, payloads.quantities[target])] * len(X)
        found[target] = explanations(parts, one.seed, named, flags)
    if len(found) == 1:
        (whys,) = found.values()
        return [{"explanation": why} for why in whys]
    return [{"explanations": {target: whys[i] for target, whys in found.items()}} for i in range(len(X))]
