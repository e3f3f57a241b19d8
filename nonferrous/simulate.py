"""Commands on simulated plants: `simulate` makes one, `trial` tries a champion on plants that nobody has seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import ProcessName, console, progress


def simulate(
    process: ProcessName,
    out: Annotated[Path, typer.Option(help="Folder to write: table, truth and events.")],
    units: Annotated[int | None, typer.Option(help="Units of the plant.", show_default="of the seed")] = None,
    years: Annotated[
        float | None, typer.Option(help="Years of history; more begin earlier.", show_default="of the seed")
    ] = None,
    rng_seed: Annotated[
        int | None,
        typer.Option(
            help="Other random numbers for the same plant: its parameters stay as they are.", show_default="of the seed"
        ),
    ] = None,
    another: Annotated[
        int | None,
        typer.Option(
            help="Number of another plant of its kind, 1 or more: parameters with a spread are drawn anew.",
            show_default="the seed's plant",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the work; the result is the same.")] = 1,
) -> None:
    """Simulate a plant: the table as its historian would hold it, and the truth beside it."""
    from models.processes.lookup import check_process
    from seeds import load
    from synthetic_data import simulate as run

    seed = load(process)
    check_process(seed)
    with progress() as step:
        run(
            seed,
            out,
            units=units,
            years=years,
            rng_seed=rng_seed,
            another=another,
            workers=workers,
            progress=lambda done, total: step("simulate", done, total),
        )
    screen = console()
    screen.print(f"{process}: table.parquet, truth.parquet and events.parquet are in {out}", soft_wrap=True)
    if another is not None:
        screen.print(
            f"This is plant {another} of its kind, not the seed's: simulation.json lists what was drawn, "
            "beside what the seed states",
            soft_wrap=True,
        )


def trial(
    process: ProcessName,
    lots: Annotated[
        int | None,
        typer.Option(help="Lots to decide on, of a process that sorts or grades.", min=2, show_default="500"),
    ] = None,
    plants: Annotated[int | None, typer.Option(help="Plants to try set-points on.", min=1, show_default="3")] = None,
    units: Annotated[
        int | None, typer.Option(help="Units of each of these plants.", min=1, show_default="as in the seed")
    ] = None,
    periods: Annotated[
        int | None, typer.Option(help="Periods of the closed loop.", min=4, show_default="a year")
    ] = None,
    rng_seed: Annotated[
        int | None, typer.Option(help="Which plant, or the first of them.", min=0, show_default="plants never used")
    ] = None,
) -> None:
    """Let the champion decide on lots, or set-points be chosen, on simulated plants that nobody has seen."""
    from registry.settings import read_settings
    from seeds import load
    from training.jobs.trial import shown

    options = {"lots": lots, "plants": plants, "units": units, "periods": periods, "rng_seed": rng_seed}
    with progress() as step:
        parts = list(shown(load(process), read_settings(), options, step))
    screen = console()
    for part in parts:
        screen.print(part, markup=False)
