"""Predictions of a number, or of several, as an operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from operations.forms.columns import CheckedRows, Columns, Described
from operations.forms.fields import Record
from operations.predictions.numbers.columns import columns, described
from operations.predictions.numbers.predictions import Fitted, answered
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads, TaskFields, estimate
from operations.predictions.together import PredictedRows, RequestedRows
from seeds import Seed


class NumberPredictions(Predictions):
    """Predictions of processes whose primary target is a number."""

    about: ClassVar[str] = (
        "With `explanation` each target's prediction is cut into what each input contributed, in the target's unit; "
        "quantities derived from a target are not explained."
    )

    def fields(self, seed: Seed) -> TaskFields:
        """Each quantity of the seed with its interval."""
        return TaskFields(
            row="One period of one unit",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted={name: estimate(name, seed) for name in seed.quantities},
        )

    def answered(self, form: Payloads, model: Fitted, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
        """Quantities with their intervals."""
        return answered(form, model, requests)

    def columns(self, form: Payloads, model: Fitted, block: CheckedRows, request: Record) -> Columns:
        """Quantities and the ends of their intervals."""
        return columns(form, model, block, request)

    def described(self, form: Payloads) -> Described:
        """Quantities and the ends of their intervals."""
        return described(form)
