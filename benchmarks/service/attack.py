"""Hostile clients, in a process of their own: python -m benchmarks.service.attack PORT SECONDS CLIENTS IDLE FOLDER.

Each client sends the bodies of the folder in turn, as fast as they are answered or refused, one connection a request;
beside them connections stand open that never ask. It prints how often each body was answered by which status.
"""

import asyncio
import contextlib
import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.service.load import ADDRESS, read

PATIENCE = 120.0  # s for one answer


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


async def _idle(port: int, connections: int, end: float) -> int:
    lines = [await asyncio.open_connection(ADDRESS, port) for _ in range(connections)]
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    still = sum(not reader.at_eof() for reader, _ in lines)
    for _, writer in lines:
        writer.close()
    return still


async def attacked(port: int, seconds: float, clients: int, idle: int, folder: Path) -> dict[str, int]:
    """How often each body was answered by which status."""
    requests = [
        (file.stem, read(file)[0].replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        for file in sorted(folder.glob("*.requests"))
    ]
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        if idle:
            group.create_task(_idle(port, idle, end))
        for i in range(clients):
            group.create_task(_client(port, requests, i, end, seen))
    return dict(sorted(seen.items()))


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port, seconds, clients, idle, folder = sys.argv[1:]
    print(json.dumps(asyncio.run(attacked(int(port), float(seconds), int(clients), int(idle), Path(folder)))))
