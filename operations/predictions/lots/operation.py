"""Predictions of lots as an operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel

from models.quality.model import QualityModel
from operations.forms.columns import CheckedRows, Columns, Described
from operations.forms.fields import Record
from operations.predictions.lots.about import QualityInfo, info
from operations.predictions.lots.columns import columns, described
from operations.predictions.lots.forms import fields_of
from operations.predictions.lots.predictions import answered
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads, TaskFields
from operations.predictions.together import PredictedRows, RequestedRows
from seeds import Seed


class LotPredictions(Predictions):
    """Predictions of processes that grade lots."""

    about: ClassVar[str] = (
        "A row is a lot whose assay is still to come. `costs` replaces values of the seed for one request; what may be "
        "released without an assay stays bounded by the threshold of `guarantee`, which was calibrated under the "
        "seed's costs. With `explanation` each content is cut into what each input contributed, in the content's unit."
    )
    listed: ClassVar[type[BaseModel] | None] = QualityInfo
    not_listed: ClassVar[str] = "does not grade its lots"

    def fields(self, seed: Seed) -> TaskFields:
        """Contents, grades and decision of a lot."""
        return fields_of(seed)

    def answered(self, form: Payloads, model: QualityModel, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
        """Decisions on lots, with what holds of all of them."""
        return answered(form, model, requests)

    def columns(self, form: Payloads, model: QualityModel, block: CheckedRows, request: Record) -> Columns:
        """Decisions on lots as columns."""
        return columns(form, model, block, request)

    def described(self, form: Payloads) -> Described:
        """Decisions on lots as columns."""
        return described(form)

    def info(self, seed: Seed, model: QualityModel | None) -> QualityInfo:
        """Rules of its decisions."""
        return info(seed, model)
