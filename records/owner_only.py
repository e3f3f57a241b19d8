"""Files of databases that their owner alone may read: they hold keys, and what a plant asked."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("nonferrous.records")

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BESIDE = ("", "-wal", "-shm", "-journal")  # SQLite gives the others the mode that the first has when it makes them


def make_private(file: Path) -> None:
    """Create a SQLite file and its folder for the owner only; revoke others' rights on existing ones.

    A file of another owner is unchanged; a warning is logged.

    Raises
    ------
    OSError
        It cannot be made.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for name in _BESIDE:
        _tighten(Path(f"{file}{name}"))


def _tighten(file: Path) -> None:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OTHERS:
            file.chmod(mode & ~_OTHERS)
            log.warning("%s: others could use it (mode %03o); from now on its owner alone may", file, mode)
    except FileNotFoundError:
        pass
    except PermissionError:
        log.warning("%s: others may read it (mode %03o), and its owner alone can change that", file, mode)
