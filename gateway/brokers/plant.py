"""Connection to an MQTT broker: tags of a map are read, results are published."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from gateway.brokers.reading import TagReader
from gateway.brokers.results import publisher_of
from gateway.clocks import comparison
from gateway.counts import BoundedCounter
from gateway.errors import GatewayError
from gateway.faults import Faults
from gateway.mqtt.broker import Broker, BrokerError
from gateway.mqtt.connection import BrokerConnection
from gateway.readings import Reading
from gateway.results import ResultValue
from gateway.tag_map import MappedTag, TagMap, refresh_of
from seeds.format.gateway import STALE_AFTER
from seeds.format.tags import NodeTag, read_tag

BROKER, SILENCE, SOURCES, MISSING = "broker", "no values", "edge nodes", "missing tags"
REFUSED, WRITERS, CLOCK, DENIED = "refused messages", "other writer", "publisher clock", "denied topics"
"""Kinds of faults."""

_WATCH_SECONDS = 0.5
_SHORTEST_PATIENCE = 3.0  # s: births follow the request for them
_GROWTH_SECONDS = 60.0  # a fault of messages is over when none has come for so long
_RESULTS = "results"


class BrokerPlant:
    """Readings from a broker and results to it.

    Parameters
    ----------
    broker : Broker
        Address and credentials.
    tags : TagMap
        Map of the process.
    deliver : callable
        Takes each reading.
    faults : Faults
        Faults of the gateway.

    Attributes
    ----------
    counts : Counter
        Sessions, gaps, seconds without data, values that waited for a connection, messages that were refused.
    is_live : bool
        Whether values arrive.

    Raises
    ------
    GatewayError
        Certificates that cannot be read, or results where tags are read.
    """

    def __init__(self, broker: Broker, tags: TagMap, deliver: Callable[[Reading], None], faults: Faults) -> None:
        self._broker, self._deliver, self._faults = broker, deliver, faults
        self._mapped = {text: each for text, each in tags.by_text.items() if not isinstance(read_tag(text), NodeTag)}
        name = tags.seed.process.name
        is_number = {text: all(tag.is_number for tag in each) for text, each in self._mapped.items()}
        self._reader = TagReader(f"nonferrous-{name}", is_number, self._arrived)
        self._publisher = publisher_of(tags)
        sessions = dict(self._reader.sessions)
        if self._publisher is not None:
            sessions[_RESULTS] = self._publisher.session
        try:
            self._connections = {
                key: BrokerConnection(broker, session, f"nonferrous-gateway-{name}-{key}")
                for key, session in sessions.items()
            }
        except BrokerError as error:
            raise GatewayError(str(error)) from None
        refresh = {text: refresh_of(tags.seed, each[0].column).total_seconds() for text, each in self._mapped.items()}
        self._refresh = refresh
        self.patience = STALE_AFTER * max(1.0, min(refresh.values(), default=1.0))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard_at = self._open_at = time.monotonic()
        self._is_open = self._was_live = False
        self._live_until = 0.0
        self._grown: dict[str, tuple[float, dict[str, int]]] = {}
        self.counts: Counter[str] = Counter()
        self.is_live = False

    @property
    def difference(self) -> dt.timedelta:
        """Largest difference of a publisher's clock from this machine's."""
        return self._reader.difference()[1]

    async def run(self) -> None:
        """Connect, read and watch until cancelled."""
        self._loop = asyncio.get_running_loop()
        stack = ExitStack()
        try:
            for connection in self._connections.values():
                stack.enter_context(connection)
            while True:
                await asyncio.sleep(_WATCH_SECONDS)
                self._watch(time.monotonic())
        finally:
            await asyncio.to_thread(stack.close)

    async def write(self, values: Sequence[ResultValue], at: dt.datetime) -> str | None:
        """Publish results; returns the first refusal, empty without one, or None if not all were acknowledged."""
        assert self._publisher is not None
        messages, refusal = self._publisher.messages(values, at)
        acknowledged = await asyncio.to_thread(self._connections[_RESULTS].publish, messages)
        return refusal if acknowledged == len(messages) else None

    def _arrived(self, readings: Sequence[Reading]) -> None:
        """Hand readings of the connection's thread over to the loop."""
        assert self._loop is not None
        self._heard_at = time.monotonic()
        self._loop.call_soon_threadsafe(self._take, readings)

    def _take(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            self._deliver(reading)

    def _watch(self, now: float) -> None:
        """Name the faults that are present, and count gaps."""
        errors = [connection.error for connection in self._connections.values() if not connection.is_open]
        is_open = not errors
        if is_open and not self._is_open:
            self._open_at = now - _WATCH_SECONDS  # the latest time at which nothing can have arrived
        self._is_open = is_open
        self._note(BROKER, "" if is_open else f"{self._broker}: {errors[0]}")
        is_silent = bool(self._mapped) and now - max(self._heard_at, self._open_at) > self.patience
        silence = f"{self._broker}: none for {self.patience:g} s on an open connection"
        self._note(SILENCE, silence if is_open and is_silent else "")
        self._note_live(is_open and not is_silent and (not self._mapped or self._heard_at >= self._open_at), now)
        denied = sum(connection.denied for connection in self._connections.values())
        self._note(DENIED, f"{self._broker}: {denied} subscriptions are denied: see its access list" if denied else "")
        if is_open:
            self._note_sources(now)
            self._note_missing(now)
        self._note_clock()
        refused, writers = self._reader.counters()
        if self._publisher is not None:
            writers.append(self._publisher.conflicts)
        self.counts["refused_messages"] = self._note_growth(REFUSED, refused, "", now)
        self.counts["foreign_messages"] = self._note_growth(WRITERS, writers, ": another client writes here", now)

    def _note(self, kind: str, text: str) -> None:
        """Begin a fault, or end it without a text."""
        if text:
            self._faults.begin(kind, text)
        else:
            self._faults.end(kind)

    def _note_live(self, is_live: bool, now: float) -> None:
        if is_live and not self.is_live and self._was_live:
            self.counts["gaps"] += 1
            self.counts["gap_seconds"] += round(now - self._live_until)
        if is_live:
            self._live_until, self._was_live = now, True
        self.is_live = is_live
        self.counts["sessions"] = sum(connection.connections for connection in self._connections.values())
        self.counts["values_from_history"] = self._reader.counts["values_from_history"]
        self.counts["lost_edge_nodes"] = self._reader.counts["lost_edge_nodes"]

    def _note_sources(self, now: float) -> None:
        lost, needed = dict(self._reader.lost), {str(source) for source in self._reader.sources.values()}
        waiting = sorted(needed - self._reader.born)
        if now - self._open_at < _SHORTEST_PATIENCE:
            return
        text = ""
        if waiting:
            reason = lost.get(waiting[0], "no birth")
            text = f"{len(waiting)} of {len(needed)} are not alive, the first is {waiting[0]}: {reason}"
        self._note(SOURCES, text)

    def _note_missing(self, now: float) -> None:
        """Name metrics that no birth has, and topics without a message for three intervals."""
        open_for = now - self._open_at
        due = [
            text
            for text, each in self._mapped.items()
            if each[0].use == "value" and self._is_due(text, each[0], open_for)
        ]
        missing, text = self._reader.missing(due), ""
        if missing:
            tag, reason = next(iter(missing.items()))
            text = f"{len(missing)} of {len(self._mapped)} are not read, the first is {tag}: {reason}"
        self._note(MISSING, text)
        self.counts["unknown_tags"] = len(missing)

    def _is_due(self, text: str, tag: MappedTag, open_for: float) -> bool:
        source = self._reader.sources.get(text)
        if source is not None:
            return str(source) in self._reader.born
        return tag.column.role not in ("target", "late") and open_for > STALE_AFTER * max(1.0, self._refresh[text])

    def _note_clock(self) -> None:
        place, difference = self._reader.difference()
        text = comparison(difference)
        self._note(CLOCK, text and f"{place}: {text}")

    def _note_growth(self, kind: str, counters: Sequence[BoundedCounter], text: str, now: float) -> int:
        """Name what was counted since the last call, until nothing has been for a minute; returns the total."""
        counted: Counter[str] = Counter()
        for counter in counters:
            counted.update(counter.copied())
        grown_at, before = self._grown.get(kind, (now, {}))
        grown = [one for one, number in counted.items() if number > before.get(one, 0)]
        if grown:
            self._faults.begin(kind, f"{grown[0]}{text}")
            grown_at = now
        elif now - grown_at > _GROWTH_SECONDS:
            self._faults.end(kind)
        self._grown[kind] = grown_at, dict(counted)
        return counted.total()
