"""What the records and the queue of jobs say of a disk that takes no more."""

import errno
import os
import re
import shutil
from contextlib import closing
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from records.database import AwayError, Database
from records.full_disk import room, worded
from records.jobs.queue import JobsError, _why, in_one_line
from records.jobs.worker import Worker
from system.full_disk import MIB


@pytest.fixture
def free(monkeypatch):
    """3.5 MiB are free on each disk."""
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100 * MIB, 96, 3 * MIB + MIB // 2)
    )


def grow(database):
    """Write a megabyte into a file that may have no page more than it has."""
    with database.begin() as connection:
        connection.execute(text("PRAGMA max_page_count=1"))
        connection.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000) AS x"))


EXPECTED = "expected free space and no limit on the size of files, found free: 4 MiB at"


def test_records_that_may_not_grow_say_where_and_what_is_expected(free, tmp_path):
    with closing(Database(f"sqlite:///{tmp_path / 'records.db'}")) as database:
        with pytest.raises(AwayError) as raised:
            grow(database)
    assert str(raised.value) == (
        f"records at sqlite:///{tmp_path / 'records.db'}: cannot be written (database or disk is full); "
        f"{EXPECTED} {tmp_path}"
    )


def test_a_queue_that_may_not_grow_says_where_and_what_is_expected(free, tmp_path):
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    with pytest.raises(JobsError) as raised, in_one_line(url):
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))
    assert str(raised.value) == f"jobs at {url}: cannot be written (disk I/O error); {EXPECTED} {tmp_path}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OperationalError("COMMIT", {}, Exception("disk I/O error")),
            "^jobs at sqlite:///{}/jobs.db: cannot be written",
        ),
        (
            OSError(28, "No space left on device", "a.log"),
            r"^cannot be written \(\[Errno 28\] .*'a.log'\); expected free",
        ),
        (OSError(2, "No such file"), r"^\[Errno 2\] No such file$"),
        (
            JobsError("MLflow store here: a file cannot be written (disk is full)"),
            "^MLflow store here: a file cannot be",
        ),
    ],
)
def test_a_worker_says_why_it_leaves_a_job(tmp_path, error, words):
    worker = Worker(f"sqlite:///{tmp_path}/jobs.db", "w", None)
    assert re.search(words.format(tmp_path), worker._why(error))


def failed(error):
    """What the queue's database has kept of a job that failed."""
    return SimpleNamespace(status="ERROR", error=error)


WRAPPED = "(sqlite3.OperationalError) disk I/O error (Background on this error at: SQLAlchemy)"


@pytest.mark.parametrize(
    ("error", "url", "words"),
    [
        (
            WRAPPED,
            "sqlite:///plant/jobs.db",
            "jobs at sqlite:///plant/jobs.db: cannot be written (disk I/O error); expected free space and no limit on "
            "the size of files",
        ),
        (
            "(psycopg.errors.DiskFull) could not extend file: No space left on device",
            "postgresql://ann@plant/records",
            "jobs at postgresql://plant/records: cannot be written (No space left); expected free space on the disk "
            "of its server",
        ),
        ("fit trees: a file cannot be written (File too large)", "sqlite:///x", None),
        ("(sqlite3.OperationalError) database is locked", "sqlite:///x", None),
    ],
)
def test_a_job_that_failed_by_a_full_disk_says_which(error, url, words):
    assert _why(failed(error), url) == (words or error)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_what_the_system_says_of_a_full_disk_is_known(number):
    message = os.strerror(number)
    assert worded(message, "sqlite:///x").startswith(f"cannot be written ({message}); expected free space")


def test_a_servers_disk_is_its_own():
    message = 'could not extend file "base/1": No space left on device'
    assert worded(message, "postgresql://ann@plant/records") == (
        f"cannot be written ({message}); expected free space on the disk of its server"
    )


@pytest.mark.parametrize("url", ["sqlite:///records.db", "postgresql://plant/records"])
def test_other_words_stay_as_they_are(url):
    assert worded("database is locked", url) == "database is locked"


def test_the_room_of_a_disk_is_told_without_its_place(free, tmp_path):
    assert room(f"sqlite:///{tmp_path / 'records.db'}") == "96 of 104857600 bytes of the disk are used"
    assert room("postgresql://there/x") == "expected free space on the disk of its server"


def test_the_size_that_a_file_may_have_is_told_where_it_is_reached(free, tmp_path):
    resource = pytest.importorskip("resource")
    (tmp_path / "records.db-wal").write_bytes(bytes(2 * MIB))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB + 10, before[1]))
    try:
        result = room(f"sqlite:///{tmp_path / 'records.db'}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert result == f"{2 * MIB} of {2 * MIB + 10} bytes that a file may have are used"
