"""Which rows say the state of the line, and which its labels."""

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.processes.lookup import schedule_of
from models.schedules.current_state import line_at, not_reported
from seeds import load

SEED = load("zinc_electrowinning")
physics = schedule_of(SEED)


def line(units, days, **other):
    typical = {name: np.full(len(units), SEED.column(name).typical_value) for name in physics.NEEDED}
    starts = np.array([np.datetime64("2026-08-01") + np.timedelta64(day, "D") for day in days], dtype="datetime64[us]")
    return line_at(
        schedule_of(SEED),
        SEED,
        units,
        starts,
        typical | {name: np.array(value) for name, value in other.items()},
        24,
        1.0,
    )


def test_the_newest_row_of_each_unit_says_the_state():
    result = line(["a", "a", "b", "b"], [0, 2, 2, 0], cell_voltage=[9.0, 3.4, 3.2, 9.0])
    assert result.voltage(np.array([result.usual]))[0] == pytest.approx(3.3)


def test_labels_are_of_the_last_periods_alone():
    result = line(["a"] * 4, [0, 20, 24, 26], current_efficiency=[60.0, 92.0, 92.0, np.nan])
    assert result.efficiency(np.array([result.usual]))[0] == pytest.approx(92.0)
    with pytest.raises(ScheduleError, match="current_efficiency in at least one row"):
        line(["a"] * 2, [0, 20], current_efficiency=[90.0, np.nan])


def test_a_process_without_physics_is_refused():
    with pytest.raises(ScheduleError, match="one whose current may follow a tariff"):
        line_at(None, load("zinc_leach_filter"), ["a"], np.array(["2026-08-01"], dtype="datetime64[us]"), {}, 24, 1.0)


def test_units_are_named_whose_newest_row_lacks_a_reading():
    units = ["b", "b", "a", "c"]
    starts = np.array(["2026-08-01", "2026-08-02", "2026-08-02", "2026-08-01"], dtype="datetime64[us]")
    columns = {name: np.full(4, SEED.column(name).typical_value) for name in physics.NEEDED}
    assert not_reported(physics, SEED, units, starts, columns) == {}
    columns["cell_voltage"] = np.array([np.nan, 3.4, np.nan, np.nan])  # an older row does not count
    columns["current_efficiency"] = np.array([90.0, np.nan, np.nan, np.nan])  # a label arrives later
    assert not_reported(physics, SEED, units, starts, columns) == {"cell_voltage": ["a", "c"]}
