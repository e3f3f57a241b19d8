"""Subscription of all tags in one call, with a heartbeat that shows whether it is alive."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Mapping, Sequence

from asyncua import Client, ua

from gateway.clocks import Clock, SourceClock, utc_now
from gateway.opcua.data_values import content_of, quality_of, utc
from gateway.opcua.node_ids import Namespaces
from gateway.readings import Reading, reading_of

HEARTBEAT = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
QUEUE = 10  # values of a node between two publishes
_MOST_VALUES = 10_000  # of one publish
_LIFETIME = 10_000  # intervals after which the server drops an abandoned subscription
_HEARTBEAT_HANDLE = 0
_UNSUPPORTED = (ua.StatusCodes.BadMonitoredItemFilterUnsupported, ua.StatusCodes.BadFilterNotAllowed)


class Subscription:
    """Subscribed tags of one session.

    Parameters
    ----------
    is_number : Mapping of str to bool
        Tags to subscribe, and whether their values are numbers.
    deliver : callable
        Takes each reading; it must not wait.
    clock : SourceClock
        Clock of the server.
    now : callable, optional
        Time in UTC.

    Attributes
    ----------
    unknown : dict of str to str
        Tags that the server refused, each with its reason; the others continue.
    beat : float
        Time of the latest heartbeat or value [s], monotonic.
    is_lost : bool
        Whether the server ended the subscription.
    """

    def __init__(
        self,
        is_number: Mapping[str, bool],
        deliver: Callable[[Reading], None],
        clock: SourceClock,
        now: Clock = utc_now,
    ) -> None:
        self._is_number, self._deliver, self._clock, self._now = is_number, deliver, clock, now
        self._tag_of: dict[int, str] = {}
        self._handles = itertools.count(_HEARTBEAT_HANDLE + 1)
        self.unknown: dict[str, str] = {}
        self.beat = time.monotonic()
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
        tags: dict[ua.NodeId, str] = {}
        for tag in self._is_number:
            node_id = namespaces.node_id(tag)
            if node_id is None:
                self.unknown[tag] = "no such namespace"
            else:
                tags[node_id] = tag
        parameters = ua.CreateSubscriptionParameters()
        parameters.RequestedPublishingInterval = 1000 * interval
        parameters.RequestedLifetimeCount = _LIFETIME
        parameters.RequestedMaxKeepAliveCount = client.get_keepalive_count(1000 * interval)
        parameters.MaxNotificationsPerPublish = _MOST_VALUES
        parameters.PublishingEnabled = True
        # The library's own subscription starts a task for each change: half of the time of 3,000 changes a second.
        made = await client.uaclient.create_subscription(parameters, self._published)
        request = ua.CreateMonitoredItemsParameters()
        request.SubscriptionId = made.SubscriptionId
        request.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.ItemsToCreate = [_item(HEARTBEAT, _HEARTBEAT_HANDLE, 1000 * interval, None)]
        for result in await client.uaclient.create_monitored_items(request):
            result.StatusCode.check()
        node_ids = list(tags)
        refused = await self._monitor(client, request, tags, node_ids, 1000 * interval, _with_time())
        plain = [node_id for node_id, status in refused if status.value in _UNSUPPORTED]
        refused = [one for one in refused if one[0] not in plain]
        # Without the filter a server reports no new source time of an unchanged value: state `refresh`.
        refused += await self._monitor(client, request, tags, plain, 1000 * interval, None)
        for node_id, status in refused:
            self.unknown[tags[node_id]] = status.name
        self.beat = time.monotonic()

    async def _monitor(
        self,
        client: Client,
        request: ua.CreateMonitoredItemsParameters,
        tags: Mapping[ua.NodeId, str],
        node_ids: Sequence[ua.NodeId],
        milliseconds: float,
        chosen: ua.DataChangeFilter | None,
    ) -> list[tuple[ua.NodeId, ua.StatusCode]]:
        """Monitor nodes in one call, in two if the server takes fewer; returns those that it refuses."""
        if not node_ids:
            return []
        items = [_item(node_id, next(self._handles), milliseconds, chosen) for node_id in node_ids]
        for node_id, item in zip(node_ids, items, strict=True):
            self._tag_of[item.RequestedParameters.ClientHandle] = tags[node_id]  # values may come before the response
        request.ItemsToCreate = items
        try:
            results = await client.uaclient.create_monitored_items(request)
        except ua.uaerrors.BadTooManyOperations:
            middle = len(node_ids) // 2
            if middle == 0:
                raise
            first = await self._monitor(client, request, tags, node_ids[:middle], milliseconds, chosen)
            return first + await self._monitor(client, request, tags, node_ids[middle:], milliseconds, chosen)
        return [
            (node_id, result.StatusCode)
            for node_id, result in zip(node_ids, results, strict=True)
            if not result.StatusCode.is_good()
        ]

    def _published(self, published: ua.PublishResult) -> None:
        """Take what the server has published; the library calls it for each response."""
        now = self._now()
        if (sent_at := utc(published.NotificationMessage.PublishTime)) is not None:
            self._clock.note(sent_at, now)
        for notification in published.NotificationMessage.NotificationData or ():
            if isinstance(notification, ua.DataChangeNotification):
                self.beat = time.monotonic()
                for item in notification.MonitoredItems:
                    tag = self._tag_of.get(item.ClientHandle)  # None of the heartbeat
                    if tag is not None and not _is_awaited(item.Value):
                        self._deliver(self.reading(tag, item.Value, now))
            elif isinstance(notification, ua.StatusChangeNotification):
                self.is_lost = True  # the server, or the library, has ended the subscription

    def reading(self, tag: str, given: ua.DataValue, now: dt.datetime) -> Reading:
        """Reading of a value; without source time, the server's time, or else this machine's, is used.

        Parameters
        ----------
        tag : str
            Text of the tag.
        given : DataValue
            As the server gives it.
        now : datetime
            Time in UTC.
        """
        stated = utc(given.SourceTimestamp) or utc(given.ServerTimestamp)
        at = now if stated is None else self._clock.time_here(stated, now)
        quality, reason = quality_of(given.StatusCode)
        return reading_of(tag, content_of(given), quality, at, self._is_number[tag], reason)


def _is_awaited(given: ua.DataValue) -> bool:
    """Return whether the server has no value yet; dated by arrival, it would make the first one late."""
    return given.StatusCode is not None and given.StatusCode.value == ua.StatusCodes.BadWaitingForInitialData


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
