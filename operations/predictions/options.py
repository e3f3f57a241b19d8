"""Options of predictions: parts of a response, of their own subject, that a request may include."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from operations.forms.columns import Described, Values
from operations.forms.fields import Record
from operations.forms.include import includes
from physics.arrays import FloatArray
from seeds import Seed


@dataclass(frozen=True)
class AddedFields:
    """Fields that an option adds to a prediction, a request and the example of a request."""

    predicted: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)


class Addition(ABC):
    """An option as one process has it.

    Attributes
    ----------
    name : str
        Word of `include` that requests the part.
    about : str
        Description of the part.
    is_slow : bool
        Whether it takes many times as long as the predictions; then it is not offered for tables.
    fields : AddedFields
    """

    name: ClassVar[str]
    about: str
    is_slow: ClassVar[bool] = False
    fields: AddedFields

    def check(self, rows: int) -> None:  # noqa: B027
        """Refuse a request that asks for it with too many rows; RequestError."""

    def replaced(self, request: Record) -> Mapping[str, float]:
        """Factors of the process that a request replaces."""
        return {}

    @abstractmethod
    def rows(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> Sequence[Record]:
        """Fields of each row.

        Parameters
        ----------
        model : object
            The model.
        X : ndarray, shape (n, k)
            Inputs of the rows.
        predicted : object
            Predictions of the model, as its task has them.
        request : dict
            The request around the rows.
        flags : list of list of str
            Flags of the n rows, which are added to.
        """

    def described(self) -> Described:
        """Columns of a table, in their order."""
        return {}

    def columns(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> dict[str, Values]:
        """Columns of a table; parameters as of `rows`."""
        return {}


class ResponsePart(ABC):
    """Part of a response that requests of a task may ask for."""

    @abstractmethod
    def of(self, seed: Seed) -> Addition | None:
        """The option of a seed's process; None where the process does not offer it.

        Raises
        ------
        ValueError
            The seed lacks what it needs.
        """


def requested(additions: Sequence[Addition], request: Record) -> list[Addition]:
    """Options that a request asks for."""
    return [one for one in additions if includes(request, one.name)]


def added_rows(
    additions: Sequence[Addition], model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
) -> list[Record]:
    """Fields of each row by the options that a request asks for."""
    rows: list[Record] = [{} for _ in flags]
    for one in requested(additions, request):
        for row, fields in zip(rows, one.rows(model, X, predicted, request, flags), strict=True):
            row |= fields
    return rows


def added_columns(
    additions: Sequence[Addition], model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
) -> dict[str, Values]:
    """Columns of the requested options."""
    columns: dict[str, Values] = {}
    for one in requested(additions, request):
        columns |= one.columns(model, X, predicted, request, flags)
    return columns
