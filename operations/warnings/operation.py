"""Early warnings as an operation."""

from __future__ import annotations

from typing import ClassVar

from models.interfaces import learning
from models.warnings.model import WarningModel
from operations.forms.fields import Record
from operations.operation import Advice
from operations.warnings.answers import AskedWarnings, answered, read
from operations.warnings.forms import WARNINGS, WarningForm, warning_form
from seeds import Seed


class Warnings(Advice[WarningForm, AskedWarnings]):
    """Probabilities and alarms of the events of a seed in the periods to come."""

    name: ClassVar[str] = WARNINGS
    operation_id: ClassVar[str] = "warnings"
    tag: ClassVar[str] = "warnings"
    needs: ClassVar[str | None] = learning.WARNINGS
    lacking: ClassVar[str] = "no warnings are given"
    not_learnt: ClassVar[str] = "gives no warnings"

    def form(self, seed: Seed, max_rows: int) -> WarningForm | None:
        """Requests and responses of a process whose seed names events."""
        return warning_form(seed, max_rows)

    def read(self, form: WarningForm, body: bytes) -> AskedWarnings:
        """History and periods to come as a table; RequestError names every fault."""
        return read(form, body)

    def answer(self, form: WarningForm, learnt: WarningModel, request: AskedWarnings) -> Record:
        """Warnings of each row."""
        return answered(learnt, request)
