"""Points: values of functions of physics that are known beforehand, as the files `points.toml` state them."""

import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import physics

HOME = Path(__file__).parent
SURE = ("read", "recalled", "computed")
# About types, and about where scipy keeps what it has compiled.
NO_PHYSICS = ("physics.arrays", "physics.compiled")


@dataclass(frozen=True)
class Point:
    """A value that a function should give, within the tolerance; not where `differs` says why it does not."""

    function: str
    arguments: dict[str, float | str]
    expected: float
    tolerance: float
    unit: str
    source: str
    sure: str
    part: int | None = None
    differs: str | None = None

    @property
    def called(self) -> Callable[..., Any]:
        module, _, name = self.function.rpartition(".")
        result: Callable[..., Any] = getattr(importlib.import_module(f"physics.{module}"), name)
        return result

    @property
    def got(self) -> float:
        result = self.called(**self.arguments)
        return float(result if self.part is None else result[self.part])


def topics() -> dict[str, Path]:
    """File of points of each topic; what topics share comes first."""
    result = sorted(HOME.rglob("points.toml"), key=lambda path: (len(path.parts), path))
    return {path.parent.relative_to(HOME.parent).as_posix(): path for path in result}


def points(path: Path) -> list[Point]:
    """Points of a file."""
    return [Point(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["point"]]


def without(path: Path) -> dict[str, str]:
    """Functions that a file names without a point, and why."""
    result: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["without"]
    return result


def functions() -> list[str]:
    """Public functions of physics, as points name them; those of NO_PHYSICS are about none."""
    modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(physics.__path__, "physics.")]
    return [
        f"{module.__name__}.{name}".removeprefix("physics.")
        for module in modules
        for name, result in inspect.getmembers(module, inspect.isfunction)
        if result.__module__ == module.__name__ not in NO_PHYSICS and not name.startswith("_")
    ]


def documented_units(called: Callable[..., Any], title: str) -> dict[str, str | None]:
    """Units that a section of a docstring, Parameters or Returns, states by entry; None where it states none.

    A function without arguments has no section of them.
    """
    text = inspect.getdoc(called) or ""
    section = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return {}
    entries = [entry.strip() for entry in re.split(r"^(?=\S)", section.group(1), flags=re.MULTILINE) if entry.strip()]
    result = {entry.split("\n")[0]: re.search(r"\[([^\[\]]+)\]$", entry) for entry in entries}
    return {name: None if unit is None else unit.group(1) for name, unit in result.items()}
