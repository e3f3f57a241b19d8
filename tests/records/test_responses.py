"""Recorded responses found by id or as the latest, and read in parts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from records import responses
from records.database import Database
from records.requests import LARGE, insert, split
from records.schema import REQUESTS


def stored_response(
    database: Database, process: str, operation: str, id: str | None = None
) -> tuple[str, bytes] | None:
    with database.read() as connection:
        one = responses.find(connection, process, operation, id)
        return None if one is None else (one.id, b"".join(responses.body(connection, one)))


def test_the_latest_is_that_of_the_operation_and_the_process(
    database: Database, stored_exchange: Callable[..., Any]
) -> None:
    many = [
        stored_exchange(process=p, operation=o, response_body=f"{p} {o} {i}".encode())
        for i in (0, 1)
        for p in "ab"
        for o in "xy"
    ]
    insert(database, many)
    for one in many[4:]:
        assert stored_response(database, one.process, one.operation) == (one.id, one.response_body)
    assert stored_response(database, "a", "z") is None
    assert stored_response(database, "c", "x") is None


def test_an_id_is_found_under_its_own_process_and_operation_alone(
    database: Database, stored_exchange: Callable[..., Any]
) -> None:
    one, later = (
        stored_exchange(process="a", operation="x", response_body=b"1"),
        stored_exchange(process="a", operation="x", response_body=b"2"),
    )
    insert(database, [one, later])
    assert stored_response(database, "a", "x", one.id) == (one.id, b"1")
    for process, operation, id in (("b", "x", one.id), ("a", "y", one.id), ("a", "x", one.id[:-1]), ("a", "x", "")):
        assert stored_response(database, process, operation, id) is None


@pytest.mark.parametrize("size", [0, 1000, LARGE, 3 * LARGE + 700])
@pytest.mark.parametrize("kind", ["application/json", "application/vnd.apache.arrow.stream"])
def test_a_body_is_read_byte_for_byte(
    database: Database, stored_exchange: Callable[..., Any], kind: str, size: int
) -> None:
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    pieces = [body[first : first + 300_000] for first in range(0, len(body), 300_000)] or [b""]
    large = stored_exchange(kind=kind, response_prefix=b"x" * 2000, response_body=pieces[0], more=pieces[1:])
    for part in split(large):
        insert(database, [part, stored_exchange(operation="y")])
    assert stored_response(database, large.process, large.operation) == (large.id, b"x" * 2000 + body)


def test_a_body_before_compression_is_read_whole(database: Database, stored_exchange: Callable[..., Any]) -> None:
    first = stored_exchange(response_body=b"a" * LARGE)
    insert(
        database,
        [
            stored_exchange(id=first.id, part=1, response_body=b"b" * LARGE),
            stored_exchange(id=first.id, part=2, response_body=b"c"),
            first,
        ],
    )
    assert stored_response(database, first.process, first.operation) == (first.id, b"a" * LARGE + b"b" * LARGE + b"c")


def test_a_body_is_read_one_part_at_a_time(database: Database, stored_exchange: Callable[..., Any]) -> None:
    large = stored_exchange(request_body=b"", response_body=b"a" * LARGE, more=[b"b" * LARGE, b"c" * LARGE])
    for part in split(large):
        insert(database, [part])
    with database.read() as connection:
        one = responses.find(connection, large.process, large.operation)
        assert one is not None
        assert [len(part) for part in responses.body(connection, one)] == [LARGE] * 3


def test_a_request_of_which_the_first_part_is_missing_is_none(
    database: Database, stored_exchange: Callable[..., Any]
) -> None:
    insert(database, [stored_exchange(part=1)])
    assert stored_response(database, "toy_cells", "predictions") is None


def test_the_latest_is_looked_up_by_an_index(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a plan of PostgreSQL depends on how many rows there are")
    query = select(REQUESTS.c.number).where(REQUESTS.c.process == "a", REQUESTS.c.operation == "x")
    statement = str(query.order_by(REQUESTS.c.number.desc()).limit(1).compile(compile_kwargs={"literal_binds": True}))
    with database.read() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
    assert "requests_operation (process=? AND operation=?)" in plan


def test_requests_of_an_older_form_are_found(
    older: Callable[[str], AbstractContextManager[Connection]], url: str
) -> None:
    columns = "id, part, at, client, process, operation, version, digest, kind, asked, answer"
    with older("0011") as connection:
        row = "('i', 0, 1, 'c', 'p', 'pareto', 1, 'd', 'application/json', :body, :body)"
        connection.execute(text(f"INSERT INTO requests ({columns}) VALUES {row}"), {"body": b"old"})
    database = Database(url)
    with database.read() as connection:
        indices = {one["name"] for one in inspect(connection).get_indexes("requests")}
    assert "requests_operation" in indices
    assert "requests_process" not in indices
    assert stored_response(database, "p", "pareto", "i") == ("i", b"old")
    database.close()
