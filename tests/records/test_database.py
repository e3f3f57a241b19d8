import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack, closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

import records.migrations
from records import database as module
from records.database import NEWEST, AwayError, Database, RecordsError
from records.schema import AUDIT, REQUESTS, metadata
from tests.suite.children import child


def test_migrations_lead_to_the_tables_that_the_code_knows(database):
    with database.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_indices_are_made_too(database):
    with database.begin() as connection:
        for table in metadata.tables.values():
            result = {one["name"] for one in inspect(connection).get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= result


def test_the_newest_migration_is_the_one_that_is_named():
    (folder,) = records.migrations.__path__
    assert ScriptDirectory(folder).get_current_head() == NEWEST


def test_a_database_opened_again_keeps_what_it_holds(database, url):
    with database.begin() as connection:
        connection.execute(
            AUDIT.insert().values(
                number=1, at=1, actor="a", action="b", subject="c", reason="", figures="", before="", hash=""
            )
        )
    again = Database(url)
    with again.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit")) == 1
    again.close()


def test_many_processes_may_make_the_tables_at_once(url):
    code = f"from records.database import Database; Database({url!r})"
    with ExitStack() as running:
        command = [sys.executable, "-c", code]
        makers = [running.enter_context(child(command, stderr=subprocess.PIPE)) for _ in range(4)]
        assert [one.communicate()[1] for one in makers] == [""] * 4
    database = Database(url)
    with database.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    database.close()


def test_a_start_waits_for_a_migration_longer_than_a_write_for_another(tmp_path, monkeypatch):
    monkeypatch.setattr("records.database._BUSY", 0.01)
    file = tmp_path / "records.db"
    with closing(sqlite3.connect(file, check_same_thread=False, isolation_level=None)) as migrating:
        migrating.execute("PRAGMA journal_mode=wal")
        migrating.execute("BEGIN IMMEDIATE")
        end = threading.Timer(0.5, migrating.execute, ["COMMIT"])
        end.start()
        database = Database(f"sqlite:///{file}")
        end.join()
    with closing(database), database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10


def test_a_transaction_that_fails_leaves_nothing(database):
    entry = {
        "number": 1,
        "at": 1,
        "actor": "a",
        "action": "b",
        "subject": "c",
        "reason": "",
        "figures": "",
        "before": "",
        "hash": "",
    }

    def half():
        with database.begin() as connection:
            connection.execute(AUDIT.insert().values(entry))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with database.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit")) == 0


def test_numbers_are_not_given_twice(database, stored_exchange):
    from records.requests import insert

    insert(database, [stored_exchange(), stored_exchange()])
    with database.begin() as connection:
        connection.execute(REQUESTS.delete())
    insert(database, [stored_exchange()])
    with database.begin() as connection:
        assert connection.scalar(text("SELECT max(number) FROM requests")) == 3


def test_newer_tables_are_refused(database, url):
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match=f"got form 9999, expected {NEWEST} or older: newer code made them"):
        Database(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://who:secret@there/x", "got 'mysql://there/x', expected sqlite:///FILE or postgresql://"),
        ("records.db", "got 'records.db', expected sqlite:///FILE"),
        ("postgresql://who:secret@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x: connection failed"),
        ("sqlite:////dev/null/records.db", "File exists: '/dev/null'"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(url, message):
    with pytest.raises(RecordsError) as raised:
        Database(url)
    assert message in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "records.db"
    file.write_bytes(b"hardly a database" * 100)
    with pytest.raises(RecordsError, match=r"records\.db: file is not a database"):
        Database(f"sqlite:///{file}")


def test_a_database_that_does_not_answer_is_away_and_one_that_says_no_is_not(database):
    with pytest.raises(AwayError, match="connection failed"):
        Database("postgresql://127.0.0.1:1/x")
    with pytest.raises(RecordsError) as raised, database.begin() as connection:
        connection.execute(text("INSERT INTO audit (number) VALUES (NULL)"))
    assert type(raised.value) is RecordsError


def test_what_a_connection_keeps_of_a_file_is_bounded(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    with database.read() as connection, database.cursor() as cursor:
        requested = "PRAGMA cache_size"
        assert connection.exec_driver_sql(requested).scalar() == cursor.execute(requested).fetchone()[0] == -512  # KiB
    database.close()


def test_a_connection_that_cannot_be_set_up_is_closed(url):
    database, closed = Database(url, durable=False), []
    event.listen(database.engine, "close_detached", closed.append)
    database._lax = "no statement"
    with pytest.raises(RecordsError, match="syntax error"), database.cursor():
        pytest.fail("it was set up")
    assert len(closed) == 1
    database.close()
    assert len(closed) == 1


def test_who_waits_too_long_for_another_writer_is_told_so(url, monkeypatch):
    monkeypatch.setattr(module, "_BUSY", 0.05)
    database, other = Database(url), Database(url)
    with database.begin() as writes:
        database.lock(writes, AUDIT)
        with pytest.raises(AwayError, match=r"lock"), other.begin() as waits:
            other.lock(waits, AUDIT)
    with other.begin() as goes_on:
        other.lock(goes_on, AUDIT)
    database.close()
    other.close()
