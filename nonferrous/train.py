"""Commands that learn: `train` and `retrain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.simulate import simulate
from nonferrous.terminal import ProcessName, console, fail, progress

if TYPE_CHECKING:
    from registry.settings import Settings
    from seeds import Seed


def train(
    process: Annotated[str | None, typer.Argument(help="A process, by the name that `nonferrous seeds` lists.")] = None,
    data: Annotated[Path | None, typer.Option(help="CSV or Parquet file, or a folder of them.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every simulated process that has no champion yet, on its own plant.")
    ] = False,
) -> None:
    """Train the candidates, keep them in MLflow and register the best."""
    from registry.settings import read_settings
    from seeds import load, load_all

    if every:
        if process is not None or data is not None:
            fail("--all: takes neither a process nor --data; each process learns from its simulated plant")
        for seed in load_all().values():
            if seed.plant is not None:
                prepare(seed, read_settings())
        return
    if process is None or data is None:
        fail("train: name a process and its table, as in `train PROCESS --data FILE`, or give --all")
    train_on(load(process), data)


def train_on(seed: Seed, data: Path) -> None:
    """Train a process on its table and show what came of it."""
    from nonferrous.tables import candidates_table, reading_lines
    from registry.settings import read_settings
    from training.job import train as run

    with progress() as step:
        trained = run(seed, data, read_settings(), step)
    screen = console()
    screen.print(candidates_table(trained))
    screen.print(f"in the MLflow UI: {trained.address}", soft_wrap=True, markup=False)
    read = trained.learnt.data
    for line in reading_lines(read, len(read.checked), read.rejected_rows, trained.rejected_file):
        screen.print(line, soft_wrap=True, markup=False)


def retrain(
    process: ProcessName,
    data: Annotated[Path, typer.Option(help="New rows: CSV or Parquet file, or a folder of them.")],
) -> None:
    """Learn from history plus new rows; the champion changes only for a better model."""
    from nonferrous.tables import reading_lines, verdict_table
    from registry.settings import read_settings
    from seeds import load
    from training.retrain import retrain as run

    with progress() as step:
        retrained = run(load(process), data, read_settings(), step)
    screen = console()
    screen.print(verdict_table(retrained))
    screen.print(f"in the MLflow UI: {retrained.address}", soft_wrap=True, markup=False)
    read = retrained.learnt.data
    for line in reading_lines(read, retrained.new_rows, retrained.set_aside, retrained.rejected_file):
        screen.print(line, soft_wrap=True, markup=False)


def prepare(seed: Seed, settings: Settings) -> None:
    """Make a simulated plant and a champion where there is none."""
    from registry.tracking import Tracking
    from registry.versions import CHAMPION

    process = seed.process.name
    versions = Tracking(settings, make=True).versions(process)
    if any(CHAMPION in version.aliases for version in versions):
        console().print(f"{process}: has a champion already", style="dim")
        return
    folder = settings.folder / "plants" / process
    if not (folder / "simulation.json").exists():
        simulate(process, folder)
    train_on(seed, folder)
