"""Set-points as operations."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from models.interfaces import learning
from models.setpoints.errors import SetpointError
from operations.forms.faults import Fault, invalid
from operations.forms.fields import Record
from operations.forms.form import Form
from operations.operation import Advice
from seeds import Seed

F = TypeVar("F", bound=Form)
R = TypeVar("R")


class SetPoints(Advice[F, R], Generic[F, R]):
    """An operation on the set-points of a task's processes."""

    tag: ClassVar[str] = "set-points"
    needs: ClassVar[str | None] = learning.SETPOINTS
    lacking: ClassVar[str] = "no set-points are recommended"
    not_learnt: ClassVar[str] = "recommends no set-points"

    def answer(self, form: F, learnt: Any, request: R) -> Record:
        """Response of a set-point model; RequestError where prices, history or moves cannot be."""
        try:
            return self.advised(form, learnt, request)
        except SetpointError as error:
            raise invalid([_fault(error)]) from None

    @abstractmethod
    def advised(self, form: F, learnt: Any, request: R) -> Record:
        """Response of a set-point model.

        Raises
        ------
        SetpointError
            Prices that cannot be, or history that the model does not know.
        RequestError
            Moves that cannot be.
        """


class Withheld(SetPoints[Form, None]):
    """An operation on set-points that no process of a task offers, and the reason.

    Parameters
    ----------
    name, reason : str
    """

    name: str  # type: ignore[misc]  # each object has its own

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason

    def form(self, seed: Seed, max_rows: int) -> None:
        """No process offers it."""
        return

    def why_not(self, seed: Seed) -> str:
        """The reason."""
        return self.reason

    def read(self, form: Form, body: bytes) -> None:
        """No body is read."""
        raise NotImplementedError

    def advised(self, form: Form, learnt: Any, request: None) -> Record:
        """No response is given."""
        raise NotImplementedError


def _fault(error: SetpointError) -> Fault:
    """A fault from an error that says `place: got value: expected this`, or from its words alone."""
    said = re.fullmatch(r"(\S+): got (.+?): expected (.+)", str(error))
    if said is None:
        return Fault(expected=str(error))
    place, value, expected = said.groups()
    return Fault(field=place.replace("economics.", "prices."), value=value, expected=expected)
