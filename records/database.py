"""Database of records: SQLite in its own file, or PostgreSQL, migrated to the current schema."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from records.file_identity import identity_of
from records.full_disk import SQLITE, room, worded
from records.owner_only import make_private
from system.full_disk import SIGNS

__all__ = ["AwayError", "Connection", "Database", "FullDiskError", "RecordsError", "now"]

POSTGRESQL = ("postgresql://", "postgresql+psycopg://")
NEWEST = "0016"
"""Name of the newest migration."""

_BUSY = 5.0  # s that one writer waits for another
_MIGRATION = 60.0  # s that a process waits for another one that migrates the database
_SILENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}  # s, ms that a server may not respond
_LOCK = 7_316_511  # of PostgreSQL, held while tables are made: any number that is the same for all


class RecordsError(ValueError):
    """The records cannot be read or written; the message is one line that says why."""


def now() -> int:
    """Present moment [microseconds since 1970, UTC]."""
    return time.time_ns() // 1000


class AwayError(RecordsError):
    """The database does not answer, or cannot write now; later it may."""


class FullDiskError(AwayError):
    """The disk is full; `room` states the used and the total space without a path."""

    room = ""


class Database:
    """Connections to the records.

    Parameters
    ----------
    url : str
        `sqlite:///FILE`, whose folder is made when needed, or `postgresql://USER@HOST/NAME`.
    durable : bool
        Whether a statement of `cursor` has reached the disk when it returns, as all other commits have. Without it
        the last ones before a power cut may be lost, but none by the end of a process, and the file stays sound.

    Raises
    ------
    RecordsError
        No such address, no database there, or one that newer code has made.
    """

    def __init__(self, url: str, durable: bool = True) -> None:
        self._url, self.url_shown = url, re.sub(r"//[^/@]*@", "//", url)
        self.is_sqlite = url.startswith(SQLITE)
        if not url.startswith((SQLITE, *POSTGRESQL)):
            raise RecordsError(f"records: got '{self.url_shown}', expected {SQLITE}FILE or {POSTGRESQL[0]}...")
        try:
            where = make_url(url)
            if self.is_sqlite:
                make_private(Path(str(where.database)))
                self.engine = create_engine(where, connect_args={"timeout": _BUSY}, pool_pre_ping=False)
            else:
                own = where.set(drivername="postgresql+psycopg")
                self.engine = create_engine(own, connect_args=_SILENCE, pool_pre_ping=True)
        except (ArgumentError, ModuleNotFoundError, OSError) as error:
            raise RecordsError(f"records at {self.url_shown}: {error}") from None
        self._file = Path(str(where.database)) if self.is_sqlite else None
        self._identity: tuple[int, int] | None = None  # of the file, once it is opened
        self._own, self._opened = threading.local(), set[Any]()
        self._durable, self._opening = durable, 0
        self._lax = "PRAGMA synchronous=normal" if self.is_sqlite else "SET synchronous_commit TO off"
        self.response_prefixes: dict[tuple[int, bytes], int] = {}
        """Numbers of stored prefixes (`records.response_prefixes`); used only by the writer thread."""
        if self.is_sqlite:
            # The driver begins before a write alone: what was read before it could be old by then.
            event.listen(self.engine, "connect", _settle)
            event.listen(self.engine, "begin", _begin)
        try:
            self._bring_up()
            self._identity = identity_of(self._file)
        except BaseException:
            self.close()
            raise

    def check_place(self) -> None:
        """Check that the open file is still the one at its address, as writes to another one would be lost.

        Raises
        ------
        AwayError
            It was removed or moved away, or another file is in its place.
        """
        if self._identity is not None and (identity := identity_of(self._file)) != self._identity:
            change = "it was removed or moved away" if identity is None else "another file is in its place"
            raise AwayError(
                f"records at {self.url_shown}: {change}; expected the file that was opened: put it back, or start again"
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Connection that reads one snapshot of the database and blocks no writer; see `begin`."""
        self.check_place()
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(reads=True)
        except SQLAlchemyError as error:
            raise self.error_of(error) from None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Transaction that is committed at the end and rolled back by an exception.

        Raises
        ------
        RecordsError
            The database did not do its part.
        """
        self.check_place()
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self.error_of(error) from None

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Cursor of the driver on a connection of this thread's own, where each statement commits by itself.

        For what is written a thousand times a second: a transaction of SQLAlchemy's takes 60 us of its own.

        Raises
        ------
        RecordsError
            The database did not do its part; the connection is opened again next time.
        """
        self.check_place()
        if getattr(self._own, "opening", self._opening) != self._opening:
            self._close(self._own.__dict__.pop("connection", None))
        try:
            if not hasattr(self._own, "connection"):
                self._own.opening = self._opening
                self._own.connection = self._connect()
            yield self._own.connection.cursor()
        except (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError) as error:
            self._close(self._own.__dict__.pop("connection", None))
            self.response_prefixes.clear()  # the server that answers next may have been restored
            raise self.error_of(error) from None

    @contextmanager
    def fresh_cursor(self) -> Iterator[Any]:
        """Return a new connection's cursor, like `cursor`, whose statements need not be durable.

        Raises
        ------
        RecordsError
            The database did not do its part.
        """
        self.check_place()
        connection = None
        try:
            connection = self._connect()
            cursor = connection.cursor()
            cursor.execute(self._lax)
            yield cursor
        except (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError) as error:
            raise self.error_of(error) from None
        finally:
            self._close(connection)

    def reopen(self) -> None:
        """Close the pool, so that the next use opens new connections."""
        self._opening += 1
        self.response_prefixes.clear()  # the server that answers next may have been restored
        self.engine.dispose()

    def _connect(self) -> Any:
        connection = self.engine.raw_connection()
        connection.detach()  # closed by us, kept by no pool
        self._opened.add(connection)
        try:
            driver: Any = connection.dbapi_connection
            if not self.is_sqlite:
                driver.autocommit = True  # as SQLite's is already
            if not self._durable:
                driver.execute(self._lax)
        except BaseException:
            self._close(connection)
            raise
        return connection

    def _close(self, connection: Any) -> None:
        if connection is not None:
            self._opened.discard(connection)
            connection.close()

    def lock(self, connection: Connection, table: Table) -> None:
        """Lock a table against other writers until the transaction ends; a transaction of SQLite has the lock.

        A writer that waits longer than the lock timeout of SQLite gets an error, also on PostgreSQL.
        """
        if not self.is_sqlite:
            connection.execute(text(f"SET LOCAL lock_timeout = {round(1000 * _BUSY)}"))  # ms
            connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def error_of(self, error: Exception) -> RecordsError:
        """Return the error of a driver as a RecordsError of one line."""
        own = getattr(error, "orig", error)
        message = worded(" ".join(str(own).split())[:300], self._url)
        operational = isinstance(own, self.engine.dialect.loaded_dbapi.OperationalError)
        # SQLite reports a missing table so too: an error of the statement, which no wait resolves.
        is_away = operational and getattr(own, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
        if any(sign in str(own) for sign in SIGNS):
            full = FullDiskError(f"records at {self.url_shown}: {message}")
            full.room = room(self._url)
            return full
        kind = AwayError if is_away else RecordsError
        return kind(f"records at {self.url_shown}: {message or type(error).__name__}")

    def close(self) -> None:
        """Close all connections."""
        for connection in list(self._opened):
            self._close(connection)
        self.engine.dispose()

    def _bring_up(self) -> None:
        """Apply the missing migrations; of several processes that start together, one applies them."""
        with self._patiently() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            form = _form_of(connection)
            if form == NEWEST:
                return
            if form is not None and form > NEWEST:
                raise RecordsError(
                    f"records at {self.url_shown}: got form {form}, expected {NEWEST} or older: newer code made them"
                )
            migrate(connection)

    @contextmanager
    def _patiently(self) -> Iterator[Connection]:
        """Transaction as of `begin`, which waits for a migration by another process."""
        try:
            with self.engine.connect() as connection:
                self._set_busy_timeout(connection, _MIGRATION)
                with connection.begin():
                    yield connection
                self._set_busy_timeout(connection, _BUSY)
        except SQLAlchemyError as error:
            raise self.error_of(error) from None

    def _set_busy_timeout(self, connection: Connection, seconds: float) -> None:
        """Set how long a connection waits for a lock; PostgreSQL waits for its advisory lock without limit."""
        if self.is_sqlite:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")


def _form_of(connection: Connection) -> str | None:
    """Name of the last migration that was walked; None in an empty database."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    form: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return form


def migrate(connection: Connection, form: str = "head") -> None:
    """Walk the migrations that are missing, up to the one of that name."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, form)


def _settle(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where they are started, see `Database`
    # A page that a group begins or ends is written whole into the log, so small groups want small pages.
    # The system keeps pages too; each connection keeps half a megabyte, or a service grows by theirs for half an hour.
    for pragma in ("page_size=4096", "journal_mode=wal", "synchronous=full", "foreign_keys=on", "cache_size=-512"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE")
