"""State of all processes: filled from the newest records, then followed, also through late commits."""

import json

import pytest

from dashboard.links import ProcessStatus, RecordedRows
from dashboard.state import plant
from dashboard.state.plant import PlantState
from records.database import Database
from records.outcomes import Outcome, take
from records.requests import StoredExchange, insert
from system.record_ids import new_id


def read(seed, one):
    rows = json.loads(one.request_body)
    y = {"value": 1.0, "low": 0.0, "high": 2.0, "unit": "%"}
    predictions = [json.dumps({"y": y}).encode() for _ in rows]
    return RecordedRows([(unit, day, 90.0, 10.0, None) for unit, day in rows], predictions, [tuple(r) for r in rows])


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'records.db'}")
    yield made
    made.close()


@pytest.fixture
def keep(database):
    """Records a request of a process with rows of units."""

    def record(*units, process="toy_cells", body=None, at=1_700_000_000_000_000):
        request = json.dumps([[unit, "2026-01-01"] for unit in units]).encode() if body is None else body
        own = {"process": process, "operation": "predictions", "version": 3, "digest": "sha256:0"}
        more = {"kind": "application/json", "request_body": request, "response_body": b"{}"}
        insert(database, [StoredExchange(id=new_id(), part=0, at=at, client="gateway", **own, **more)])

    return record


@pytest.fixture
def statuses(toy_seed):
    return {"toy_cells": ProcessStatus(toy_seed, "serving", 3)}


@pytest.fixture
def state(database, statuses):
    return PlantState(database, lambda: statuses, read)


def units(state):
    with state.processes() as processes:
        return sorted(processes["toy_cells"].units)


def test_rows_recorded_before_and_after_the_first_reading_are_known(state, keep):
    state.refresh()
    assert units(state) == []
    keep("A", "B")
    state.refresh()
    keep("C")
    keep("X", process="toy_other")
    before = state.revision
    state.refresh()
    assert units(state) == ["A", "B", "C"]
    assert state.revision == before + 1
    state.refresh()
    assert state.revision == before + 1  # nothing new


def test_two_readers_have_the_same_state(state, database, statuses, keep):
    for unit in "ABC":
        keep(unit)
        state.refresh()
    other = PlantState(database, lambda: statuses, read)
    other.refresh()
    assert units(other) == units(state) == ["A", "B", "C"]


def test_a_record_that_cannot_be_read_hides_no_other(state, keep):
    keep("A")
    keep(body=b"no json")
    keep("B")
    state.refresh()
    assert units(state) == ["A", "B"]


def test_the_first_reading_has_a_limit_of_rows(state, keep, monkeypatch):
    monkeypatch.setattr(plant, "MOST_ROWS", 3)
    for unit in "ABCDEF":
        keep(unit)
    state.refresh()
    assert units(state) == ["D", "E", "F"]


def test_what_was_committed_late_is_added(state, keep, database):
    keep("A")
    keep("B")
    with database.begin() as connection:  # a gap, as a writer leaves that has a number and commits later
        connection.exec_driver_sql("UPDATE requests SET number = 9 WHERE number = 2")
    state.refresh()
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = 4 WHERE name = 'requests'")
    keep("C")  # number 5, below the last one
    state.refresh()
    assert units(state) == ["A", "B", "C"]


def test_a_changed_seed_and_a_removed_process_are_followed(state, statuses, keep, toy_seed):
    keep("A")
    state.refresh()
    statuses["toy_cells"] = ProcessStatus(toy_seed.model_copy(), "serving", 3)
    state.refresh()
    assert units(state) == ["A"]
    statuses.clear()
    state.refresh()
    with state.processes() as processes:
        assert processes == {}


def test_the_arrival_of_outcomes_is_noted(state, keep, database):
    keep("A")
    take(database, "toy_cells", "lab", [Outcome("A", "2026-01-01T00:00:00", {"y": 1.0})])
    state.refresh()
    with state.processes() as processes:
        assert processes["toy_cells"].outcomes_at > 0
    before = state.stamp("toy_cells", "A")
    take(database, "toy_cells", "lab", [Outcome("A", "2026-01-01T00:00:00", {"y": 2.0})])
    state.refresh()
    assert state.stamp("toy_cells", "A") != before


def test_the_stamp_of_a_unit_changes_with_that_unit_alone(state, keep):
    keep("A")
    keep("B")
    state.refresh()
    before = [state.stamp("toy_cells", unit) for unit in "AB"], state.stamp("toy_cells", ""), state.stamp("", "")
    keep("B")
    state.refresh()
    after = [state.stamp("toy_cells", unit) for unit in "AB"], state.stamp("toy_cells", ""), state.stamp("", "")
    assert before[0][0] == after[0][0]
    assert before[0][1] != after[0][1]
    assert before[1] != after[1]
    assert before[2] != after[2]


def test_the_records_are_read_once_for_all_pages_in_a_while(database, statuses, keep):
    now = [0.0]
    state = PlantState(database, lambda: statuses, read, clock=lambda: now[0])
    assert state.follow(5.0)
    keep("A")
    now[0] = 4.9
    assert state.follow(5.0)
    assert units(state) == []
    now[0] = 5.0
    assert state.follow(5.0)
    assert units(state) == ["A"]


def test_records_that_cannot_be_read_leave_the_state_of_before(database, statuses, keep, caplog):
    now = [0.0]
    state = PlantState(database, lambda: statuses, read, clock=lambda: now[0])
    keep("A")
    state.follow(5.0)
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE requests RENAME TO elsewhere")
    for now[0] in (10.0, 20.0):
        assert not state.follow(5.0)
        assert not state.follow(5.0)
    assert units(state) == ["A"]
    assert [one.message for one in caplog.records if "earlier state" in one.message] != []
    assert len(caplog.records) == 1
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO requests")
    now[0] = 30.0
    assert state.follow(5.0)
