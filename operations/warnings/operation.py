"""Early warnings as an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from models.interfaces import learning
from models.warnings.model import WarningModel
from operations.forms.fields import Record
from operations.forms.plan_rows import planned, records, with_plans
from operations.operation import AdviceOperation, FromTable
from operations.warnings.answers import AskedWarnings, answered, flat_rows, read
from operations.warnings.forms import WARNINGS, WarningForm, warning_form
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

GOES_ON = "Warning: no row plans a period: the last set-points and available values are assumed to stay"


class Warnings(AdviceOperation[WarningForm, AskedWarnings]):
    """Probabilities and alarms of the events of a seed in the periods to come."""

    name: ClassVar[str] = WARNINGS
    operation_id: ClassVar[str] = "warnings"
    tag: ClassVar[str] = "warnings"
    needs: ClassVar[str | None] = learning.WARNINGS
    lacking: ClassVar[str] = "no warnings are given"
    not_learnt: ClassVar[str] = "gives no warnings"
    untrained: ClassVar[str] = "its seed names no event, or it was trained without them"

    def is_offered(self, seed: Seed) -> bool:
        """Return whether a seed names events."""
        return bool(seed.warnings)

    def form(self, seed: Seed, max_rows: int) -> WarningForm:
        """Requests and responses of a process whose seed names events."""
        return warning_form(seed, max_rows)

    def read(self, form: WarningForm, body: bytes) -> AskedWarnings:
        """History and periods to come as a table; RequestError names every fault."""
        return read(form, body)

    def request_of(self, form: WarningForm, table: pd.DataFrame, options: Record) -> FromTable[AskedWarnings]:
        """Plans of a table, or the period after its newest rows where it has none."""
        seed = form.seed
        assert seed.key is not None
        carried = [column.name for column in seed.by_role("before") if not column.is_made]
        rows, goes_on = with_plans(table, seed, carried)
        # Outcomes of units without a plan count too: they show how the plant has drifted.
        plans = records(planned(rows, seed), seed)
        request = AskedWarnings(plans, [row[seed.key.name] for row in plans], rows)
        return FromTable(request, (GOES_ON,) if goes_on else ())

    def flat(self, form: WarningForm, answer: Record) -> list[Record]:
        """A row a unit and event, numbers under headings with their units."""
        return flat_rows(answer, form.seed)

    def answer(self, form: WarningForm, model: WarningModel, request: AskedWarnings) -> Record:
        """Warnings of each row."""
        return answered(model, request)
