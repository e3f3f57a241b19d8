"""An operation: something that can be requested of a process, over HTTP or from a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Literal, TypeVar

from operations.forms.fields import Record
from operations.forms.form import Form
from seeds import Seed

F = TypeVar("F", bound=Form)
R = TypeVar("R")


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
    """

    name: ClassVar[str]
    operation_id: ClassVar[str]
    tag: ClassVar[str]
    rows: ClassVar[Literal["each", "together", "stored"]]

    @abstractmethod
    def form(self, seed: Seed, max_rows: int) -> F | None:
        """Requests and responses of a seed's process; None where the process does not offer the operation.

        Raises
        ------
        ValueError
            A column of the seed has the name of a field.
        """

    def why_not(self, seed: Seed) -> str | None:
        """Return the reason why a process that offers the rest of the group lacks this operation; None for no such."""
        return None


class Advice(Operation[F], Generic[F, R]):
    """An operation that gives advice on all rows of a request together; nothing is set by it.

    Attributes
    ----------
    needs : str or None
        Name of the part of a version that must have been learnt for it; None where it needs none.
    uses_model : bool
        Whether it needs a model in service.
    lacking : str
        Sentence for a process that does not offer it.
    not_learnt : str
        Predicate of a version that has not learnt what it needs.
    """

    rows: ClassVar[Literal["each", "together", "stored"]] = "together"
    needs: ClassVar[str | None] = None
    uses_model: ClassVar[bool] = True
    lacking: ClassVar[str]
    not_learnt: ClassVar[str] = ""

    @abstractmethod
    def read(self, form: F, body: bytes) -> R:
        """Read the body of a request.

        Raises
        ------
        RequestError
            Names every fault, or the first 100.
        """

    @abstractmethod
    def answer(self, form: F, learnt: Any, request: R) -> Record:
        """Response to a request, without its head (process, task, model).

        Parameters
        ----------
        form : Form
            Of the process.
        learnt : object
            The learnt part of the version that it needs, the version's model where it needs none, None without a model.
        request : object
            Result of `read`.

        Raises
        ------
        RequestError
            The request is read, but has no response.
        """
