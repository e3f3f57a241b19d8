"""Predictions of pieces as an operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel

from models.sorting.model import SortingModel
from operations.forms.columns import CheckedRows, Columns, Described
from operations.forms.fields import Record
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads, TaskFields
from operations.predictions.pieces.about import SortingInfo, info
from operations.predictions.pieces.columns import columns, described
from operations.predictions.pieces.forms import fields_of
from operations.predictions.pieces.lots import LOTS
from operations.predictions.pieces.predictions import answered
from operations.predictions.together import PredictedRows, RequestedRows
from seeds import Seed


class PiecePredictions(Predictions):
    """Predictions of processes that sort pieces."""

    about: ClassVar[str] = (
        "A row is a piece, and rows are taken in the order given: each is decided with what its lot holds by then. The "
        "service stores no lot: include `lots`, and send the answer's `lots` back with the next pieces; a lot that is "
        "not sent is empty. `prices` replaces values of the seed for one request. Of a name that stands twice in an "
        "object the last counts. With `explanation` the logarithm of how much more probable the class is than the next "
        "is cut into what each input contributed."
    )
    listed: ClassVar[type[BaseModel] | None] = SortingInfo
    not_listed: ClassVar[str] = "does not sort"
    own_fields: ClassVar[frozenset[str]] = frozenset({LOTS})
    is_sequential: ClassVar[bool] = True

    def fields(self, seed: Seed) -> TaskFields:
        """Class, contents and bin of a piece."""
        return fields_of(seed)

    def answered(self, form: Payloads, model: SortingModel, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
        """Decisions on pieces, with what holds of all of them."""
        return answered(form, model, requests)

    def columns(self, form: Payloads, model: SortingModel, block: CheckedRows, request: Record) -> Columns:
        """Decisions on pieces as columns."""
        return columns(form, model, block, request)

    def described(self, form: Payloads) -> Described:
        """Decisions on pieces as columns."""
        return described(form)

    def info(self, seed: Seed, model: SortingModel | None) -> SortingInfo:
        """Rules of its decisions."""
        return info(seed, model)
