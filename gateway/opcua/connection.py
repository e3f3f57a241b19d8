"""Connection to an OPC UA server: watched by a heartbeat, and renewed after any fault."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from asyncua import Client, ua

from gateway.clocks import SourceClock, comparison
from gateway.errors import GatewayError
from gateway.faults import Faults
from gateway.opcua.browsing import batches
from gateway.opcua.history import read_gaps
from gateway.opcua.node_ids import Namespaces
from gateway.opcua.results import AdvisoryNodes
from gateway.opcua.session import Access, close, connected
from gateway.opcua.subscription import Subscription
from gateway.readings import Reading, in_order
from gateway.results import ResultValue
from gateway.retries import wait_before
from seeds.format.gateway import STALE_AFTER

_BEAT_SECONDS = 1.0  # a server renews its clock at this interval, or at the publishing interval if that is longer
_NAMING = 0.1  # interval that a busy machine needs to notice and name a silence
_START_SECONDS = 60.0  # of a session: subscription, and history after a gap
CONNECTION, CLOCK, UNKNOWN, NODES, GAP = "connection", "clock", "unknown tags", "result nodes", "gap"
"""Kinds of faults."""


class PlantConnection:
    """Readings from a server and results to it.

    Parameters
    ----------
    access : Access
        Server and identity.
    is_number : dict of str to bool
        Tags to read, and whether their values are numbers.
    interval : float
        Publishing interval [s].
    root : str or None
        Tag of the node below which results are written; None if they are not written here.
    deliver : callable
        Takes each reading.
    latest : callable
        Returns the time of the latest reading of a tag in UTC; None without one.
    faults : Faults
        Faults of the gateway.

    Attributes
    ----------
    counts : Counter
        Sessions, gaps, seconds without data, values read back from history.
    """

    def __init__(
        self,
        access: Access,
        is_number: dict[str, bool],
        interval: float,
        root: str | None,
        deliver: Callable[[Reading], None],
        latest: Callable[[str], dt.datetime | None],
        faults: Faults,
    ) -> None:
        self._access, self._is_number, self._interval, self._root = access, is_number, interval, root
        self._deliver, self._latest, self._faults = deliver, latest, faults
        self._nodes: AdvisoryNodes | None = None
        self._waiting: list[Reading] | None = None  # readings that arrive while history is read
        self._started_at: dt.datetime | None = None
        self.counts: Counter[str] = Counter()
        self._clock = SourceClock()
        self.is_live = False

    @property
    def difference(self) -> dt.timedelta:
        """Server's clock minus this machine's."""
        return self._clock.difference

    @property
    def patience(self) -> float:
        """Longest silence of a live connection [s]: it is named within three intervals."""
        return (STALE_AFTER - _NAMING) * max(self._interval, _BEAT_SECONDS)

    async def run(self) -> None:
        """Connect, read, and connect again after a fault, until cancelled."""
        attempt = 0
        while True:
            try:
                client, namespaces = await connected(self._access)
            except GatewayError as error:
                self._faults.begin(CONNECTION, str(error))
                await asyncio.sleep(wait_before(attempt))
                attempt += 1
                continue
            try:
                subscription = await self._opened(client, namespaces)
                attempt = 0
                # A line has thousands of nodes for results, which values do not wait for.
                finding = asyncio.create_task(self._find_nodes(client, namespaces))
                try:
                    text = await self._watched(subscription)
                finally:
                    finding.cancel()
            except Exception as error:  # the library raises errors of many kinds for what a server may send
                text = f"{self._access.url}: {str(error) or type(error).__name__}"
            finally:
                self.is_live, self._nodes = False, None
                close(client)
            self._faults.begin(CONNECTION, text)
            await asyncio.sleep(wait_before(attempt))
            attempt += 1

    async def _opened(self, client: Client, namespaces: Namespaces) -> Subscription:
        """Subscribe everything on a new client."""
        subscription, self._waiting = Subscription(self._is_number, self._arrived, self._clock), []
        async with asyncio.timeout(_START_SECONDS):
            await self._note_restart(client)
            await subscription.start(client, namespaces, self._interval)
            await self._fill_gap(client, namespaces, subscription)
        # All together: the start of a period without the last values of the one before would end that too early. After
        # a failure nothing is delivered, so that the next session reads the same gap.
        arrived, self._waiting = in_order(self._waiting), None
        for reading in arrived:
            self._deliver(reading)
        self.counts["sessions"] += 1
        self._note_unknown(subscription)
        self.is_live = True
        self._faults.end(CONNECTION)
        return subscription

    def _arrived(self, reading: Reading) -> None:
        if self._waiting is None:
            self._deliver(reading)
        else:
            self._waiting.append(reading)

    async def _note_restart(self, client: Client) -> None:
        started = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_StartTime)).read_value()
        if self._started_at is not None and started != self._started_at:
            self.counts["server_restarts"] += 1
            self._faults.begin("restart", f"{self._access.url}: the server has started again at {started}")
            self._faults.end("restart")
        self._started_at = started

    def _note_unknown(self, subscription: Subscription) -> None:
        if subscription.unknown:
            tag, reason = next(iter(subscription.unknown.items()))
            count = len(subscription.unknown)
            text = f"{count} of {len(self._is_number)} are not read, the first is {tag}: {reason}"
            self._faults.begin(UNKNOWN, text)
        else:
            self._faults.end(UNKNOWN)
        self.counts["unknown_tags"] = len(subscription.unknown)

    async def _find_nodes(self, client: Client, namespaces: Namespaces) -> None:
        if self._root is None:
            return
        nodes = AdvisoryNodes(client, namespaces, self._root, self._is_number.keys())
        try:
            await nodes.find()
        except GatewayError as error:
            self._faults.begin(NODES, str(error))
            return
        except Exception as error:  # the library raises errors of many kinds for what a server may send
            self._faults.begin(NODES, f"{self._access.url}: {str(error) or type(error).__name__}")
            return
        self._nodes = nodes
        self._faults.end(NODES)

    async def _watched(self, subscription: Subscription) -> str:
        """Wait until the connection fails; returns the reason."""
        while True:
            remaining = subscription.beat + self.patience - time.monotonic()
            await asyncio.sleep(max(0.0, min(min(self._interval, _BEAT_SECONDS) / 2, remaining)))
            silence = time.monotonic() - subscription.beat
            if subscription.is_lost:
                return f"{self._access.url}: the session was lost"
            if silence >= self.patience:
                return f"{self._access.url}: no data for {silence:.1f} s on an open connection"
            self._note_clock()

    def _note_clock(self) -> None:
        if text := comparison(self.difference):
            self._faults.begin(CLOCK, f"the server's clock is {text}")
        else:
            self._faults.end(CLOCK)

    async def _fill_gap(self, client: Client, namespaces: Namespaces, subscription: Subscription) -> None:
        """Read the values of an interruption back from the history of the server."""
        now = dt.datetime.now(dt.UTC)
        known = {tag: at for tag in self._is_number if (at := self._latest(tag)) is not None}
        since = {tag: at for tag, at in known.items() if (now - at).total_seconds() > self.patience}
        if not since:
            return
        length = (now - max(known.values())).total_seconds()
        # Tags of similar age are read together, since a request has one start.
        counts = [
            await self._read_back(client, namespaces, subscription, {tag: since[tag] for tag in batch}, now)
            for batch in batches(sorted(since, key=since.__getitem__))
        ]
        self.counts["gaps"] += 1
        self.counts["values_from_history"] += sum(one for one in counts if one is not None)
        if all(one is None for one in counts):
            self.counts["gap_seconds"] += round(length)
            self._faults.begin(GAP, f"{length:.0f} s are lost: the server keeps no history")
        else:
            self._faults.end(GAP)

    async def _read_back(
        self,
        client: Client,
        namespaces: Namespaces,
        subscription: Subscription,
        since: Mapping[str, dt.datetime],
        now: dt.datetime,
    ) -> int | None:
        """Read the history of tags; returns the number of values, None without history."""
        tags = {
            node_id: tag
            for tag in since
            if tag not in subscription.unknown and (node_id := namespaces.node_id(tag)) is not None
        }
        shift = self.difference
        read = await read_gaps(client, list(tags), min(since.values()) + shift, now + shift)
        for node_id, values in read.items():
            for value in values:
                reading = subscription.reading(tags[node_id], value, now)
                if reading.at > since[tags[node_id]]:
                    self._arrived(reading)
        return sum(map(len, read.values())) if read else None

    async def write(self, values: Sequence[ResultValue], at: dt.datetime) -> str | None:
        """Write results; returns the first refusal, empty without one, or None if they must wait.

        Raises
        ------
        Exception
            The connection failed meanwhile.
        """
        if self._nodes is None:
            return None
        async with asyncio.timeout(10 * self.patience):
            return (await self._nodes.write(values, at + self.difference)).refusal
