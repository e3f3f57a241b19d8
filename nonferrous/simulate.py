"""The command that simulates a plant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.terminal import ProcessName, console, progress


def simulate(
    process: ProcessName,
    out: Annotated[Path, typer.Option(help="Folder to write: table, truth and events.")],
    units: Annotated[int | None, typer.Option(help="Units of the plant.", show_default="of the seed")] = None,
    years: Annotated[
        float | None, typer.Option(help="Years of history; more begin earlier.", show_default="of the seed")
    ] = None,
    rng_seed: Annotated[int | None, typer.Option(help="Another plant of its kind.", show_default="of the seed")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the work; the result is the same.")] = 1,
) -> None:
    """Simulate a plant: the table as its historian would hold it, and the truth beside it."""
    from seeds import load
    from synthetic_data import simulate as run

    seed = load(process)
    with progress() as step:
        run(
            seed,
            out,
            units=units,
            years=years,
            rng_seed=rng_seed,
            workers=workers,
            progress=lambda done, total: step("simulate", done, total),
        )
    console().print(f"{process}: table.parquet, truth.parquet and events.parquet are in {out}", soft_wrap=True)
