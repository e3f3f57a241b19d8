"""One line on what MLflow, its database or the disk raised."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from registry.errors import check_unlocked, tracking_error

HOME = Path("/plant")


@pytest.mark.parametrize(("length", "retained"), [(299, 299), (300, 300), (301, 300)])
def test_an_unknown_error_keeps_its_first_300_characters(length: int, retained: int) -> None:
    assert str(tracking_error(ValueError("x" * length), "here", HOME)) == "MLflow store here: " + "x" * retained


def test_a_known_error_is_said_in_words_without_the_password() -> None:
    result = tracking_error(OSError("disk\n is full"), "postgresql://ann:secret@plant/db", HOME)
    assert str(result) == (
        "MLflow store postgresql://ann:***@plant/db: a file cannot be written (disk is full); expected free space on "
        "the disk of its server"
    )


@pytest.mark.parametrize(
    ("error", "uri", "is_here"),
    [
        (sqlite3.OperationalError("database or disk is full"), "sqlite:////plant/mlflow.db", True),
        (sqlite3.OperationalError("disk I/O error"), "sqlite:////plant/mlflow.db", True),
        (OSError(errno.ENOSPC, "No space left on device"), "http://ml:5000", True),  # a copy of an artifact
        (RuntimeError("500: disk I/O error"), "http://ml:5000", False),
        (RuntimeError("could not extend file: No space left on device"), "postgresql://plant/db", False),
    ],
)
def test_a_full_disk_is_named_by_whose_it_is(error: Exception, uri: str, is_here: bool) -> None:
    result = str(tracking_error(error, uri, HOME))
    assert ("MiB at " in result) == is_here
    assert ("its server" in result) != is_here


@pytest.mark.parametrize(
    ("raised", "meaning"),
    [
        (
            "(sqlite3.OperationalError) database is locked",
            "locked by another process for 600 s; wait for its end, then try again",
        ),
        ("file is not a database", "no MLflow database"),
        ("attempt to write a readonly database", "cannot be written"),
        (
            "Detected out-of-date database schema (found version 0123, but expected 4567)",
            "made by another version of MLflow; use that version, or back the store up and run `mlflow db upgrade`",
        ),
        ("Max retries exceeded with url: /api", "no answer from the tracking server"),
        (
            "The following failures occurred while downloading one or more artifacts from file:///plant/artifacts/m-1: "
            "##### File model ##### No such artifact: 'model'",
            "no files at /plant/artifacts/m-1; restore the folder of artifacts from a backup, or train again",
        ),
        (
            "Failed to download artifacts from path 'batch.parquet', please ensure that the path is correct.",
            "a file of a run is missing, or there is no room for a copy of it",
        ),
    ],
)
def test_each_sign_has_one_meaning(raised: str, meaning: str) -> None:
    assert str(tracking_error(OSError(raised), "here", HOME)) == f"MLflow store here: {meaning}"


def test_a_free_file_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "free.db")) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
        connection.commit()
    before = (tmp_path / "free.db").read_bytes()
    check_unlocked(tmp_path / "free.db")
    assert (tmp_path / "free.db").read_bytes() == before


def test_a_locked_file_is_waited_for_no_longer_than_five_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[float] = []
    connect = sqlite3.connect

    def impatient(file: Path, timeout: float) -> sqlite3.Connection:
        calls.append(timeout)
        return connect(file, timeout=0.05)

    with closing(connect(tmp_path / "busy.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite3, "connect", impatient)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            check_unlocked(tmp_path / "busy.db")
    assert calls == [5.0]
