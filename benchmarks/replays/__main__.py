"""Replay of a simulated plant with several retraining policies: python -m benchmarks.replays PROCESS."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks.replays.policy_replay import POLICIES, play_policies
from nonferrous.console import console, fail
from nonferrous.options import Cluster, ProcessName

if TYPE_CHECKING:
    from benchmarks.replays.plant import Plant


def replay(
    process: ProcessName,
    out: Annotated[
        Path, typer.Option(help="Folder for plant, stores, figures and page; completed policies are reused.")
    ],
    begin: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the replay.", show_default="after a third"),
    ] = None,
    policies: Annotated[str, typer.Option(help="Retraining policies, separated by commas.")] = ",".join(POLICIES),
    retrain_interval: Annotated[int, typer.Option(min=1, help="Steps between two jobs of the policy schedule.")] = 6,
    days: Annotated[
        float | None,
        typer.Option(min=0, max=90, help="Length of a step [d], at least a period.", show_default="30, or a period"),
    ] = None,
    rng_seed: Annotated[
        int | None, typer.Option(help="Other random numbers for the same plant.", show_default="of the seed")
    ] = None,
    units: Annotated[int | None, typer.Option(help="Units of the plant.", show_default="of the seed")] = None,
    cluster: Cluster = None,
) -> None:
    """Compare retraining policies on a simulated plant, through the real service, records and worker."""
    from benchmarks.replays.page import write
    from benchmarks.replays.setup import simulated
    from benchmarks.replays.summary import in_words, summary
    from seeds import load

    requested = [one.strip() for one in policies.split(",")]
    if unknown := [one for one in requested if one not in POLICIES]:
        fail(f"--policies: got {unknown[0]}, expected some of {', '.join(POLICIES)}")
    seed = load(process)
    plant = simulated(seed, out / "plant", units, rng_seed, begin, days)
    base = _base(plant, out.resolve())
    replays = play_policies(requested, plant, base, out.resolve(), retrain_interval, cluster)
    summaries = [summary(name, steps) for name, steps in replays.items()]
    file = write(plant, replays, summaries, out)
    for one in summaries:
        console().print(in_words(one, seed), markup=False, soft_wrap=True)
    console().print(f"page: {file}", markup=False, soft_wrap=True)


def _base(plant: Plant, out: Path) -> Path:
    """Home folder with the first champion, trained on the rows known at the start."""
    from benchmarks.replays.setup import train_first

    home = out / "base"
    if not (home / "trained").exists():
        shutil.rmtree(home, ignore_errors=True)
        train_first(plant, home)
        (home / "trained").touch()
    return home


if __name__ == "__main__":
    typer.run(replay)
