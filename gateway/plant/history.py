"""History of the simulated plant in memory: changes of value or status, for HistoryRead."""

from __future__ import annotations

import datetime as dt
from collections import deque
from itertools import islice
from typing import Any

from asyncua import ua
from asyncua.server.history import HistoryStorageInterface

from gateway.opcua.data_values import utc

MOST_CHANGES = 500  # of a node


class ChangeHistory(HistoryStorageInterface):  # type: ignore[misc]
    """Latest changes of each node; the oldest ones are dropped beyond `MOST_CHANGES`."""

    def __init__(self) -> None:
        super().__init__()
        self._changes: dict[ua.NodeId, deque[ua.DataValue]] = {}

    def note(self, node: ua.NodeId, value: ua.DataValue) -> None:
        """Note a value if it differs from the one before."""
        changes = self._changes.setdefault(node, deque(maxlen=MOST_CHANGES))
        if not changes or (changes[-1].Value, changes[-1].StatusCode) != (value.Value, value.StatusCode):
            changes.append(value)

    async def read_node_history(
        self, node_id: ua.NodeId, start: dt.datetime | None, end: dt.datetime | None, nb_values: int
    ) -> tuple[list[ua.DataValue], dt.datetime | None]:
        """Return changes between two times, and the time of the first one that exceeds the limit."""
        changes = list(self._changes.get(node_id, ()))
        first, last = _utc(start), _utc(end)
        is_backward = first is not None and last is not None and first > last
        if is_backward:
            first, last = last, first
            changes.reverse()
        selected = (
            change
            for change in changes
            if (first is None or _time(change) >= first) and (last is None or _time(change) <= last)
        )
        most = min(nb_values or self.max_history_data_response_size, self.max_history_data_response_size)
        values = list(islice(selected, most))
        following = next(selected, None)
        return values, None if following is None else _time(following)

    async def new_historized_node(self, node_id: ua.NodeId, period: dt.timedelta | None, count: int = 0) -> None:
        """Do nothing: `note` adds nodes."""

    async def save_node_value(self, node_id: ua.NodeId, datavalue: ua.DataValue) -> None:
        """Note a value."""
        self.note(node_id, datavalue)

    async def init(self) -> None:
        """Do nothing: memory needs no preparation."""

    async def stop(self) -> None:
        """Do nothing."""

    async def new_historized_event(self, *given: Any) -> None:
        """Do nothing: the plant has no events."""

    async def save_event(self, event: Any) -> None:
        """Do nothing."""

    async def read_event_history(self, *given: Any) -> tuple[list[Any], None]:
        """Return no events."""
        return [], None


def _utc(time: dt.datetime | None) -> dt.datetime | None:
    """Return a time of a request in UTC; None for the time 0, which leaves an end open."""
    return None if time is None or time.year < 1602 else utc(time)


def _time(value: ua.DataValue) -> dt.datetime:
    time: dt.datetime = value.SourceTimestamp
    return time
