"""The loop at work before one's eyes: `nonferrous up --live`."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import typer

from nonferrous.terminal import console

if TYPE_CHECKING:
    from nonferrous.replay.play import Stepped
    from registry.settings import Settings
    from seeds import Seed

PROCESS, UNITS = "aluminium_reduction", 80  # small enough for a regime, a job and a promotion within five minutes
PAGE = "monitoring.html"


def prepare(settings: Settings) -> Seed:
    """Simulate the plant anew in a home folder and train on what is before the replay."""
    from nonferrous.replay.beginning import simulated, train_first
    from seeds import load

    seed, home = load(PROCESS), settings.folder
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    train_first(simulated(seed, home / "plant", UNITS), home)
    return seed


def play_on(seed: Seed, settings: Settings, port: int, tracker: subprocess.Popen[bytes]) -> None:
    """Play the plant with a service on a port, and a worker, until its time is over and then until Ctrl-C."""
    from monitoring.drift.page import page
    from nonferrous.replay.beginning import simulated
    from nonferrous.replay.play import play
    from nonferrous.replay.service import running
    from nonferrous.replay.ways import Drift
    from pages.report import write_page

    plant, file = simulated(seed, settings.folder / "plant", UNITS), settings.folder / PAGE
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
