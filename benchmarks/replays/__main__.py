"""Replay of a simulated plant with several retraining policies: python -m benchmarks.replays PROCESS."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console, fail, progress
from nonferrous.options import ProcessName

if TYPE_CHECKING:
    from benchmarks.replays.plant import Plant
    from benchmarks.replays.run import RetrainingPolicy, Stepped
    from tests.suite.client import Client

FIRST, SCHEDULE, DRIFT, ACCEPTED, ORACLE = POLICIES = ("first", "schedule", "drift", "accepted", "oracle")
LOOKED = "a person has looked at the laboratory and found it right"


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
    days: Annotated[float | None, typer.Option(help="Length of a step.", show_default="30, or a period")] = None,
    rng_seed: Annotated[
        int | None, typer.Option(help="Other random numbers for the same plant.", show_default="of the seed")
    ] = None,
    units: Annotated[int | None, typer.Option(help="Units of the plant.", show_default="of the seed")] = None,
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
    base = _base(plant, out)
    replays = {one: _played(one, plant, base, out, retrain_interval) for one in requested}
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


def _played(name: str, plant: Plant, base: Path, out: Path, every: int) -> list[Stepped]:
    """Steps of a policy's replay; stored ones if it was completed before."""
    from benchmarks.replays.run import home_of, oracle, play
    from reporting.report import write_page
    from tests.suite.client import running

    file, home = out / f"{name}.json", out / name
    if name == ACCEPTED and _asked_nobody(out / f"{DRIFT}.json"):
        file = out / f"{DRIFT}.json"
    if file.exists():
        return steps_of(file)
    shutil.rmtree(home, ignore_errors=True)
    steps = sum(1 for _ in plant.steps())
    with progress() as step:
        done: list[Stepped] = []

        def shown(one: Stepped) -> None:
            done.append(one)
            step(f"{name}: {one.start}, version {one.version}, error {one.error:.4g}", len(done), steps)

        if name == ORACLE:
            steps_done = oracle(plant, shown)
        else:
            accepts = LOOKED if name == ACCEPTED else None
            with running(plant.seed.process.name, home_of(base, home)) as client:
                steps_done = play(plant, client, _way(name, plant, client, home, every), shown, accepts)
    write_page(json.dumps([asdict(one) for one in steps_done], indent=1) + "\n", file)
    return steps_done


def _asked_nobody(drift: Path) -> bool:
    """Return whether label checks stopped no job, so that a reviewer would change nothing."""
    from training.labels.job import ACCEPT

    return drift.exists() and not any(ACCEPT in one.job for one in steps_of(drift))


def steps_of(file: Path) -> list[Stepped]:
    """Steps of a completed replay."""
    from benchmarks.replays.run import Stepped

    return [Stepped(**{**one, "drift": tuple(one["drift"])}) for one in json.loads(file.read_text("utf-8"))]


def _way(name: str, plant: Plant, client: Client, home: Path, every: int) -> RetrainingPolicy:
    from benchmarks.replays.policies import Drift, never, on_schedule

    if name == FIRST:
        return never
    if name == SCHEDULE:
        return on_schedule(every)
    os.environ["NONFERROUS_HOME"] = str(home)
    return Drift(plant.seed, client)


if __name__ == "__main__":
    typer.run(replay)
