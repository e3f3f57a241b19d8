"""Health of records that cannot be written, and its return when they can again."""

import asyncio
import os
import resource
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import select, text

from records import database as module
from records.database import AwayError, Database
from records.requests import insert
from records.schema import REQUESTS, WRITE_PROBE
from records.writing.health import RecordsHealth
from records.writing.writer import Writer
from tests.suite.postgresql import PostgreSQL
from tests.suite.tools import needed


@pytest.fixture
def file(tmp_path):
    return tmp_path / "records.db"


@pytest.fixture
def own(file, monkeypatch):
    """Records in a file, whose writers wait for each other a moment alone."""
    monkeypatch.setattr(module, "_BUSY", 0.05)
    made = Database(f"sqlite:///{file}")
    yield made
    made.close()


@pytest.fixture
def writer(own):
    made = Writer(own)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def health(own, writer):
    made = RecordsHealth(own, writer, 3600.0)
    made.look()
    assert made.error is None
    return made


def seen(health):
    health.look()
    return health.error


def probes(database):
    with database.read() as connection:
        return [row.at for row in connection.execute(select(WRITE_PROBE))]


def test_another_process_that_locks_the_records_is_found_until_it_ends(health, file):
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "database is locked" in seen(health)
        assert health.failures == 1
        other.rollback()
    assert seen(health) is None


@contextmanager
def no_file_larger_than(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_may_not_grow_is_found_and_a_small_write_is_no_sign_that_it_may(health, writer, stored_exchange):
    with no_file_larger_than(40_000):
        with pytest.raises(AwayError, match="expected free space"):
            asyncio.run(writer.keep(stored_exchange(os.urandom(50_000))))
        assert "expected free space" in health.error
        assert "expected free space" in seen(health)
    assert seen(health) is None
    asyncio.run(writer.keep(stored_exchange(os.urandom(50_000))))


def test_a_file_whose_bytes_are_overwritten_is_found_and_nothing_more_is_answered(
    own, health, writer, stored_exchange, file
):
    asyncio.run(writer.keep(stored_exchange()))
    with own.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as overwritten:
        overwritten.write(os.urandom(file.stat().st_size))
    assert "not a database" in seen(health)
    with pytest.raises(module.RecordsError, match="not a database"):
        asyncio.run(writer.keep(stored_exchange()))


@pytest.mark.parametrize("how", ["moved", "removed", "replaced"])
def test_a_file_that_is_another_one_is_found_and_nothing_is_recorded_into_it(
    own, health, writer, stored_exchange, file, how
):
    away = file.with_name("away.db")
    os.link(file, away)
    file.unlink() if how != "moved" else file.rename(away)
    if how == "moved":
        file.unlink(missing_ok=True)
    if how == "replaced":
        shutil.copy(away, file)
    message = "another file is in its place" if how == "replaced" else "removed or moved away"
    with pytest.raises(AwayError, match=message):
        asyncio.run(writer.keep(stored_exchange()))
    with pytest.raises(AwayError, match=message), own.begin():
        pass
    assert message in seen(health)
    file.unlink(missing_ok=True)
    away.rename(file)
    assert seen(health) is None
    asyncio.run(writer.keep(stored_exchange()))
    with own.read() as connection:
        assert len(connection.execute(select(REQUESTS)).all()) == 1


def test_what_the_writer_could_not_write_counts_until_a_look_finds_that_it_can(own, health, writer, stored_exchange):
    with own.begin() as connection:
        connection.execute(text("ALTER TABLE requests RENAME TO away"))
    with pytest.raises(module.RecordsError):
        asyncio.run(writer.keep(stored_exchange()))
    assert "requests" in health.error
    assert "requests" in seen(health)
    with own.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO requests"))
    assert health.error is not None
    assert seen(health) is None
    assert writer.error is None


def test_nothing_is_written_where_requests_have_been(own, health, writer, stored_exchange):
    (before,) = probes(own)
    asyncio.run(writer.keep(stored_exchange()))
    health.look()
    assert probes(own) == [before]
    health.look()
    assert probes(own) > [before]


def test_a_database_that_does_not_respond_is_found_while_it_is_looked_at(own, writer, monkeypatch):
    time, started, goes_on = iter([0.0, 9.0, 11.0]), threading.Event(), threading.Event()
    health = RecordsHealth(own, writer, 3600.0, lambda: next(time))
    monkeypatch.setattr(health, "_try", lambda: started.set() or goes_on.wait(10))
    looking = threading.Thread(target=health.look)
    looking.start()
    started.wait(10)
    assert health.error is None
    assert health.error.endswith("no response for 11 s")
    goes_on.set()
    looking.join()


@pytest.mark.service
def test_a_server_that_is_down_is_found_until_it_is_back(stored_exchange):
    needed("initdb")
    server = PostgreSQL("-c fsync=off")
    try:
        with closing(Database(server.url)) as database:
            writer = Writer(database)
            health = RecordsHealth(database, writer, 3600.0)
            assert seen(health) is None
            server.kill()
            assert "records at postgresql://" in seen(health)
            server.start()
            assert seen(health) is None
            insert(database, [stored_exchange()])
    finally:
        server.remove()
