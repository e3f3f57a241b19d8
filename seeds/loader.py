"""Reading seeds: a TOML file becomes a `Seed`, or one error that names every fault in it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seeds.schema import Seed

_PACKAGE_FOLDER = Path(__file__).parent


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


def names() -> tuple[str, ...]:
    """Names of the processes that the folder describes, sorted."""
    where = folder()
    if not where.is_dir():
        raise SeedError(where, ["no such folder: expected a folder of seeds (*.toml)"])
    return tuple(sorted(path.stem for path in where.glob("*.toml")))


def load(name_or_path: str | Path) -> Seed:
    """Read one seed by process name from the folder of seeds, or by the path of a .toml file.

    Raises
    ------
    SeedError
        The file is missing, is no TOML, or breaks a rule of the format; every fault is named at once.
    """
    text = str(name_or_path)
    path = Path(text) if text.endswith(".toml") else folder() / f"{text}.toml"
    if not path.is_file():
        known = ", ".join(names()) or "none"
        raise SeedError(path, [f"no such seed; {folder()} holds: {known}"])
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise SeedError(path, [f"byte {error.start} is not UTF-8: a seed is a UTF-8 text file"]) from None


def load_all() -> dict[str, Seed]:
    """Every seed of the folder by process name."""
    return {name: load(name) for name in names()}


def parse(text: str, path: Path) -> Seed:
    """Seed from TOML text; `path` is what faults name.

    Raises
    ------
    SeedError
        As for `load`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedError(path, [f"no valid TOML: {error}"]) from None
    if "text" in raw:
        raise SeedError(path, ["text: unknown key"])
    try:
        seed = Seed.model_validate(raw | {"text": text})
    except ValidationError as error:
        raise SeedError(path, [_fault(raw, detail) for detail in error.errors()]) from None
    faults = list(_across(seed, path))
    if faults:
        raise SeedError(path, faults)
    return seed


def _fault(raw: dict[str, Any], detail: Any) -> str:
    """One line from a pydantic error: key, value got, what was expected."""
    where = ".".join(_place(raw, detail["loc"]))
    if detail["type"] == "missing":
        return f"{where}: missing"
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key"
    told = detail["msg"].removeprefix("Value error, ")
    got = detail["input"]
    return f"{where}: {told}" if isinstance(got, dict) else f"{where}: got {got!r}: {told}"


def _place(raw: Any, loc: tuple[int | str, ...]) -> Iterator[str]:
    """Steps to a fault; an item of a list is called by its name where it has one."""
    for step in loc:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        named = raw.get("name") if isinstance(raw, dict) and isinstance(step, int) else None
        yield str(named if named is not None else step)


def _across(seed: Seed, path: Path) -> Iterator[str]:
    """Faults that only show when parts are compared."""
    process = seed.process
    if process.name != path.stem:
        yield f"process.name: got '{process.name}': expected the file's name, '{path.stem}'"
    seen: set[str] = set()
    for column in seed.columns:
        if column.name in seen:
            yield f"columns.{column.name}: named twice"
        seen.add(column.name)
    yield from _roles(seed)
    for column in seed.columns:
        if column.previous is not None and column.previous.column not in seen:
            got = column.previous.column
            yield f"columns.{column.name}.previous.column: got '{got}': expected another column's name"
    yield from _targets(seed)
    for place, source in seed.sources.items():
        head = source.split(":")[0].split(",")[0].strip()
        if head == "assumed":
            if not source.partition(":")[2].strip():
                yield f"{place}: got source '{source}': expected 'assumed: why'"
        elif head not in seed.references:
            yield f"{place}: got source '{source}': expected a key of [references] or 'assumed: why'"


def _roles(seed: Seed) -> Iterator[str]:
    times, keys, targets = seed.by_role("time"), seed.by_role("key"), seed.by_role("target")
    if len(times) != 1:
        yield f"columns: got {len(times)} columns of role time: expected 1"
    if not targets:
        yield "columns: got no column of role target: expected at least 1"
    named = [key.name for key in keys]
    wanted = [] if seed.process.unit_key is None else [seed.process.unit_key]
    if named != wanted:
        yield f"process.unit_key: got {wanted}: expected the column of role key, which is {named}"


def _targets(seed: Seed) -> Iterator[str]:
    columns = {column.name: column for column in seed.by_role("target")}
    for name, target in seed.targets.items():
        if target.derived_from is not None:
            if target.derived_from not in columns:
                yield f"targets.{name}.derived_from: got '{target.derived_from}': expected a target column"
            continue
        if name not in columns:
            yield f"targets.{name}: expected a column of role target with this name, or derived_from"
        elif columns[name].unit != target.unit:
            yield f"targets.{name}.unit: got '{target.unit}': expected '{columns[name].unit}' as in the column"
        if target.label_noise is not None and target.label_noise.unit != target.unit:
            yield f"targets.{name}.label_noise.unit: got '{target.label_noise.unit}': expected '{target.unit}'"
    for name in columns:
        if name not in seed.targets:
            yield f"targets: column {name} has role target and no entry here"
