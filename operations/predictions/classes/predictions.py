"""Predictions of processes whose target is a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.classification.model import ClassificationModel
from operations.forms.rows import flag_readings, matrix
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.probabilities import probability_rows
from operations.predictions.together import PredictedRows, RequestedRows, divided, names_of, rows_of


def answered(payloads: Payloads, model: ClassificationModel, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
    """Responses of a model; see `operations.predictions.numbers.predictions.answered`.

    Parameters
    ----------
    payloads : Payloads
        Requests and responses of the process.
    model : ClassificationModel
        The model.
    requests : sequence of RequestedRows
        Requests with the same options.

    Returns
    -------
    list of PredictedRows
        As `Payloads.answer` describes it, process and model left out.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    request, rows = requests[0].request, rows_of(requests)
    X, classes, target = matrix(rows, model.seed), payloads.seed.classes, payloads.seed.target.name
    p = model.probabilities(X)
    order = np.argsort(-p, axis=1, kind="stable")  # the most probable class first
    inside = np.take_along_axis(model.sets_of(X, p, request["coverage"]), order, axis=1)
    reports = model.missing_reports(X)
    flags = model.flags(X, reports)
    flag_readings(rows, model.seed, flags)
    whys = added_rows(payloads.options, model, X, p, request, flags)
    add_missing(reports, whys, request)
    named = names_of(requests, payloads)
    shown = probability_rows(p, classes, request)
    predictions = [
        {
            **name,
            target: classes[ranked[0]],
            **shares,
            "class_set": [classes[k] for k, held in zip(ranked, holds, strict=True) if held],
            **reason,
            "flags": words,
        }
        for name, shares, ranked, holds, reason, words in zip(
            named, shown, order.tolist(), inside.tolist(), whys, flags, strict=True
        )
    ]
    return [PredictedRows(own) for own in divided(predictions, requests)]
