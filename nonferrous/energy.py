"""Commands of `nonferrous energy`; each imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.terminal import ProcessName, fail, progress

energy_app = typer.Typer(help="Report on energy and carbon.", no_args_is_help=True)


@energy_app.callback()
def about() -> None:
    """Report on energy and carbon of electrolysis."""


@energy_app.command()
def report(
    process: ProcessName,
    data: Annotated[
        Path | None,
        typer.Option(help="Table as for `train`.", show_default="the seed's plant, simulated"),
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Of rows that start in it.", show_default="the newest")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The page to write.", show_default="<process>-energy-<month>.html")
    ] = None,
) -> None:
    """Write a page on a month: energy by boundary, CO2e by scope, energy grades, where it goes, units ranked."""
    from tempfile import TemporaryDirectory

    from models.energy.process import energy_of
    from monitoring.energy.month import energy_month
    from monitoring.energy.page import page, summary
    from pages.report import write_page
    from seeds import load
    from synthetic_data import simulate

    seed = load(process)
    if out is not None and not out.parent.is_dir():
        fail(f"--out: got {out}: expected a file in a folder that exists")
    with TemporaryDirectory(prefix="nonferrous-energy-") as folder:
        if data is None and energy_of(process) is not None:
            if seed.plant is None:
                fail(f"--data: missing: {process} has no [plant] to simulate")
            with progress() as step:
                data = simulate(seed, folder, progress=lambda done, total: step("simulate", done, total))
        found = energy_month(seed, Path(folder) if data is None else data, month)
    file = out or Path(f"{process}-energy-{found.month}.html")
    write_page(page(found), file)
    for caution in found.cautions:
        typer.echo(f"Beware: {caution}")
    typer.echo(f"{process}: {summary(found)}")
    typer.echo(f"the report is in {file}")
