"""The folder of seeds as the service reads it: again at every look, file by file as they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from models.processes.lookup import check_process
from operations.catalogue import Offers, offered
from seeds import SeedError, is_built_in, load
from seeds.format.agreement import differing
from seeds.format.files import plant_of, relative, seed_files, single_file
from serving.hot_reload.status import NEW, Status


@dataclass(frozen=True)
class SeedFolderSnapshot:
    """Content of the folder at one poll.

    Parameters
    ----------
    offers : Mapping of str to Offers
        Operations that each process offers, by its name.
    broken : Mapping of str to str
        Why a seed cannot be used, by the name of its file; a file in a plant's folder is named with that.
    """

    offers: Mapping[str, Offers]
    broken: Mapping[str, str]


Mark: TypeAlias = tuple[str | int, ...]
CHECKED_AT_ONCE = 4  # seeds of a plant whose types of requests are made at a look, 40 ms each


class SeedFolder:
    """Reads seeds; a file that has not changed since the last look is not read again.

    A plant's own seed may have columns with names of fields, which the types of its requests show. Of many new seeds
    some are checked for it at the first look, the others at the next ones.

    Parameters
    ----------
    max_rows : int
        Most rows in one request.
    """

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._read: dict[str, tuple[Mark, Offers | str]] = {}
        self._unchecked: dict[str, tuple[Path, Offers]] = {}

    def look(self) -> SeedFolderSnapshot:
        """Return the current content of the folder.

        Raises
        ------
        SeedError
            The folder does not exist. A seed that cannot be used raises nothing: it stands in `broken`.
        """
        self._read = {name: self._of(name, files) for name, files in seed_files().items()}
        self._check()
        contents = {name: content for name, (_, content) in self._read.items()}
        return SeedFolderSnapshot(
            {name: content for name, content in contents.items() if isinstance(content, Offers)},
            {name: content for name, content in contents.items() if isinstance(content, str)},
        )

    def _of(self, name: str, files: list[Path]) -> tuple[Mark, Offers | str]:
        # Before the file is read: one that is written meanwhile has another mark at the next look.
        mark = tuple(part for file in files for part in _mark(file))
        before = self._read.get(name)
        if before is not None and before[0] == mark:
            return before
        file = None
        try:
            file = single_file(files)
            seed = load(file)
            check_process(seed)
            offers = offered(seed, self._max_rows)
            if not is_built_in():  # tests have checked those
                self._unchecked[name] = file, offers
            return mark, offers
        except Exception as error:  # a file may be unreadable or unfit in any way; the others are served
            return mark, _fault(error, file)

    def _check(self) -> None:
        """Make the types of requests of some seeds, and note those that cannot be used."""
        for name in list(self._unchecked)[:CHECKED_AT_ONCE]:
            file, offers = self._unchecked.pop(name)
            mark, content = self._read.get(name, ((), ""))
            if content is not offers:
                continue
            try:
                _ = offers.forms
            except Exception as error:
                self._read[name] = mark, _fault(error, file)


def _fault(error: Exception, file: Path | None) -> str:
    """Return the fault as text, with the file if that stands in a plant's folder."""
    text = "; ".join(error.faults) if isinstance(error, SeedError) else " ".join(str(error).split())
    place = "" if file is None or plant_of(file) is None else f"{relative(file)}: "
    return place + (text or type(error).__name__)


def _mark(file: Path) -> Mark:
    """Return a mark that changes with place and content of a file; the place alone if it is missing."""
    try:
        status = file.stat()
    except OSError:
        return (str(file),)
    return str(file), status.st_mtime_ns, status.st_size, status.st_ino


def with_seeds(statuses: Mapping[str, Status], known: SeedFolderSnapshot) -> dict[str, Status]:
    """Return the statuses with the current seeds; `Champions` states which seeds are applied."""
    updated = {}
    for name in sorted({*known.offers, *known.broken, *statuses}):
        status = statuses.get(name, NEW)
        offers, fault = known.offers.get(name), known.broken.get(name)
        if offers is None and status.in_service is not None:
            reason = "its seed file was deleted" if fault is None else f"its seed cannot be used: {fault}"
            updated[name] = replace(status, seed_trouble=f"{reason}; the seed of before stays")
        elif offers is not None:
            updated[name] = _with_seed(status, offers)
        elif fault is not None:
            updated[name] = Status(seed_trouble=f"its seed cannot be used: {fault}")
    return updated


def _with_seed(status: Status, offers: Offers) -> Status:
    if offers is status.offers:
        return replace(status, seed_trouble=None)
    if status.in_service is None:
        return replace(status, offers=offers, trouble=status.trouble or NEW.trouble, seed_trouble=None)
    trained = status.trained_seed
    others = [] if trained is None else differing(trained, offers.seed)
    if not others:
        return replace(status, offers=offers, seed_trouble=None)
    seed_error = (
        f"its seed has changed in {', '.join(others)}; the seed of before stays until a champion is trained with it"
    )
    return replace(status, seed_trouble=seed_error)
