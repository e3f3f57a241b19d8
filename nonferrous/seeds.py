"""Commands `nonferrous seeds`: descriptions of processes."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console, fail
from nonferrous.groups import group
from nonferrous.options import ProcessName, ReportLanguage

if TYPE_CHECKING:
    from rich.table import Table

    from drafting.job import Drafted

seeds_app = group("List, show, check or draft process descriptions (seeds).")


@seeds_app.command("list")
def list_seeds() -> None:
    """List all processes."""
    from seeds import folder, load_all, plant_folders
    from seeds.format.listing import seeds_table

    screen = console()
    screen.print(seeds_table(load_all(), plant_folders(), screen.width))
    screen.print(
        "assumed, practice, of: number of sources that are assumptions, that are plant practice without a named "
        f"document, and of all sources; from {folder()}",
        soft_wrap=True,
    )


@seeds_app.command("show")
def show_seed(process: ProcessName) -> None:
    """Show the columns of a seed: unit, role, range, source."""
    from nonferrous.operations import lines
    from seeds import load
    from seeds.format.listing import described

    seed, screen = load(process), console()
    for line in described(seed):
        screen.print(line, soft_wrap=isinstance(line, str))
    screen.print("operations:")
    for text in lines(seed):
        screen.print(f"  {text}", soft_wrap=True, markup=False)


@seeds_app.command("check")
def check_seed(file: Annotated[Path, typer.Argument(help="Seed, a .toml file.")]) -> None:
    """Report all errors in a seed file."""
    from models.processes.lookup import check_process
    from seeds import SeedError, load

    if file.suffix != ".toml":
        raise SeedError(file, ["expected a file that ends in .toml"])
    seed = load(file)
    check_process(seed, file)
    counted = f"{len(seed.columns)} columns, {len(seed.sources)} sources"
    counted += f", {seed.assumed} of them assumptions and {seed.practice} practice"
    console().print(f"{file}: good: {counted}", soft_wrap=True)


@seeds_app.command("draft")
def draft_seed(
    file: Annotated[Path, typer.Argument(help="Table of the plant: CSV, Parquet or a workbook such as .xlsx.")],
    target: Annotated[list[str], typer.Option(help="Heading of the column to predict.")],
    time: Annotated[
        str | None, typer.Option(help="Heading of the start of the period.", show_default="detected")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Heading of the unit of a row.", show_default="detected")] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook.", show_default="the only one with a table")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Process name.", show_default="name of the file")] = None,
    period: Annotated[
        str | None,
        typer.Option(help="Length of a period, such as 8h, if rows are more frequent.", show_default="detected"),
    ] = None,
    time_format: Annotated[
        list[str] | None,
        typer.Option(help="Format of --time, such as %d.%m.%Y %H:%M; repeatable."),
    ] = None,
    day_first: Annotated[bool, typer.Option("--day-first", help="Dates with the day before the month.")] = False,
    month_first: Annotated[bool, typer.Option("--month-first", help="Dates with the month before the day.")] = False,
    time_zone: Annotated[str | None, typer.Option(help="Time zone of the plant, such as Europe/Berlin.")] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal sign: point or comma.", show_default="detected")] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input", help="Heading of a column that is available before the target, in spite of findings; repeatable."
        ),
    ] = None,
    codes: Annotated[
        list[str] | None, typer.Option(help="Heading of a column with numbers as class codes; repeatable.")
    ] = None,
    amounts: Annotated[
        list[str] | None, typer.Option(help="Heading of a column with few whole numbers that are amounts; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Seed file to write.", show_default="NAME.toml")] = None,
    report: Annotated[Path | None, typer.Option(help="HTML page to write, with charts of the table.")] = None,
    language: ReportLanguage = "en",
) -> None:
    """Draft a seed from a table and list suspected problems."""
    from drafting.job import DraftOptions, draft

    if day_first and month_first:
        fail("--day-first and --month-first: give one of them")
    if decimal not in (None, "point", "comma"):
        fail(f"--decimal: got '{decimal}': expected point or comma")
    if time_format and time is None:
        fail("--time-format: name the column by --time too")
    if out is not None and out.suffix != ".toml":
        fail(f"--out: got {out}: expected a file that ends in .toml")
    if out is not None and name is not None and out.stem != name:
        fail(f"--out: got {out}: expected the process's name, {name}.toml")
    options = DraftOptions(
        time=time,
        unit=unit,
        sheet=sheet,
        name=name or (None if out is None else out.stem),
        period=period,
        time_format=tuple(time_format or ()),
        order="day" if day_first else "month" if month_first else None,
        time_zone=time_zone,
        inputs=tuple(inputs or ()),
        codes=tuple(codes or ()),
        amounts=tuple(amounts or ()),
        decimal={"point": ".", "comma": ",", None: None}[decimal],
    )
    if out is not None:
        _must_be_new(out)
    drafted = draft(file, target, options)
    out = out or Path(f"{drafted.name}.toml")
    _must_be_new(out)
    if report is not None:
        from drafting.page import page

        report.write_text(page(drafted, language), encoding="utf-8")
    out.write_text(drafted.text, encoding="utf-8", newline="\n")
    _show(drafted, file, out, report)


def _must_be_new(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        fail(f"{out}: no such folder as {out.parent}: make it, or name another file by --out")
    if out.exists():
        fail(f"{out}: is there already: name another file by --out, or move it away")
    from seeds import folder
    from seeds.format.files import seed_files

    if _seeds_of(out) == folder() and (others := seed_files().get(out.stem)):
        fail(f"{out}: {others[0]} has this name already: expected another name, by --name or --out")


def _seeds_of(out: Path) -> Path:
    """Return the folder of seeds in use if the file is in it or in one of its plants, else its own."""
    from seeds import folder, is_built_in

    parent = out.absolute().parent
    return folder() if not is_built_in() and folder().absolute() in (parent, parent.parent) else out.parent


def _show(drafted: Drafted, file: Path, out: Path, report: Path | None) -> None:
    """Print the findings and the next commands."""
    screen = console()
    for label, value in drafted.summary:
        screen.print(f"{label}: {value}", soft_wrap=True, markup=False)
    screen.print(_suspicions_table(drafted))
    written = [str(out), *([] if report is None else [str(report)])]
    lines = [f"written: {' and '.join(written)}; read it, confirm or change what is assumed, then:"]
    lines.append(f"  nonferrous seeds check {quote(str(out))}")
    lines.append(f"  nonferrous --seeds {quote(str(_seeds_of(out)))} train {drafted.name} --data {quote(str(file))}")
    for line in lines:
        screen.print(line, soft_wrap=True, markup=False)


def _suspicions_table(drafted: Drafted) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="What is suspected, worst first", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    for head in ("what", "where", "evidence", "what the draft does"):
        table.add_column(head, overflow="fold")
    for one in drafted.suspicions:
        table.add_row(*(escape(text) for text in (one.kind, one.where, one.evidence, one.done)))
    return table
