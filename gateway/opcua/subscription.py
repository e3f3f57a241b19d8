"""Subscription of all tags in one call, with a heartbeat that shows whether it is alive."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asyncua import Client, Node, ua
from asyncua.common.subscription import DataChangeNotif

from gateway.opcua.data_values import content_of, quality_of, utc
from gateway.opcua.node_ids import Namespaces
from gateway.readings import Reading, reading_of

HEARTBEAT = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
QUEUE = 10  # values of a node between two publishes
_FIRST_HANDLE = 1_000_000  # the library counts its own from 1
_UNSUPPORTED = (ua.StatusCodes.BadMonitoredItemFilterUnsupported, ua.StatusCodes.BadFilterNotAllowed)


class Subscription:
    """Subscribed tags of one session.

    Parameters
    ----------
    is_number : Mapping of str to bool
        Tags to subscribe, and whether their values are numbers.
    deliver : callable
        Takes each reading; it must not wait.

    Attributes
    ----------
    unknown : dict of str to str
        Tags that the server refused, each with its reason; the others continue.
    beat : float
        Time of the latest heartbeat [s], monotonic.
    clock_difference : timedelta
        Server's clock minus this machine's.
    without_time : int
        Number of values without source time.
    is_lost : bool
        Whether the server ended the subscription.
    """

    def __init__(self, is_number: Mapping[str, bool], deliver: Callable[[Reading], None]) -> None:
        self._is_number, self._deliver = is_number, deliver
        self._tag_of: dict[ua.NodeId, str] = {}
        self._handles = itertools.count(_FIRST_HANDLE)
        self.unknown: dict[str, str] = {}
        self.beat = time.monotonic()
        self.clock_difference = dt.timedelta(0)
        self.without_time = 0
        self.is_lost = False

    async def start(self, client: Client, namespaces: Namespaces, interval: float) -> None:
        """Subscribe all tags.

        Parameters
        ----------
        client : Client
            With an open session.
        namespaces : Namespaces
            Of the server.
        interval : float
            Publishing interval [s].
        """
        for tag in self._is_number:
            node_id = namespaces.node_id(tag)
            if node_id is None:
                self.unknown[tag] = "no such namespace"
            else:
                self._tag_of[node_id] = tag
        subscription = await client.create_subscription(1000 * interval, self)
        await subscription.subscribe_data_change(client.get_node(HEARTBEAT), sampling_interval=1000 * interval)
        node_ids = list(self._tag_of)
        refused = await self._monitor(subscription, node_ids, 1000 * interval, _with_time())
        plain = [node_id for node_id, status in refused if status.value in _UNSUPPORTED]
        refused = [one for one in refused if one[0] not in plain]
        # Without the filter a server reports no new source time of an unchanged value: state `refresh`.
        refused += await self._monitor(subscription, plain, 1000 * interval, None)
        for node_id, status in refused:
            self.unknown[self._tag_of[node_id]] = status.name
        self.beat = time.monotonic()

    async def _monitor(
        self,
        subscription: Any,
        node_ids: Sequence[ua.NodeId],
        milliseconds: float,
        chosen: ua.DataChangeFilter | None,
    ) -> list[tuple[ua.NodeId, ua.StatusCode]]:
        """Monitor nodes in one call, in two if the server takes fewer; returns those that it refuses."""
        if not node_ids:
            return []
        items = [_item(node_id, next(self._handles), milliseconds, chosen) for node_id in node_ids]
        try:
            results = await subscription.create_monitored_items(items)
        except ua.uaerrors.BadTooManyOperations:
            middle = len(node_ids) // 2
            if middle == 0:
                raise
            first = await self._monitor(subscription, node_ids[:middle], milliseconds, chosen)
            return first + await self._monitor(subscription, node_ids[middle:], milliseconds, chosen)
        return [
            (node_id, result)
            for node_id, result in zip(node_ids, results, strict=True)
            if isinstance(result, ua.StatusCode)
        ]

    def datachange_notification(self, node: Node, value: Any, data: DataChangeNotif) -> None:
        """Take a value; the library calls it for each change."""
        given = data.monitored_item.Value
        if node.nodeid == HEARTBEAT:
            self._note_heartbeat(given)
        elif (tag := self._tag_of.get(node.nodeid)) is not None:
            self._deliver(self.reading(tag, given))

    def reading(self, tag: str, given: ua.DataValue) -> Reading:
        """Reading of a value; without source time, the server's time, or else this machine's, is used."""
        at = utc(given.SourceTimestamp)
        if at is None:
            self.without_time += 1
            at = utc(given.ServerTimestamp) or dt.datetime.now(dt.UTC) + self.clock_difference
        quality, reason = quality_of(given.StatusCode)
        return reading_of(tag, content_of(given), quality, at - self.clock_difference, self._is_number[tag], reason)

    def _note_heartbeat(self, given: ua.DataValue) -> None:
        self.beat = time.monotonic()
        clock = content_of(given)
        if isinstance(clock, dt.datetime) and (there := utc(clock)) is not None:
            difference = there - dt.datetime.now(dt.UTC)
            # A second is what publishing takes; a steady offset keeps source times of a value equal.
            if abs(difference - self.clock_difference) > dt.timedelta(seconds=5):
                self.clock_difference = difference

    def status_change_notification(self, status: ua.StatusChangeNotification) -> None:
        """Note that the server has ended the subscription."""
        self.is_lost = True


def _with_time() -> ua.DataChangeFilter:
    """Filter that also reports an unchanged value with a new source time."""
    chosen = ua.DataChangeFilter()
    chosen.Trigger = ua.DataChangeTrigger.StatusValueTimestamp
    chosen.DeadbandType = ua.DeadbandType.None_
    return chosen


def _item(
    node_id: ua.NodeId, handle: int, milliseconds: float, chosen: ua.DataChangeFilter | None
) -> ua.MonitoredItemCreateRequest:
    item = ua.MonitoredItemCreateRequest()
    item.ItemToMonitor.NodeId = node_id
    item.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    item.MonitoringMode = ua.MonitoringMode.Reporting
    parameters = ua.MonitoringParameters()
    parameters.ClientHandle = handle
    parameters.SamplingInterval = milliseconds
    parameters.QueueSize = QUEUE
    parameters.DiscardOldest = True
    parameters.Filter = chosen
    item.RequestedParameters = parameters
    return item
