"""Values of a gap, read from the history of the server page by page of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from asyncua import Client, ua

from gateway.opcua.data_values import utc

PAGE = 1000
"""Number of values of one request."""


async def read_gaps(
    client: Client, node_ids: Sequence[ua.NodeId], after: dt.datetime, until: dt.datetime
) -> dict[ua.NodeId, list[ua.DataValue]]:
    """Read the values of nodes between two times; one without history is missing in the result.

    Pages are limited by number and continued by time: continuation points differ between servers.

    Parameters
    ----------
    client : Client
        With an open session.
    node_ids : sequence of NodeId
        The nodes, read in one request if the server takes as many.
    after, until : datetime
        Times in UTC by the server's clock, `after` exclusive.
    """
    start = after + dt.timedelta(microseconds=1)
    try:
        results = await _page(client, node_ids, start, until)
    except ua.UaError:  # fewer nodes a request, or no such service
        if len(node_ids) < 2:
            return {}
        middle = len(node_ids) // 2
        first = await read_gaps(client, node_ids[:middle], after, until)
        return first | (await read_gaps(client, node_ids[middle:], after, until) if first else {})
    read: dict[ua.NodeId, list[ua.DataValue]] = {}
    for node_id, result in zip(node_ids, results, strict=True):
        if not result.StatusCode.is_good():
            continue
        page = list(result.HistoryData.DataValues or ())
        values = read[node_id] = _later(page, after, until)
        while len(page) >= PAGE and values:
            latest = utc(values[-1].SourceTimestamp)
            assert latest is not None
            (result,) = await _page(client, [node_id], latest + dt.timedelta(microseconds=1), until)
            page = list(result.HistoryData.DataValues or ()) if result.StatusCode.is_good() else []
            more = _later(page, latest, until)
            if not more:
                break
            values += more
    return read


async def _page(
    client: Client, node_ids: Sequence[ua.NodeId], start: dt.datetime, end: dt.datetime
) -> list[ua.HistoryReadResult]:
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.StartTime, details.EndTime = start, end
    details.NumValuesPerNode = PAGE
    details.ReturnBounds = False
    request = ua.HistoryReadParameters()
    request.HistoryReadDetails = details
    request.TimestampsToReturn = ua.TimestampsToReturn.Both
    request.NodesToRead = [ua.HistoryReadValueId(NodeId=node_id, IndexRange="") for node_id in node_ids]
    results: list[ua.HistoryReadResult] = await client.uaclient.history_read(request)
    return results


def _later(values: Sequence[ua.DataValue], after: dt.datetime, until: dt.datetime) -> list[ua.DataValue]:
    """Values between two times, without a bound of the range and without values that were read before."""
    later, latest = [], after
    for value in values:
        at = utc(value.SourceTimestamp)
        if at is not None and latest < at <= until:
            later.append(value)
            latest = at
    return later
