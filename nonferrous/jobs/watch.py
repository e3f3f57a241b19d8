"""The command `watch`: look at processes, and do what is to be done about what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.terminal import console

if TYPE_CHECKING:
    from seeds import Seed

BY = "watch"


def watch(
    process: Annotated[
        list[str] | None, typer.Argument(help="Processes to look at.", show_default="all that have a champion")
    ] = None,
) -> None:
    """Look at processes: ask for a retraining job where drift is seen."""
    from nonferrous.train import has_champion
    from registry.settings import read_settings
    from seeds import load, load_all

    settings, known = read_settings(), load_all().values()
    seeds = [load(name) for name in process] if process else [one for one in known if has_champion(one, settings)]
    for seed in seeds:
        for line in _looked(seed):
            console().print(f"{seed.process.name}: {line}", soft_wrap=True, markup=False)
    if not seeds:
        console().print("no process has a champion: there is nothing to look at")


def _looked(seed: Seed) -> list[str]:
    """What was seen of a process and done about it, line by line."""
    from monitoring.drift.clock import DriftError
    from monitoring.drift.page import summary
    from nonferrous.jobs.commands import opened
    from nonferrous.reports import look
    from records.jobs.queue import Asked, BusyError

    try:
        seen = look(seed)
    except DriftError as error:
        return [str(error)]
    lines = [summary(seen), *seen.reasons]
    if not seen.drifted:
        return lines
    with opened() as jobs:
        try:
            return [*lines, f"job {jobs.put(Asked(seed.process.name, BY)).id} waits for a worker"]
        except BusyError as error:
            return [*lines, str(error)]
