"""Recorded bytes of each client on a day, and the clients that may have no more recorded."""

import asyncio

import pytest
from sqlalchemy import select, text

from records.database import RecordsError
from records.requests import LARGE
from records.response_prefixes import DAY
from records.retention import remove
from records.schema import RECORDED_BYTES, REQUESTS
from records.writing.quota import Quota, QuotaError
from records.writing.writer import Writer

NOON = 20_000 * DAY + DAY // 2


def stored(database):
    with database.read() as connection:
        rows = connection.execute(select(RECORDED_BYTES)).all()
    return {(row.day, row.client): row.bytes for row in rows}


def may(quota, client="A"):
    try:
        quota.check(client)
    except QuotaError:
        return False
    return True


def test_a_client_that_has_used_its_bytes_waits_for_the_next_day_and_others_do_not(database):
    time = [NOON]
    quota = Quota(database, 1000, lambda: time[0])
    quota.count([("A", 999)])
    assert may(quota)
    quota.count([("A", 1), ("B", 10)])
    assert (may(quota), may(quota, "B"), quota.share) == (False, True, 1.0)
    with pytest.raises(QuotaError, match=r"A has had 1000 bytes recorded today .*, at most 1000 may be") as raised:
        quota.check("A")
    assert (raised.value.used, raised.value.most, raised.value.wait) == (1000, 1000, 43_200)
    time[0] += 43_200_000_000 - 1
    assert not may(quota)
    time[0] += 1
    assert (may(quota), quota.share) == (True, 0.0)


def test_counts_outlive_a_service_and_are_shared(database):
    one, other = (Quota(database, 1000, lambda: NOON) for _ in range(2))
    one.count([("A", 600)])
    other.count([("A", 300), ("B", 5)])
    one.store()
    other.store()
    other.store()
    assert stored(database) == {(20_000, "A"): 900, (20_000, "B"): 5}
    one.count([("A", 100)])
    one.store()
    assert not may(one)
    assert not may(Quota(database, 1000, lambda: NOON))


def test_what_could_not_be_stored_is_stored_next_time(database):
    quota = Quota(database, 1000, lambda: NOON)
    quota.count([("A", 600)])
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE recorded_bytes RENAME TO away"))
    with pytest.raises(RecordsError):
        quota.store()
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO recorded_bytes"))
    quota.count([("A", 400)])
    assert not may(quota)
    quota.store()
    assert stored(database) == {(20_000, "A"): 1000}


def test_counts_of_days_that_are_removed_go_too(database):
    for day in (19_998, 19_999, 20_000):
        quota = Quota(database, 1000, lambda day=day: day * DAY)
        quota.count([("A", 1)])
        quota.store()
    remove(database, 20_000 * DAY, "me")
    assert list(stored(database)) == [(20_000, "A")]


def test_the_writer_counts_what_is_stored(database, stored_exchange):
    writer = Writer(database)
    writer.start()

    async def callers():
        subset = [
            stored_exchange(b"12345", client="A"),
            stored_exchange(bytes(3 * LARGE), client="A"),
            stored_exchange(b"123", client="B"),
        ]
        await asyncio.gather(*map(writer.keep, subset))

    asyncio.run(callers())
    writer.stop()
    with database.read() as connection:
        rows = connection.execute(select(REQUESTS)).all()
    size = sum(len(row.request_body) + len(row.response_body) for row in rows if row.client == "A")
    assert {client: size for (_, client), size in stored(database).items()} == {"A": size, "B": 5}
    assert size < LARGE / 10
