"""What versions in shadow answer, in SQLite and PostgreSQL."""

import json

import pytest

from records.database import Database, now
from records.outcomes import Outcome, take, withdraw
from records.request_index import index
from records.requests import LARGE, insert, split
from records.shadow import (
    PendingShadowRequest,
    ShadowResponse,
    dropped,
    is_any,
    keep,
    known_of_both,
    newest,
    newest_request,
    responses_to,
    waiting,
)

ONE, TWO = "sha256:1", "sha256:2"


@pytest.fixture
def recorded(database, stored_exchange):
    """Maker of requests of the process; gives their numbers."""

    def make(*bodies: bytes, **more: object) -> list[int]:
        with database.read() as connection:
            before = newest_request(connection, "toy_cells")
        insert(database, [stored_exchange(body, **more) for body in bodies])
        with database.read() as connection:
            return [one.number for one in waiting(connection, "toy_cells", before, 100)]

    return make


def test_answers_are_kept_by_the_request_and_once(database, recorded):
    first, second, third = recorded(b"1", b"2", b"3")
    keep(database, "toy_cells", [ShadowResponse(first, 2, TWO, b'[{"y":1}]'), ShadowResponse(third, 2, TWO, b"[]")])
    keep(database, "toy_cells", [ShadowResponse(first, 3, ONE, b"[]"), ShadowResponse(second, 2, TWO, b"[2]")])
    with database.read() as connection:
        result = responses_to(connection, [first, second, third, 99])
        assert [json.loads(result[one].predictions) for one in (first, second, third)] == [[{"y": 1}], [2], []]
        assert (result[first].version, result[first].digest, sorted(result)) == (2, TWO, [first, second, third])
        assert newest(connection, "toy_cells", TWO) == third
        assert newest(connection, "toy_cells", ONE) is None
        assert newest(connection, "toy_ores", TWO) is None
        assert (is_any(connection, "toy_cells"), is_any(connection, "toy_ores")) == (True, False)


def test_periods_whose_latest_prediction_is_of_both_are_counted_once(database, recorded):
    numbers = recorded(*(f"{i}".encode() for i in range(4)), digest=ONE) + recorded(b"2", digest="sha256:3")
    units = {number: unit for number, unit in zip(numbers, "ABCDB", strict=True)}  # B is predicted again, by another
    index(database, "toy_cells", lambda request: [(units[request.number], "2026-01-01")], lambda seconds: None)
    keep(database, "toy_cells", [ShadowResponse(number, 2, TWO, b"[]") for number in numbers[:3]])
    outcomes = [Outcome(unit, "2026-01-01", {"y": 1.0}) for unit in "ABDE"]
    batch = take(database, "toy_cells", "ann", outcomes)
    take(database, "toy_cells", "ann", [Outcome("A", "2026-01-01", {"y": 2.0})])  # a correction

    def known(since=0):
        with database.read() as connection:
            return known_of_both(connection, "toy_cells", (ONE, TWO), since)

    assert known() == 1  # A: of C no outcome is known, D was not predicted in shadow
    take(database, "toy_cells", "ann", [Outcome("C", "2026-01-01", {"y": 1.0})])
    assert known() == 2
    assert known(since=now() + 10**6) == 0
    withdraw(database, batch.number, "ann", "wrong")
    assert known() == 2  # the correction of A stands


def test_requests_for_predictions_wait_in_their_order(database, recorded, stored_exchange):
    insert(database, [stored_exchange(b"a", operation="recommendations"), stored_exchange(b"b", process="toy_ores")])
    first, second, third = recorded(b"1", b"2", b"3")
    with database.read() as connection:
        assert newest_request(connection, "toy_cells") == third
        assert newest_request(connection, "toy_lots") == 0
        assert [one.request_body for one in waiting(connection, "toy_cells", 0, 2)] == [b"1", b"2"]
        assert [one.number for one in waiting(connection, "toy_cells", first, 10)] == [second, third]
        assert waiting(connection, "toy_cells", third, 10) == []


def test_of_a_long_request_no_body_is_read_and_of_a_table_the_begin_of_its_answer_is(
    database, recorded, stored_exchange
):
    (long,) = recorded(b"x" * LARGE)
    insert(database, [stored_exchange(b"table", kind="application/vnd.apache.parquet", response_body=b"arrow")])
    with database.read() as connection:
        first, table = waiting(connection, "toy_cells", 0, 10)
    assert (first.number, first.request_body, first.response_body) == (long, None, b"")
    assert isinstance(table, PendingShadowRequest)
    assert (table.request_body, table.response_body) == (b"table", b"arrow")


def test_of_compressed_requests_the_bodies_that_stand_in_parts_are_left_out(database, stored_exchange):
    kind = "application/vnd.apache.parquet"
    long, short = (
        stored_exchange(bytes(2 * LARGE), response_body=b"a", kind=kind),
        stored_exchange(b"table", response_body=b"b" * 3 * LARGE, kind=kind),
    )
    answered = stored_exchange(b"{}", response_body=b"c" * 2 * LARGE)
    insert(database, [one for each in (long, short, answered) for one in split(each)])
    with database.read() as connection:
        result = waiting(connection, "toy_cells", 0, 10)
    assert [(one.request_body, one.response_body[:1]) for one in result] == [
        (None, b"a"),
        (b"table", b"b"),
        (b"{}", b""),
    ]


def test_of_more_requests_than_may_wait_the_oldest_are_dropped(database, recorded):
    numbers = recorded(*(b"%d" % i for i in range(10)))
    with database.read() as connection:
        assert dropped(connection, "toy_cells", 0, 10) == (0, 0)
        assert dropped(connection, "toy_cells", 0, 4) == (6, numbers[5])
        assert dropped(connection, "toy_cells", numbers[3], 4) == (2, numbers[5])
        assert dropped(connection, "toy_cells", numbers[5], 4) == (0, numbers[5])


def test_records_from_before_there_were_shadows_take_answers(url, older):
    with older("0005"):
        pass
    database = Database(url)
    keep(database, "toy_cells", [ShadowResponse(7, 2, TWO, b"[]")])
    with database.read() as connection:
        assert list(responses_to(connection, [7])) == [7]
    database.close()
