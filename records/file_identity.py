"""Identity of a database's file, by which one that was removed or replaced is noticed."""

from __future__ import annotations

from pathlib import Path


def identity_of(file: Path | None) -> tuple[int, int] | None:
    """Return device and inode of a file; None where there is none, or the database is a server."""
    try:
        status = None if file is None else file.stat()
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)
