"""Error messages of a full disk in one line: operation, place, expected and free space."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

SIGNS = ("disk is full", "No space left", "Disk quota exceeded", "File too large", "disk I/O error")
"""Error texts of the system, PostgreSQL and SQLite; SQLite also uses the last one for a size limit."""
MIB = 2**20


def on_full_disk(error: BaseException, *folders: Path) -> str | None:
    """Return the message of a full-disk error; None for other errors.

    Parameters
    ----------
    error : BaseException
        Of the system, of SQLite or of what has wrapped one of them.
    *folders : Path
        Place of the write, in addition to the temporary folder; none if it belongs to a server.
    """
    message = " ".join(str(error).split())
    sign = next((sign for sign in SIGNS if sign in message), None)
    if sign is None:
        return None
    quantity = f"{getattr(error, 'filename', None) or 'a file'} cannot be written"
    if not folders:
        return f"{quantity} ({sign}); expected free space on the disk of its server"
    result = ", ".join(f"{free / MIB:,.0f} MiB at {folder}" for folder, free in _free(folders).items())
    return f"{quantity} ({sign}); expected free space and no limit on the size of files, found free: {result}"


def _free(folders: tuple[Path, ...]) -> dict[Path, int]:
    """Bytes that are free on the disks of folders and of the folder of copies, each disk once."""
    result: dict[int, tuple[Path, int]] = {}
    for folder in (*folders, Path(tempfile.gettempdir())):
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        result.setdefault(there.stat().st_dev, (folder, shutil.disk_usage(there).free))
    return dict(result.values())
