"""Predictions of processes whose target is a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.classification.model import ClassificationModel
from operations.forms.fields import Record
from operations.forms.rows import flag_readings, matrix, with_ids
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.probabilities import probability_rows


def predicted(
    payloads: Payloads, model: ClassificationModel, rows: Sequence[Record], request: Record
) -> dict[str, Any]:
    """Predictions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : ClassificationModel
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    X, classes, target = matrix(rows, model.seed), payloads.seed.classes, payloads.seed.target.name
    p = model.probabilities(X)
    order = np.argsort(-p, axis=1, kind="stable")  # the most probable class first
    inside = np.take_along_axis(model.sets_of(X, p, request["coverage"]), order, axis=1)
    reports = model.missing_reports(X)
    flags = model.flags(X, reports)
    flag_readings(rows, model.seed, flags)
    whys = added_rows(payloads.options, model, X, p, request, flags)
    add_missing(reports, whys, request)
    named = with_ids(rows, payloads.repeated(request), request)
    answered = zip(
        named, probability_rows(p, classes, request), order.tolist(), inside.tolist(), whys, flags, strict=True
    )
    return {
        "predictions": [
            {
                **name,
                target: classes[ranked[0]],
                **shares,
                "class_set": [classes[k] for k, held in zip(ranked, holds, strict=True) if held],
                **reason,
                "flags": words,
            }
            for name, shares, ranked, holds, reason, words in answered
        ],
    }
