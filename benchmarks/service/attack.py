"""Hostile clients: python -m benchmarks.service.attack PORT SECONDS CLIENTS HELD SAID FOLDER.

Each client sends the bodies of the folder in turn, as fast as they are answered or refused, one connection a request.
In addition HELD connections send only as much as SAID names, and are opened again when the service closes them.
It prints how often each body was answered by which status, and how many of those connections were opened.
"""

import asyncio
import contextlib
import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.service.load import ADDRESS, post, read

PATIENCE = 120.0  # s for one answer
AGAIN = 0.05  # s after which a connection that was closed is opened again
PER_SECOND = 4000  # connections that are opened
SAID = {
    "nothing": b"",
    "part of a head": b"POST /v1",
    "one byte of a body": post("/v1/aluminium_reduction/predictions", b"{" + b" " * 999)[:-999],
}


async def _client(port: int, requests: list[tuple[str, bytes]], first: int, end: float, seen: Counter[str]) -> None:
    number = first
    while time.monotonic() < end:
        name, request = requests[number % len(requests)]
        number += 1
        try:
            async with asyncio.timeout(PATIENCE):
                seen[f"{name} {await _status(port, request)}"] += 1
        except (OSError, TimeoutError) as error:
            seen[f"{name} {type(error).__name__}"] += 1


async def _status(port: int, request: bytes) -> str:
    reader, writer = await asyncio.open_connection(ADDRESS, port)
    try:
        writer.write(request)
        head = await reader.readline()
        while await reader.read(1 << 16):
            pass
        return head.split()[1].decode() if head else "hung up"
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _hold(port: int, head: bytes, wait: float, end: float, seen: Counter[str]) -> None:
    await asyncio.sleep(wait)
    while time.monotonic() < end:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(max(AGAIN, end - time.monotonic())):
                reader, writer = await asyncio.open_connection(ADDRESS, port)
                seen["held"] += 1
                try:
                    writer.write(head)
                    while await reader.read(1 << 16):
                        pass
                finally:
                    writer.transport.abort()
        await asyncio.sleep(AGAIN)


async def attacked(port: int, seconds: float, clients: int, held: int, head_file: str, folder: Path) -> dict[str, int]:
    """Numbers of bodies by their status, and of connections that were held."""
    requests = [
        (file.stem, read(file)[0].replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        for file in sorted(folder.glob("*.requests"))
    ]
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for i in range(held):
            group.create_task(_hold(port, SAID[head_file], i / PER_SECOND, end, seen))
        for i in range(clients):
            group.create_task(_client(port, requests, i, end, seen))
    return dict(sorted(seen.items()))


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port, seconds, clients, held, head_file, folder = sys.argv[1:]
    print(
        json.dumps(asyncio.run(attacked(int(port), float(seconds), int(clients), int(held), head_file, Path(folder))))
    )
