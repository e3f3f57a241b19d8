"""Values of a gap, read from the history of the server page by page of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

from asyncua import Client, ua

from gateway.opcua.data_values import utc

PAGE = 1000
"""Number of values of one request."""


async def read_gap(
    client: Client, node_id: ua.NodeId, after: dt.datetime, until: dt.datetime
) -> AsyncIterator[ua.DataValue]:
    """Yield the values of a node between two times, in order.

    Pages are limited by number and continued by time: continuation points differ between servers.

    Parameters
    ----------
    client : Client
        With an open session.
    node_id : NodeId
        The node.
    after, until : datetime
        Times in UTC by the server's clock, `after` exclusive.

    Raises
    ------
    UaError
        The server keeps no history of the node.
    """
    start, latest = after + dt.timedelta(microseconds=1), after
    while start < until:
        details = ua.ReadRawModifiedDetails()
        details.IsReadModified = False
        details.StartTime, details.EndTime = start, until
        details.NumValuesPerNode = PAGE
        details.ReturnBounds = False
        result = await client.get_node(node_id).history_read(details)
        result.StatusCode.check()
        values = list(result.HistoryData.DataValues or ())
        for value in values:
            at = utc(value.SourceTimestamp)
            if at is None or not latest < at <= until:
                continue  # a bound, or a value that was read before
            latest = at
            yield value
        if len(values) < PAGE or latest < start:
            return
        start = latest + dt.timedelta(microseconds=1)
