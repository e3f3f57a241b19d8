"""Commands on registered versions: `compare`, `promote` and `rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from nonferrous.terminal import ProcessName, console

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
    from training.compare import compare as run

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
    """Make a version the champion; without a number, the challenger. One that the gate refused needs --force."""
    from registry.promotion import promote as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process).process.name, read_settings(), version, why, force)
    console().print(f"{process}: version {move.after} is the champion")


def rollback(process: ProcessName, version: Version = None, why: Why = "by hand") -> None:
    """Go back to the champion before, or to a version that was champion."""
    from registry.promotion import rollback as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process).process.name, read_settings(), version, why)
    console().print(f"{process}: version {move.after} is the champion again")
