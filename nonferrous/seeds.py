"""Commands of `nonferrous seeds`: what is known of a process before data."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import ProcessName, console, fail

if TYPE_CHECKING:
    from rich.table import Table

    from drafting.job import Drafted

seeds_app = typer.Typer(help="List, show, check and draft seeds: what is known of a process before data.")


@seeds_app.callback(invoke_without_command=True)
def list_seeds(context: typer.Context) -> None:
    """List the processes that the folder of seeds describes."""
    if context.invoked_subcommand is not None:
        return
    from seeds import folder, load_all
    from seeds.format.listing import seeds_table

    screen = console()
    screen.print(seeds_table(load_all()))
    screen.print(
        "assumed, practice, of: sources that are assumptions, that are what plants usually do in no document that is "
        f"named, and all; from {folder()}",
        soft_wrap=True,
    )


@seeds_app.command("show")
def show_seed(process: ProcessName) -> None:
    """Print a seed's columns with unit, role, range and source, and the operations of its process."""
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
def check_seed(file: Annotated[Path, typer.Argument(help="A seed, as a .toml file.")]) -> None:
    """Check a seed and name every fault in it."""
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
    file: Annotated[Path, typer.Argument(help="A plant's table: CSV, Parquet or a workbook such as .xlsx.")],
    target: Annotated[list[str], typer.Option(help="Heading of the column that is to be predicted.")],
    time: Annotated[str | None, typer.Option(help="Heading of the start of the period.", show_default="found")] = None,
    unit: Annotated[str | None, typer.Option(help="Heading of what a row is about.", show_default="found")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.", show_default="the only table")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the process.", show_default="of the file")] = None,
    period: Annotated[
        str | None, typer.Option(help="Length of a period, such as 8h, where rows are faster.", show_default="found")
    ] = None,
    time_format: Annotated[
        list[str] | None,
        typer.Option(help="How --time is written, such as %d.%m.%Y %H:%M; once for each format in it."),
    ] = None,
    day_first: Annotated[bool, typer.Option("--day-first", help="In dates the day comes before the month.")] = False,
    month_first: Annotated[
        bool, typer.Option("--month-first", help="In dates the month comes before the day.")
    ] = False,
    time_zone: Annotated[str | None, typer.Option(help="The plant's time zone, such as Europe/Berlin.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal sign: point or comma.", show_default="found")] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input", help="Heading of a column that is known before the target, whatever is suspected of it."
        ),
    ] = None,
    codes: Annotated[list[str] | None, typer.Option(help="Heading of a column whose numbers name classes.")] = None,
    amounts: Annotated[
        list[str] | None, typer.Option(help="Heading of a column whose few whole numbers are amounts.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The seed to write.", show_default="NAME.toml")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page of pictures of the table too.")] = None,
) -> None:
    """Draft a seed from a plant's table and print what is suspected of it, worst first."""
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
    asked = DraftOptions(
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
    drafted = draft(file, target, asked)
    out = out or Path(f"{drafted.name}.toml")
    _must_be_new(out)
    if html is not None:
        from drafting.page import page

        html.write_text(page(drafted), encoding="utf-8")
    out.write_text(drafted.text, encoding="utf-8", newline="\n")
    _show(drafted, file, out, html)


def _must_be_new(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        fail(f"{out}: no such folder as {out.parent}: make it, or name another file by --out")
    if out.exists():
        fail(f"{out}: is there already: name another file by --out, or move it away")


def _show(drafted: Drafted, file: Path, out: Path, html: Path | None) -> None:
    """What was found, what is suspected, and what to type next."""
    screen = console()
    for what, value in drafted.summary:
        screen.print(f"{what}: {value}", soft_wrap=True, markup=False)
    screen.print(_suspicions_table(drafted))
    written = [str(out), *([] if html is None else [str(html)])]
    lines = [f"written: {' and '.join(written)}; read it, confirm or change what is assumed, then:"]
    lines.append(f"  nonferrous seeds check {quote(str(out))}")
    lines.append(f"  nonferrous --seeds {quote(str(out.parent))} train {drafted.name} --data {quote(str(file))}")
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
