"""Real connections of a real server: silent, slow, too many, too long, and those that are open when it ends."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
import uvicorn

from serving.door import connections as module
from serving.door.connection import LAST_WORD, LONGEST_HEAD, Connection
from serving.door.connections import LONGEST_STALL, Connections, most_connections

pytestmark = pytest.mark.service

ASK = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PATIENCE = 60.0  # s


class Clock:
    """An event loop as connections have it, whose time goes on when a test says so, and in no other way."""

    def __init__(self) -> None:
        self._loop, self._now = asyncio.get_running_loop(), 0.0
        self._later: list[tuple[float, Callable[[], None]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, call: Callable[..., None], *given: Any) -> asyncio.TimerHandle:
        handle = self._loop.call_later(3600.0, call)  # something that may be cancelled
        self._later.append((self._now + delay, lambda: None if handle.cancelled() else call(*given)))
        return handle

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += seconds
        due = [call for when, call in self._later if when <= self._now]
        self._later = [one for one in self._later if one[0] > self._now]
        for call in due:
            call()


class Served(NamedTuple):
    """A server of this process; `held` are the requests that wait for its gate."""

    server: uvicorn.Server
    connections: Connections
    port: int
    gate: asyncio.Event
    held: list[str]
    clock: Clock
    lines: list[Line]

    async def line(self) -> Line:
        """A new connection, which is closed at the end."""
        self.lines.append(await asyncio.open_connection("127.0.0.1", self.port))
        return self.lines[-1]

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass, and then look at all connections."""
        self.clock.pass_by(seconds)
        self.connections.look(self.clock.time())


async def until(what: Callable[[], object]) -> None:
    patience = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < patience, "did not happen"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(most: int = 100, idle: float = 60.0, head: float = 60.0) -> AsyncIterator[Served]:
    """A server whose answers wait at `/wait` for its gate, and are long at `/long`."""
    gate, held, clock = asyncio.Event(), list[str](), Clock()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/wait":
            held.append(scope["path"])
            await gate.wait()
        body = b"x" * 2**20 if scope["path"] == "/long" else b"{}"
        length = (b"content-length", str(len(body) * (64 if scope["path"] == "/long" else 1)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        for left in reversed(range(64 if scope["path"] == "/long" else 1)):
            await send({"type": "http.response.body", "body": body, "more_body": bool(left)})

    connections = Connections(most, idle, head)

    def opened(**given: Any) -> Connection:
        return Connection(connections, **given | {"_loop": clock})

    http: Any = opened
    # Who is silent for too long is found by the looks, and not by uvicorn beside them.
    config = uvicorn.Config(app, port=0, http=http, log_config=None, lifespan="off", timeout_keep_alive=3600)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    lines = list[Line]()
    try:
        yield Served(server, connections, port, gate, held, clock, lines)
    finally:
        for _, writer in lines:
            writer.transport.abort()
        gate.set()
        server.should_exit = True
        await task


def run(act: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(PATIENCE):
            await act()

    asyncio.run(limited())


async def answer(line: Line, request: bytes = ASK) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    reader, writer = line
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in head[1:] if one)}
    body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), headers, body


async def is_closed(line: Line) -> bool:
    """Whether the server hangs up, without a word."""
    return await line[0].read() == b""


def test_a_silent_connection_is_closed_and_one_that_asks_is_not() -> None:
    async def act() -> None:
        async with serving(idle=15.0) as served:
            silent, asking = await served.line(), await served.line()
            await until(lambda: len(served.connections.all) == 2)
            for _ in range(8):
                assert (await answer(asking))[0] == 200
                served.pass_by(4.0)
            assert await is_closed(silent)
            assert (await answer(asking))[0] == 200
            served.pass_by(14.0)
            assert len(served.connections.all) == 1
            served.pass_by(2.0)
            assert await is_closed(asking)

    run(act)


@pytest.mark.parametrize("part", [b"P", b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "], ids=["a letter", "half a head"])
def test_a_head_that_does_not_end_is_a_408(part: bytes) -> None:
    async def act() -> None:
        async with serving(head=10.0) as served:
            answered = asyncio.create_task(answer(await served.line(), part))
            await until(lambda: served.connections.beginning)
            served.pass_by(9.0)
            assert served.connections.beginning
            served.pass_by(2.0)
            status, headers, body = await answered
            assert (status, headers["connection"]) == (408, "close")
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == 408

    run(act)


def test_a_head_that_comes_letter_by_letter_has_no_more_time() -> None:
    async def act() -> None:
        async with serving(head=10.0) as served:
            reader, writer = await served.line()
            writer.write(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
            await until(lambda: served.connections.beginning)
            (one,) = served.connections.all
            for _ in range(9):
                came = one._head
                writer.write(b"x")
                await until(lambda came=came: one._head > came)
                served.pass_by(1.0)
            assert served.connections.beginning
            served.pass_by(2.0)
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")

    run(act)


def test_a_head_that_is_too_long_is_a_431_and_a_long_body_is_not() -> None:
    async def act() -> None:
        async with serving() as served:
            long = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * LONGEST_HEAD
            reader, writer = await served.line()
            writer.write(long)
            # What stands behind it is of no account: who hangs up on what still comes may cut that off.
            assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
            body = b"x" * (LONGEST_HEAD * 8)
            ask = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body)
            assert (await answer(await served.line(), ask + body))[0] == 200

    run(act)


def test_what_is_no_http_is_a_problem() -> None:
    async def act() -> None:
        async with serving() as served:
            status, headers, _ = await answer(await served.line(), b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
            assert (status, headers["content-type"]) == (400, "application/problem+json")

    run(act)


def test_the_oldest_silent_connections_make_room_for_new_ones() -> None:
    async def act() -> None:
        async with serving(most=10) as served:
            asking = await served.line()
            waiting = asyncio.create_task(answer(asking, ASK.replace(b"/x", b"/wait")))
            await until(lambda: served.held)
            silent = [await served.line() for _ in range(30)]
            assert [await is_closed(one) for one in silent[:21]] == [True] * 21
            assert len(served.connections.all) == 10
            assert (await answer(silent[-1]))[0] == 200
            assert (await answer(await served.line()))[0] == 200
            served.gate.set()
            assert (await waiting)[0] == 200

    run(act)


def test_where_all_are_busy_a_new_one_hears_so() -> None:
    async def act() -> None:
        async with serving(most=3) as served:
            lines = [await served.line() for _ in range(3)]
            busy = [asyncio.create_task(answer(line, ASK.replace(b"/x", b"/wait"))) for line in lines]
            await until(lambda: len(served.held) == 3)
            new = await served.line()
            assert (await new[0].read()).startswith(b"HTTP/1.1 503 ")
            served.gate.set()
            assert [status for status, _, _ in await asyncio.gather(*busy)] == [200] * 3
            assert (await answer(lines[0]))[0] == 200

    run(act)


def test_slow_heads_make_room_too() -> None:
    async def act() -> None:
        async with serving(most=5) as served:
            slow = [await served.line() for _ in range(5)]
            for _, writer in slow:
                writer.write(b"POST /x")
            await until(lambda: len(served.connections.beginning) == 5)
            assert (await answer(await served.line()))[0] == 200
            assert (await slow[0][0].read()) == b""

    run(act)


def test_a_client_that_does_not_read_its_answer_is_cut_off() -> None:
    async def act() -> None:
        async with serving() as served:
            _, writer = await served.line()
            writer.transport.pause_reading()
            writer.write(ASK.replace(b"/x", b"/long"))
            await until(lambda: served.connections.stalled)
            while served.connections.all:  # as long as the system's buffers still take something
                served.pass_by(LONGEST_STALL + 1.0)
                await asyncio.sleep(0.005)
            assert (await answer(await served.line()))[0] == 200
            writer.close()

    run(act)


def test_a_client_that_reads_its_answer_slowly_gets_all_of_it() -> None:
    async def act() -> None:
        async with serving() as served:
            reader, writer = await served.line()
            writer.write(ASK.replace(b"/x", b"/long"))
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(64):  # what the system's buffers hold is a small part of it
                assert len(await reader.readexactly(2**20)) == 2**20
                served.pass_by(LONGEST_STALL / 20)

    run(act)


def test_at_the_end_what_is_under_way_and_what_is_asked_at_once_is_answered() -> None:
    async def act() -> None:
        async with serving() as served:
            busy, silent, left = await served.line(), await served.line(), await served.line()
            assert (await answer(silent))[0] == 200
            under_way = asyncio.create_task(answer(busy, ASK.replace(b"/x", b"/wait")))
            await until(lambda: served.held and len(served.connections.all) == 3)
            served.server.should_exit = True
            await until(lambda: served.connections.is_ending)
            served.pass_by(0.9 * LAST_WORD)
            status, headers, _ = await answer(silent)
            assert (status, headers["connection"]) == (200, "close")
            served.gate.set()
            status, headers, _ = await under_way
            assert (status, headers["connection"]) == (200, "close")
            assert len(served.connections.all) == 1
            served.pass_by(0.2 * LAST_WORD)
            assert await is_closed(left)

    run(act)


def test_no_more_connections_are_wanted_than_files_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = []
    monkeypatch.setattr(module.resource, "getrlimit", lambda kind: (1024, 4096))
    monkeypatch.setattr(module.resource, "setrlimit", lambda kind, limits: raised.append(limits))
    assert most_connections(10_000) == 4096 - 256
    assert most_connections(100) == 100
    assert raised == [(4096, 4096)] * 2
