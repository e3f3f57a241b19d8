"""Commands on versions, batches of new rows and their store: `compare`, `promote`, `withdraw`, `adopt` and so on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import ProcessName, console, fail
from nonferrous.records import enter_batches, enter_moves

Version = Annotated[int | None, typer.Argument(help="A registered version.")]
Force = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Promote a version that the gate refused; the reason is kept beside it."),
]
Why = Annotated[str, typer.Option(help="Reason, kept in the record of alias moves.")]


def compare(process: ProcessName) -> None:
    """Compare all registered versions, the baseline first."""
    from nonferrous.tables import refused_lines, versions_table
    from registry.settings import read_settings
    from seeds import load
    from training.jobs.version_table import compare as run

    seed = load(process)
    comparison = run(seed.process.name, read_settings())
    screen = console()
    several = [column.name for column in seed.primaries] if len(seed.primaries) > 1 else [None]
    for target in several:
        screen.print(versions_table(comparison, seed, target))
    for line in refused_lines(comparison):
        screen.print(line, soft_wrap=True, markup=False)
    screen.print(f"in the MLflow UI: {comparison.address}", soft_wrap=True, markup=False)


def promote(process: ProcessName, version: Version = None, why: Why = "by hand", force: Force = None) -> None:
    """Make a version the champion; without a number, the challenger. One refused or held back needs --force."""
    from registry.promotion import promote as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process), read_settings(), version, why, force)
    enter_moves(process)
    console().print(f"{process}: version {move.after} is the champion")


def rollback(process: ProcessName, version: Version = None, why: Why = "by hand") -> None:
    """Go back to the champion before, or to a version that was champion."""
    from registry.promotion import rollback as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process), read_settings(), version, why)
    enter_moves(process)
    console().print(f"{process}: version {move.after} is the champion again")


def try_again(process: ProcessName, version: Version = None) -> None:
    """Load a version as the service would, also where that has failed before; by default the champion."""
    from registry.promotion import try_again as run
    from registry.settings import read_settings
    from seeds import load

    number = run(load(process), read_settings(), version)
    console().print(f"{process}: version {number} loads and answers its recorded rows")


def batches(process: ProcessName) -> None:
    """List the batches of new rows that retrainings were given, and which of them are history."""
    from registry.retraining.new_rows import batches as listed
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from seeds import load

    found, screen = listed(load(process).process.name, Tracking(read_settings())), console()
    for one in found:
        by = f" by {one.withdrawn_by}" if one.withdrawn_by else ""
        line = f"batch {one.name}: {one.when[:16].replace('T', ' ')}, {one.rows} rows of {one.source} from {one.who}, "
        line += f"{one.state}{by}" + (f": {one.why}" if one.why else "")
        screen.print(line, soft_wrap=True, markup=False)
    if not found:
        screen.print(f"{process}: no batches", markup=False)


def withdraw(
    batch: Annotated[str, typer.Argument(help="A batch, as `batches` lists it.")],
    why: Annotated[str, typer.Option(help="Reason, kept with the batch and in the audit.")],
) -> None:
    """Let an accepted batch of new rows be history no more."""
    from registry.retraining.new_rows import withdraw as run
    from registry.settings import read_settings
    from registry.tracking import Tracking

    found = run(batch, why, Tracking(read_settings()))
    enter_batches(found.process)
    line = f"{found.process}: batch {found.name} is history no more; the models that learnt it stay: retrain next"
    console().print(line, soft_wrap=True, markup=False)


def adopt() -> None:
    """Let the store of a home folder that was copied or moved name its files where they are now."""
    from registry.relocation import adopt as run
    from registry.settings import read_settings

    settings = read_settings()
    if settings.sqlite_file is None:
        fail(f"MLFLOW_TRACKING_URI: {settings.uri_shown} is no SQLite file: its places are its server's to set")
    console().print(f"{run(settings.sqlite_file)} places of files changed", soft_wrap=True)


def signing_keys(
    private: Annotated[
        Path, typer.Argument(help="New file for the private key, which stays where models are trained.")
    ],
    public: Annotated[Path, typer.Argument(help="New file for the public key, for the service and `promote`.")],
) -> None:
    """Make a pair of keys that models are signed and checked with."""
    from registry.loading.signatures import make_keys

    make_keys(private, public)
    screen = console()
    screen.print(f"where models are trained:  NONFERROUS_SIGNING_KEY={private}", soft_wrap=True, markup=False)
    screen.print(f"where they are served:     NONFERROUS_PUBLIC_KEY={public}", soft_wrap=True, markup=False)
