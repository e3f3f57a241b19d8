"""Files of a plant: instants from days, to the microsecond."""

import datetime as dt

import numpy as np

from seeds import load
from synthetic_data.engine.files import _event_table, _times
from synthetic_data.engine.plan import Event, plan_run


def test_instants_are_so_many_days_after_the_start():
    plan = plan_run(load("aluminium_reduction"), units=1, years=0.5)
    start = plan.period_start(0)
    found = _times(plan, np.array([0.0, 1.5, 30.0 + 1.0 / 86400.0])).to_pylist()
    wanted = [start, start + dt.timedelta(days=1.5), start + dt.timedelta(days=30, seconds=1)]
    assert [instant.replace(tzinfo=None) for instant in found] == wanted


def test_events_stand_with_unit_kind_and_instants():
    plan = plan_run(load("aluminium_reduction"), units=2, years=0.5)
    start = plan.period_start(0)
    events = [Event(1, "spike", 1.0, 2.0, 3.0), Event(None, "curtailment", 0.25, 0.5, 4.0)]
    table = _event_table(plan, ["A-001", "A-002"], events).to_pylist()
    assert [row["unit"] for row in table] == ["A-002", None]
    assert [row["kind"] for row in table] == ["spike", "curtailment"]
    assert table[1]["detected"].replace(tzinfo=None) == start + dt.timedelta(days=0.5)
    assert table[0]["end"].replace(tzinfo=None) == start + dt.timedelta(days=3)
