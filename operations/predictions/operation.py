"""Predictions as an operation: each row of a request has a response of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

from operations.forms.columns import CheckedRows, Columns, Described
from operations.forms.fields import Record
from operations.operation import Operation
from operations.predictions.options import ResponsePart
from operations.predictions.payloads import Payloads, TaskFields, payloads_of
from operations.predictions.together import PredictedRows, RequestedRows
from seeds import Seed


class Predictions(Operation[Payloads]):
    """Predictions of one task.

    Parameters
    ----------
    *options : ResponsePart
        Parts of a response that requests may ask for, in the order of their fields.

    Attributes
    ----------
    about : str
        Addition to the description of its requests.
    listed : type or None
        Its part of the list of processes; None where it has none.
    not_listed : str
        Predicate of a process of another task, which has no such part.
    own_fields : frozenset of str
        Fields that may differ between requests that are answered together, in addition to `id` and `first`.
    is_sequential : bool
        Whether a row depends on the rows before it.
    """

    name: ClassVar[str] = "predictions"
    operation_id: ClassVar[str] = "predict"
    tag: ClassVar[str] = "predictions"
    rows: ClassVar[Literal["each", "together", "stored"]] = "each"
    about: ClassVar[str]
    listed: ClassVar[type[BaseModel] | None] = None
    not_listed: ClassVar[str] = ""
    own_fields: ClassVar[frozenset[str]] = frozenset()
    is_sequential: ClassVar[bool] = False

    def __init__(self, *options: ResponsePart) -> None:
        self.options = options

    def form(self, seed: Seed, max_rows: int) -> Payloads:
        """Requests and responses of a seed's process.

        Raises
        ------
        ValueError
            A key, time or target of the seed is called as something else in a prediction is, or the seed lacks what a
            task or an option needs.
        """
        extensions = (option.of(seed) for option in self.options)
        description = (
            "One prediction for each row, in the rows' order. Numbers are numbers in the unit that the field states; "
            "`null` or a field left out means that the value is missing, which the model takes as it took it in "
            "training. A value out of its physical range is refused; one outside the training range is answered, "
            f"with a flag. Fields that are known only after the period are refused. {self.about}"
        ).rstrip()
        return payloads_of(
            seed, max_rows, self.fields(seed), description, [one for one in extensions if one is not None]
        )

    @abstractmethod
    def fields(self, seed: Seed) -> TaskFields:
        """Fields of the task in requests and responses of a seed's process."""

    @abstractmethod
    def answered(self, form: Payloads, model: Any, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
        """Responses to several requests by one call of a model; none depends on the others.

        Parameters
        ----------
        form : Payloads
            Of the process.
        model : object
            A model of the task.
        requests : sequence of RequestedRows
            Requests that differ in their rows, `id`, `first` and `own_fields` only.

        Raises
        ------
        CoverageError
            The model was calibrated on too few rows for the coverage.
        """

    def predicted(self, form: Payloads, model: Any, rows: Sequence[Record], request: Record) -> Record:
        """Predictions for the rows of one request, and the fields next to them; see `answered`."""
        (only,) = self.answered(form, model, [RequestedRows(rows, request)])
        return only.fields

    @abstractmethod
    def columns(self, form: Payloads, model: Any, block: CheckedRows, request: Record) -> Columns:
        """The content of `predicted` as columns; raises as it does."""

    @abstractmethod
    def described(self, form: Payloads) -> Described:
        """The columns that `columns` may give, in their order."""

    def info(self, seed: Seed, model: Any) -> BaseModel | None:
        """Its part of the list of processes, for one of its processes and the model in service, if any."""
        return None
