"""Compare physics with published values, and constants with simulated plants: docs/reference/physics.

It also writes the table of current efficiency by traces into the page of zinc electrowinning.

    python benchmarks/literature.py

The points are the tests' own: `tests/physics/**/points.toml`. Each states a function, its arguments, the value that is
published, computed by a law or worked out by hand, how closely it is known, and its source.
"""

import importlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import nominal, zinc_traces
from tests.physics.points import SURE, Point, documented_units, points, topics, without

FOLDER = Path(__file__).parent.parent / "docs" / "reference" / "physics"
INDEX, NOMINAL = "README.md", "nominal_constants.md"

INTRODUCTION = (
    "Each page compares the functions of one package of `physics/` with values that are known independently of the "
    "code. `python benchmarks/literature.py` writes these pages from the points of the tests, "
    "`tests/physics/points.toml` and one file a package. A test computes each point again. Another test requires for "
    "every public function a point, or a reason for its absence.",
    "- *read*: the value was read in the named source.\n"
    "- *recalled*: the value is attributed to the source from memory and was not read again.\n"
    "- *computed*: the value follows from a law of nature, or from a calculation by hand.",
    "Arguments that a point leaves out have their default. A page lists all points that were read or recalled, and "
    "the number of computed ones. The file of points states these and the tolerance of each point, mostly half of the "
    "last digit of the value.",
)
DIFFERENCES = "No tolerance is widened to include a point. The pages show these values in bold."
NOMINAL_TEXT = (
    "A nominal constant is a parameter of kinetics, of routine operation or of a calibration that no drawing states. "
    "Physics features, first principles and set-point responses compute with the nominal value. The simulated plant "
    "has its own value in `[plant.parameters]` of its seed, drawn once from the "
    "[dispersion of plants](../../explanation/plant_dispersion.md).",
    "**Warning:** if both values were equal, the model would have information about the simulated plant that it does "
    "not have about a real plant.",
    "Facts that models and simulator share (`[equipment]`) are not listed. The pairs are those of "
    "`tests/models/processes/nominal.toml`.",
)
HEADS = ("function", "arguments: expected, computed value", "source")


def decimals(tolerance: float) -> int:
    """Digits behind the point down to the first one of the tolerance."""
    return max(0, -math.floor(math.log10(tolerance)))


def number(value: float) -> str:
    """A value as it is stated, without digits that it does not have."""
    return f"{value:.10g}"


def got(point: Point) -> str:
    """Value of the function, to the digits of the tolerance."""
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


def rows(shown: Iterable[Point]) -> Iterator[tuple[str, ...]]:
    """Lines of the table: points of the same function and source together."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in shown:
        groups.setdefault((called_name(point), f"{point.source} ({point.sure})"), []).append(point)
    for (name, source), group in groups.items():
        yield name, "; ".join(map(compared, group)), source


def compared(point: Point) -> str:
    """Arguments of a point, the expected value, and the computed value."""
    expected = with_unit(number(point.expected), point.unit)
    computed = got(point) if point.differs is None else f"**{got(point)}**"
    return f"{case(point)}: {expected}, {computed}".removeprefix(": ")


def file_of(topic: str) -> str:
    """Name of a topic's page."""
    return f"{topic.partition('/')[2] or 'electrochemistry'}.md"


def package(topic: str) -> str:
    """Package of a topic, or the module that all topics share."""
    return topic.replace("/", ".") if "/" in topic else "physics.electrochemistry"


def summary(topic: str) -> str:
    """Docstring of a topic's package: its title, a colon and its subject."""
    return importlib.import_module(package(topic)).__doc__ or ""


def heading(topic: str) -> str:
    """Title of a topic."""
    return summary(topic).partition(":")[0]


def is_shown(point: Point) -> bool:
    """Return True if a page lists the point: it was published, or does not hold."""
    return point.sure != "computed" or point.differs is not None


def by_reason(reasons: dict[str, str]) -> list[tuple[str, str]]:
    """Reasons for having no point, each with its functions."""
    return [
        (reason, ", ".join(f"`{name.partition('.')[2]}`" for name in reasons if reasons[name] == reason))
        for reason in dict.fromkeys(reasons.values())
    ]


def topic_page(topic: str, path: Path) -> str:
    """Text of a topic's page."""
    listed, reasons = points(path), without(path)
    shown = [point for point in listed if is_shown(point)]
    remaining = Counter(called_name(point).partition(",")[0] for point in listed if not is_shown(point))
    title, _, subject = summary(topic).partition(": ")
    parts = [f"# {title}", f"`{package(topic)}`: {subject} {counted(listed)} [Method and all topics]({INDEX})"]
    if shown:
        parts += ["## Published values", table(HEADS, [*rows(shown)])]
    if remaining:
        names = ", ".join(f"{name} ({count})" for name, count in remaining.items())
        parts += ["## Computed values", f"Functions and number of points, {remaining.total()} in all: {names}."]
    if reasons:
        items = (f"- {functions}: {reason}" for reason, functions in by_reason(reasons))
        parts += ["## Functions without a point", "\n".join(items)]
    return "\n\n".join(parts) + "\n"


def counted(listed: Iterable[Point]) -> str:
    """Sentence on the number of points of each kind."""
    total, *kinds, _ = counts(listed)
    shares = [f"{number} {kind}" for number, kind in zip(kinds, SURE, strict=True)]
    return f"{total} points: {', '.join(shares[:-1])}, {shares[-1]}."


def counts(listed: Iterable[Point]) -> tuple[str, ...]:
    """Number of points, of each kind, and of those that do not hold."""
    kinds = Counter(point.sure for point in listed)
    off = sum(point.differs is not None for point in listed)
    return (str(kinds.total()), *(str(kinds[kind]) for kind in SURE), str(off))


def index() -> str:
    """Text of the page of all topics."""
    by_topic = {topic: points(path) for topic, path in topics().items()}
    every = [point for group in by_topic.values() for point in group]
    rows = [(f"[{heading(topic)}]({file_of(topic)})", *counts(listed)) for topic, listed in by_topic.items()]
    off = [
        f"- {called_name(one)}: expected {with_unit(number(one.expected), one.unit)} ({one.source}), computed "
        f"{got(one)}: {one.differs}"
        for one in every
        if one.differs is not None
    ]
    parts = [
        "# Physics against the literature",
        f"{counted(every)} A computed point shows that an equation is coded as stated, not that it is true of a plant.",
        *INTRODUCTION,
        table(("topic", "points", *SURE, "outside tolerance"), [*rows, ("all", *counts(every))]),
        f"[Nominal constants]({NOMINAL}) compares the constants of the models with those of the simulated plants.",
        "## Differences from published values",
        DIFFERENCES,
        "\n".join(off),
    ]
    return "\n\n".join(parts) + "\n"


def constants_of(process: str) -> list[str]:
    """Parts of the page of nominal constants on one process."""
    pairs = nominal.nominal(process)
    equal = [f"`{one.constant}`" for one in pairs if one.is_equal]
    different = [
        f"`{one.constant}` {number(one.value)}, {with_unit(number(one.simulated), one.unit)}"
        for one in pairs
        if not one.is_equal
    ]
    parts = [f"## `{process}`"]
    if different:
        parts.append(f"Different constants (nominal, simulated): {'; '.join(different)}.")
    if equal:
        parts.append(f"Equal constants: {', '.join(equal)}.")
    return parts


def nominal_page() -> str:
    """Text of the page of nominal constants."""
    pairs = [pair for process in nominal.listed() for pair in nominal.nominal(process)]
    count = f"Of {len(pairs)} constants {sum(pair.is_equal for pair in pairs)} are equal."
    parts = ["# Nominal constants and simulated plants", *NOMINAL_TEXT, count]
    for process in nominal.listed():
        parts += constants_of(process)
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Text of each page by its name."""
    by_file = {file_of(topic): topic_page(topic, path) for topic, path in topics().items()}
    return {INDEX: index(), **by_file, NOMINAL: nominal_page()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    zinc_traces.write()
