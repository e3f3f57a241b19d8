import hashlib
import json

import pytest
from sqlalchemy import delete, insert, select, update

from records import audit
from records.outcomes import Outcome, take, withdraw
from records.schema import AUDIT

DAY = "2026-11-01T00:00:00"


def add(database, n, **more):
    for i in range(n):
        with database.begin() as connection:
            audit.add(database, connection, "an engineer", "promotion", f"version {i}", "better", {"mae": i, **more})


def faults(database):
    with database.read() as connection:
        return audit.faults(connection)


def test_entries_are_counted_and_chained(database):
    add(database, 3)
    with database.read() as connection:
        result = list(audit.entries(connection))
    assert [entry.number for entry in result] == [1, 2, 3]
    assert [entry.before for entry in result] == [audit.FIRST, result[0].hash, result[1].hash]
    one = result[0]
    content = [1, one.at, "an engineer", "promotion", "version 0", "better", {"mae": 0}, "0" * 64]
    assert one.hash == hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    assert faults(database) == []


@pytest.mark.parametrize("column", ["actor", "action", "subject", "reason", "figures", "at"])
def test_a_changed_entry_is_found(database, column):
    add(database, 4)
    with database.begin() as connection:
        value = connection.scalar(select(AUDIT.c[column]).where(AUDIT.c.number == 2))
        new = value + 1 if column == "at" else '{"mae": 9}' if column == "figures" else "another"
        connection.execute(update(AUDIT).where(AUDIT.c.number == 2).values({column: new}))
    assert faults(database) == ["entry 2: was changed after it was written"]


def test_an_entry_that_is_gone_and_one_that_is_made_anew_are_found(database):
    add(database, 4)
    with database.begin() as connection:
        row = connection.execute(select(AUDIT).where(AUDIT.c.number == 2)).one()
        connection.execute(delete(AUDIT).where(AUDIT.c.number == 2))
    assert faults(database) == ["entry 2: missing"]
    forged = audit.Entry(**{**row._mapping, "figures": {"mae": 99}, "hash": ""})
    values = {**vars(forged), "figures": '{"mae": 99}', "hash": forged.due}
    with database.begin() as connection:
        connection.execute(insert(AUDIT).values(values))
    assert faults(database) == ["entry 3: does not follow the entry before"]


def test_clocks_that_go_backwards_do_not_change_the_order(database, monkeypatch):
    moments = iter([5, 3, 9, 1])
    monkeypatch.setattr(audit, "now", lambda: next(moments))
    add(database, 4)
    with database.read() as connection:
        assert [entry.at for entry in audit.entries(connection)] == [5, 3, 9, 1]
    assert faults(database) == []


def test_what_is_not_done_leaves_no_entry(database):
    def half():
        with database.begin() as connection:
            audit.add(database, connection, "a", "b", "c")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    add(database, 1)
    with database.read() as connection:
        assert [entry.subject for entry in audit.entries(connection)] == ["version 0"]
    assert faults(database) == []


def test_corrections_and_withdrawals_of_outcomes_are_entered(database):
    take(database, "cells", "lab", [Outcome("A", DAY, {"y": 1.0})])
    batch = take(database, "cells", "lab", [Outcome("A", DAY, {"y": 2.0})])
    withdraw(database, batch.number, "an engineer", "wrong file")
    with database.read() as connection:
        result = [(one.actor, one.action, one.subject, one.reason) for one in audit.entries(connection)]
    assert result == [
        ("lab", "correction", f"cells, batch {batch.number}", ""),
        ("an engineer", "withdrawal", f"cells, batch {batch.number}", "wrong file"),
    ]


def test_the_newest_entries_of_a_process_come_first(database):
    with database.begin() as connection:
        for subject in ("pots, move 1", "cells, move 1", "pots, move 2", "pots_2, move 1", "pots, move 3"):
            audit.add(database, connection, "ann", "promotion", subject)
    with database.read() as connection:
        assert [one.subject for one in audit.newest_of_process(connection, "pots", 2)] == [
            "pots, move 3",
            "pots, move 2",
        ]
        assert audit.newest_of_process(connection, "po_s", 9) == []
