"""Records under the former names of tables and columns, migrated on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from records import audit, keys, online_states, outcomes, shadow
from records.database import Database
from records.outcomes import Outcome
from records.request_index import index, places
from records.requests import LARGE, StoredExchange, insert, recorded, split
from records.responses import body, find
from records.schema import metadata

TABLES = {
    "response_prefixes": "answer_heads",
    "request_rows": "asked_units",
    "request_index_state": "asked_upto",
    "shadow_responses": "shadow_answers",
}
COLUMNS = {
    ("requests", "request_body"): "asked",
    ("requests", "response_body"): "answer",
    ("requests", "response_prefix"): "head",
    ("request_index_state", "last_request"): "number",
    ("outcome_batches", "withdrawn_reason"): "withdrawn_why",
    ("outcome_batches", "accepted_reason"): "accepted_why",
    ("states", "last_outcome"): "upto",
    ("keys", "created_at"): "made_at",
    ("keys", "expires_at"): "ends_at",
    ("audit", "actor"): "who",
    ("audit", "action"): "what",
    ("audit", "reason"): "why",
}
"""Former names by present ones."""

PROCESS = "toy_cells"
SLOTS = [("A", "2026-11-01T00:00:00"), ("B", "2026-11-01T00:00:00")]
Content = dict[str, list[dict[str, Any]]]


def fill(database: Database, stored_exchange: Callable[..., StoredExchange]) -> None:
    """Record each kind of content: large and short requests, all states of a batch, keys, online states."""
    prefix = b'{"process": "toy_cells", "predictions": ['
    large = stored_exchange(bytes(range(256)) * (LARGE // 100), response_body=b"large" * LARGE)
    insert(database, [stored_exchange(response_prefix=prefix, response_body=b"%d]}" % i) for i in range(3)])
    insert(database, split(large))
    index(database, PROCESS, lambda request: SLOTS)
    shadow.keep(database, PROCESS, [shadow.ShadowResponse(1, 2, "sha256:2", b"[1]")])
    for value, unit in ((1.0, "A"), (2.0, "B"), (3.0, "A"), (4.0, "B")):
        outcomes.take(database, PROCESS, "lab", [Outcome(unit, SLOTS[0][1], {"y": value})])
    outcomes.withdraw(database, 2, "ann", "wrong file")
    outcomes.accept(database, 3, "ann", "new anodes")
    keys.make(database, "ann", "line 1", ["predict"], [PROCESS], datetime(2030, 1, 1, tzinfo=UTC))
    keys.revoke(database, "ann", keys.make(database, "ann", "line 2", ["operate"]))
    with database.begin() as connection:
        online_states.save(connection, PROCESS, "sha256:1", online_states.State(4, 1, {"y": [1, None]}))
        audit.add(database, connection, "a job", "shadow begin", f"{PROCESS}, move 1", "", {"gain": 0.5})


def content(database: Database) -> Content:
    """Return the rows of each table by name."""
    with database.read() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in metadata.tables.items()
        }


def write_under_former_names(connection: Connection, rows: Content) -> None:
    """Insert the rows of each table of form 0013."""
    for table in metadata.sorted_tables:
        for row in rows[table.name]:
            former = {COLUMNS.get((table.name, name), name): value for name, value in row.items()}
            names, marks = ", ".join(f'"{name}"' for name in former), ", ".join(f":{name}" for name in former)
            statement = f"INSERT INTO {TABLES.get(table.name, table.name)} ({names}) VALUES ({marks})"
            connection.execute(text(statement), former)


def reads(database: Database) -> list[Any]:
    """Return what present code reads of the records: bodies byte for byte, places, outcomes, states, keys, audit."""
    with database.read() as connection:
        latest = find(connection, PROCESS, "predictions")
        assert latest is not None
        return [
            [(one.id, one.request_body, one.response) for one in recorded(connection, PROCESS)],
            b"".join(body(connection, latest)),
            places(connection, PROCESS, SLOTS),
            outcomes.in_effect(connection, PROCESS, SLOTS),
            list(outcomes.arrived(connection, PROCESS)),
            outcomes.batches(connection, PROCESS),
            shadow.responses_to(connection, [1]),
            online_states.load(connection, PROCESS, "sha256:1"),
            list(audit.entries(connection)),
            keys.read(database),
        ]


@pytest.fixture
def filled(tmp_path: Path, stored_exchange: Callable[..., StoredExchange]) -> Iterator[Database]:
    """Records with the present names."""
    with closing(Database(f"sqlite:///{tmp_path / 'present' / 'records.db'}")) as database:
        fill(database, stored_exchange)
        yield database


def test_every_row_is_read_as_before_and_the_audit_stays_valid(
    filled: Database, url: str, older: Callable[[str], AbstractContextManager[Connection]]
) -> None:
    before = content(filled)
    assert all(before[name] for name in (*TABLES, *(table for table, _ in COLUMNS), "outcomes"))
    with older("0013") as connection:
        write_under_former_names(connection, before)
    with closing(Database(url)) as migrated:
        assert content(migrated) == before
        assert reads(migrated) == reads(filled)
        with migrated.read() as connection:
            assert audit.faults(connection) == []


def test_no_former_name_stays_and_new_rows_are_counted_on(
    url: str,
    older: Callable[[str], AbstractContextManager[Connection]],
    stored_exchange: Callable[..., StoredExchange],
) -> None:
    with older("0013") as connection:
        connection.execute(text("INSERT INTO answer_heads (day, digest, content) VALUES (1, 'a', :c)"), {"c": b"a"})
        connection.execute(text("DELETE FROM answer_heads"))
    with closing(Database(url)) as migrated:
        fill(migrated, stored_exchange)
        assert [row["number"] for row in content(migrated)["response_prefixes"]] == [2]
        with migrated.read() as connection:
            inspector = inspect(connection)
            assert set(inspector.get_table_names()) == {*metadata.tables, "alembic_version"}
            objects = [
                one["name"]
                for table in metadata.tables
                for one in (
                    *inspector.get_indexes(table),
                    inspector.get_pk_constraint(table),
                    *inspector.get_columns(table),
                )
            ]
            if not migrated.is_sqlite:
                objects += inspector.get_sequence_names()
    assert not [name for name in objects if name and name.startswith(("asked", "answer", "shadow_answers"))]
    assert not {"head", "upto", "who", "what", "why", "made_at", "ends_at"} & set(objects)
