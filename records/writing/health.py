"""Health of the records: a test write every few seconds if no request has shown it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from records.database import Database, RecordsError, now
from records.writing.writer import Writer

log = logging.getLogger("nonferrous.records")

_PATIENCE = 10.0  # s that a database may take to respond
_ROOM = 2**16  # bytes that must find room where a write has failed: as many as a few requests take
_PROBE = (
    "INSERT INTO write_probe (number, at, content) VALUES (1, ?, ?) "
    "ON CONFLICT (number) DO UPDATE SET at = excluded.at, content = excluded.content"
)


class RecordsHealth:
    """Looks every few seconds whether the records can be written, in a thread of its own.

    Each look opens the database again, as the next service would. It writes where the writer has written nothing since
    the look before, or could not, and stores how much was recorded of each client.

    Parameters
    ----------
    database : Database
        The records.
    writer : Writer
        Who writes them; its newest error counts until a look finds that it has passed.
    seconds : float
        Time between two looks [s].
    clock : callable
        Monotonic time [s].
    """

    def __init__(
        self, database: Database, writer: Writer, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._writer, self._seconds, self._clock = database, writer, seconds, clock
        self._found: str | None = None
        self._began: float | None = None  # of a look that is not done
        self._written = 0  # groups at the look before
        self._failed = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="records health", daemon=True)

    @property
    def error(self) -> str | None:
        """Return the reason why the records cannot be written; None where they can, as far as is known."""
        began = self._began
        if began is not None and (silent := self._clock() - began) > _PATIENCE:
            return f"records at {self._database.url_shown}: no response for {silent:.0f} s"
        return self._found or self._writer.error

    @property
    def failures(self) -> int:
        """Looks and groups of requests that could not be written, since the start."""
        return self._failed + self._writer.failures

    @property
    def quota_share(self) -> float:
        """Share of the bytes that may be recorded today, of the client that has used most of them."""
        return self._writer.quota.share

    def start(self) -> None:
        """Look every few seconds."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that waits for a database ends with the process."""
        self._ended.set()
        self._thread.join(timeout=1)

    def _follow(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._ended.wait(self._seconds)

    def look(self) -> None:
        """Check once; an error is stored and logged, never raised."""
        self._began = self._clock()
        try:
            self._try()
            error_text = None
        except RecordsError as error:
            error_text = str(error)
            self._failed += 1
            # An open connection may still show what the file no longer has: reopen, so that the next write fails too.
            self._database.reopen()
        if error_text is not None and error_text != self._found:
            log.warning("%s", error_text)
        elif error_text is None and self._found is not None:
            log.info("records can be written again")
        self._found, self._began = error_text, None

    def _try(self) -> None:
        failed, written = self._writer.error is not None or self._found is not None, self._writer.groups
        with self._database.fresh_cursor() as cursor:
            cursor.execute("SELECT max(number) FROM requests")
            cursor.fetchall()
            if failed or written == self._written:
                self._write(cursor, _ROOM if failed else 0)
        self._written = written
        self._writer.quota.store()
        if failed:
            self._writer.recovered()

    def _write(self, cursor: object, size: int) -> None:
        """Write a row, which holds so many bytes for a moment."""
        statement = _PROBE if self._database.is_sqlite else _PROBE.replace("?", "%s")
        for content in [bytes(size), b""] if size else [b""]:
            cursor.execute(statement, (now(), content))  # type: ignore[attr-defined]
