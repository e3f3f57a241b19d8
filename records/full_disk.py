"""What is said of a disk that takes no more, in one line: what was tried, what is expected, what was found."""

from __future__ import annotations

import shutil
from pathlib import Path

SQLITE = "sqlite:///"
SIGNS = ("disk is full", "disk I/O error", "No space left", "File too large")
"""Words of SQLite, PostgreSQL and the system; SQLite says the second of a file that may not grow, too."""
MIB = 2**20


def worded(said: str, url: str) -> str:
    """What a database has said, and where that means a disk that takes no more, what is expected of it.

    Parameters
    ----------
    said : str
        In the database's own words.
    url : str
        Where the database is.
    """
    if not any(sign in said for sign in SIGNS):
        return said
    if not url.startswith(SQLITE):
        return f"cannot be written ({said}); expected free space on the disk of its server"
    folder = Path(url.removeprefix(SQLITE)).absolute().parent
    found = f"{shutil.disk_usage(folder).free / MIB:,.0f} MiB at {folder}"
    return f"cannot be written ({said}); expected free space and no limit on the size of files, found free: {found}"
