"""Requests, answers and predictions of processes whose primary target is a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.explanations import explained
from models.regression.model import RegressionModel
from seeds import Seed
from serving.answers import estimates, flag_texts, matrix, with_ids
from serving.explanations import asked, check_rows, explanation, explanations, optional
from serving.payloads import Payloads, Record, TaskFields, estimate, payloads_of

ABOUT = (
    "With `explain` each prediction of the first target is cut into what each input contributed, in the target's unit; "
    "targets derived from it are not explained."
)
INFO = None  # the list of processes holds all that is known of a number
NOT = "predicts no number"


def info(seed: Seed, model: RegressionModel | None) -> None:
    """Nothing: the list of processes holds all that is known of a number."""


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Request and answer of a seed's process; see `serving.payloads.payloads_of`."""
    predicted = {name: estimate(name, seed) for name in seed.quantities}
    predicted["explanation"] = optional(explanation(seed), f"what each input contributed to {seed.target.name}")
    return payloads_of(
        seed,
        max_rows,
        TaskFields(
            row="One period of one unit",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted=predicted,
            request={"explain": asked()},
            example={"explain": False},
        ),
    )


def predicted(payloads: Payloads, model: RegressionModel, rows: Sequence[Record], request: Record) -> dict[str, Any]:
    """Predictions of a model.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : RegressionModel
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    ProblemError
        422 where explanations of too many rows are asked for.
    """
    if request["explain"]:
        check_rows(len(rows))
    X = matrix(rows, model.seed)
    answers = model.answer(X, request["coverage"])
    flags = model.flags(X, answers)
    flag_texts(rows, model.seed, flags)
    quantities = estimates(answers, payloads.quantities, flags)
    if request["explain"]:
        seed, target = payloads.seed, payloads.seed.target.name
        parts = explained(model.estimator, X, answers[target].value, seed)
        named = [(target, payloads.quantities[target])] * len(rows)
        for quantity, why in zip(quantities, explanations(parts, seed, named, flags), strict=True):
            quantity["explanation"] = why
    return {
        "predictions": [
            {**name, **quantity, "flags": words}
            for name, quantity, words in zip(with_ids(rows, payloads.echoed), quantities, flags, strict=True)
        ]
    }
