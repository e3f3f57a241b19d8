"""Folders for a moment, each with a lock by which it is known afterwards whether its owner lives."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from system.owner_lock import held, locked

PREFIX = "nonferrous-"
_LOCK, _FILES = "lock", "files"


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """An empty folder that is gone afterwards, or after `sweep` where this process is killed before.

    Parameters
    ----------
    parent : Path, optional
        Where it is made; by default where the system keeps such folders.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent, ignore_cleanup_errors=True) as own:
        files = Path(own) / _FILES
        with locked(Path(own) / _LOCK):
            files.mkdir()
            yield files


@contextmanager
def holding_all(folder: Path) -> Iterator[None]:
    """Direct temporary files of libraries into a folder."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def sweep(parent: Path | None = None) -> list[Path]:
    """Remove this user's folders of `scratch` whose owners have ended; gives what was removed."""
    result = []
    for folder in Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another sweeps too, or its owner has just ended in order
            if _is_ours(folder) and _is_left(folder / _LOCK):
                shutil.rmtree(folder)
                result.append(folder)
    return result


def _is_ours(folder: Path) -> bool:
    about = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and (not hasattr(os, "geteuid") or about.st_uid == os.geteuid())


def _is_left(file: Path) -> bool:
    """Return whether a file's lock is free: no running process holds it."""
    with file.open("r+b") as lock:
        return held(lock)
