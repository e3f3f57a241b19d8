"""The loop at work before one's eyes: `nonferrous up --live`."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import typer

from nonferrous.terminal import console, fail

if TYPE_CHECKING:
    from nonferrous.replay.play import Stepped
    from registry.settings import Settings
    from seeds import Seed

PROCESS, UNITS = "aluminium_reduction", 80  # small enough for a regime, a job and a promotion within five minutes
PAGE = "monitoring.html"


def prepare(settings: Settings) -> Seed:
    """Simulate the plant anew in a home folder and train on what is before the replay."""
    from nonferrous.replay.plant import plant_of
    from nonferrous.train import train_on
    from seeds import load
    from synthetic_data import simulate

    seed, home = load(PROCESS), settings.folder
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    simulate(seed, home / "plant", units=UNITS)
    plant_of(seed, home / "plant", None, None).history.to_parquet(home / "history.parquet", index=False)
    if not train_on(seed, home / "history.parquet"):
        fail(f"{PROCESS}: its first model does not pass the gate")
    return seed


def play_on(seed: Seed, settings: Settings, port: int, tracker: subprocess.Popen[bytes]) -> None:
    """Play the plant with a service on a port, and a worker, until its time is over and then until Ctrl-C."""
    from monitoring.drift.page import page
    from nonferrous.replay.plant import plant_of
    from nonferrous.replay.play import play
    from nonferrous.replay.service import running
    from nonferrous.replay.ways import Drift
    from pages.report import write_page

    plant, file = plant_of(seed, settings.folder / "plant", None, None), settings.folder / PAGE
    for regime in seed.plant.regimes if seed.plant else ():
        typer.echo(f"{regime.start}: {regime.meaning}")
    with running(PROCESS, settings.folder, port) as client:
        play(plant, client, Drift(seed, client, lambda seen: write_page(page(seen, seed), file)), shown)
        console().print("The plant's time is over. Ctrl-C ends all.")
        while tracker.poll() is None:
            time.sleep(0.5)


def shown(one: Stepped) -> None:
    """Print what came of a step."""
    line = f"{one.start}: version {one.version}, {one.rows} rows, error {one.error:.3f}, coverage {one.covered:.0%}"
    typer.echo(line)
    for what in one.drift if one.job else ():
        typer.echo(f"            drift: {what}")
    if one.job:
        typer.echo(f"            job: {'promoted' if one.promoted else 'not promoted'}: {one.job}")
