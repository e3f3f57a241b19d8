"""Commands of `nonferrous seeds`: what is known of a process before data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.terminal import ProcessName, console

seeds_app = typer.Typer(help="List, show and check seeds: what is known of a process before data.")


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
    """Print a seed's columns with unit, role, range and source."""
    from seeds import load
    from seeds.format.listing import described

    screen = console()
    for line in described(load(process)):
        screen.print(line, soft_wrap=isinstance(line, str))


@seeds_app.command("check")
def check_seed(file: Annotated[Path, typer.Argument(help="A seed, as a .toml file.")]) -> None:
    """Check a seed and name every fault in it."""
    from seeds import SeedError, load

    if file.suffix != ".toml":
        raise SeedError(file, ["expected a file that ends in .toml"])
    seed = load(file)
    counted = f"{len(seed.columns)} columns, {len(seed.sources)} sources"
    counted += f", {seed.assumed} of them assumptions and {seed.practice} practice"
    console().print(f"{file}: good: {counted}", soft_wrap=True)
