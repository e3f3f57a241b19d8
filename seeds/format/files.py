"""Files of seeds: a folder that may have one folder for each plant, and the error of a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from seeds.format.names import nearest

_PACKAGE_FOLDER = Path(__file__).parent.parent
_ENDING = ".toml"


class SeedError(ValueError):
    """A seed that cannot be used; `faults` holds one line for each thing wrong with it."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))


def folder() -> Path:
    """Folder that seeds are listed from: NONFERROUS_SEEDS where it is set, else this package."""
    own = os.environ.get("NONFERROUS_SEEDS")
    return Path(own) if own else _PACKAGE_FOLDER


def is_built_in() -> bool:
    """Return whether seeds are those of this package, not a plant's own."""
    return folder() == _PACKAGE_FOLDER


def seed_files() -> dict[str, list[Path]]:
    """Return the files of each process name, sorted by name; `single_file` rejects a name with several.

    Files stand in the folder of seeds or in a plant's folder, one level below it. Names that start with a point are
    left out, as the `..data` of a mounted ConfigMap is.

    Raises
    ------
    SeedError
        There is no folder of seeds.
    """
    where = folder()
    if not where.is_dir():
        raise SeedError(where, ["no such folder: expected a folder of seeds (*.toml)"])
    files: dict[str, list[Path]] = {}
    for file in _files(where):
        files.setdefault(file.stem, []).append(file)
    return dict(sorted(files.items()))


def _files(where: Path) -> Iterator[Path]:
    """Yield the seeds of the folder, then those of each plant's folder."""
    plants = []
    for name in _listed(where):
        if name.endswith(_ENDING):
            yield where / name
        elif os.path.isdir(where / name):
            plants.append(where / name)
    whole = where.resolve()
    for plant in plants:
        # A link back to the folder, or to one that contains it, is no plant.
        if plant.resolve() not in (whole, *whole.parents):
            yield from (plant / name for name in _listed(plant) if name.endswith(_ENDING))


def _listed(where: Path) -> list[str]:
    """Sorted names of a folder without hidden ones; none if it is not readable, as `lost+found` is."""
    try:
        return sorted(name for name in os.listdir(where) if not name.startswith("."))
    except OSError:
        return []


def names() -> tuple[str, ...]:
    """Names of the processes that the folder describes, sorted."""
    return tuple(seed_files())


def missing(path: Path) -> SeedError:
    """Return the error of a file that does not exist, with the name most like it, else with all names."""
    known = names()
    near = nearest([path.stem], known)
    expected = f"the nearest is {near}" if near else f"{folder()} holds: {', '.join(known) or 'none'}"
    return SeedError(path, [f"no such seed; {expected}"])


def single_file(files: list[Path]) -> Path:
    """Return the file of a process.

    Raises
    ------
    SeedError
        Several files have this name; the error names them.
    """
    if len(files) > 1:
        several = " and ".join(relative(file) for file in files)
        raise SeedError(folder(), [f"got {several}: expected one file of this name; rename or remove the others"])
    return files[0]


def seed_file(name: str) -> Path:
    """Return the file of a process, found in the folder of seeds or in a plant's folder.

    Raises
    ------
    SeedError
        No file has this name, or several have it.
    """
    files = seed_files()
    if name not in files:
        raise missing(folder() / f"{name}{_ENDING}")
    return single_file(files[name])


def plant_folders() -> dict[str, str | None]:
    """Return the name of the plant's folder of each process; None in the folder of seeds itself.

    Raises
    ------
    SeedError
        There is no folder of seeds, or several files have one name.
    """
    return {name: plant_of(single_file(files)) for name, files in seed_files().items()}


def plant_of(file: Path) -> str | None:
    """Return the name of the plant's folder that a file of `seed_files` stands in; None without one."""
    return None if file.parent == folder() else file.parent.name


def relative(file: Path) -> str:
    """Return the path below the folder of seeds as text; bytes that are not UTF-8 are replaced."""
    return os.fsencode(file.relative_to(folder())).decode("utf-8", "replace")
