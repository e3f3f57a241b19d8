"""The folder of seeds as the service reads it: again at every look, file by file as they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.processes.lookup import check_process
from operations.catalogue import Offers, offered
from seeds import SeedError, folder, is_built_in, load, names


@dataclass(frozen=True)
class SeedFolderSnapshot:
    """Content of the folder at one poll.

    Parameters
    ----------
    offers : Mapping of str to Offers
        Operations that each process offers, by its name.
    broken : Mapping of str to str
        Why a seed cannot be used, by the name of its file.
    """

    offers: Mapping[str, Offers]
    broken: Mapping[str, str]


class SeedFolder:
    """Reads seeds; a file that has not changed since the last look is not read again.

    Parameters
    ----------
    max_rows : int
        Most rows in one request.
    """

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._read: dict[str, tuple[tuple[int, ...], Offers | str]] = {}

    def look(self) -> SeedFolderSnapshot:
        """Return the current content of the folder.

        Raises
        ------
        SeedError
            The folder does not exist. A seed that cannot be used raises nothing: it stands in `broken`.
        """
        self._read = {name: self._of(name) for name in names()}
        contents = {name: content for name, (_, content) in self._read.items()}
        return SeedFolderSnapshot(
            {name: content for name, content in contents.items() if isinstance(content, Offers)},
            {name: content for name, content in contents.items() if isinstance(content, str)},
        )

    def _of(self, name: str) -> tuple[tuple[int, ...], Offers | str]:
        # Before the file is read: one that is written meanwhile has another mark at the next look.
        mark = _mark(folder() / f"{name}.toml")
        before = self._read.get(name)
        if before is not None and before[0] == mark:
            return before
        try:
            seed = load(name)
            check_process(seed)
            offers = offered(seed, self._max_rows)
            if not is_built_in():
                _ = offers.forms  # a plant's own seed may have names of fields; tests have made these of the built-in
            return mark, offers
        except SeedError as error:
            return mark, "; ".join(error.faults)
        except Exception as error:  # a file may be unreadable or unfit in any way; the others are served
            return mark, " ".join(str(error).split()) or type(error).__name__


def _mark(file: Path) -> tuple[int, ...]:
    """Return a mark that changes with the content of a file; None if the file is missing."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
