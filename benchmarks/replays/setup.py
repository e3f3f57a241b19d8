"""Start of a replay: a simulated plant, and a champion trained on the rows known then."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from benchmarks.replays.plant import Plant, ReplayError, plant_of
from nonferrous.simulate import simulate
from nonferrous.train import train_on
from seeds import Seed


def simulated(
    seed: Seed,
    folder: Path,
    units: int | None = None,
    rng_seed: int | None = None,
    begin: dt.datetime | None = None,
    days: float | None = None,
) -> Plant:
    """The plant of a folder, simulated where that was not done before.

    Parameters
    ----------
    seed : Seed
        Of the process.
    folder : Path
        Of the plant.
    units, rng_seed : int, optional
        Units of the plant, and which plant of its kind; by default as the seed says.
    begin, days : datetime, float, optional
        Where its replay begins and how long a step is [d]; see `plant_of`.
    """
    if not (folder / "simulation.json").exists():
        simulate(seed.process.name, folder, units, None, rng_seed)
    return plant_of(seed, folder, begin, days)


def train_first(plant: Plant, home: Path) -> None:
    """Train the first champion of a home folder on the rows known then; the settings then name it.

    Raises
    ------
    ReplayError
        The gate refuses it.
    """
    home.mkdir(parents=True, exist_ok=True)
    history = home / "history.parquet"
    plant.history.to_parquet(history, index=False)
    os.environ["NONFERROUS_HOME"] = str(home)
    if not train_on(plant.seed, history):
        name = plant.seed.process.name
        raise ReplayError(f"{name}: no candidate trained on rows before {plant.begin:%Y-%m-%d} passes the gate")
