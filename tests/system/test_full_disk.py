"""What a disk that takes no more says in one line: whose files, what is expected, what is free."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from system import full_disk
from system.full_disk import MIB, SIGNS, on_full_disk


@pytest.fixture
def free(monkeypatch):
    """3.5 MiB are free on each disk."""
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100 * MIB, 96, 3 * MIB + MIB // 2)
    )


def of_system(number, *file):
    return OSError(number, os.strerror(number), *file)


def test_a_file_that_cannot_be_written_is_named_with_what_is_free_there(free, tmp_path, monkeypatch):
    monkeypatch.setattr(full_disk.tempfile, "gettempdir", lambda: str(tmp_path))
    result = on_full_disk(of_system(errno.ENOSPC, "/plant/answers.csv"), tmp_path)
    assert result == (
        "/plant/answers.csv cannot be written (No space left); expected free space and no limit on the size of files, "
        f"found free: 4 MiB at {tmp_path}"
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_what_the_system_says_of_a_full_disk_is_known(number, tmp_path):
    assert on_full_disk(of_system(number), tmp_path).startswith("a file cannot be written (")


def test_what_sqlite_says_of_a_database_that_may_not_grow_is_known(tmp_path):
    with closing(sqlite3.connect(tmp_path / "small.db")) as connection:
        connection.execute("PRAGMA max_page_count=2")
        connection.execute("CREATE TABLE t (x)")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert on_full_disk(raised.value, tmp_path).startswith("a file cannot be written (disk is full); ")


def test_each_disk_is_named_once_and_a_folder_that_is_not_there_yet_is_its_parents(free, tmp_path, monkeypatch):
    monkeypatch.setattr(full_disk.tempfile, "gettempdir", lambda: str(tmp_path))
    absent = tmp_path / "home" / "deep"
    result = on_full_disk(of_system(errno.ENOSPC), absent, tmp_path)
    assert result.endswith(f"found free: 4 MiB at {absent}")


def test_of_a_servers_disk_nothing_is_known_here():
    assert on_full_disk(ValueError("database or\n disk is full")) == (
        "a file cannot be written (disk is full); expected free space on the disk of its server"
    )


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "No such file"), ValueError("full of errors"), ValueError()])
def test_another_error_is_none_of_the_disk(error, tmp_path):
    assert on_full_disk(error, tmp_path) is None


def test_no_sign_hides_another():
    assert not [one for one in SIGNS for other in SIGNS if one != other and one in other]
