import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from records.database import Database, RecordsError
from records.request_index import by_id, by_number, index
from records.requests import LARGE, MOST_AT_ONCE, insert, recorded, split
from records.schema import REQUESTS
from system.record_ids import new_id


def stored(database):
    with database.begin() as connection:
        return connection.execute(select(REQUESTS).order_by(REQUESTS.c.number)).all()


def test_ids_are_uuids_of_version_7_in_the_order_of_time():
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert first < second
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)
    assert abs(int(first.replace("-", "")[:12], 16) / 1000 - time.time()) < 60


def test_ids_are_not_given_twice():
    assert len({new_id() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("count", [1, MOST_AT_ONCE, MOST_AT_ONCE + 1, 3 * MOST_AT_ONCE + 5])
def test_requests_are_kept_byte_for_byte_in_their_order(database, stored_exchange, count):
    many = [stored_exchange(request_body=bytes([0, 255, i % 256, 13, 10]), part=i) for i in range(count)]
    insert(database, many)
    assert [(row.id, row.part, row.request_body) for row in stored(database)] == [
        (o.id, o.part, o.request_body) for o in many
    ]


def test_one_that_is_there_already_leaves_none_of_its_group(database, stored_exchange):
    known = stored_exchange()
    insert(database, [known])
    with pytest.raises(RecordsError, match=r"(?i)unique"):
        insert(database, [*(stored_exchange() for _ in range(2 * MOST_AT_ONCE)), known])
    assert [row.id for row in stored(database)] == [known.id]
    insert(database, [stored_exchange()])
    assert len(stored(database)) == 2


@given(st.integers(1, 2**63 - 1))
def test_size_is_that_of_the_bodies(number):
    requested, answer = bytes(number % 977), bytes(number % 31)
    from records.requests import StoredExchange

    one = StoredExchange("", 0, 0, "", "", "", 1, "", "", requested, answer)
    assert one.size == number % 977 + number % 31


def bodies(size):
    return bytes(range(256)) * (size // 256), b"[" + b"1234567," * (size // 8) + b"]"


@pytest.mark.parametrize("size", [LARGE // 4, LARGE, 3 * LARGE + 700])
def test_large_bodies_stand_in_parts_and_are_read_whole(database, stored_exchange, size):
    requested, answer = bodies(size)
    pieces = [answer[first : first + 300_000] for first in range(0, len(answer), 300_000)]
    large = stored_exchange(
        request_body=requested, response_prefix=b"x" * 2000, response_body=pieces[0], more=pieces[1:]
    )
    parts = split(large)
    insert(database, [stored_exchange(), stored_exchange(request_body=requested[:1000])])
    for part in parts:
        with database.read() as connection:
            assert list(by_id(connection, "toy_cells", [large.id])) == []
            assert len(list(recorded(connection, "toy_cells"))) == 2
        insert(database, [part])
    with database.read() as connection:
        stored = connection.execute(select(REQUESTS).where(REQUESTS.c.id == large.id)).all()
        assert sorted(part.part for part in stored) == list(range(len(parts)))
        assert max(len(part.request_body) for part in stored) <= LARGE
        assert max(len(part.response_body) for part in stored) <= LARGE + 300_000
        (one,) = [one for one in recorded(connection, "toy_cells") if one.id == large.id]
        assert (one.request_body, one.response) == (requested, b"x" * 2000 + answer)
        assert [one.body for _, one in by_id(connection, "toy_cells", [large.id])] == [requested]
        assert [each.body for each in by_number(connection, [one.number])] == [requested]
    seen = []
    index(database, "toy_cells", lambda request: seen.append(request.body) or [])
    assert sorted(map(len, seen)) == sorted(map(len, [stored_exchange().request_body, requested, requested[:1000]]))


@pytest.mark.parametrize("kind", ["application/json", "application/vnd.apache.parquet"])
def test_large_requests_and_tables_are_compressed_and_short_ones_of_json_are_not(database, stored_exchange, kind):
    row = b'{"current_efficiency": 93.21, "low": 92.8, "high": 93.6},'
    short, large = (
        stored_exchange(kind=kind, response_body=row),
        stored_exchange(kind=kind, response_body=row * 100_000),
    )
    insert(database, [one for each in (short, large) for one in split(each)])
    rows = stored(database)
    assert {row.encoding for row in rows if row.id == large.id} == {"zstd"}
    assert {row.encoding for row in rows if row.id == short.id} == {None if "json" in kind else "zstd"}
    assert sum(len(row.response_body) for row in rows) < large.size / 50
    with database.read() as connection:
        assert [one.response for one in recorded(connection, "toy_cells")] == [short.response_body, large.response_body]


def test_bodies_of_before_large_ones_were_compressed_are_read_as_they_were(url, older, first_form, stored_exchange):
    requested, _ = bodies(3 * LARGE)
    parts = [
        stored_exchange(request_body=requested[i * LARGE : (i + 1) * LARGE], response_body=b"[]"[i : i + 1], part=i)
        for i in range(3)
    ]
    with older("0008") as connection:
        values = [first_form(one) | {"id": parts[0].id} for one in parts]
        marks = ", ".join(f":{name}" for name in values[0])
        connection.execute(text(f"INSERT INTO requests ({', '.join(values[0])}) VALUES ({marks})"), values)
    database = Database(url)
    with database.read() as connection:
        ((_, result),) = by_id(connection, "toy_cells", [parts[0].id])
        assert result.body == requested
        assert [(one.request_body, one.response) for one in recorded(connection, "toy_cells")] == [(requested, b"[]")]
    database.close()
