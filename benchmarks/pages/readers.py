"""Readers of the updates of open pages, and what these cost the service."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import httpx

from benchmarks.faults.load import PROCESS
from benchmarks.gateway.programs import ServiceProgram, usage
from benchmarks.gateway.table import PlayedTable
from benchmarks.pages.plant import lasting_units, line_body, playable
from benchmarks.service.load import ADDRESS
from dashboard import addresses, contents
from dashboard.updates import LONGEST_SECONDS
from dashboard.views.process import Layer
from reporting.languages import LANGUAGES

POTS = 20  # with a page of their own
EVERY = 5.0  # s between two lines of rows, on average
PATIENCE = 60.0  # s until all pages have their first content
HEADERS = {"content-type": "application/json"}


@dataclass(frozen=True)
class SentLine:
    """Request with a row of each pot, and the text by which a page shows that it has read it.

    Attributes
    ----------
    at : float
        Time of the response [s, monotonic].
    marks : dict of str to str
        Text by the kind of page; the overview has none.
    """

    at: float
    marks: dict[str, str]


@dataclass
class PageReader:
    """Open page without a browser: a connection to the updates, as a browser opens it.

    Attributes
    ----------
    page : str
        Kind of the page.
    address : str
        Address of its updates.
    language : str
        Language of the browser.
    updates : list of (float, str)
        Time [s, monotonic] and text of each update.
    """

    page: str
    address: str
    language: str
    updates: list[tuple[float, str]] = field(default_factory=list)

    async def follow(self, client: httpx.AsyncClient) -> None:
        """Read updates until the connection ends."""
        headers = {"accept-language": self.language, "accept": "text/event-stream"}
        async with client.stream("GET", self.address, headers=headers) as response:
            response.raise_for_status()
            lines: list[str] = []
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    lines.append(line)
                elif not line and lines:
                    self.updates.append((time.monotonic(), "\n".join(lines)))
                    lines = []

    def delay(self, sent: Sequence[SentLine], number: int) -> float | None:
        """Time from the response of a line until the page shows it or a later one [s]; None if it never does."""
        shown = {one.marks[self.page] for one in sent[number:]}
        times = (at for at, text in self.updates if any(mark in text for mark in shown))
        at = next(times, None)
        return None if at is None else max(0.0, at - sent[number].at)


def readers_of(units: Iterable[str]) -> list[PageReader]:
    """Return a reader in each language of the overview, the map in each layer, and these units."""
    streams = [(contents.OVERVIEW, addresses.of_stream(contents.OVERVIEW))]
    streams += [
        (contents.PROCESS, addresses.of_stream(contents.PROCESS, PROCESS, unit="", layer=layer))
        for layer in get_args(Layer)
    ]
    streams += [(contents.UNIT, addresses.of_stream(contents.UNIT, PROCESS, unit=unit, layer="")) for unit in units]
    return [PageReader(page, address, language) for language in LANGUAGES for page, address in streams]


def measured(work: Path, home: Path, units: int, seconds: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure the service without open pages and with fifty, each for so long, while rows arrive.

    Parameters
    ----------
    work : Path
        Folder for the table, records and log.
    home : Path
        Home folder with a champion.
    units : int
        Number of pots.
    seconds : float
        Duration of each [s].
    tell : callable
        Takes lines of progress.
    """
    tell(f"simulating {units} pots")
    _, table = playable(work, units, seconds, 0.0)
    folder = work / "open"
    folder.mkdir()
    service = ServiceProgram(home, folder)
    try:
        service.start()
        return {"units": units, "every": EVERY, **asyncio.run(_measured(service, table, seconds, tell))}
    finally:
        service.end()


async def _measured(
    service: ServiceProgram, table: PlayedTable, seconds: float, tell: Callable[[str], None]
) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://{ADDRESS}:{service.port}", timeout=None) as client:
        line = PotlineClient(client, table)
        await line.send()  # the first one makes the types of the process
        closed = await _share(service, line, seconds)
        tell(f"no open page: {closed}")
        pots = lasting_units(table)[:POTS]
        readers = readers_of(pots)
        async with _opened(client, readers):
            first = len(line.sent)
            opened = await _share(service, line, seconds)
            await asyncio.sleep(2 * LONGEST_SECONDS)
        tell(f"{len(readers)} open pages: {opened}")
    timed = [reader for reader in readers if reader.page != contents.OVERVIEW]
    delays = [reader.delay(line.sent, number) for reader in timed for number in range(first, len(line.sent))]
    known = [one for one in delays if one is not None]
    if len(known) < len(delays):
        raise RuntimeError(f"{len(delays) - len(known)} of {len(delays)} updates did not come: {service.folder}")
    return {
        "seconds": seconds,
        "pages": len(readers),
        "pots": len(pots),
        "lines": len(line.sent) - first,
        "updates": sum(len(reader.updates) for reader in readers),
        "cpu_share": [closed, opened],
        "delay_seconds": [statistics.median(known), max(known)],
    }


class PotlineClient:
    """Potline that sends one period after the other.

    Parameters
    ----------
    client : AsyncClient
        Client of the service.
    table : PlayedTable
        Its periods.
    """

    def __init__(self, client: httpx.AsyncClient, table: PlayedTable) -> None:
        self._client, self._table = client, table
        self._rows, self._rng = 0, random.Random(1)
        self.sent: list[SentLine] = []

    async def send(self) -> None:
        """Send the next period."""
        body, rows, start = line_body(self._table, len(self.sent))
        response = await self._client.post(f"/v1/{PROCESS}/predictions", content=body, headers=HEADERS)
        response.raise_for_status()
        self._rows += rows
        self.sent.append(SentLine(time.monotonic(), {contents.PROCESS: f" {self._rows:,} ", contents.UNIT: start}))

    async def run(self, seconds: float) -> None:
        """Send a period in each interval, at a random moment: the service has a clock of its own."""
        begin = time.monotonic()
        for number in range(int(seconds / EVERY)):
            due = begin + (number + self._rng.random()) * EVERY
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.send()
        await asyncio.sleep(max(0.0, begin + seconds - time.monotonic()))


async def _share(service: ServiceProgram, line: PotlineClient, seconds: float) -> float:
    """Processor time of the service a second while the line sends [s]."""
    assert service.process is not None
    pid, begin = service.process.popen.pid, time.monotonic()
    before = usage(pid)["cpu_seconds"]
    await line.run(seconds)
    return float(usage(pid)["cpu_seconds"] - before) / (time.monotonic() - begin)


@asynccontextmanager
async def _opened(client: httpx.AsyncClient, readers: Sequence[PageReader]) -> AsyncIterator[None]:
    """Open pages from their first content until the end of the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(reader.follow(client)) for reader in readers]
        async with asyncio.timeout(PATIENCE):
            while not all(reader.updates for reader in readers):
                await asyncio.sleep(0.1)
        yield
        for task in tasks:
            task.cancel()
