"""Gateway of one process: reads the plant, sends to the service, writes results back."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
import math
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.brokers.offers import listen
from gateway.brokers.plant import BrokerPlant
from gateway.errors import GatewayError
from gateway.faults import Faults
from gateway.opcua.checking import plant_nodes
from gateway.opcua.connection import PlantConnection
from gateway.opcua.session import closed, session
from gateway.outbox import Outbox, OutboxEntry
from gateway.process import ADVICE, OUTCOMES, PREDICTIONS, Process, decoded_results
from gateway.protocols import PlantAddresses
from gateway.results import ResultValue
from gateway.sending import OUTBOX, to_plant, to_service
from gateway.service import ServiceClient
from gateway.status import Snapshot, StatusServer
from gateway.tag_map import TagMap, units_of
from seeds import Seed
from seeds.format.tags import NodeTag, read_destination, read_tag
from system.memory import return_large_blocks
from system.owner_lock import held

log = logging.getLogger("nonferrous.gateway")

SEEN = "seen"  # count of the outbox: latest source time [s since 1970]
_SEEN_SECONDS = 5.0
_TRIM_SECONDS = 30.0


@dataclass(frozen=True)
class GatewayOptions:
    """Options of a run.

    Attributes
    ----------
    addresses : PlantAddresses
        Of the plant.
    service : ServiceClient
        The service.
    folder : Path
        Folder of the outbox.
    host, port : str, int
        Address of metrics and health.
    """

    addresses: PlantAddresses
    service: ServiceClient
    folder: Path
    host: str = "127.0.0.1"
    port: int = 8100


async def discovered(seed: Seed, addresses: PlantAddresses, on_failure: Callable[[str], None] | None = None) -> TagMap:
    """Map of a process with the units that the seed states or the plant offers.

    Parameters
    ----------
    seed : Seed
        The process.
    addresses : PlantAddresses
        Of the plant.
    on_failure : callable, optional
        Takes the text of a failed attempt, after which there is another one; by default a failure is raised.

    Raises
    ------
    GatewayError
        No connection, or no unit is found.
    """
    while True:
        try:
            offered: list[str] = []
            if seed.key is not None and not seed.gateway.units:
                if addresses.broker is not None:
                    offered += (await listen(addresses.broker, seed)).offers
                if addresses.access is not None:
                    async with session(addresses.access) as (client, namespaces):
                        offered += [node.tag for node in await plant_nodes(seed, client, namespaces)]
            if units := units_of(seed, offered):
                return TagMap(seed, units)
            raise GatewayError(
                f"{addresses}: none of {len(offered)} values is a tag of {seed.process.name}, such as "
                f"{seed.gateway.tag}: see `nonferrous gateway browse`"
            )
        except GatewayError as error:
            if on_failure is None:
                raise
            on_failure(str(error))
            await asyncio.sleep(2.0)


async def run(seed: Seed, options: GatewayOptions, started: Callable[[str, TagMap], None]) -> None:
    """Run the gateway of a process until it is cancelled, or SIGTERM cancels it.

    Parameters
    ----------
    seed : Seed
        The process.
    options : GatewayOptions
        Plant, service and addresses.
    started : callable
        Takes the address of metrics and health, and the map.

    Raises
    ------
    GatewayError
        The outbox or the address is in use.
    """
    task = asyncio.current_task()
    assert task is not None
    # An exception of a signal handler may be raised where the library, or Python itself, ignores it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    faults = Faults()
    options.folder.mkdir(parents=True, exist_ok=True)
    with (options.folder / f"{seed.process.name}.lock").open("wb") as lock:
        if not held(lock):
            raise GatewayError(f"{options.folder}: another gateway of {seed.process.name} uses this folder")
        outbox = Outbox(options.folder / f"{seed.process.name}.db")
        try:
            tags = await discovered(seed, options.addresses, lambda text: faults.begin("connection", text))
            running = _Running(seed, options, tags, outbox, faults)
            snapshot = Snapshot(seed.process.name, running.numbers)
            with StatusServer(options.host, options.port, snapshot, faults.present, running.faulty_values) as status:
                started(status.address, tags)
                return_large_blocks()  # requests for advice have the history of all units
                gc.freeze()  # the map of a line stays: to walk it again and again takes processor time
                await running.run()
        finally:
            outbox.close()


def _of_server(tags: TagMap) -> dict[str, bool]:
    """Tags of OPC UA, and whether their values are numbers."""
    return {
        text: all(tag.is_number for tag in each)
        for text, each in tags.by_text.items()
        if isinstance(read_tag(text), NodeTag)
    }


class _Running:
    """Tasks of a gateway."""

    def __init__(self, seed: Seed, options: GatewayOptions, tags: TagMap, outbox: Outbox, faults: Faults) -> None:
        self._options, self._outbox, self._faults = options, outbox, faults
        self._interval = seed.gateway.publishing.timedelta.total_seconds()
        self._process = Process(tags, outbox, faults)
        seen = outbox.counts().get(SEEN)
        self._seen = None if seen is None else dt.datetime.fromtimestamp(seen, dt.UTC)
        self._links: list[PlantConnection | BrokerPlant] = []
        writes_nodes = isinstance(read_destination(seed.gateway.results), NodeTag)
        if (access := options.addresses.access) is not None:
            root = seed.gateway.results if writes_nodes else None
            server = PlantConnection(
                access, _of_server(tags), self._interval, root, self._process.take, self._latest, faults
            )
            self._links.append(server)
        if (broker := options.addresses.broker) is not None:
            self._links.append(BrokerPlant(broker, tags, self._process.take, faults))
        self._writer = self._links[0 if writes_nodes else -1]

    def _latest(self, tag: str) -> dt.datetime | None:
        reading = self._process.values.latest(tag)
        return self._seen if reading is None else reading.at

    async def run(self) -> None:
        """Run all tasks until one fails or all are cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for link in self._links:
                    tasks.create_task(link.run())
                tasks.create_task(self._advance())
                tasks.create_task(self._keep_outbox())
                for target in (PREDICTIONS, OUTCOMES, ADVICE):
                    tasks.create_task(to_service(self._process, target, self._options.service, self._faults))
                tasks.create_task(to_plant(self._process, self._write, self._faults))
        finally:
            self._options.service.abort()
            await closed()

    async def _advance(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            try:
                self._process.advance(dt.datetime.now(dt.UTC))
            except OSError as error:
                self._faults.begin(OUTBOX, str(error))

    async def _keep_outbox(self) -> None:
        """Drop what is too old or too much, and remember how far the plant was read."""
        remembered = trimmed = -math.inf
        while True:
            await asyncio.sleep(self._interval)
            now = time.monotonic()
            try:
                if now - remembered >= _SEEN_SECONDS and self._remember():
                    remembered = now
                if now - trimmed >= _TRIM_SECONDS:
                    trimmed = now
                    if dropped := self._outbox.trim():
                        log.warning("outbox: %d entries were dropped, too old or beyond the size", dropped)
                if not self._outbox.failure:
                    self._faults.end(OUTBOX)
            except OSError as error:
                self._faults.begin(OUTBOX, str(error))

    def _remember(self) -> bool:
        """Store how far the plant was read; returns False if there is nothing to store."""
        if not self._is_live or all(unit.period is None for unit in self._process.units.values()):
            return False
        with self._outbox.transaction() as database:
            # What is as old as the patience has been delivered; a new start reads the history from then on.
            seen = math.floor(dt.datetime.now(dt.UTC).timestamp() - max(link.patience for link in self._links))
            database.execute("INSERT OR REPLACE INTO counts VALUES (?, ?)", (SEEN, seen))
            self._process.write_states(database)
        self._process.note_states_written()
        self._seen = dt.datetime.fromtimestamp(seen, dt.UTC)  # for tags that have had no reading yet
        return True

    async def _write(self, entries: Sequence[OutboxEntry]) -> str | None:
        """Write the results of some entries; see `to_plant`."""
        values: list[ResultValue] = []
        at = dt.datetime.now(dt.UTC)
        for entry in entries:
            more, at = decoded_results(entry.body)
            values += more
        return await self._writer.write(values, at)

    @property
    def _is_live(self) -> bool:
        return all(link.is_live for link in self._links)

    def faulty_values(self) -> list[dict[str, object]]:
        """Tags whose value is not good now."""
        return self._process.values.faulty(dt.datetime.now(dt.UTC))

    def numbers(self) -> dict[str, Any]:
        """Present numbers for `Snapshot`."""
        ages = sorted(self._process.values.ages(dt.datetime.now(dt.UTC)).values())
        counts = self._outbox.counts()
        connection = sum((Counter(link.counts) for link in self._links), Counter[str]())
        return {
            "readings": dict(self._process.values.counts),
            "connection": dict(connection),
            "rows": {name: number for name, number in counts.items() if name != SEEN},
            "waiting": self._outbox.waiting(),
            "faults": self._faults.present(),
            "connected": self._is_live,
            "outbox_bytes": self._outbox.size,
            "outbox_age_seconds": self._outbox.oldest(),
            "oldest_value_seconds": ages[-1] if ages else 0.0,
            "median_value_seconds": statistics.median(ages) if ages else 0.0,
            "values": Counter(self._process.values.qualities(dt.datetime.now(dt.UTC)).values()),
            "clock_difference_seconds": max((link.difference for link in self._links), key=abs).total_seconds(),
            "unknown_tags": connection["unknown_tags"],
            "units": len(self._process.units),
        }
