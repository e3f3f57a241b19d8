"""Physics against values known beforehand, and nominal constants beside simulated plants; the tables go to docs.

    python benchmarks/literature.py

The points are the tests' own: `tests/physics/**/points.toml`. Each states a function, its arguments, the value that is
published, computed by a law or worked out by hand, how closely it is known, and its source.
"""

import importlib
import inspect
import math
import pkgutil
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import physics
from benchmarks import nominal

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "physics.md"
HOME = ROOT / "tests" / "physics"
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
        found: Callable[..., Any] = getattr(importlib.import_module(f"physics.{module}"), name)
        return found

    @property
    def got(self) -> float:
        result = self.called(**self.arguments)
        return float(result if self.part is None else result[self.part])


def topics() -> dict[str, Path]:
    """File of points of each topic; what topics share comes first."""
    found = sorted(HOME.rglob("points.toml"), key=lambda path: (len(path.parts), path))
    return {path.parent.relative_to(HOME.parent).as_posix(): path for path in found}


def points(path: Path) -> list[Point]:
    """Points of a file."""
    return [Point(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["point"]]


def without(path: Path) -> dict[str, str]:
    """Functions that a file names without a point, and why."""
    found: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["without"]
    return found


def functions() -> list[str]:
    """Public functions of physics, as points name them; those of NO_PHYSICS are about none."""
    modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(physics.__path__, "physics.")]
    return [
        f"{module.__name__}.{name}".removeprefix("physics.")
        for module in modules
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ not in NO_PHYSICS and not name.startswith("_")
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
    found = {entry.split("\n")[0]: re.search(r"\[([^\[\]]+)\]$", entry) for entry in entries}
    return {name: None if unit is None else unit.group(1) for name, unit in found.items()}


TEXT = (
    "What the equations of `physics/` give, beside values known beforehand: published ones, what a law of nature says, "
    "or a calculation by hand. How far a value is known is its tolerance, mostly half of its last digit; behind the "
    "source stands how sure it is: read in the source, recalled from it, or computed. Arguments that a point leaves "
    "out have their default.",
    "`python benchmarks/literature.py` makes this page from the tests' own cases, `tests/physics/points.toml` and one "
    "such file a topic. A test computes each point again; another asks of every function of physics for a point, or "
    "the reason for having none.",
)
NOMINAL = (
    "Constants of kinetics, habits and calibrations stand on no drawing, so that a model has nominal values of them, "
    "while each simulated plant has its own in `[plant.parameters]`. Where both are equal, first principles, physics "
    "features and responses know of that plant what they would know of no real one, and their figures are the better "
    "for it. Facts of a plant that models and simulator read alike stand in `[equipment]` and not here. The pairs are "
    "those of `tests/models/processes/nominal.toml`."
)
HEADS = ("function", "point", "expected", "got", "source")


def decimals(tolerance: float) -> int:
    """Digits behind the point down to the first one of the tolerance."""
    return max(0, -math.floor(math.log10(tolerance)))


def number(value: float) -> str:
    """A value as it is stated, without digits that it does not have."""
    return f"{value:.10g}"


def got(point: Point) -> str:
    """What the function gives, to the digits of the tolerance."""
    if abs(point.expected) >= 1e-3:
        return f"{point.got:.{decimals(point.tolerance)}f}"
    power = math.floor(math.log10(abs(point.expected)))
    return f"{point.got:.{decimals(point.tolerance) + power}e}"


def with_unit(value: str, unit: str | None) -> str:
    return value if unit in (None, "1") else f"{value} {unit}"


def case(point: Point) -> str:
    """Arguments of a point with their units."""
    units = documented_units(point.called, "Parameters")
    return ", ".join(
        f"{name} {value}" if isinstance(value, str) else f"{name} {with_unit(number(value), units[name])}"
        for name, value in point.arguments.items()
    )


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def called_name(point: Point) -> str:
    """Function without its topic, with the part of its result that is meant."""
    name = ".".join(point.function.split(".")[-2:])
    return f"`{name}`" if point.part is None else f"`{name}`, part {point.part}"


def row(point: Point) -> tuple[str, ...]:
    """A point's line of the table."""
    return (
        called_name(point),
        case(point),
        with_unit(f"{number(point.expected)} ± {number(point.tolerance)}", point.unit),
        got(point) if point.differs is None else f"**{got(point)}**",
        f"{point.source} ({point.sure})",
    )


def heading(topic: str) -> str:
    """Subject of a topic: what its package, or the module that all share, says of itself."""
    name = topic.replace("/", ".") if "/" in topic else "physics.electrochemistry"
    return (importlib.import_module(name).__doc__ or "").partition(":")[0]


def nominal_constants() -> tuple[str, str]:
    """Number of nominal constants that the simulated plants share, and the table of all."""
    pairs = [pair for process in nominal.listed() for pair in nominal.nominal(process)]
    rows = [
        (
            f"`{pair.process}`",
            f"`{pair.constant}`",
            with_unit(number(pair.value), pair.unit),
            number(pair.simulated),
            "equal" if pair.is_equal else "not equal",
        )
        for pair in pairs
    ]
    equal = sum(pair.is_equal for pair in pairs)
    heads = ("process", "constant", "nominal", "simulated", "")
    return f"Of {len(pairs)} constants {equal} are equal.", table(heads, rows)


def page() -> str:
    """Text of the page."""
    files = topics()
    found = {topic: points(path) for topic, path in files.items()}
    all_points = [point for some in found.values() for point in some]
    off = [point for point in all_points if point.differs is not None]
    reasons = [item for path in files.values() for item in without(path).items()]
    sure = ", ".join(f"{sum(point.sure == kind for point in all_points)} {kind}" for kind in SURE)
    count = f"{len(all_points)} points: {sure}. {len(off)} do not hold; they are in bold, with the reason at the end."
    parts = ["# Physics against the literature", *TEXT, count]
    for topic, some in found.items():
        parts += [f"## {heading(topic)}", table(HEADS, [row(point) for point in some])]
    parts += ["## What does not hold", "No tolerance is widened to let a point pass."]
    parts.append(
        table(
            ("function", "expected", "got", "why"),
            [
                (called_name(one), f"{with_unit(number(one.expected), one.unit)}, {one.source}", got(one), one.differs)
                for one in off
                if one.differs is not None
            ],
        )
    )
    parts += ["## Nominal constants and simulated plants", NOMINAL, *nominal_constants()]
    parts += ["## Functions without a published value"]
    parts.append(table(("function", "why"), [(f"`{function}`", reason) for function, reason in reasons]))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
