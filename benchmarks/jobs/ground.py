"""Small potline replayed into the records of a home folder, and the state of its store after a fault."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.replays.plant import Plant
from benchmarks.replays.run import home_of
from benchmarks.replays.setup import simulated, train_first
from registry.promotion import rollback
from registry.retraining.decision import PROMOTED, VERDICT, is_decided
from registry.retraining.new_rows import batches
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import CHAMPION, champions
from seeds import Seed, load
from tests.suite.client import Client, running

PROCESS, UNITS = "aluminium_reduction", 120


@dataclass(frozen=True)
class Ground:
    """Home folder in which jobs run.

    Attributes
    ----------
    home : Path
        Home folder with a first champion, and with records of what came after it.
    elsewhere : Mapping of str to str
        Settings of what does not stand in the home folder: NONFERROUS_RECORDS, MLFLOW_TRACKING_URI.
    """

    home: Path
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """Settings of processes that work on it."""
        return {"NONFERROUS_HOME": str(self.home), **self.elsewhere}

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Set this process's environment to the home folder until the end of the block."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    @property
    def seed(self) -> Seed:
        """Seed of the process."""
        return load(PROCESS)

    @property
    def settings(self) -> StoreSettings:
        """Settings of models and records."""
        with self.entered():
            return StoreSettings()

    def anywhere(self, line: str) -> str:
        """Message without parts that differ between runs: folders, sizes, ports and names."""
        masked = re.sub(r"[0-9a-f]{32}", "ID", line.replace(str(self.home), "HOME"))
        masked = re.sub(r"[\d,]+ MiB at", "SIZE at", masked)
        return re.sub(r"127\.0\.0\.1(:|\", port )\d+", "SERVER", masked)

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
        """Number of runs that have no end and no running job."""
        Tracking(self.settings)  # it ends those of processes that are gone
        with closing(sqlite3.connect(self.home / "mlflow.db")) as store:
            return int(store.execute("select count(*) from runs where status = 'RUNNING'").fetchone()[0])

    def is_between(self) -> bool:
        """Return whether the store is neither in the state before a job nor in that after it.

        That is: the champion is neither one of before nor a new one that was judged, with all its files, new rows are
        history though nothing was decided of them, or a version is said to be promoted that never was.
        """
        tracking = Tracking(self.settings)
        versions = tracking.versions(PROCESS)
        now = [one for one in versions if CHAMPION in one.aliases]
        if len(now) != 1:
            return True
        (champion,) = now
        if champion.number != 1 and not is_decided(champion):
            return True
        ever = champions(tracking.audit(PROCESS))
        if any(one.tags.get(VERDICT) == PROMOTED and one.number not in ever for one in versions):
            return True
        decided = {one.parent_run for one in versions if is_decided(one)}
        if any(one.run not in decided for one in batches(PROCESS, tracking) if one.state == "accepted"):
            return True
        return tracking.model(champion).candidate != champion.candidate


def plant_in(folder: Path) -> Plant:
    """The potline of a folder."""
    return simulated(load(PROCESS), folder / "plant", UNITS)


def first(folder: Path) -> Path:
    """Home folder with the first champion of the potline of a folder; it is trained once."""
    home, done = folder / "base", folder / "trained"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        with Ground(home).entered():
            train_first(plant_in(folder), home)
        done.touch()
    return home


def made(ground: Ground, folder: Path, base: Path | None = None) -> Ground:
    """Train the potline's first champion and replay later rows into the records; existing ones are used.

    Parameters
    ----------
    ground : Ground
        Where; its home folder is made.
    folder : Path
        Of the plant.
    base : Path, optional
        Home folder with a first champion that is copied, instead of training one.
    """
    done = ground.home / "made"
    if done.exists():
        return ground
    plant = plant_in(folder)
    with ground.entered():
        if base is None:
            train_first(plant, ground.home)
        else:
            shutil.rmtree(ground.home, ignore_errors=True)
            home_of(base, ground.home)
        with running(PROCESS, ground.home) as client:
            play(plant, client)
    done.touch()
    return ground


def play(plant: Plant, client: Client, steps: slice = slice(None)) -> None:
    """Ask for some steps of a plant and send what became known of each."""
    for step in list(plant.steps())[steps]:
        client.predict(plant.asked(step.table))
        client.tell(plant.outcomes(step.table))
