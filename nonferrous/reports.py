"""Commands that write reports on energy, lot quality and drift."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import DRIFTED, check_folder, fail, progress
from nonferrous.options import ProcessName, ReportLanguage

if TYPE_CHECKING:
    import pandas as pd

    from monitoring.drift.results import MonitoringResult
    from records.database import Database
    from registry.versions import Version
    from seeds import Seed


def energy_report(
    process: ProcessName,
    data: Annotated[
        Path | None,
        typer.Option(help="Table as for `train`.", show_default="a simulation of the seed's plant"),
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Month of the start of rows.", show_default="the latest")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="HTML page to write.", show_default="<process>-energy-<month>.html")
    ] = None,
    language: ReportLanguage = "en",
) -> None:
    """Write the monthly energy and CO2e report."""
    from models.processes.lookup import energy_of
    from monitoring.energy.month import energy_month
    from monitoring.energy.page import page, summary
    from reporting.report import write_page
    from seeds import load
    from synthetic_data import simulate
    from system.temporary_folder import scratch

    seed = load(process)
    check_folder("--out", out)
    with scratch() as folder:
        if data is None and energy_of(seed) is not None:
            if seed.plant is None:
                fail(f"--data: missing: {process} has no [plant] to simulate")
            with progress() as step:
                data = simulate(seed, folder, progress=lambda done, total: step("simulate", done, total))
        month_energy = energy_month(seed, folder if data is None else data, month)
    file = out or Path(f"{process}-energy-{month_energy.month}.html")
    write_page(page(month_energy, language), file)
    for caution in month_energy.cautions:
        typer.echo(f"Warning: {caution}")
    typer.echo(f"{process}: {summary(month_energy)}")
    typer.echo(f"the report is in {file}")


def quality_report(
    process: ProcessName,
    data: Annotated[
        Path, typer.Option(help="CSV or Parquet file, or a folder of them: the period and the time before it.")
    ],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day.", show_default="first of the month of --to"),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.", show_default="day of the latest lot"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="HTML page to write.", show_default="<process>-<from>-<to>.html")
    ] = None,
    language: ReportLanguage = "en",
) -> None:
    """Write the lot quality report of a period."""
    from monitoring.report.page import lots_page, page, summary
    from monitoring.report.period import quality_period
    from registry.settings import read_settings
    from reporting.report import write_page
    from seeds import load

    check_folder("--out", out)
    days = [None if day is None else day.date() for day in (first, last)]
    period = quality_period(load(process), data, read_settings(), *days)
    file = out or Path(f"{period.seed.process.name}-{period.first}-{period.last}.html")
    of_lots = file.with_name(f"{file.stem}-lots{file.suffix}")
    write_page(lots_page(period, language), of_lots)
    write_page(page(period, of_lots.name, language), file)
    typer.echo(f"{process}: {summary(period)}")
    typer.echo(f"the report is in {file}, its lots are in {of_lots}")


def monitor(
    process: ProcessName,
    out: Annotated[
        Path | None, typer.Option(help="HTML page to write.", show_default="<process>-monitoring.html")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Length of the latest period that is checked [d].", min=1, show_default="all")
    ] = None,
    language: ReportLanguage = "en",
) -> None:
    """Check a process for drift; exit code 4 means drift."""
    from monitoring.drift.page import page, summary
    from reporting.report import write_page
    from seeds import load

    seed, file = load(process), out or Path(f"{process}-monitoring.html")
    check_folder("--out", file)
    seen = look(seed, days)
    write_page(page(seen, seed, language), file)
    typer.echo(f"{process}: {summary(seen)}")
    for reason in seen.reasons:
        typer.echo(f"- {reason}")
    for step in seen.next_steps:
        typer.echo(f"next: {step}")
    typer.echo(f"the page is in {file}")
    raise typer.Exit(DRIFTED if seen.drifted else 0)


def quiet(seed: Seed) -> str | None:
    """Return the reason why a retraining is not due, or None if it is due."""
    from monitoring.drift.page import summary
    from nonferrous.retraining_due import learning_due

    seen = look(seed)
    due = learning_due(seen)
    return None if due.is_due else f"no retraining: {summary(seen)}; {due.line}"


def look(seed: Seed, days: int | None = None) -> MonitoringResult:
    """Look at a process and keep what is seen in the records.

    Parameters
    ----------
    seed : Seed
        The process.
    days : int, optional
        Of the newest rows; all by default.

    Raises
    ------
    DriftError
        Nothing was answered, or the process has no time.
    RegistryError, TrackingError
        There is no champion, it cannot be read, or it was trained with a seed of other columns.
    RecordsError
        The records cannot be read or written.
    """
    from dataclasses import replace

    import numpy as np

    from monitoring.drift import live
    from monitoring.drift.check import watch
    from monitoring.drift.history import DriftReference
    from monitoring.drift.rows import answered
    from monitoring.drift.time_steps import starts_of
    from nonferrous.records import opened
    from records.monitoring import keep
    from registry.loading.agreement import check_names
    from registry.promotion import champion_of
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from training.jobs.train import TABLE

    process, tracking = seed.process.name, Tracking(read_settings())
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    model = tracking.model(champion)
    check_names(model.seed, seed)
    digest = champion.tags.get("model_digest", "")
    history = DriftReference.of(model, tracking.table(champion.parent_run, TABLE), champion.number, digest)
    with opened() as database:
        recorded = _recorded(database, seed)
        rows = answered(recorded, model.seed, history.table)
        if days is not None and len(rows):
            start = starts_of(rows.table, model.seed)
            rows = rows[np.asarray(start > start.max() - np.timedelta64(days, "D"))]
        seen = watch(rows, history)
        shadows = live.in_shadow(recorded, model.seed, history.table)
        seen = replace(seen, by_version=(*seen.by_version, *shadows), next_steps=_steps(database, seed, seen, versions))
        keep(database, process, seen.to_json(), seen.figures)
    return seen


def _steps(database: Database, seed: Seed, seen: MonitoringResult, versions: list[Version]) -> tuple[str, ...]:
    """Return the next steps from the check, outcomes pending review and a shadow version."""
    from monitoring.drift.summary import next_steps
    from records.online_states import load
    from registry.retraining.running_shadow import shown
    from registry.retraining.shadow_period import in_shadow
    from serving.hot_reload.online_calibration import lines, waiting_of

    with database.read() as connection:
        state = load(connection, seed.process.name, seen.digest)
    waiting = list(lines(seed.process.name, waiting_of(seed, () if state is None else (state,))))
    shadowing = in_shadow(versions)
    shadow = (
        None
        if shadowing is None
        else f"version {shadowing[0].number} answers in shadow until {shown(shadowing[1].until)}"
    )
    return tuple(next_steps(seen, waiting, shadow))


def _recorded(database: Database, seed: Seed) -> pd.DataFrame:
    """All recorded rows as `monitoring.drift.rows.answered` takes them."""
    import pyarrow as pa

    from serving.outcomes.tables import Tables

    tables = Tables(database, seed)
    frame: pd.DataFrame = pa.Table.from_batches(tables.all_rows(), tables.schema).to_pandas()
    return frame
