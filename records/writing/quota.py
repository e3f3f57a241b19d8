"""Daily quota of recorded bytes per client, so that no client fills the disk."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from math import ceil

from sqlalchemy import Connection, delete, select

from records.database import Database, now
from records.response_prefixes import DAY
from records.schema import RECORDED_BYTES

MOST = 16 * 2**30
"""Bytes a client and day (UTC), by default."""

_ADD = (
    "INSERT INTO recorded_bytes (day, client, bytes) VALUES (?, ?, ?) "
    "ON CONFLICT (day, client) DO UPDATE SET bytes = recorded_bytes.bytes + excluded.bytes"
)


class QuotaError(Exception):
    """A client has had recorded what it may on this day.

    Attributes
    ----------
    used, most : int
        Recorded bytes, and how many may be.
    wait : int
        Time until the day ends [s].
    """

    def __init__(self, client: str, used: int, most: int, wait: int) -> None:
        super().__init__(
            f"{client} has had {used} bytes recorded today (UTC), at most {most} may be (NONFERROUS_MAX_RECORDED_BYTES)"
        )
        self.used, self.most, self.wait = used, most, wait


class Quota:
    """Counts what is recorded of each client.

    What was counted since it was stored last is lost by a kill. Several services over one database share the counts,
    each as they were when it stored its own last.

    Parameters
    ----------
    database : Database
        The records.
    most : int
        Bytes a client and day (UTC).
    clock : callable
        Present moment [microseconds since 1970, UTC].
    """

    def __init__(self, database: Database, most: int = MOST, clock: Callable[[], int] = now) -> None:
        self._database, self.most, self._clock = database, most, clock
        self._counted = Counter[tuple[int, str]]()  # what is not stored yet
        self._locked = threading.Lock()
        with database.read() as connection:
            self._used = _stored(connection, clock() // DAY)

    @property
    def share(self) -> float:
        """Share of the quota that the client has used which has used most today."""
        today = self._clock() // DAY
        return max((used for (day, _), used in self._used.copy().items() if day == today), default=0) / self.most

    def check(self, client: str) -> None:
        """Check that a client's quota is not used up; a started exchange is then recorded completely.

        Raises
        ------
        QuotaError
            It may not until the day ends.
        """
        at = self._clock()
        used = self._used[at // DAY, client]
        if used >= self.most:
            raise QuotaError(client, used, self.most, ceil((DAY - at % DAY) / 1e6))

    def count(self, written: Iterable[tuple[str, int]]) -> None:
        """Count bytes of clients that were recorded now."""
        day = self._clock() // DAY
        with self._locked:
            for client, size in written:
                self._used[day, client] += size
                self._counted[day, client] += size

    def store(self) -> None:
        """Store the counted bytes, and load those counted by other services.

        Raises
        ------
        RecordsError
            The database did not do its part; what was counted is stored next time.
        """
        with self._locked:
            counted, self._counted = self._counted, Counter()
        try:
            if counted:
                with self._database.begin() as connection:
                    statement = _ADD if self._database.is_sqlite else _ADD.replace("?", "%s")
                    rows = [(day, client, size) for (day, client), size in sorted(counted.items())]
                    connection.exec_driver_sql(statement, rows)
        except BaseException:
            with self._locked:
                self._counted.update(counted)
            raise
        with self._database.read() as connection:
            stored = _stored(connection, self._clock() // DAY)
        with self._locked:
            self._used = stored + self._counted


def _stored(connection: Connection, day: int) -> Counter[tuple[int, str]]:
    rows = connection.execute(select(RECORDED_BYTES).where(RECORDED_BYTES.c.day == day))
    return Counter({(row.day, row.client): row.bytes for row in rows})


def remove(connection: Connection, before: int) -> None:
    """Remove the counts of days before a moment [microseconds since 1970, UTC]."""
    connection.execute(delete(RECORDED_BYTES).where(RECORDED_BYTES.c.day < before // DAY))
