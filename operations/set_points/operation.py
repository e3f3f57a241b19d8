"""Set-points as operations."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Literal, TypeVar

from models.interfaces import learning
from models.setpoints.errors import SetpointError
from operations.forms.faults import RequestDefect, invalid
from operations.forms.fields import Record
from operations.operation import AdviceOperation, Form, Operation
from operations.set_points.flat_rows import flat_rows
from operations.set_points.line import LINE
from operations.set_points.names import RECOMMENDATIONS, WHAT_IF
from seeds import Quantity, Seed

TAG = "set-points"

F = TypeVar("F", bound=Form)
R = TypeVar("R")


class SetpointOperation(AdviceOperation[F, R], Generic[F, R]):
    """An operation on the set-points of a task's processes."""

    tag: ClassVar[str] = TAG
    needs: ClassVar[str | None] = learning.SETPOINTS
    lacking: ClassVar[str] = "no set-points are recommended"
    not_learnt: ClassVar[str] = "recommends no set-points"
    untrained: ClassVar[str] = "its set-points are unknown, or it was trained without them"

    def answer(self, form: F, part: Any, request: R) -> Record:
        """Response of a set-point model; RequestError where prices, history or moves cannot be."""
        try:
            return self.advised(form, part, request)
        except SetpointError as error:
            raise invalid([_fault(error)]) from error

    @abstractmethod
    def advised(self, form: F, part: Any, request: R) -> Record:
        """Response of a set-point model.

        Raises
        ------
        SetpointError
            Prices that cannot be, or history that the model does not know.
        RequestError
            Moves that cannot be.
        """


class Recommendations(SetpointOperation[F, R]):
    """The moves that bring most, of a task.

    Attributes
    ----------
    gain : str
        Unit of a gain.
    adds_up : bool
        Whether gains of several units have a sum; else their mean is shown.
    caption : str
        Subject of a gain, in a few words.
    """

    name: ClassVar[str] = RECOMMENDATIONS
    operation_id: ClassVar[str] = "recommendations"
    gain: ClassVar[str]
    adds_up: ClassVar[bool]
    caption: ClassVar[str]

    @abstractmethod
    def prices(self, seed: Seed) -> Mapping[str, Quantity]:
        """Prices and factors that a request may replace, by name."""

    def flat(self, form: F, answer: Record) -> list[Record]:
        """A row a unit, numbers under headings with their units."""
        return flat_rows(answer[self.name], form.seed, answer.get(LINE))


class WhatIf(SetpointOperation[F, R]):
    """Chosen moves, of a task."""

    name: ClassVar[str] = WHAT_IF
    operation_id: ClassVar[str] = "what_if"

    def flat(self, form: F, answer: Record) -> list[Record]:
        """A row a unit or lot, numbers under headings with their units."""
        return flat_rows(answer["what_if"], form.seed)


class Withheld(Operation[Form]):
    """An operation on set-points that no process of a task offers, and the reason.

    Parameters
    ----------
    name, reason : str
    """

    name: str  # type: ignore[misc]  # each object has its own
    operation_id: ClassVar[str] = ""
    tag: ClassVar[str] = TAG
    rows: ClassVar[Literal["each", "together", "stored"]] = "together"

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason

    def is_offered(self, seed: Seed) -> bool:
        """No process offers it."""
        return False

    def form(self, seed: Seed, max_rows: int) -> Form:
        """No process offers it."""
        raise NotImplementedError(self.reason)

    def why_not(self, seed: Seed) -> str:
        """The reason."""
        return self.reason


def _fault(error: SetpointError) -> RequestDefect:
    """A fault from an error that says `place: got value: expected this`, or from its words alone."""
    match = re.fullmatch(r"(\S+): got (.+?): expected (.+)", str(error))
    if match is None:
        return RequestDefect(expected=str(error))
    place, value, expected = match.groups()
    return RequestDefect(field=place.replace("economics.", "prices."), value=value, expected=expected)
