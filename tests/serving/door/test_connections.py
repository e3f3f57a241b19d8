"""Real connections of a real server: silent, slow, too many, too long, and those that are open when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

import pytest
import uvicorn

from serving.door import connections as module
from serving.door.connections import LONGEST_HEAD, Connection, Connections, most_connections

pytestmark = pytest.mark.service

ASK = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served(NamedTuple):
    """A server of this process."""

    server: uvicorn.Server
    connections: Connections
    port: int
    gate: asyncio.Event
    lines: list[Line]

    async def line(self) -> Line:
        """A new connection, which is closed at the end."""
        self.lines.append(await asyncio.open_connection("127.0.0.1", self.port))
        return self.lines[-1]


@asynccontextmanager
async def serving(most: int = 100, idle: float = 60.0, head: float = 60.0) -> AsyncIterator[Served]:
    """A server whose answers wait at `/wait` for its gate, and are long at `/long`."""
    gate = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/wait":
            await gate.wait()
        body = b"x" * 2**20 if scope["path"] == "/long" else b"{}"
        length = (b"content-length", str(len(body) * (64 if scope["path"] == "/long" else 1)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        for left in reversed(range(64 if scope["path"] == "/long" else 1)):
            await send({"type": "http.response.body", "body": body, "more_body": bool(left)})

    connections = Connections(most, idle, head)

    async def look() -> None:
        connections.look(asyncio.get_running_loop().time())

    opened: Any = partial(Connection, connections)
    config = uvicorn.Config(app, port=0, http=opened, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def looking() -> None:
        while True:
            await asyncio.sleep(0.02)
            await look()

    looks, lines = asyncio.create_task(looking()), list[Line]()
    try:
        yield Served(server, connections, port, gate, lines)
    finally:
        for _, writer in lines:
            writer.transport.abort()
        gate.set()
        server.should_exit = True
        await task
        looks.cancel()


def run(act: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(30):
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
        async with serving(idle=0.4) as served:
            silent, asking = await served.line(), await served.line()
            for _ in range(8):
                assert (await answer(asking))[0] == 200
                await asyncio.sleep(0.1)
            assert await is_closed(silent)
            assert await is_closed(asking)

    run(act)


@pytest.mark.parametrize("part", [b"P", b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "], ids=["a letter", "half a head"])
def test_a_head_that_does_not_end_is_a_408(part: bytes) -> None:
    async def act() -> None:
        async with serving(head=0.2) as served:
            status, headers, body = await answer(await served.line(), part)
            assert (status, headers["connection"]) == (408, "close")
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == 408

    run(act)


def test_a_head_that_comes_letter_by_letter_has_no_more_time() -> None:
    async def act() -> None:
        async with serving(head=0.3) as served:
            reader, writer = await served.line()
            writer.write(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
            answered = asyncio.create_task(reader.readline())
            while not answered.done():
                writer.write(b"x")
                await asyncio.sleep(0.01)
            assert (await answered).startswith(b"HTTP/1.1 408 ")

    run(act)


def test_a_head_that_is_too_long_is_a_431_and_a_long_body_is_not() -> None:
    async def act() -> None:
        async with serving() as served:
            long = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * LONGEST_HEAD
            line = await served.line()
            line[1].write(long)
            assert (await line[0].read()).startswith(b"HTTP/1.1 431 ")
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
            silent = [await served.line() for _ in range(30)]
            await asyncio.sleep(0.1)
            assert len(served.connections.all) == 10
            assert [await is_closed(one) for one in silent[:21]] == [True] * 21
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
            await asyncio.sleep(0.1)
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
            await asyncio.sleep(0.1)
            assert (await answer(await served.line()))[0] == 200
            assert (await slow[0][0].read()) == b""

    run(act)


def test_a_client_that_does_not_read_its_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_STALL", 0.3)

    async def act() -> None:
        async with serving() as served:
            _, writer = await served.line()
            writer.transport.pause_reading()
            writer.write(ASK.replace(b"/x", b"/long"))
            async with asyncio.timeout(10):
                while not served.connections.stalled:
                    await asyncio.sleep(0.02)
                while served.connections.all:
                    await asyncio.sleep(0.02)
            assert (await answer(await served.line()))[0] == 200
            writer.close()

    run(act)


def test_a_client_that_reads_its_answer_slowly_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_STALL", 1.0)

    async def act() -> None:
        async with serving() as served:
            reader, writer = await served.line()
            writer.write(ASK.replace(b"/x", b"/long"))
            await reader.readuntil(b"\r\n\r\n")
            got = 0
            while got < 64 * 2**20:
                got += len(await reader.read(2**18))
                await asyncio.sleep(0.005)
            assert got == 64 * 2**20

    run(act)


def test_at_the_end_what_is_under_way_and_what_is_asked_at_once_is_answered() -> None:
    async def act() -> None:
        async with serving() as served:
            busy, silent, left = await served.line(), await served.line(), await served.line()
            assert (await answer(silent))[0] == 200
            under_way = asyncio.create_task(answer(busy, ASK.replace(b"/x", b"/wait")))
            await asyncio.sleep(0.1)
            served.server.should_exit = True
            await asyncio.sleep(0.4)
            status, headers, _ = await answer(silent)
            assert (status, headers["connection"]) == (200, "close")
            served.gate.set()
            status, headers, _ = await under_way
            assert (status, headers["connection"]) == (200, "close")
            assert await is_closed(left)

    run(act)


def test_no_more_connections_are_wanted_than_files_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = []
    monkeypatch.setattr(module.resource, "getrlimit", lambda kind: (1024, 4096))
    monkeypatch.setattr(module.resource, "setrlimit", lambda kind, limits: raised.append(limits))
    assert most_connections(10_000) == 4096 - 256
    assert most_connections(100) == 100
    assert raised == [(4096, 4096)] * 2
