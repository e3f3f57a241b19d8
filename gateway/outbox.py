"""Outbox: what is to be sent is written first, sent second, and deleted when it is acknowledged."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError

MAX_AGE = dt.timedelta(hours=72)
MAX_BYTES = 1 << 30
_TABLES = """
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    at REAL NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (target, name)
);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS finished (
    process TEXT NOT NULL, unit TEXT NOT NULL, start TEXT NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (process, unit, start)
);
CREATE TABLE IF NOT EXISTS samples (
    process TEXT NOT NULL, unit TEXT NOT NULL, start TEXT NOT NULL, number INTEGER NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (process, unit, start, number)
);
CREATE TABLE IF NOT EXISTS states (
    process TEXT NOT NULL, unit TEXT NOT NULL, start TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (process, unit)
);
"""


@dataclass(frozen=True)
class OutboxEntry:
    """Entry of the outbox.

    Attributes
    ----------
    number : int
        Place in the order.
    target : str
        Where it goes.
    name : str
        Its name, unique for the target: an id, or the unit of which only the latest counts.
    body : bytes
        Content.
    """

    number: int
    target: str
    name: str
    body: bytes


class Outbox:
    """Entries in order for each target, in SQLite with a write-ahead log.

    Parameters
    ----------
    path : Path
        File of the database; it is created.
    max_age : timedelta
        Older entries are dropped and counted.
    max_bytes : int
        If all bodies exceed this, the oldest entries are dropped and counted.
    clock : callable
        Time since 1970 [s].

    Raises
    ------
    GatewayError
        The file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        max_age: dt.timedelta = MAX_AGE,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._max_age, self._max_bytes, self._clock = path, max_age, max_bytes, clock
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise GatewayError(f"{path}: cannot be opened as outbox: {error}") from None
        self.failure = ""
        """Reason why the latest write failed, such as a full disk; empty if it did not."""

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all statements of a block, or none.

        Raises
        ------
        OSError
            The disk is full, or the file is damaged; nothing is written.
        """
        with self._lock:
            before = self._database.total_changes
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                    self._database.execute("COMMIT")
                except BaseException:
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                self.failure = f"{self._path}: {error}"
                raise OSError(self.failure) from None
            if self._database.total_changes > before:  # nothing written shows nothing about the disk
                self.failure = ""

    def put(self, target: str, name: str, body: bytes) -> None:
        """Write an entry; one of the same name is replaced and goes to the end."""
        with self.transaction() as database:
            put(database, target, name, body, self._clock())

    def first(self, target: str) -> OutboxEntry | None:
        """Oldest entry of a target; None if all were sent."""
        entries = self.oldest_entries(target, 1)
        return entries[0] if entries else None

    def oldest_entries(self, target: str, most: int) -> list[OutboxEntry]:
        """Oldest entries of a target, in order."""
        query = "SELECT number, target, name, body FROM outbox WHERE target = ? ORDER BY number LIMIT ?"
        with self._lock:
            return [OutboxEntry(*row) for row in self._database.execute(query, (target, most))]

    def delete(self, entries: Sequence[OutboxEntry]) -> None:
        """Delete acknowledged entries; one that was replaced meanwhile stays."""
        with self.transaction() as database:
            delete(database, entries)

    def trim(self) -> int:
        """Drop entries that are too old, and the oldest ones beyond the size; returns their number."""
        limit = self._clock() - self._max_age.total_seconds()
        with self.transaction() as database:
            dropped = Counter(
                dict(database.execute("SELECT target, count(*) FROM outbox WHERE at < ? GROUP BY target", (limit,)))
            )
            database.execute("DELETE FROM outbox WHERE at < ?", (limit,))
            excess = self.size - self._max_bytes
            while excess > 0:
                number, target, size = database.execute(
                    "SELECT number, target, length(body) FROM outbox ORDER BY number LIMIT 1"
                ).fetchone()
                database.execute("DELETE FROM outbox WHERE number = ?", (number,))
                dropped[target] += 1
                excess -= size
            for target, count in dropped.items():
                add_count(database, f"dropped {target}", count)
        return sum(dropped.values())

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        with self._lock:
            (size,) = self._database.execute("SELECT coalesce(sum(length(body)), 0) FROM outbox").fetchone()
            return int(size)

    def waiting(self) -> dict[str, int]:
        """Number of entries of each target with any."""
        with self._lock:
            return dict(self._database.execute("SELECT target, count(*) FROM outbox GROUP BY target"))

    def oldest(self) -> float:
        """Age of the oldest entry [s]; 0 if there is none."""
        with self._lock:
            (at,) = self._database.execute("SELECT min(at) FROM outbox").fetchone()
        return 0.0 if at is None else max(0.0, self._clock() - at)

    def counts(self) -> dict[str, int]:
        """Counts by name, which outlive a restart."""
        with self._lock:
            return dict(self._database.execute("SELECT name, number FROM counts"))

    def count(self, name: str, number: int = 1) -> None:
        """Add to a count."""
        with self.transaction() as database:
            add_count(database, name, number)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()


def put(database: sqlite3.Connection, target: str, name: str, body: bytes, at: float) -> None:
    """Write an entry in an open transaction; see `Outbox.put`."""
    database.execute("DELETE FROM outbox WHERE target = ? AND name = ?", (target, name))
    database.execute("INSERT INTO outbox (target, name, at, body) VALUES (?, ?, ?, ?)", (target, name, at, body))


def delete(database: sqlite3.Connection, entries: Sequence[OutboxEntry]) -> None:
    """Delete entries in an open transaction; see `Outbox.delete`."""
    database.executemany("DELETE FROM outbox WHERE number = ?", [(entry.number,) for entry in entries])


def add_count(database: sqlite3.Connection, name: str, number: int) -> None:
    """Add to a count in an open transaction."""
    database.execute(
        "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = number + excluded.number",
        (name, number),
    )
