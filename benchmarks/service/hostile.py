"""Latency under hostile clients: one record and `/health/live` at a steady pace."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.service import servers
from benchmarks.service.champions import Champion
from benchmarks.service.load import ADDRESS, post, written
from registry.settings import StoreSettings
from system.programs import free_port

CLIENTS, SILENT, HELD = 8, 2000, 4500
PER_SECOND = {"one record": 100, "/health/live": 20}
MOST = 16 * 2**20  # bytes: the largest body of JSON
_LIVE = f"GET /health/live HTTP/1.1\r\nhost: {ADDRESS}\r\n\r\n".encode()


def bodies(champion: Champion, rows: int) -> dict[str, bytes]:
    """Requests that cost a service as much as it allows, by name."""
    path = f"/v1/{champion.process}/predictions"
    records = champion.records(rows)
    faulty = [{**record, "nobody": "knows"} for record in records]
    whole = json.dumps({"rows": records}).encode()
    return {
        "many rows": post(path, whole),
        "many rows, then a fault": post(path, whole[:-2] + b",{}]}"),
        "faulty rows": post(path, json.dumps({"rows": faulty}).encode()),
        "numbers": post(path, b'{"rows":[' + b"1," * (MOST // 2 - 20) + b"1]}"),
        "brackets": post(path, b"[" * (MOST - 10)),
        "a long text": post(path, b'{"rows":"' + b"x" * (MOST - 20) + b'"}'),
        "explained rows": post(path, json.dumps({"rows": records[:100], "include": ["explanation"]}).encode()),
        "tensors": post(f"/v2/models/{champion.process}/infer", b'{"inputs":[' + b"1," * (MOST // 2 - 20) + b"1]}"),
    }


def measured(champion: Champion, settings: StoreSettings, folder: Path, rows: int, seconds: float) -> dict[str, Any]:
    """Times [ms] and statuses of steady requests, alone and with silent or hostile connections."""
    port = free_port()
    record = champion.of_ours(champion.records(1))[0]
    for name, request in bodies(champion, rows).items():
        written(folder / f"{name}.requests", [request])
    cases = {
        "no other clients": (0, 0, "nothing"),
        "2,000 silent connections": (0, SILENT, "nothing"),
        "4,500 parts of heads": (0, HELD, "part of a head"),
        "4,500 bodies of one byte": (0, HELD, "one byte of a body"),
        "8 hostile clients": (CLIENTS, 0, "nothing"),
    }
    figures: dict[str, Any] = {}
    clients_core = ["taskset", "-c", str(servers.LOAD_CORE)]
    os.sched_setaffinity(0, {servers.LOAD_CORE})
    log = folder / "hostile.log"
    with servers.server(servers.ours(port), port, [record], log, servers.store(settings)):
        for case, (clients, held, head) in cases.items():
            attack = ["-m", "benchmarks.service.attack", str(port), str(seconds + 2), str(clients), str(held), head]
            with subprocess.Popen(
                [*clients_core, sys.executable, *attack, str(folder)],
                cwd=servers.ROOT,
                stdout=subprocess.PIPE,
                text=True,
            ) as hostile:
                time.sleep(2)
                figures[case] = asyncio.run(steady(port, {"one record": record, "/health/live": _LIVE}, seconds))
                printed, _ = hostile.communicate()
            if clients:
                figures[case]["hostile"] = json.loads(printed)
    return figures


async def steady(port: int, requests: dict[str, bytes], seconds: float) -> dict[str, Any]:
    """Times of requests that are sent at a steady pace, whether those before are answered or not."""
    results = await asyncio.gather(*(_paced(port, request, name, seconds) for name, request in requests.items()))
    return dict(zip(requests, results, strict=True))


async def _paced(port: int, request: bytes, name: str, seconds: float) -> dict[str, Any]:
    every = 1 / PER_SECOND[name]
    begin = time.perf_counter()
    times: list[float] = []
    statuses: Counter[str] = Counter()
    spare: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def one() -> None:
        sent = time.perf_counter()
        try:
            while spare and spare[-1][0].at_eof():  # the service closes what is silent
                spare.pop()[1].close()
            reader, writer = spare.pop() if spare else await asyncio.open_connection(ADDRESS, port)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            statuses[head.split()[1].decode()] += 1
            spare.append((reader, writer))
        except (OSError, asyncio.IncompleteReadError) as error:
            statuses[type(error).__name__] += 1
        times.append(time.perf_counter() - sent)

    async with asyncio.TaskGroup() as group:
        for i in range(int(seconds / every)):
            await asyncio.sleep(max(0.0, begin + i * every - time.perf_counter()))
            group.create_task(one())
    for _, writer in spare:
        writer.close()
    times.sort()
    ranks = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {
        "requests": len(times),
        "statuses": dict(statuses),
        **{name: times[int(rank * (len(times) - 1))] * 1e3 for name, rank in ranks.items()},
    }
