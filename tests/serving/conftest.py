"""A client of a service that answers in process."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from seeds import Seed
from serving.following.seed_folder import Known
from serving.tasks import task_of


@pytest.fixture(scope="session")
def call() -> Callable[..., httpx.Response]:
    """Sender of one request to a service, which answers in process."""

    def send(app: object, method: str, path: str, **request: object) -> httpx.Response:
        async def answered() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, **request)

        return asyncio.run(answered())

    return send


@pytest.fixture(scope="session")
def fixed() -> Callable[..., object]:
    """Maker of processes for the service from seeds by name, which stay as they are."""

    class Fixed:
        def __init__(self, seeds: dict[str, Seed]) -> None:
            self._known = Known({name: task_of(seed).payloads(seed, 50) for name, seed in seeds.items()}, {})

        def look(self) -> Known:
            return self._known

    return Fixed
