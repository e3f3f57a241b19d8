"""Seeds as readable text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seeds.format.column import Column
from seeds.format.constraints import Constraint
from seeds.format.norms import Norm
from seeds.format.schema import Seed
from seeds.format.tasks.quality import ContentLimit, Grade
from seeds.format.tasks.sorting import Bin

WIDTH_OF_TITLES = 110  # characters; narrower terminals have no room for a title next to the other columns


def seeds_table(seeds: Mapping[str, Seed], folders: Mapping[str, str | None], width: int) -> Table:
    """One line a process, with its plant's folder if any process has one.

    Titles are left out of a terminal narrower than `WIDTH_OF_TITLES`. Names are never cut: long ones go on in the next
    line.
    """
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    in_folders, with_title = any(folders.values()), width >= WIDTH_OF_TITLES
    if in_folders:
        table.add_column("folder", overflow="fold", max_width=8)
    longest = max((cell_len(name) for name in seeds), default=0)
    table.add_column("process", overflow="fold", width=min(27, max(7, longest)))
    table.add_column("task", no_wrap=True)
    table.add_column("plant")
    for header in ("assumed", "practice", "of"):
        table.add_column(header, justify="right", no_wrap=True)
    if with_title:
        table.add_column("title")
    for name, seed in seeds.items():
        units = "units" if seed.lots is None else "lots"
        plant = f"{seed.plant.units} {units}, {seed.plant.years:g} a" if seed.plant else "own data"
        counts = (str(count) for count in (seed.assumed, seed.practice, len(seed.sources)))
        place = (Text(folders[name] or ""),) if in_folders else ()
        title = (Text(seed.process.title, no_wrap=True, overflow="ellipsis"),) if with_title else ()
        table.add_row(*place, name, seed.process.task, plant, *counts, *title)
    return table


def described(seed: Seed) -> Iterator[RenderableType]:
    """Columns of a seed with unit, role, range and source; its facts, limits, bins, grades and norms."""
    kind = seed.process.task if seed.process.type is None else f"{seed.process.task}, of the type {seed.process.type}"
    yield f"[bold]{seed.process.title}[/bold] ({kind})\n"
    width = max(len(column.name) for column in seed.columns)
    for column in seed.columns:
        yield f"[bold]{column.name:{width}}[/bold]  {column.role:6}  {column.unit or '':6}  {_range(column)}"
        shown = column.description if column.source is None else f"{column.description} ({column.source})"
        yield Padding(Text(shown, style="dim"), (0, 0, 0, 4))
    yield ""
    yield from _facts(seed)
    for constraint in seed.constraints:
        yield from _constraint(constraint, seed)
    for event in seed.warnings:
        counts = event.in_words(seed.column(event.column).unit)
        yield f"[bold]{event.name}[/bold]  warned of: {escape(counts)}"
        costs = f"a miss {event.miss_cost.value:g} $, an alarm {event.alarm_cost.value:g} $"
        yield Padding(Text(f"{event.title}; {costs} ({event.source})", style="dim"), (0, 0, 0, 4))
    for one in seed.bins:
        yield f"[bold]{one.name}[/bold]  {escape(one.title)}: {_limits(one)}"
        values = ", ".join(f"{name} {value:g}" for name, value in one.value.items())
        yield Padding(Text(f"worth {values} {one.unit} ({one.source})", style="dim"), (0, 0, 0, 4))
    for grade in seed.grades:
        yield from _grade(grade)
    for norm in seed.norms:
        yield from _norm(norm)
    if seed.constraints or seed.warnings or seed.bins or seed.grades or seed.norms:
        yield ""
    for name, reference in seed.references.items():
        yield f"[bold]{name}[/bold]  {reference.year}  {escape(reference.text)}"


def _facts(seed: Seed) -> Iterator[RenderableType]:
    for name, fact in seed.equipment.items():
        yield f"[bold]{name}[/bold]  fact of the plant: {fact.value:g} {escape(fact.unit)}"
        yield Padding(Text(fact.source, style="dim"), (0, 0, 0, 4))
    if seed.equipment:
        yield ""


def _range(column: Column) -> str:
    if column.classes is not None:
        return escape(f"one of {', '.join(column.classes)}")
    if column.values is not None:
        return escape(f"texts {', '.join(column.values)}")
    if not column.is_number:
        return ""
    low, high = column.limits
    known = f"{low:g} to {high:g}" if column.range_text else "no range"
    return known if column.typical is None else f"{known}, typically {column.typical.mean:g} ± {column.typical.sd:g}"


def _constraint(one: Constraint, seed: Seed) -> Iterator[RenderableType]:
    """A limit that recommendations keep, with how often it may be broken."""
    side = "at least" if one.at_most is None else "at most"
    broken = f"broken in at most {100 * one.chance:.3g} % of periods"
    yield f"[bold]{one.name}[/bold]  {side} {one.bound:g} {seed.unit_of(one)}, {broken}"
    yield Padding(Text(one.source, style="dim"), (0, 0, 0, 4))


def _norm(norm: Norm) -> Iterator[RenderableType]:
    """A norm's grades of energy, then what it counts elsewhere and how sure its limits are."""
    grades = ", ".join(f"{grade.name} at most {grade.at_most:g}" for grade in norm.grades)
    yield f"[bold]{norm.name}[/bold]  {norm.boundary}: grade {escape(grades)} {norm.unit}"
    shown = f"{norm.document}, {norm.title}: {norm.verification} ({norm.source})"
    if norm.outside_boundary is not None:
        outside = norm.outside_boundary
        shown += f"; outside the boundary {outside.value:g} {outside.unit} ({outside.source})"
    yield Padding(Text(shown, style="dim"), (0, 0, 0, 4))


def _limits(one: Bin) -> str:
    return f"at most {', '.join(one.limits_in_words)}" if one.is_limited else "no limits"


def _grade(grade: Grade) -> Iterator[RenderableType]:
    """A grade's value, then each of its limits with how sure it is."""
    value = f"{grade.value.value:g} {grade.value.unit} ({grade.value.source})"
    yield f"[bold]{grade.name}[/bold]  {escape(grade.title)}: worth {escape(value)}"
    shown: list[tuple[str, ContentLimit]] = list(grade.limits.items())
    shown += [(f"{total.name} ({' + '.join(total.of)})", total) for total in grade.sums]
    for name, limit in shown:
        line = f"{name} {limit.in_words}, {limit.verification} ({limit.source})"
        yield Padding(Text(line, style="dim"), (0, 0, 0, 4))
