import asyncio
import os
import threading
import time

import pytest
from sqlalchemy import func, select, text

from records import requests
from records.database import RecordsError
from records.schema import REQUESTS
from records.writing import writer as module
from records.writing.writer import QueueFullError, Writer


def count(database):
    with database.begin() as connection:
        return connection.scalar(select(func.count()).where(REQUESTS.c.part == 0))


@pytest.fixture
def writer(database):
    made = Writer(database)
    made.start()
    yield made
    made.stop()


def test_what_is_kept_is_committed_when_the_caller_goes_on(database, writer, stored_exchange):
    async def callers():
        for n in range(1, 6):
            await writer.keep(stored_exchange())
            assert count(database) == n

    asyncio.run(callers())
    assert writer.waiting == 0


def test_requests_of_one_turn_of_the_loop_are_one_group(database, stored_exchange, monkeypatch):
    groups = []

    def insert(database, many, enough):
        groups.append(len(many))
        return len(many)

    monkeypatch.setattr(module, "insert", insert)
    writer = Writer(database)
    writer.start()

    async def callers():
        await asyncio.gather(*(writer.keep(stored_exchange()) for _ in range(20)))

    asyncio.run(callers())
    writer.stop()
    assert groups == [20]


def test_what_gathers_during_a_commit_is_the_next_group(database, stored_exchange, monkeypatch):
    groups, goes_on = [], threading.Event()

    def insert(database, many, enough):
        groups.append(len(many))
        goes_on.wait(10)
        return len(many)

    monkeypatch.setattr(module, "insert", insert)
    writer = Writer(database)
    writer.start()

    async def callers():
        first = asyncio.ensure_future(writer.keep(stored_exchange()))
        while not groups:
            await asyncio.sleep(0.001)
        others = [asyncio.ensure_future(writer.keep(stored_exchange())) for _ in range(3)]
        await asyncio.sleep(0.01)
        others += [asyncio.ensure_future(writer.keep(stored_exchange())) for _ in range(4)]
        await asyncio.sleep(0.01)
        goes_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(callers())
    writer.stop()
    assert groups == [1, 7]


def test_large_requests_are_written_part_by_part_behind_the_small_ones(database, stored_exchange, monkeypatch):
    groups = []
    monkeypatch.setattr(
        module, "insert", lambda database, many, enough: groups.append([one.part for one in many]) or len(many)
    )
    writer = Writer(database)
    writer.start()
    body = bytes(requests.LARGE + 1)

    async def callers():
        subset = [stored_exchange(request_body=body if part in (1, 3) else b"", part=part) for part in range(5)]
        await asyncio.gather(*(writer.keep(one) for one in subset))

    asyncio.run(callers())
    writer.stop()
    assert groups[0] == [0, 2, 4]
    assert sorted(groups[1:]) == [[2, 1], [4, 3]]  # the first part of each comes last


def test_small_requests_are_written_between_the_parts_of_a_large_one(database, stored_exchange, monkeypatch):
    def insert(database, many, enough):
        if many[0].client == "large" and not sent:
            sent.append(asyncio.run_coroutine_threadsafe(writer.keep(stored_exchange(client="small")), loop))
            while not writer._queue.qsize():  # it is handed over
                time.sleep(0.001)
        return requests.insert(database, many, enough)

    sent = []
    monkeypatch.setattr(module, "insert", insert)
    writer = Writer(database)
    writer.start()
    loop = asyncio.new_event_loop()
    assert (
        loop.run_until_complete(
            writer.keep(stored_exchange(client="large", request_body=os.urandom(5 * requests.LARGE)))
        )
        == 5
    )
    writer.stop()
    loop.close()
    with database.read() as connection:
        clients = connection.scalars(select(REQUESTS.c.client).order_by(REQUESTS.c.number)).all()
    assert clients == ["large", "small", *["large"] * 4]


def test_a_large_request_of_which_a_part_cannot_be_written_is_not_there(database, stored_exchange, monkeypatch):
    def insert(database, many, enough):
        if many[0].part == 1:
            raise RecordsError("no room")
        return requests.insert(database, many, lambda: True)

    monkeypatch.setattr(module, "insert", insert)
    writer = Writer(database)
    writer.start()
    with pytest.raises(RecordsError, match="no room"):
        asyncio.run(writer.keep(stored_exchange(request_body=bytes(5 * requests.LARGE))))
    assert count(database) == 0
    monkeypatch.undo()
    asyncio.run(writer.keep(stored_exchange(request_body=bytes(3 * requests.LARGE))))
    writer.stop()
    with database.read() as connection:
        assert [len(one.request_body) for one in requests.recorded(connection, "toy_cells")] == [3 * requests.LARGE]


def test_large_requests_that_wait_are_written_at_the_end(database, stored_exchange):
    writer, handed = Writer(database), []
    hand_over = writer._hand_over
    writer._hand_over = lambda: handed.extend(writer._gathered) or hand_over()
    writer.start()

    async def callers():
        tasks = [
            asyncio.ensure_future(writer.keep(stored_exchange(request_body=bytes(requests.LARGE + 1))))
            for _ in range(4)
        ]
        while len(handed) < 4:  # they are compressed
            await asyncio.sleep(0.001)
        await asyncio.get_running_loop().run_in_executor(None, writer.stop)
        await asyncio.gather(*tasks)

    asyncio.run(callers())
    assert count(database) == 4


def test_beyond_its_room_nothing_is_taken_and_nothing_is_lost(database, stored_exchange):
    writer = Writer(database, most_waiting=3000)
    writer.start()

    async def callers():
        return await asyncio.gather(
            *(writer.keep(stored_exchange(request_body=bytes(1000))) for _ in range(5)), return_exceptions=True
        )

    completed = asyncio.run(callers())
    writer.stop()
    assert [one if one == 1 else type(one) for one in completed] == [
        1,
        1,
        QueueFullError,
        QueueFullError,
        QueueFullError,
    ]
    assert "at most 3000 may" in str(completed[-1])
    assert count(database) == 2
    assert writer.waiting == 0


def test_one_longer_than_the_room_is_taken_beside_short_ones(database, stored_exchange):
    writer = Writer(database, most_waiting=1000)
    writer.start()

    async def callers():
        return await asyncio.gather(
            *(writer.keep(stored_exchange(request_body=bytes(size))) for size in (100, 5000, 100))
        )

    assert asyncio.run(callers()) == [1, 1, 1]
    writer.stop()


def test_one_longer_than_the_room_is_taken_alone(database, stored_exchange):
    writer = Writer(database, most_waiting=10)
    writer.start()
    asyncio.run(writer.keep(stored_exchange(request_body=bytes(1000))))
    writer.stop()
    assert count(database) == 1


def test_trouble_reaches_each_caller_and_ends(database, writer, stored_exchange):
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE requests RENAME TO away"))

    async def callers():
        return await asyncio.gather(*(writer.keep(stored_exchange()) for _ in range(3)), return_exceptions=True)

    assert [type(one) for one in asyncio.run(callers())] == [RecordsError] * 3
    assert "requests" in str(writer.error)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO requests"))
    asyncio.run(writer.keep(stored_exchange()))
    assert writer.error is None
    assert count(database) == 1


def test_what_waits_is_written_at_the_end(database, stored_exchange):
    writer = Writer(database)
    writer.start()

    async def callers():
        tasks = [asyncio.ensure_future(writer.keep(stored_exchange())) for _ in range(50)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(None, writer.stop)
        await asyncio.gather(*tasks)

    asyncio.run(callers())
    assert count(database) == 50


def test_a_caller_that_goes_away_does_not_hinder_the_others(database, writer, stored_exchange):
    async def callers():
        gone = asyncio.ensure_future(writer.keep(stored_exchange()))
        stays = asyncio.ensure_future(writer.keep(stored_exchange()))
        await asyncio.sleep(0)
        gone.cancel()
        await stays

    asyncio.run(callers())
    assert count(database) == 2
    assert writer.waiting == 0
