"""What the records and the queue of jobs say of a disk that takes no more."""

import shutil
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from records.database import AwayError, Database
from records.full_disk import MIB, worded
from records.jobs.queue import JobsError, in_one_line


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


def test_a_servers_disk_is_its_own():
    said = 'could not extend file "base/1": No space left on device'
    assert worded(said, "postgresql://ann@plant/records") == (
        f"cannot be written ({said}); expected free space on the disk of its server"
    )


@pytest.mark.parametrize("url", ["sqlite:///records.db", "postgresql://plant/records"])
def test_other_words_stay_as_they_are(url):
    assert worded("database is locked", url) == "database is locked"
