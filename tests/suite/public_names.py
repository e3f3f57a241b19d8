"""Public names of the code, and the reviewed list of them: `python -m tests.suite.public_names` writes it.

The list holds the names of the newest release, and each change since as a line with + or -. A change is documented
where CHANGELOG.md names it under [Unreleased], or a guide that is linked there does. With a new version in
pyproject.toml the command takes the changes into the list of that version.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import typer.main

from nonferrous.command_line import app
from seeds import Seed, load
from seeds.format.schema import Seed as SeedFormat
from serving.settings import ServiceSettings
from serving.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
LIST, CHANGELOG = ROOT / "tests" / "public_names.txt", ROOT / "CHANGELOG.md"
COMMAND = "python -m tests.suite.public_names"
PROCESSES = (  # each task, and each operation that a process may offer
    "aluminium_ingot",
    "aluminium_reduction",
    "aluminium_scrap",
    "copper_electrorefining",
    "retired_batteries_chemistry",
)
HEAD = "# Public names of nonferrous {}; a line with + or - is a change since. Written by `{}`.\n"


# ---- names of the code


def of_commands() -> Iterator[str]:
    """Commands with their arguments and options."""

    def walk(command: click.Command, path: str) -> Iterator[str]:
        yield f"command {path}"
        for one in command.params:
            for name in (*one.opts, *one.secondary_opts):
                yield f"option {path} {name}"
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, f"{path} {name}")

    return walk(typer.main.get_command(app), "nonferrous")


def of_settings() -> Iterator[str]:
    """Environment variables of the commands and of the service."""
    yield "setting NONFERROUS_SEEDS"
    for name, field in ServiceSettings.model_fields.items():
        own = field.validation_alias
        yield f"setting {own if isinstance(own, str) else f'NONFERROUS_{name.upper()}'}"


class _Nothing:
    """Load and records of a service that has done nothing yet."""

    held = most_held = waiting = failures = 0
    error, quota_share = None, 0.0

    @property
    def heavy(self) -> _Nothing:
        return self

    light = heavy


def of_metrics() -> Iterator[str]:
    """Metrics with their labels, as a scrape shows them."""
    metrics = Metrics(_Nothing(), dict)
    metrics.certificate_ends, metrics.records = (lambda: 0.0), _Nothing()
    for family in metrics.collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        yield f"metric {name}"
        for label in getattr(family, "_labelnames", ()):
            yield f"label {name} {label}"


def of_seeds() -> Iterator[str]:
    """Keys of a seed by their place in the file, and the values of keys that have a list of them."""
    schema = SeedFormat.model_json_schema()

    def walk(part: Mapping[str, Any], path: str, above: tuple[str, ...]) -> Iterator[str]:
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            if name not in above:
                yield from walk(schema["$defs"][name], path, (*above, name))
            return
        for one in (*part.get("anyOf", ()), *part.get("oneOf", ()), *part.get("allOf", ())):
            yield from walk(one, path, above)
        for value in part.get("enum", ()):
            if re.fullmatch(r"[\w/-]+", str(value)):  # no sign that stands between numbers or cells
                yield f"seed value {path} {value}"
        for key, one in part.get("properties", {}).items():
            yield f"seed key {path}.{key}".replace(" .", " ")
            yield from walk(one, f"{path}.{key}".removeprefix("."), above)
        for inner in ("items", "additionalProperties"):
            if isinstance(part.get(inner), Mapping):
                yield from walk(part[inner], path if inner == "items" else f"{path}.*", above)

    own = re.compile(r"seed (key|value) (text|place|added)\b")  # of the code: no file states them
    return (name for name in walk(schema, "", ()) if not own.match(name))


def of_openapi() -> Iterator[str]:
    """Addresses of the service and fields of its schemas, without the names that seeds give."""
    with tempfile.TemporaryDirectory() as folder:
        documents = _openapi(Path(folder))
    for path, methods in documents[""]["paths"].items():
        for method in methods:
            yield f"path {method.upper()} {path}"
    for process, document in documents.items():
        names = _given(load(ROOT / "seeds" / f"{process}.toml")) if process else set()
        for component, part in document["components"]["schemas"].items():
            for field in part.get("properties", {}):
                if not names & {*field.split(".")}:
                    yield f"field {_without(component, names)}.{field}"


def _openapi(folder: Path) -> dict[str, dict[str, Any]]:
    """Documents of a service of these processes, none of which has a champion, and of each of them."""
    from serving.app import create_app
    from serving.hot_reload.folder_store import FolderStore

    for name in PROCESSES:
        shutil.copy(ROOT / "seeds" / f"{name}.toml", folder)
    before = os.environ.get("NONFERROUS_SEEDS")
    os.environ["NONFERROUS_SEEDS"] = str(folder)
    try:
        app = create_app(ServiceSettings(home=folder), FolderStore())
        return {"": app.openapi(), **{name: app.openapi_of(name) for name in PROCESSES}}
    finally:
        os.environ.pop("NONFERROUS_SEEDS")
        if before is not None:
            os.environ["NONFERROUS_SEEDS"] = before


def _given(seed: Seed) -> set[str]:
    """Names that a seed gives: of columns, targets, contents, classes, bins, grades and whatever else it lists."""

    def walk(part: object) -> Iterator[str]:
        if isinstance(part, Mapping):
            for key, one in part.items():
                yield key
                yield from walk(one)
        elif isinstance(part, list):
            for one in part:
                yield from walk(one)
        elif isinstance(part, str):
            yield part

    fixed = {name.split()[-1].rpartition(".")[2] for name in of_seeds()}
    return {*walk(tomllib.loads(seed.text))} - fixed


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[_.]", name))


def _without(component: str, names: set[str]) -> str:
    """Name of a schema with a star for each name that a seed gives."""
    own = sorted((_pascal(name) for name in names if len(name) > 2), key=len, reverse=True)
    return re.sub(rf"(?<![A-Z])(?:{'|'.join(map(re.escape, own))})(?=[A-Z])", "*", component) if own else component


def public_names() -> frozenset[str]:
    """All public names of the code as it is."""
    return frozenset((*of_commands(), *of_settings(), *of_metrics(), *of_seeds(), *of_openapi()))


# ---- the reviewed list


@dataclass(frozen=True)
class Reviewed:
    """Names of a release, and those that were added and removed since."""

    version: str
    released: frozenset[str]
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Reviewed:
        """Return the list that a file holds."""
        head, *lines = text.splitlines()
        marked = {mark: frozenset(line[2:] for line in lines if line.startswith(f"{mark} ")) for mark in " +-"}
        version = re.match(r"# Public names of nonferrous (\S+);", head)
        assert version is not None, f"{LIST.name}: got {head!r} as its first line"
        return cls(version[1], marked[" "] | marked["-"], marked["+"], marked["-"])

    @property
    def names(self) -> frozenset[str]:
        """Names that the code should have."""
        return (self.released - self.removed) | self.added

    def updated(self, names: frozenset[str], version: str) -> Reviewed:
        """Return the list with these names; their changes are of the past where the version is another."""
        if version != self.version:
            return Reviewed(version, names)
        return Reviewed(version, self.released, names - self.released, self.released - names)

    def undocumented(self, notes: str) -> list[str]:
        """Return changes whose name stands in no code span of the notes.

        Options of an added command and fields that come with an added address need not be named one by one.
        """
        spans = [span for one in re.findall(r"`([^`\n]+)`", notes) for span in (one, *re.split(r"[\s=]+", one))]
        wholes = {name.partition(" ")[2] for name in self.added if name.startswith("command ")}
        with_address = any(name.startswith("path ") for name in self.added)

        def is_covered(name: str) -> bool:
            kind, _, remaining = name.partition(" ")
            return (kind == "option" and remaining.rpartition(" ")[0] in wholes) or (kind == "field" and with_address)

        changes = [*self.removed, *(name for name in self.added if not is_covered(name))]
        return sorted(name for name in changes if not any(_is_named(name, span) for span in spans))

    def write(self) -> str:
        """Return the file's text."""
        marks = {**dict.fromkeys(self.added, "+"), **dict.fromkeys(self.removed, "-")}
        lines = [f"{marks.get(name, ' ')} {name}\n" for name in sorted(self.released | self.added)]
        return HEAD.format(self.version, COMMAND) + "".join(lines)


def _is_named(name: str, span: str) -> bool:
    """Return whether a code span names it: a command by its words, a label also by its metric, else the last word."""
    kind, *words = name.split()
    if kind == "command":
        return re.search(rf"(?<!\S){re.escape(' '.join(words[1:]) or words[0])}(?!\S)", span) is not None
    return span in (words if kind == "label" else (words[-1], *words[-1].rsplit(".", 1)))


def unreleased() -> str:
    """Return the text of CHANGELOG.md under [Unreleased], with the guides that it links."""
    section = CHANGELOG.read_text(encoding="utf-8").partition("## [Unreleased]")[2].partition("\n## [")[0]
    guides = [ROOT / link for link in re.findall(r"\]\((docs/how-to/upgrade_to_\w+\.md)", section)]
    return "\n".join((section, *(guide.read_text(encoding="utf-8") for guide in guides)))


def main() -> None:
    """Write the list, and name what the changelog does not."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    names = public_names()
    before = Reviewed.read(LIST.read_text(encoding="utf-8")) if LIST.exists() else Reviewed(version, names)
    after = before.updated(names, version)
    LIST.write_text(after.write(), encoding="utf-8")
    for name in after.undocumented(unreleased()):
        sys.stdout.write(f"not in CHANGELOG.md [Unreleased]: {name}\n")


if __name__ == "__main__":
    main()
