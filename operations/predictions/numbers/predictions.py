"""Predictions of processes whose primary target is a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from operations.forms.fields import Record
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from operations.forms.unit_history import with_history
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads

Fitted = RegressionModel | SeveralTargets


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
    rows = with_history(rows, model.history, request)
    X = matrix(rows, model.seed)
    answers = model.answer(X, request["coverage"], replaced(payloads, request))
    reports = model.missing_reports(X)
    flags = model.flags(X, answers, reports)
    flag_readings(rows, model.seed, flags)
    quantities = estimates(answers, payloads.quantities, request, flags)
    added = added_rows(payloads.options, model, X, answers, request, flags)
    add_missing(reports, added, request)
    names = with_ids(rows, payloads.repeated(request), request)
    return {
        "predictions": [
            {**name, **quantity, **more, "flags": words}
            for name, quantity, more, words in zip(names, quantities, added, flags, strict=True)
        ],
    }


def replaced(payloads: Payloads, request: Record) -> dict[str, float]:
    """Factors of the process that options of a request replace."""
    return {name: value for one in payloads.options for name, value in one.replaced(request).items()}
