"""Outcomes as an operation: they are stored in the records, and models follow them."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from operations.operation import Operation
from operations.outcomes.forms import OUTCOMES, OutcomeForm, outcome_form
from operations.outcomes.states import OnlineStates
from seeds import Seed


class Outcomes(Operation[OutcomeForm]):
    """Values that become known after a period.

    Parameters
    ----------
    states : OnlineStates, optional
        Updates of the task's models by outcomes; None where they follow none.
    """

    name: ClassVar[str] = OUTCOMES
    operation_id: ClassVar[str] = "outcomes"
    tag: ClassVar[str] = OUTCOMES
    rows: ClassVar[Literal["each", "together", "stored"]] = "stored"
    unrecorded: ClassVar[str | None] = (
        "responses to outcomes are not recorded; nonferrous records batches lists what was sent"
    )

    def __init__(self, states: OnlineStates[Any] | None = None) -> None:
        self.states = states

    def form(self, seed: Seed, max_rows: int) -> OutcomeForm:
        """Requests and responses of any process."""
        return outcome_form(seed, max_rows)
