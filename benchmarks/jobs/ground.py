"""A small potline that was played into the records of a home folder, and what its store looks like after a fault."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nonferrous.replay.plant import Plant, plant_of
from nonferrous.replay.service import Client, running
from registry.promotion import rollback
from registry.settings import Settings
from registry.tracking import Tracking
from registry.versions import CHAMPION
from seeds import Seed, load
from synthetic_data import simulate
from training.job import train

PROCESS, UNITS = "aluminium_reduction", 120


@dataclass(frozen=True)
class Ground:
    """Where jobs are done.

    Attributes
    ----------
    home : Path
        Home folder with a first champion, and with records of what came after it.
    """

    home: Path

    @property
    def seed(self) -> Seed:
        """Of the process."""
        return load(PROCESS)

    @property
    def settings(self) -> Settings:
        """Where models are kept."""
        return Settings(home=self.home)

    def back(self) -> None:
        """Make the first version champion again, so that the next job has something to promote."""
        (champion,) = [one.number for one in Tracking(self.settings).versions(PROCESS) if CHAMPION in one.aliases]
        if champion != 1:
            rollback(self.seed, self.settings, 1, "for the next fault")

    def promotions(self) -> list[int]:
        """Versions that became champion by a job, in order."""
        moves = Tracking(self.settings).audit(PROCESS)
        return [one.after for one in moves if one.action == "promote" and one.after is not None]

    def left_running(self) -> int:
        """Runs that nobody works on and that have no end."""
        Tracking(self.settings)  # it ends those of processes that are gone
        with closing(sqlite3.connect(self.home / "mlflow.db")) as store:
            return int(store.execute("select count(*) from runs where status = 'RUNNING'").fetchone()[0])

    def is_between(self) -> bool:
        """Whether the champion is neither one of before nor a new one that was judged, with all its files."""
        tracking = Tracking(self.settings)
        champions = [one for one in tracking.versions(PROCESS) if CHAMPION in one.aliases]
        if len(champions) != 1:
            return True
        (champion,) = champions
        if champion.number != 1 and champion.tags.get("verdict") != "promoted":
            return True
        return tracking.model(champion).candidate != champion.candidate


def made(folder: Path) -> Ground:
    """Simulate a plant, train on its first third and play the rest into the records; what is there is taken."""
    home, seed = folder / "home", load(PROCESS)
    if (folder / "made").exists():
        return Ground(home)
    shutil.rmtree(folder, ignore_errors=True)
    simulate(seed, folder / "plant", units=UNITS)
    plant = plant_of(seed, folder / "plant", None, None)
    home.mkdir(parents=True)
    plant.history.to_parquet(home / "history.parquet", index=False)
    train(seed, home / "history.parquet", Settings(home=home))
    with running(PROCESS, home) as client:
        _play(plant, client)
    (folder / "made").touch()
    return Ground(home)


def _play(plant: Plant, client: Client) -> None:
    for step in plant.steps():
        client.predict(plant.asked(step.table))
        client.tell(plant.outcomes(step.table))
