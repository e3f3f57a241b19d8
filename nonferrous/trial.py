"""The command that lets a champion decide on a plant that it has never seen."""

from __future__ import annotations

from typing import Annotated

import typer

from nonferrous.terminal import ProcessName, console, progress


def trial(
    process: ProcessName,
    lots: Annotated[int, typer.Option(help="Lots to decide on.", min=2)] = 500,
    rng_seed: Annotated[int, typer.Option(help="Which plant; any but the seed's own.", min=0)] = 2,
) -> None:
    """Let the champion decide on the lots of a simulated plant that it has never seen."""
    from registry.settings import read_settings
    from seeds import load
    from training.trial import trial as run
    from training.trial import trials_of

    seed = load(process)
    with progress() as step:
        found = run(seed, read_settings(), lots, rng_seed, step)
    screen = console()
    for part in trials_of(seed).tables(found):
        screen.print(part, markup=False)
