"""Schedules of the current as an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from operations.forms.fields import Record
from operations.operation import AdviceOperation, FromTable
from operations.schedules.answers import AskedSchedule, answered, order_of, read
from operations.schedules.forms import ScheduleForm, follows_tariff, schedule_form
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd


class Schedules(AdviceOperation[ScheduleForm, AskedSchedule]):
    """The current by the hour under a tariff; no model is needed."""

    name: ClassVar[str] = "schedules"
    operation_id: ClassVar[str] = "schedule"
    tag: ClassVar[str] = "schedules"
    uses_model: ClassVar[bool] = False
    lacking: ClassVar[str] = "no current follows a tariff"

    def is_offered(self, seed: Seed) -> bool:
        """Return whether a process's current may follow a tariff."""
        return follows_tariff(seed)

    def form(self, seed: Seed, max_rows: int) -> ScheduleForm:
        """Requests and responses of a process whose current may follow a tariff."""
        return schedule_form(seed, max_rows)

    def read(self, form: ScheduleForm, body: bytes) -> AskedSchedule:
        """Return available rows and an order; RequestError lists every fault."""
        return read(form, body)

    def request_of(self, form: ScheduleForm, table: pd.DataFrame, options: Record) -> FromTable[AskedSchedule]:
        """Return all rows of a table as available rows, with an order of the options."""
        return FromTable(order_of(table, form.seed, options))

    def answer(self, form: ScheduleForm, part: Any, request: AskedSchedule) -> Record:
        """Current, cost and limits of each hour; RequestError where no schedule keeps the order."""
        return answered(form.seed, request)
