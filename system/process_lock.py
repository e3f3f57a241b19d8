"""One job of a process at a time in a home folder, for all callers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from system.owner_lock import FOLDER, has_locks, held

_LOOK = 0.5  # s between two looks whether the other job has ended


class ProcessLockedError(ValueError):
    """Another job of the process runs."""


@contextmanager
def alone(home: Path, process: str, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Exclude other jobs of a process; the lock ends with this process.

    Parameters
    ----------
    home : Path
        The home folder.
    process : str
        Process whose model is trained.
    wait : callable, optional
        Called at each look with what is waited for; without it nothing is waited for.

    Raises
    ------
    ProcessLockedError
        Another job of this process runs.
    """
    file, is_new = home / FOLDER / f"{process}.alone", not home.exists()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.parent.mkdir(exist_ok=True)
    lock = _held(file, process, wait)
    try:
        lock.truncate(0)
        lock.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode())
        lock.flush()
        yield
    finally:
        file.unlink()
        lock.close()
        if is_new:  # a job that wrote nothing leaves nothing
            with suppress(OSError):
                file.parent.rmdir()
                home.rmdir()


def _held(file: Path, process: str, wait: Callable[[str], None] | None) -> BinaryIO:
    """The file, open and locked; see `alone`."""
    while True:
        lock = file.open("a+b")
        if held(lock) or not has_locks():
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock.fileno()), file.stat()):
                    return lock
            lock.close()  # its owner has removed it: it is no lock any more
            continue
        lock.seek(0)
        other = lock.read(200).decode(errors="replace") or "that has just started"
        lock.close()
        if wait is None:
            raise ProcessLockedError(f"{process}: another one runs already, {other}; wait for its end, or end it")
        wait(f"waits for another job of {process}, {other}")
        time.sleep(_LOOK)
