"""Limits on the requests of one client that are under way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from serving.middleware.authorization import InMemory, KeyCache, Principal

PATH = "/v1/pots/predictions"


async def never() -> Any:
    await asyncio.Event().wait()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer a body that has come as a whole."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


class Clients:
    """Requests through one door at once; each brings the parts of its body, and then no more."""

    def __init__(self, door: Any) -> None:
        self._door = door
        self.tasks: list[asyncio.Task[None]] = []
        self.responses: list[list[dict[str, Any]]] = []

    async def ask(self, *parts: bytes, path: str = PATH, address: str = "10.0.0.1", more: bool = True) -> int:
        """Number of a request that has gone as far as it can."""
        coming = list(parts)

        async def receive() -> Any:
            if not coming:
                await never()
            return {"type": "http.request", "body": coming.pop(0), "more_body": more or bool(coming)}

        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            **{"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""},
            **{"headers": [(b"host", b"127.0.0.1")], "root_path": "", "scheme": "http", "http_version": "1.1"},
            **{"server": ("127.0.0.1", 80), "client": (address, 1)},
        }
        self.tasks.append(asyncio.create_task(self._door(scope, receive, send)))
        self.responses.append(sent)
        for _ in range(20):  # turns of the event loop: nothing in it waits for time
            await asyncio.sleep(0)
        return len(self.tasks) - 1

    def status(self, number: int) -> int | None:
        """Status of a response; None where there is none yet."""
        return self.responses[number][0]["status"] if self.responses[number] else None


def at_once(behind_a_door: Any, act: Callable[[Clients], Awaitable[None]], **more: Any) -> None:
    async def acted() -> None:
        clients = Clients(behind_a_door(application, **more))
        await act(clients)
        for task in clients.tasks:
            task.cancel()
        await asyncio.gather(*clients.tasks, return_exceptions=True)
        assert not clients._door._by_client

    asyncio.run(acted())


def test_of_one_client_the_slowest_body_makes_room_and_others_are_left_alone(behind_a_door: Any) -> None:
    async def act(clients: Clients) -> None:
        fast, slow = await clients.ask(b"x" * 900), await clients.ask(b"x")
        other = await clients.ask(b"x", address="10.0.0.2")
        assert clients.status(await clients.ask(b"xx", more=False)) == 200
        assert [clients.status(one) for one in (fast, slow, other)] == [None, 408, None]
        assert b"of one client" in clients.responses[slow][1]["body"]
        # A request that is answered counts no more.
        assert clients.status(await clients.ask(b"xx", more=False)) == 200
        assert clients.status(fast) is None

    at_once(behind_a_door, act, most_of_client=2)


def test_a_client_is_its_key_where_it_has_one(behind_a_door: Any) -> None:
    async def act(clients: Clients) -> None:
        slow = [await clients.ask(b"x", address=f"10.0.0.{i}") for i in range(4)]
        assert [clients.status(one) for one in slow] == [408, 408, None, None]

    caller = Principal("nf_0123", "line 1", frozenset({"predict"}))
    ring = KeyCache(InMemory({"any": caller}), False, 1.0)
    ring.caller = lambda authorization, address: caller  # type: ignore[method-assign]
    at_once(behind_a_door, act, most_of_client=2, ring=ring)


def test_where_none_of_a_clients_requests_waits_for_its_body_the_next_is_a_429(behind_a_door: Any) -> None:
    async def act(clients: Clients) -> None:
        async def worked_on(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await never()

        clients._door.before(worked_on)
        first = await clients.ask(b"x", more=False)
        refused = await clients.ask(b"x", more=False)
        assert (clients.status(first), clients.status(refused)) == (None, 429)
        assert dict(clients.responses[refused][0]["headers"])[b"retry-after"] == b"1"
        clients._door.before(application)
        assert clients.status(await clients.ask(b"x", path="/health/live", more=False)) == 200

    at_once(behind_a_door, act, most_of_client=1)
