"""Outbox: order, acknowledgement, limits, and a full disk."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.outbox import Outbox
from tests.suite.children import child


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(path: Path, clock: Clock, **limits: object) -> Outbox:
    return Outbox(path / "outbox.db", clock=clock, **limits)


def names(outbox: Outbox, target: str = "a") -> list[str]:
    return [entry.name for entry in outbox.oldest_entries(target, 100)]


def test_entries_stay_in_order_until_they_are_deleted(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock)
    for number in range(5):
        outbox.put("a", f"n{number}", b"x")
        outbox.put("b", f"n{number}", b"y")
    assert names(outbox) == ["n0", "n1", "n2", "n3", "n4"]
    first = outbox.first("a")
    assert first is not None
    outbox.delete([first])
    assert names(outbox) == ["n1", "n2", "n3", "n4"]
    assert len(names(outbox, "b")) == 5
    assert outbox.waiting() == {"a": 4, "b": 5}


def test_entries_outlive_a_restart(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock)
    outbox.put("a", "1", "槽".encode())
    outbox.count("gaps", 3)
    outbox.close()
    again = opened(tmp_path, clock)
    assert [entry.body.decode() for entry in again.oldest_entries("a", 9)] == ["槽"]
    assert again.counts() == {"gaps": 3}


def test_an_entry_replaces_one_of_its_name_even_while_that_is_sent(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock)
    outbox.put("results", "A", b"old")
    under_way = outbox.first("results")
    assert under_way is not None
    outbox.put("results", "A", b"new")
    outbox.delete([under_way])
    assert [entry.body for entry in outbox.oldest_entries("results", 9)] == [b"new"]


def test_old_entries_are_dropped_and_counted(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock, max_age=dt.timedelta(hours=72))
    outbox.put("a", "old", b"x")
    clock.now += 72 * 3600 - 1
    outbox.put("a", "new", b"x")
    assert outbox.trim() == 0
    clock.now += 2
    assert outbox.trim() == 1
    assert names(outbox) == ["new"]
    assert outbox.counts() == {"dropped a": 1}
    assert outbox.oldest() == pytest.approx(2.0)


def test_the_oldest_are_dropped_beyond_the_size(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock, max_bytes=1000)
    for number in range(20):
        outbox.put("a" if number % 2 else "b", str(number), bytes(100))
    assert outbox.trim() == 10
    assert names(outbox) == ["11", "13", "15", "17", "19"]
    assert outbox.size == 1000
    assert outbox.counts() == {"dropped a": 5, "dropped b": 5}


def test_a_transaction_is_whole_or_nothing(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock)

    def fail() -> None:
        with outbox.transaction() as database:
            database.execute("INSERT INTO counts VALUES ('n', 1)")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    assert outbox.counts() == {}


def test_a_full_disk_is_an_error_and_loses_nothing_that_was_written(tmp_path: Path, clock: Clock) -> None:
    outbox = opened(tmp_path, clock)
    outbox.put("a", "safe", b"x")
    with outbox.transaction() as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    outbox._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OSError, match="full"):
        outbox.put("a", "too much", bytes(1 << 20))
    assert "full" in outbox.failure
    assert names(outbox) == ["safe"]
    with outbox.transaction():
        pass
    assert "full" in outbox.failure  # what writes nothing shows nothing about the disk
    outbox._database.execute("PRAGMA max_page_count = 1000000")
    outbox.put("a", "later", bytes(1 << 20))
    assert outbox.failure == ""
    assert names(outbox) == ["safe", "later"]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"no database, " * 100)
    with pytest.raises(GatewayError, match="cannot be opened as outbox"):
        Outbox(tmp_path / "outbox.db")


WRITER = """
import sys
from pathlib import Path
from gateway.outbox import Outbox
outbox = Outbox(Path(sys.argv[1]))
for number in range(10**6):
    outbox.put("a", str(number), b"x" * 100)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.service
def test_what_was_written_outlives_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    root = Path(__file__).parents[2]
    with child([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(200)]
        os.kill(process.pid, signal.SIGKILL)
        output = process.stdout.read()
    written = len(lines) + output.count("\n")
    with sqlite3.connect(path) as database:
        (number,) = database.execute("SELECT count(*) FROM outbox").fetchone()
    assert number - written in (0, 1)
