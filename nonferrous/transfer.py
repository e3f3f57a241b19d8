"""Command `models transfer`: the champion for another plant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import console, progress
from nonferrous.options import ProcessName
from nonferrous.records import enter_moves

Tables = Annotated[
    list[Path], typer.Argument(help="Tables of ten or more other plants of the kind, one a plant; 40 are better.")
]


def transfer(process: ProcessName, tables: Tables) -> None:
    """Transfer the champion to another plant of the kind."""
    from registry.settings import read_settings
    from seeds import load
    from training.jobs.transfer import transfer as run

    with progress() as step:
        result = run(load(process), tables, read_settings(), step)
    enter_moves(process)
    screen = console()
    screen.print(
        f"{process}: version {result.version} is the champion: version {result.before} for another plant, calibrated "
        f"on {result.plants} plants",
        soft_wrap=True,
    )
