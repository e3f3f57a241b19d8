"""A client of a service that answers in process."""

import asyncio
from collections.abc import Callable

import httpx
import pytest


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
