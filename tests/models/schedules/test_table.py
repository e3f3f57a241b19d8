"""A schedule as a table: a row a step, with units in the names."""

import pytest

from models.schedules.schedule import schedule
from models.schedules.table import schedule_frame


def test_columns_hold_the_steps_with_their_units(line, order):
    result = schedule(line, order)
    table = schedule_frame(result)
    assert len(table) == 72
    assert table["start"].iloc[25] == "2026-08-04T01:00:00+08:00"
    assert table["cost [$]"].sum() == pytest.approx(result.total_cost.value)
    assert table["temperature [°C]"].tolist() == result.states["temperature"].tolist()
    assert table["running"].all()
