"""Physics against values known beforehand, and nominal constants beside simulated plants; the tables go to docs.

    python benchmarks/literature.py

The points are the tests' own: `tests/physics/**/points.toml`. Each states a function, its arguments, the value that is
published, computed by a law or worked out by hand, how closely it is known, and its source.
"""

import importlib
import math
from pathlib import Path

from benchmarks import nominal
from tests.physics.points import SURE, Point, documented_units, points, topics, without

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "physics.md"


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
