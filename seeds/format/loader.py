"""Reading seeds: a TOML file becomes a `Seed`, or one error that names every fault in it."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seeds.format import constraints, equipment, gateway, norms, schedule, sections, table, warnings
from seeds.format.column import MADE
from seeds.format.files import SeedError, missing, seed_file, seed_files, single_file
from seeds.format.renamed import renamed, renamed_prices
from seeds.format.schema import Seed, called, head_of, stated_sources
from seeds.format.tasks import classification, quality, regression, sorting

_MOST_KEPT = 512  # seeds of a text that was read before; more than a folder has
_TEXT_NEEDED = {"practice": "'practice: what plants do'", "assumed": "'assumed: why'"}


def load(name_or_path: str | Path) -> Seed:
    """Read one seed by process name from the folder of seeds, or by the path of a .toml file.

    Raises
    ------
    SeedError
        The file is missing, is not TOML, or violates a rule of the format; the error lists all faults. Or several
        files have the name.
    """
    text = str(name_or_path)
    path = Path(text) if text.endswith(".toml") else seed_file(text)
    if not path.is_file():
        raise missing(path)
    try:
        # Not read_text: it would change the line ends, and with them the digest of the file's bytes.
        return parse(path.read_bytes().decode("utf-8"), path)
    except UnicodeDecodeError as error:
        raise SeedError(path, [f"byte {error.start} is not UTF-8: a seed is a UTF-8 text file"]) from None


def load_all() -> dict[str, Seed]:
    """Every seed of the folder and its plants by process name."""
    return {name: load(single_file(files)) for name, files in seed_files().items()}


def parse(text: str, path: Path) -> Seed:
    """Seed from TOML text; `path` is what faults name.

    A text that was read before is not parsed again, which saves 10 ms. The result is a separate seed nevertheless,
    which shares frozen parts with others of its text.

    Raises
    ------
    SeedError
        As for `load`.
    """
    try:
        read = _parsed(text, path.stem)
    except SeedError as error:
        raise SeedError(path, list(error.faults)) from None
    parts = {name: copy.copy(getattr(read, name)) for name in Seed.model_fields}
    return Seed.model_construct(read.model_fields_set, **parts)


@lru_cache(maxsize=_MOST_KEPT)
def _parsed(text: str, name: str) -> Seed:
    """Return the seed of a file of this name; a model shares that of its plant, whatever the folder."""
    path = Path(f"{name}.toml")
    try:
        raw = sections.parsed(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedError(path, [f"no valid TOML: {error}"]) from None
    if own := [key for key in ("text", "place", "added") if key in raw]:
        raise SeedError(path, [f"{key}: unknown key" for key in own])
    faults, whole = [], equipment.with_facts(raw)
    try:
        seed = Seed.model_validate(whole | {"text": text})
    except ValidationError as error:
        stated = error.errors()
        if former := [f"{_where(whole, one)}: {text}" for one in stated for text in renamed(one)]:
            raise SeedError(path, former) from None  # other errors may follow from these
        wrong = {detail["loc"][1] for detail in stated if detail["loc"][0] == "equipment" and len(detail["loc"]) > 1}
        # A fault of a fact is named where the fact stands, and not again at the parameter that it became.
        faults = [_fault(whole, one) for one in stated if not equipment.facts_of(raw, one["loc"]) & wrong]
    faults += _across(raw, path)
    if not faults:
        faults += _shadow(seed)
    if faults:
        raise SeedError(path, faults)
    return seed


def _fault(raw: dict[str, Any], detail: Any) -> str:
    """One line from a pydantic error: key, value got, what was expected."""
    where = _where(raw, detail)
    if detail["type"] == "missing":
        return f"{where}: missing"
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key"
    message = detail["msg"].removeprefix("Value error, ")
    got = detail["input"]
    return f"{where}: {message}" if isinstance(got, dict) else f"{where}: got {got!r}: {message}"


def _where(raw: dict[str, Any], detail: Any) -> str:
    return ".".join(_place(raw, detail["loc"]))


def _place(raw: Any, loc: tuple[int | str, ...]) -> Iterator[str]:
    """Steps to a fault; an item of a list is called by its name where it has one."""
    for step in loc:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        yield called(raw, step)


def _across(raw: dict[str, Any], path: Path) -> Iterator[str]:
    """Yield errors between parts of a seed; a part of the wrong type is reported separately."""
    process = _part(raw, "process")
    name = process.get("name")
    if isinstance(name, str) and name != path.stem:
        yield f"process.name: got '{name}': expected the file's name, '{path.stem}'"
    given = raw.get("columns")
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    rows = [row for row in rows if isinstance(row.get("name"), str)]
    for row, count in Counter(row["name"] for row in rows).items():
        if count > 1:
            yield f"columns.{row}: named {count} times"
    columns = {row["name"]: row for row in rows}
    yield from renamed_prices(_part(raw, "economics"))
    yield from _roles(rows, raw)
    yield from _tags(columns)
    yield from _made(columns)
    yield from _targets(columns, _part(raw, "targets"))
    yield from regression.faults(raw, columns)
    yield from classification.faults(raw, columns)
    yield from sorting.faults(raw, columns)
    yield from quality.faults(raw, columns)
    yield from constraints.faults(raw, columns)
    yield from norms.faults(raw)
    yield from schedule.faults(raw, columns)
    yield from warnings.faults(raw, columns)
    yield from equipment.faults(raw)
    yield from table.faults(raw, columns)
    yield from gateway.faults(raw, columns)
    references = _part(raw, "references")
    for place, source in stated_sources({key: part for key, part in raw.items() if key != "references"}):
        head = head_of(source)
        if head in _TEXT_NEEDED:
            if not re.match(rf"{head}:\s*\S", source):
                yield f"{place}: got source '{source}': expected {_TEXT_NEEDED[head]}"
        elif source.strip() and head not in references:
            expected = f"a key of [references], {_TEXT_NEEDED['practice']} or {_TEXT_NEEDED['assumed']}"
            yield f"{place}: got source '{source}': expected {expected}"


def _shadow(seed: Seed) -> Iterator[str]:
    """A shadow period that is over before the first outcome of a row answered in it is known."""
    request = seed.process.shadow
    if request is not None and request.timedelta < seed.delay:
        expected = f"expected at least {seed.delay / dt.timedelta(days=1):g} d, the delay of the outcomes"
        yield f"process.shadow: got {request.value:g} {request.unit}: {expected}"


def _part(raw: dict[str, Any], key: str) -> dict[str, Any]:
    part = raw.get(key)
    return part if isinstance(part, dict) else {}


def _roles(rows: list[dict[str, Any]], raw: dict[str, Any]) -> Iterator[str]:
    roles = Counter(str(row.get("role")) for row in rows)
    if roles["time"] > 1:
        yield f"columns: got {roles['time']} columns of role time: expected 1, or none where the table has no time"
    if not roles["target"]:
        yield "columns: got no column of role target: expected at least 1"
    keys = [row["name"] for row in rows if row.get("role") == "key"]
    named = _part(raw, "process").get("unit_key")
    if keys != ([] if named is None else [named]):
        got = "none" if named is None else f"'{named}'"
        yield f"process.unit_key: got {got}: expected the one column of role key, of {', '.join(keys) or 'none'}"
    yield from _clock(rows, raw, bool(roles["time"]))
    for row in rows if "plant" in raw else []:
        number = row.get("role") not in ("key", "time") and not row.get("classes") and not row.get("values")
        lacking = [key for key in ("low", "high", "typical") if number and key not in row]
        if lacking:
            yield f"columns.{row['name']}: a simulated plant needs {', '.join(lacking)}"


def _clock(rows: list[dict[str, Any]], raw: dict[str, Any], has_time: bool) -> Iterator[str]:
    """Parts of a seed that need a column of role time, and the period that goes with it."""
    if has_time != ("period" in _part(raw, "process")):
        got, target = ("a column", "also process.period") if has_time else ("no column", "one for process.period")
        yield f"columns: got {got} of role time: expected {target}"
    if has_time:
        return
    if "shadow" in _part(raw, "process"):
        yield "process.shadow: expected a column of role time: without it no row is newer than another"
    for key in ("sorting", "quality", "plant"):
        if key in raw:
            yield f"{key}: expected a column of role time"
    for row in rows:
        if any(row.get(way) is not None for way in MADE):
            yield f"columns.{row['name']}: made from time: expected a column of role time"


def _tags(columns: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Tags by which a column of a file could mean two of the seed's."""
    owner: dict[tuple[str, str], str] = {}
    for name, row in columns.items():
        tag = row.get("tag")
        if not isinstance(tag, str):
            continue
        if tag != name and tag in columns:
            yield f"columns.{name}.tag: got '{tag}': expected no other column's name"
        # Mean and spread of one tag are two columns.
        meant = (tag, str(row.get("statistic")))
        if meant in owner:
            yield f"columns.{name}.tag: got '{tag}': expected another than that of column {owner[meant]}"
        owner.setdefault(meant, name)


def _made(columns: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between `previous` or `rolling` columns and their source columns."""
    for row, kind in itertools.product(columns.values(), ("previous", "rolling")):
        name = _part(row, kind).get("column")
        if not isinstance(name, str):
            continue
        place = f"columns.{row['name']}.{kind}.column: got '{name}'"
        source = columns.get(name)
        if source is None:
            yield f"{place}: expected another column's name"
        elif source.get("role") in ("key", "time") or source.get("classes") or source.get("values"):
            yield f"{place}: expected a number column"
        elif any(source.get(way) is not None for way in MADE):
            yield f"{place}: expected a column of the table, this one is made itself"
        elif source.get("unit") != row.get("unit"):
            expected = f"expected '{source.get('unit')}' as of column {name}"
            yield f"columns.{row['name']}.unit: got '{row.get('unit')}': {expected}"


def _targets(columns: dict[str, dict[str, Any]], targets: dict[str, Any]) -> Iterator[str]:
    labels = {name: row for name, row in columns.items() if row.get("role") == "target"}
    for name in labels:
        if name not in targets:
            yield f"targets: column {name} has role target and no entry here"
    for name, target in targets.items():
        if not isinstance(target, dict):
            continue
        unit, parent, noise = target.get("unit"), target.get("derived_from"), _part(target, "label_noise")
        if parent is not None and parent not in labels:
            yield f"targets.{name}.derived_from: got '{parent}': expected a target column"
        if parent is not None and "delay" in target:
            yield f"targets.{name}.delay: belongs to the target '{parent}' that this one is derived from"
        if parent is None and name not in labels:
            yield f"targets.{name}: expected a column of role target with this name, or derived_from"
        desired = "1" if labels.get(name, {}).get("classes") else labels.get(name, {}).get("unit")
        if parent is None and name in labels and desired != unit:
            yield f"targets.{name}.unit: got '{unit}': expected '{desired}' as in the column"
        if "unit" in noise and noise["unit"] != unit:
            yield f"targets.{name}.label_noise.unit: got '{noise['unit']}': expected '{unit}'"
