"""Servers of this process with real connections, and a time that goes on when a test says so."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
import uvicorn

from serving.middleware.connection import Connection
from serving.middleware.connections import Connections
from serving.middleware.handshake import Handshake

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

    async def line(self, address: str = "127.0.0.1", trusted: ssl.SSLContext | None = None) -> Line:
        """A new connection from an address of this machine, which is closed at the end."""
        source = (address, 0)
        self.lines.append(await asyncio.open_connection("127.0.0.1", self.port, ssl=trusted, local_addr=source))
        return self.lines[-1]

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass, and then look at all connections."""
        self.clock.pass_by(seconds)
        self.connections.look(self.clock.time())


async def until(description: Callable[[], object]) -> None:
    patience = time.monotonic() + PATIENCE
    while not description():
        assert time.monotonic() < patience, "did not happen"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(
    most: int = 100,
    idle: float = 60.0,
    head: float = 60.0,
    most_of_client: int | None = None,
    proxies: Any = frozenset(),
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Served]:
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

    connections = Connections(most, idle, head, most_of_client, proxies)

    def connection(**given: Any) -> Connection:
        return Connection(connections, **given | {"_loop": clock})

    def opened(**given: Any) -> Connection | Handshake:
        if context is None:
            return connection(**given)
        handshake = Handshake(connections, lambda: context, lambda: connection(**given))
        handshake._loop = clock
        return handshake

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
    """Return whether the server ends the connection without a word."""
    return await line[0].read() == b""


class Lines:
    """Parts that tests of connections share."""

    ASK, PATIENCE = ASK, PATIENCE
    serving, until, run, answer, is_closed = map(staticmethod, (serving, until, run, answer, is_closed))


@pytest.fixture(scope="session")
def lines() -> type[Lines]:
    """Servers with real connections."""
    return Lines
