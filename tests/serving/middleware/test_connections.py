"""Real connections of a real server: silent, slow, too many, too long, and those that are open when it ends."""

import asyncio
import json
from typing import Any

import pytest

from serving.middleware import connections as module
from serving.middleware.connection import LAST_WORD, LONGEST_HEAD
from serving.middleware.connections import HEALTH_CONNECTIONS, LONGEST_STALL, most_connections
from serving.middleware.context import SLOWEST

pytestmark = pytest.mark.service

HEALTH = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PART = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{"  # and no more of its body


def test_a_silent_connection_is_closed_and_one_that_asks_is_not(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(idle=15.0) as served:
            silent, asking = await served.line(), await served.line()
            await lines.until(lambda: len(served.connections.all) == 2)
            for _ in range(8):
                assert (await lines.answer(asking))[0] == 200
                served.pass_by(4.0)
            assert await lines.is_closed(silent)
            assert (await lines.answer(asking))[0] == 200
            served.pass_by(14.0)
            assert len(served.connections.all) == 1
            served.pass_by(2.0)
            assert await lines.is_closed(asking)

    lines.run(act)


@pytest.mark.parametrize("part", [b"P", b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "], ids=["a letter", "half a head"])
def test_a_head_that_does_not_end_is_a_408(lines: Any, part: bytes) -> None:
    async def act() -> None:
        async with lines.serving(head=10.0) as served:
            answered = asyncio.create_task(lines.answer(await served.line(), part))
            await lines.until(lambda: served.connections.beginning)
            served.pass_by(9.0)
            assert served.connections.beginning
            served.pass_by(2.0)
            status, headers, body = await answered
            assert (status, headers["connection"]) == (408, "close")
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == 408

    lines.run(act)


def test_a_head_that_comes_letter_by_letter_has_no_more_time(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(head=10.0) as served:
            reader, writer = await served.line()
            writer.write(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
            await lines.until(lambda: served.connections.beginning)
            (one,) = served.connections.all
            for _ in range(9):
                came = one._head
                writer.write(b"x")
                await lines.until(lambda came=came: one._head > came)
                served.pass_by(1.0)
            assert served.connections.beginning
            served.pass_by(2.0)
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")

    lines.run(act)


def test_a_head_that_is_too_long_is_a_431_and_a_long_body_is_not(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            long = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * LONGEST_HEAD
            reader, writer = await served.line()
            writer.write(long)
            # What stands behind it is of no account: who hangs up on what still comes may cut that off.
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
            body = b"x" * (LONGEST_HEAD * 8)
            ask = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body)
            assert (await lines.answer(await served.line(), ask + body))[0] == 200

    lines.run(act)


@pytest.mark.parametrize("first", [1, 1000, LONGEST_HEAD // 2, LONGEST_HEAD - 10])
def test_a_head_that_is_too_long_is_a_431_however_it_is_divided(lines: Any, first: int) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            head = b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * LONGEST_HEAD + b"\r\n\r\n"
            reader, writer = await served.line()
            writer.write(head[:first])
            await lines.until(lambda: served.connections.beginning)
            writer.write(head[first:])
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")

    lines.run(act)


@pytest.mark.parametrize("last", range(6))
def test_a_head_of_the_longest_allowed_is_answered_however_it_is_divided(lines: Any, last: int) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            start, body = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 70000\r\nX: ", b"x" * 70_000
            head = start + b"a" * (LONGEST_HEAD - len(start) - 4) + b"\r\n\r\n"
            line = await served.line()
            for _ in range(2):  # the second head counts from its own beginning
                line[1].write(head[: len(head) - last])
                await lines.until(lambda: not served.connections.silent)
                assert (await lines.answer(line, head[len(head) - last :] + body))[0] == 200

    lines.run(act)


def test_what_is_no_http_is_a_problem(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            status, headers, _ = await lines.answer(await served.line(), b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
            assert (status, headers["content-type"]) == (400, "application/problem+json")

    lines.run(act)


def test_the_oldest_silent_connections_make_room_for_new_ones(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=10) as served:
            asking = await served.line()
            waiting = asyncio.create_task(lines.answer(asking, lines.ASK.replace(b"/x", b"/wait")))
            await lines.until(lambda: served.held)
            silent = [await served.line() for _ in range(30)]
            assert [await lines.is_closed(one) for one in silent[:21]] == [True] * 21
            assert len(served.connections.all) == 10
            assert (await lines.answer(silent[-1]))[0] == 200
            assert (await lines.answer(await served.line()))[0] == 200
            served.gate.set()
            assert (await waiting)[0] == 200

    lines.run(act)


def test_where_all_are_busy_a_new_one_may_ask_for_health_alone(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=3) as served:
            busy = [
                asyncio.create_task(lines.answer(await served.line(), lines.ASK.replace(b"/x", b"/wait")))
                for _ in range(3)
            ]
            await lines.until(lambda: len(served.held) == 3)
            status, headers, body = await lines.answer(await served.line())
            assert (status, headers["connection"], headers["retry-after"]) == (503, "close", "1")
            assert (headers["content-type"], json.loads(body)["status"]) == ("application/problem+json", 503)
            # Connections that never ask do not keep health from being asked.
            silent = [await served.line() for _ in range(2 * HEALTH_CONNECTIONS)]
            status, headers, _ = await lines.answer(await served.line(), HEALTH)
            assert (status, headers["connection"]) == (200, "close")
            assert len(served.connections.for_health) <= HEALTH_CONNECTIONS
            served.gate.set()
            assert [status for status, _, _ in await asyncio.gather(*busy)] == [200] * 3
            # Those that are silent by now make room: the last of them may ask whatever it likes.
            assert (await lines.answer(silent[-1]))[0] == 200

    lines.run(act)


def test_bodies_that_do_not_come_make_room(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=5) as served:
            slow = [await served.line() for _ in range(20)]
            for _, writer in slow:
                writer.write(PART)
            await lines.until(lambda: len(served.connections.all) == 5 == served.connections.counts()["busy"])
            served.pass_by(0.1)
            assert (await lines.answer(await served.line()))[0] == 200
            assert (await lines.answer(await served.line(), HEALTH))[0] == 200
            assert await lines.is_closed(slow[0])
            assert served.connections.closed["refused"] == 0

    lines.run(act)


def test_the_slowest_by_its_bytes_and_its_time_makes_room_first(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=3) as served:
            fast, slow, idle = await served.line(), await served.line(), await served.line()
            fast[1].write(PART + b"x" * (4 * SLOWEST))  # four seconds ahead
            await lines.until(lambda: served.connections.counts()["silent"] == 2)
            (one,) = (one for one in served.connections.all if one not in served.connections.silent)
            await lines.until(lambda: one.waits_since > 4.0)
            served.pass_by(1.0)
            slow[1].write(PART)
            await lines.until(lambda: served.connections.counts()["silent"] == 1)
            served.pass_by(1.0)
            assert (await lines.answer(idle))[0] == 200  # silent since then
            new = [await served.line()]
            assert await lines.is_closed(slow)
            served.pass_by(1.0)
            new.append(await served.line())
            assert await lines.is_closed(idle)
            served.pass_by(2.0)
            new += [await served.line() for _ in range(3)]  # in the place of two silent ones, and then
            await lines.until(lambda: one not in served.connections.all)
            assert (await lines.answer(new[-1]))[0] == 200

    lines.run(act)


def test_responses_that_are_not_read_make_room(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=2) as served:
            for count in (1, 2):
                _, writer = await served.line()
                writer.transport.pause_reading()
                writer.write(lines.ASK.replace(b"/x", b"/long"))
                await lines.until(lambda count=count: len(served.connections.stalled) == count)
            served.pass_by(1.0)
            assert (await lines.answer(await served.line()))[0] == 200

    lines.run(act)


def test_connections_of_one_address_make_room_among_themselves(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=20, most_of_client=3) as served:
            other = await served.line("127.0.0.2")
            many = [await served.line("127.0.0.3") for _ in range(10)]
            assert [await lines.is_closed(one) for one in many[:7]] == [True] * 7
            assert len(served.connections.all) == 4
            assert (await lines.answer(other))[0] == 200
            assert (await lines.answer(many[-1]))[0] == 200
            for _, writer in (other, *many):
                writer.close()
            await lines.until(lambda: not served.connections.all)
            assert not served.connections._by_client

    lines.run(act)


def test_a_proxy_has_no_limit_of_its_own(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=20, most_of_client=3, proxies={"127.0.0.3"}) as served:
            many = [await served.line("127.0.0.3") for _ in range(10)]
            await lines.until(lambda: len(served.connections.all) == 10)
            assert [status for status, _, _ in [await lines.answer(one) for one in many]] == [200] * 10

    lines.run(act)


def test_slow_heads_make_room_too(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving(most=5) as served:
            slow = [await served.line() for _ in range(5)]
            for _, writer in slow:
                writer.write(b"POST /x")
            await lines.until(lambda: len(served.connections.beginning) == 5)
            assert (await lines.answer(await served.line()))[0] == 200
            assert (await slow[0][0].read()) == b""

    lines.run(act)


def test_a_client_that_does_not_read_its_answer_is_cut_off(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            _, writer = await served.line()
            writer.transport.pause_reading()
            writer.write(lines.ASK.replace(b"/x", b"/long"))
            await lines.until(lambda: served.connections.stalled)
            while served.connections.all:  # as long as the system's buffers still take something
                served.pass_by(LONGEST_STALL + 1.0)
                await asyncio.sleep(0.005)
            assert (await lines.answer(await served.line()))[0] == 200
            writer.close()

    lines.run(act)


def test_a_client_that_reads_its_answer_slowly_gets_all_of_it(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            reader, writer = await served.line()
            writer.write(lines.ASK.replace(b"/x", b"/long"))
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(64):  # what the system's buffers hold is a small part of it
                assert len(await reader.readexactly(2**20)) == 2**20
                served.pass_by(LONGEST_STALL / 20)

    lines.run(act)


def test_at_the_end_what_is_under_way_and_what_is_asked_at_once_is_answered(lines: Any) -> None:
    async def act() -> None:
        async with lines.serving() as served:
            busy, silent, left = await served.line(), await served.line(), await served.line()
            assert (await lines.answer(silent))[0] == 200
            under_way = asyncio.create_task(lines.answer(busy, lines.ASK.replace(b"/x", b"/wait")))
            await lines.until(lambda: served.held and len(served.connections.all) == 3)
            served.server.should_exit = True
            await lines.until(lambda: served.connections.is_ending)
            served.pass_by(0.9 * LAST_WORD)
            status, headers, _ = await lines.answer(silent)
            assert (status, headers["connection"]) == (200, "close")
            served.gate.set()
            status, headers, _ = await under_way
            assert (status, headers["connection"]) == (200, "close")
            assert len(served.connections.all) == 1
            served.pass_by(0.2 * LAST_WORD)
            assert await lines.is_closed(left)

    lines.run(act)


def test_no_more_connections_are_wanted_than_files_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = []
    monkeypatch.setattr(module.resource, "getrlimit", lambda kind: (1024, 4096))
    monkeypatch.setattr(module.resource, "setrlimit", lambda kind, limits: raised.append(limits))
    assert most_connections(10_000) == 4096 - 256
    assert most_connections(100) == 100
    assert raised == [(4096, 4096)] * 2
    monkeypatch.setattr(module.resource, "getrlimit", lambda kind: (256, 256))
    assert most_connections(10_000) == 64  # where files are few, a quarter of them
