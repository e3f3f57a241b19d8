"""Owner locks: held until the process exits, so that others can check whether it is alive.

A killed process cleans up nothing. The system releases its locks, so a later process can detect what no
owns any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

FOLDER = "jobs"
_ENDING = ".lock"
_own: dict[Path, tuple[int, str, int]] = {}  # by home folder: process, name and open file, which stays open


def held(lock: BinaryIO) -> bool:
    """Take the lock of an open file until it is closed, without waiting; whether it is ours now.

    Where the system has no such locks (Windows) nothing is ever taken, and so nothing is taken away.
    """
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def has_locks() -> bool:
    """Return whether the system has such locks."""
    return find_spec("fcntl") is not None


def locked(file: Path) -> BinaryIO:
    """Create a file with a lock of this process; the file gets its name after it is locked."""
    excluded = file.with_name(f".{file.name}")
    lock = excluded.open("wb")
    held(lock)
    excluded.rename(file)
    return lock


def own_lock(home: Path) -> str:
    """Name of the lock that this process holds in a home folder from now on until it ends."""
    known = _own.get(home)
    if known is not None and known[0] == os.getpid() and (home / FOLDER / f"{known[1]}{_ENDING}").exists():
        return known[1]
    name = uuid4().hex
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # what a plant measures stands there
    (home / FOLDER).mkdir(exist_ok=True)
    with locked(home / FOLDER / f"{name}{_ENDING}") as lock:
        _own[home] = os.getpid(), name, os.dup(lock.fileno())  # the lock is held until both are closed
    return name


def left(home: Path) -> Iterator[str]:
    """Names of locks in a home folder whose processes have ended; each is gone once it was dealt with."""
    for file in sorted((home / FOLDER).glob(f"*{_ENDING}")):
        with suppress(OSError), file.open("r+b") as lock:
            if held(lock):
                yield file.name.removesuffix(_ENDING)
                file.unlink()
