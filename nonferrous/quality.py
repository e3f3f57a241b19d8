"""Commands of `nonferrous quality`; each imports what it needs when it runs, so that help answers at once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

quality_app = typer.Typer(help="Report on graded lots.", no_args_is_help=True)


@quality_app.callback()
def about() -> None:
    """Report on lots that are graded."""


@quality_app.command()
def report(
    process: Annotated[str, typer.Argument(help="A process, by the name that `nonferrous seeds` lists.")],
    data: Annotated[Path, typer.Option(help="CSV or Parquet file, or a folder: the period and the time before it.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day.", show_default="of the last day's month"),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.", show_default="the newest lot's")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The page to write.", show_default="<process>-<from>-<to>.html")
    ] = None,
) -> None:
    """Write a page on a period's lots: decisions, charts, alarms, capability, certificates."""
    from monitoring.report.page import page, summary
    from monitoring.report.period import quality_period
    from pages.report import write_page
    from registry.settings import read_settings
    from seeds import load

    days = [None if day is None else day.date() for day in (first, last)]
    period = quality_period(load(process), data, read_settings(), *days)
    file = out or Path(f"{period.seed.process.name}-{period.first}-{period.last}.html")
    write_page(page(period), file)
    typer.echo(f"{process}: {summary(period)}")
    typer.echo(f"the report is in {file}")
