"""Commands on versions, batches of new rows and the model store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import console, fail
from nonferrous.options import OptionalProcessName, ProcessName, Reason, Version
from nonferrous.records import enter_batches, enter_moves

Force = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Promotion in spite of the gate or a guardrail; the reason is stored."),
]


def list_versions(
    process: OptionalProcessName = None,
    every: Annotated[
        bool, typer.Option("--all", help="All processes in service: latest check and pending work of each.")
    ] = False,
) -> None:
    """List versions of a process, baseline first, or all processes."""
    from nonferrous.tables import earlier_lines, refused_lines, versions_table
    from registry.settings import read_settings
    from seeds import load
    from training.jobs.version_table import compare as run

    if (process is None) is not every:
        fail("models list: give one of PROCESS and --all")
    if process is None:
        _list_all()
        return
    seed = load(process)
    comparison = run(seed.process.name, read_settings())
    screen = console()
    several = [column.name for column in seed.primaries] if len(seed.primaries) > 1 else [None]
    for target in several:
        screen.print(versions_table(comparison, seed, target))
    for line in [*earlier_lines(comparison), *refused_lines(comparison)]:
        screen.print(line, soft_wrap=True, markup=False)
    screen.print(f"in the MLflow UI: {comparison.address}", soft_wrap=True, markup=False)


def _list_all() -> None:
    """Print the table of all processes in service."""
    from nonferrous.jobs.commands import opened as opened_jobs
    from nonferrous.overview import lines, overview_table
    from nonferrous.records import opened
    from registry.settings import read_settings
    from seeds import load_all, plant_folders

    seeds, screen = load_all(), console()
    with opened_jobs() as queue:
        jobs = queue.unfinished() if queue.exist else {}
    with opened() as database, database.read() as connection:
        rows = lines(seeds, plant_folders(), read_settings(), connection, jobs)
    screen.print(overview_table(rows))
    message = "coverage (its guarantee) and error: of the quantity with the lowest coverage compared with its guarantee"
    screen.print(f"{message}, by the latest `nonferrous monitor` of the version", soft_wrap=True, markup=False)
    if len(rows) < len(seeds):
        screen.print(f"{len(seeds) - len(rows)} of {len(seeds)} processes have no champion", markup=False)


def promote(process: ProcessName, version: Version = None, reason: Reason = "by hand", force: Force = None) -> None:
    """Make a version the champion (default: the challenger)."""
    from registry.promotion import promote as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process), read_settings(), version, reason, force)
    enter_moves(process)
    console().print(f"{process}: version {move.after} is the champion")


def rollback(process: ProcessName, version: Version = None, reason: Reason = "by hand") -> None:
    """Restore the previous champion or a given earlier one."""
    from registry.promotion import rollback as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process), read_settings(), version, reason)
    enter_moves(process)
    console().print(f"{process}: version {move.after} is the champion again")


def verify(process: ProcessName, version: Version = None) -> None:
    """Load a version as the service does and run its self-test."""
    from registry.promotion import try_again as run
    from registry.settings import read_settings
    from seeds import load

    number = run(load(process), read_settings(), version)
    console().print(f"{process}: version {number} loads and predicts its recorded rows")


def list_batches(process: ProcessName) -> None:
    """List the batches of new rows and their state."""
    from registry.retraining.new_rows import batches as listed
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from seeds import load

    listed_batches, screen = listed(load(process).process.name, Tracking(read_settings())), console()
    for one in listed_batches:
        by = f" by {one.withdrawn_by}" if one.withdrawn_by else ""
        line = f"batch {one.name}: {one.when[:16].replace('T', ' ')}, {one.rows} rows of {one.source} from {one.who}, "
        line += f"{one.state}{by}" + (f": {one.why}" if one.why else "")
        screen.print(line, soft_wrap=True, markup=False)
    if not listed_batches:
        screen.print(f"{process}: no batches", markup=False)


def withdraw(
    batch: Annotated[str, typer.Argument(help="Batch ID, as `batches list` shows it.")],
    reason: Reason,
) -> None:
    """Remove an accepted batch from the training history."""
    from registry.retraining.new_rows import withdraw as run
    from registry.settings import read_settings
    from registry.tracking import Tracking

    withdrawn = run(batch, reason, Tracking(read_settings()))
    enter_batches(withdrawn.process)
    line = (
        f"{withdrawn.process}: batch {withdrawn.name} removed from the history; models trained on it stay: retrain next"
    )
    console().print(line, soft_wrap=True, markup=False)


def relocate() -> None:
    """Update file locations after the home folder was moved."""
    from registry.relocation import adopt as run
    from registry.settings import read_settings

    settings = read_settings()
    if settings.sqlite_file is None:
        fail(f"MLFLOW_TRACKING_URI: {settings.uri_shown} is no SQLite file; set file locations on its server")
    console().print(f"{run(settings.sqlite_file)} file locations updated", soft_wrap=True)


def signing_keys(
    private: Annotated[Path, typer.Argument(help="New file for the private key, for the training machine.")],
    public: Annotated[Path, typer.Argument(help="New file for the public key, for the service and `models promote`.")],
) -> None:
    """Create an Ed25519 key pair for signing models."""
    from registry.loading.signatures import make_keys

    make_keys(private, public)
    screen = console()
    screen.print(f"on the training machine:  NONFERROUS_SIGNING_KEY={private}", soft_wrap=True, markup=False)
    screen.print(f"on the service machine:   NONFERROUS_PUBLIC_KEY={public}", soft_wrap=True, markup=False)
