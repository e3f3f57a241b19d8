"""Predictions of processes whose primary target is a number, as columns."""

from __future__ import annotations

from operations.forms.columns import CheckedRows, Columns, Described, of_quantities, quantities
from operations.forms.fields import Record
from operations.forms.rows import flag_readings
from operations.predictions.numbers.predictions import Fitted, replaced
from operations.predictions.options import added_columns
from operations.predictions.payloads import Payloads


def described(payloads: Payloads) -> Described:
    """Columns of a response in order; those of options only if requested."""
    columns = of_quantities(payloads.quantities)
    for one in payloads.options:
        columns |= one.described()
    return columns


def columns(payloads: Payloads, model: Fitted, block: CheckedRows, request: Record) -> Columns:
    """Predictions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : RegressionModel or SeveralTargets
        The model.
    block : CheckedRows
        Rows.
    request : dict
        What was asked of them, as `Payloads.envelope` has it.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    answers = model.answer(block.X, request["coverage"], replaced(payloads, request))
    flags = model.flags(block.X, answers)
    flag_readings(block.texts, model.seed, flags)
    values = quantities(answers, request, flags)
    return Columns(values | added_columns(payloads.options, model, block.X, answers, request, flags), flags)
