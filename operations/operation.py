"""An operation: something that can be requested of a process, over HTTP or from a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from models.interfaces.learning import ModelWithParts
from models.learnings import learnt_by
from operations.forms.columns import Described
from operations.forms.faults import invalid
from operations.forms.fields import Record
from operations.forms.shapes import Shape
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

F = TypeVar("F", bound="Form")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Form:
    """Requests and responses of an operation of one process: what checks a request also describes it.

    Attributes
    ----------
    seed : Seed
        The process.
    max_rows : int
        Most rows in one request.
    envelope : Shape
        A request around rows of any kind.
    request, answer : type
        The typed request and response as a whole, to describe them.
    example : dict
        A request that is accepted, to show.
    summary, description : str
        Title and text of the operation in OpenAPI.
    """

    seed: Seed
    max_rows: int
    envelope: Shape
    request: Any
    answer: Any
    example: Record
    summary: str
    description: str


class Operation(ABC, Generic[F]):
    """Something that can be requested of processes of a task.

    Attributes
    ----------
    name : str
        Last part of the address, name in the records and argument of the command.
    operation_id : str
        Beginning of its id in OpenAPI, before the name of the process.
    tag : str
        Its group in OpenAPI.
    rows : {"each", "together", "stored"}
        Treatment of the rows of a request: each has a response of its own, so that they are computed in blocks and may
        be an Arrow table or tensors; all together give one response; or they are stored in the records.
    unrecorded : str or None
        Reason why its responses are not recorded, so that they have no page; None where they are.
    """

    name: ClassVar[str]
    operation_id: ClassVar[str]
    tag: ClassVar[str]
    rows: ClassVar[Literal["each", "together", "stored"]]
    unrecorded: ClassVar[str | None] = None

    def is_offered(self, seed: Seed) -> bool:
        """Return whether a seed's process offers the operation; by default each process of the task does."""
        return True

    @abstractmethod
    def form(self, seed: Seed, max_rows: int) -> F:
        """Requests and responses of a process that offers the operation.

        Raises
        ------
        ValueError
            A column of the seed has the name of a field.
        """

    def described(self, form: F) -> Described:
        """Return unit and description of each column of a response that is a table; empty if none is."""
        return {}

    def why_not(self, seed: Seed) -> str | None:
        """Return the reason why a process of the group lacks this operation; None if it is not of the group."""
        return None


@dataclass(frozen=True)
class FromTable(Generic[R]):
    """A request made of a plant's table.

    Attributes
    ----------
    request : object
        As `AdviceOperation.read` gives it.
    notes : tuple of str
        Remarks on what was taken for the plans.
    """

    request: R
    notes: tuple[str, ...] = ()


class NotLearntError(ValueError):
    """Version without the trained part that an operation needs."""


class AdviceOperation(Operation[F], Generic[F, R]):
    """An operation that gives advice on all rows of a request together; nothing is set by it.

    Attributes
    ----------
    needs : str or None
        Name of the part of a version that it needs; None if it needs none.
    uses_model : bool
        Whether it needs a model in service.
    lacking : str
        Sentence for a process that does not offer it.
    not_learnt, untrained : str
        Predicate of a version without the part, and the reason if training stated none.
    """

    rows: ClassVar[Literal["each", "together", "stored"]] = "together"
    needs: ClassVar[str | None] = None
    uses_model: ClassVar[bool] = True
    lacking: ClassVar[str]
    not_learnt: ClassVar[str] = ""
    untrained: ClassVar[str] = "it was trained without it"

    def learnt_of(self, model: ModelWithParts, otherwise: str) -> Any:
        """Part of a version that it needs, or the model where it needs none.

        Parameters
        ----------
        model : Model
            Of the version.
        otherwise : str
            Reason where training stated none.

        Raises
        ------
        NotLearntError
            The version lacks the part; the predicate of such a version, and the reason.
        """
        if self.needs is None:
            return model
        part = learnt_by(model, self.needs)
        if part is None:
            raise NotLearntError(f"{self.not_learnt}: {model.refusals.get(self.needs) or otherwise}")
        return part

    @abstractmethod
    def read(self, form: F, body: bytes) -> R:
        """Read the body of a request.

        Raises
        ------
        RequestError
            Names every fault, or the first 100.
        """

    @abstractmethod
    def answer(self, form: F, part: Any, request: R) -> Record:
        """Response to a request, without its head (process, task, model).

        Parameters
        ----------
        form : Form
            Of the process.
        part : object
            Trained part of the version that it needs; the version's model if it needs none, None without a model.
        request : object
            Result of `read`.

        Raises
        ------
        RequestError
            The request is read, but has no response.
        """

    def options(self, form: F, given: Record) -> Record:
        """Fields of a request around its rows, those left out by their defaults.

        Raises
        ------
        RequestError
            Names every field that cannot be.
        """
        rows: Record = {name: [{}] for name in ("rows", "history") if name in form.envelope.names}
        request, faults = form.envelope.read({**rows, **given})
        if request is None or faults:
            raise invalid(faults)
        return {name: value for name, value in request.items() if name not in rows}

    @abstractmethod
    def request_of(self, form: F, table: pd.DataFrame, options: Record) -> FromTable[R]:
        """Request of a table: its newest rows as plans, the rest as history.

        Parameters
        ----------
        form : Form
            Of the process.
        table : DataFrame
            Rows that have passed the contract of tables.
        options : dict
            Fields around the rows, see `options`.

        Raises
        ------
        PlanError
            A plan lacks a set-point.
        """

    def flat(self, form: F, answer: Record) -> list[Record]:
        """Rows of a file: those of the first list of the response, fields of their parts joined by dots."""
        rows = next((one for one in answer.values() if isinstance(one, list)), [])
        return [dict(_flat(row)) for row in rows]


def _flat(record: Record, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
