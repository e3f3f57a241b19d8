"""What is said of a disk that takes no more, in one line: what was tried, what is expected, what was found."""

from __future__ import annotations

import shutil
from pathlib import Path

SQLITE = "sqlite:///"
SIGNS = ("disk is full", "disk I/O error", "No space left", "Disk quota exceeded", "File too large")
"""Words of SQLite, PostgreSQL and the system; SQLite says the second of a file that may not grow, too."""
WRAPPED = ("(sqlite3.", "(psycopg.")
"""How a line begins in which SQLAlchemy has wrapped what a driver says."""
MIB = 2**20
EXPECTED = "expected free space and no limit on the size of files"
OF_SERVER = "expected free space on the disk of its server"


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
        return f"cannot be written ({said}); {OF_SERVER}"
    folder = Path(url.removeprefix(SQLITE)).absolute().parent
    found = f"{shutil.disk_usage(folder).free / MIB:,.0f} MiB at {folder}"
    return f"cannot be written ({said}); {EXPECTED}, found free: {found}"


def worded_later(said: str, url: str) -> str | None:
    """What an error that was kept says of the database's disk, whose room then is not known; None of another error.

    Parameters
    ----------
    said : str
        What was kept, in one line.
    url : str
        Where the database is.
    """
    sign = next((sign for sign in SIGNS if sign in said), None)
    if sign is None or not said.startswith(WRAPPED):
        return None
    return f"cannot be written ({sign}); {EXPECTED if url.startswith(SQLITE) else OF_SERVER}"
