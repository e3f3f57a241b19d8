"""Predictions of processes whose primary target is a number."""

from __future__ import annotations

from collections.abc import Sequence

from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from operations.forms.fields import Record
from operations.forms.rows import estimates, flag_readings, matrix
from operations.forms.unit_history import with_history
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.together import PredictedRows, RequestedRows, divided, names_of, rows_of

Fitted = RegressionModel | SeveralTargets


def answered(payloads: Payloads, model: Fitted, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
    """Responses of a model.

    Parameters
    ----------
    payloads : Payloads
        Requests and responses of the process.
    model : RegressionModel or SeveralTargets
        The model.
    requests : sequence of RequestedRows
        Requests with the same options.

    Returns
    -------
    list of PredictedRows
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none, and energy as
        JSON.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    request = requests[0].request
    requests = [RequestedRows(with_history(one.rows, model.history, one.request), one.request) for one in requests]
    rows = rows_of(requests)
    X = matrix(rows, model.seed)
    answers = model.answer(X, request["coverage"], replaced(payloads, request))
    reports = model.missing_reports(X)
    flags = model.flags(X, answers, reports)
    flag_readings(rows, model.seed, flags)
    quantities = estimates(answers, payloads.quantities, request, flags)
    added = added_rows(payloads.options, model, X, answers, request, flags)
    add_missing(reports, added, request)
    predictions = [
        {**name, **quantity, **more, "flags": words}
        for name, quantity, more, words in zip(names_of(requests, payloads), quantities, added, flags, strict=True)
    ]
    return [PredictedRows(own) for own in divided(predictions, requests)]


def replaced(payloads: Payloads, request: Record) -> dict[str, float]:
    """Factors of the process that options of a request replace."""
    return {name: value for one in payloads.options for name, value in one.replaced(request).items()}
