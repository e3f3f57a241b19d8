"""One-line messages for a full disk: the attempted action, the expected state and the state found."""

from __future__ import annotations

import shutil
from pathlib import Path

from system.full_disk import MIB, SIGNS

SQLITE = "sqlite:///"
WRAPPED = ("(sqlite3.", "(psycopg.")
"""Start of a line in which SQLAlchemy wraps a driver's message."""
EXPECTED = "expected free space and no limit on the size of files"
OF_SERVER = "expected free space on the disk of its server"


def room(url: str) -> str:
    """Return the used and the total size of the disk, or of the largest allowed file, without a path.

    Parameters
    ----------
    url : str
        Where the database is.
    """
    if not url.startswith(SQLITE):
        return OF_SERVER
    file = Path(url.removeprefix(SQLITE)).absolute()
    largest = max((one.stat().st_size for one in (file, Path(f"{file}-wal")) if one.exists()), default=0)
    most = _most_of_file()
    if most is not None and largest + MIB > most:
        return f"{largest} of {most} bytes that a file may have are used"
    disk = shutil.disk_usage(file.parent)
    return f"{disk.used} of {disk.total} bytes of the disk are used"


def _most_of_file() -> int | None:
    """Largest file that this process may write [bytes]; None if the system has no limit or none is set."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if most == resource.RLIM_INFINITY else most


def worded(message: str, url: str) -> str:
    """Return a database's message; if the disk is full, with the expected and the found free space.

    Parameters
    ----------
    message : str
        In the database's own words.
    url : str
        Where the database is.
    """
    if not any(sign in message for sign in SIGNS):
        return message
    if not url.startswith(SQLITE):
        return f"cannot be written ({message}); {OF_SERVER}"
    folder = Path(url.removeprefix(SQLITE)).absolute().parent
    available = f"{shutil.disk_usage(folder).free / MIB:,.0f} MiB at {folder}"
    return f"cannot be written ({message}); {EXPECTED}, found free: {available}"


def worded_later(message: str, url: str) -> str | None:
    """Return the message for a stored error of a full disk, without its free space; None for other errors.

    Parameters
    ----------
    message : str
        What was kept, in one line.
    url : str
        Where the database is.
    """
    sign = next((sign for sign in SIGNS if sign in message), None)
    if sign is None or not message.startswith(WRAPPED):
        return None
    return f"cannot be written ({sign}); {EXPECTED if url.startswith(SQLITE) else OF_SERVER}"
