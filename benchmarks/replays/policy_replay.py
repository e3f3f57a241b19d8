"""Replay of a plant by one retraining policy, as a work unit."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.replays.policies import Drift, never, on_schedule
from benchmarks.replays.run import RetrainingPolicy, Stepped, home_of, oracle, play
from compute.choice import workers_for
from compute.interface import Step
from nonferrous.console import progress
from reporting.report import write_page
from tests.suite.client import running
from training.labels.job import ACCEPT

if TYPE_CHECKING:
    from benchmarks.replays.plant import Plant
    from tests.suite.client import Client

FIRST, SCHEDULE, DRIFT, ACCEPTED, ORACLE = POLICIES = ("first", "schedule", "drift", "accepted", "oracle")
_LOOKED = "a person has looked at the laboratory and found it right"


@dataclass(frozen=True)
class PolicyReplay:
    """Replay by one policy; its steps go to the file `<policy>.json` of a folder, its store to `<policy>`.

    Attributes
    ----------
    policy : str
        One of `POLICIES`.
    folder : Path
        Of the replays of one plant.
    every : int
        Steps between two jobs of the policy `schedule`.
    """

    policy: str
    folder: Path
    every: int

    def __call__(self, plant: Plant, base: Path, step: Step) -> None:
        """Play the plant, from a copy of the store in `base`; report each step."""
        home = self.folder / self.policy
        shutil.rmtree(home, ignore_errors=True)
        steps = sum(1 for _ in plant.steps())
        done: list[Stepped] = []

        def shown(one: Stepped) -> None:
            done.append(one)
            words = f"{self.policy}: {one.start}, version {one.version}, error {one.error:.4g}"
            step((words, len(done), steps))

        if self.policy == ORACLE:
            oracle(plant, shown)
        else:
            accepts = _LOOKED if self.policy == ACCEPTED else None
            with running(plant.seed.process.name, home_of(base, home)) as client:
                play(plant, client, self._retraining(plant, client, home), shown, accepts)
        content = json.dumps([asdict(one) for one in done], indent=1) + "\n"
        write_page(content, file_of(self.policy, self.folder))

    def _retraining(self, plant: Plant, client: Client, home: Path) -> RetrainingPolicy:
        if self.policy == FIRST:
            return never
        if self.policy == SCHEDULE:
            return on_schedule(self.every)
        os.environ["NONFERROUS_HOME"] = str(home)
        return Drift(plant.seed, client)


def play_policies(
    policies: Sequence[str], plant: Plant, base: Path, folder: Path, every: int, cluster: str | None
) -> dict[str, list[Stepped]]:
    """Return the steps of each policy's replay; those that were completed before are read.

    Parameters
    ----------
    policies : sequence of str
        Some of `POLICIES`.
    plant : Plant
        Simulated plant.
    base, folder : Path
        Store with the first champion; folder of the replays.
    every : int
        Steps between two jobs of the policy `schedule`.
    cluster : str, optional
        Cluster that works on several at a time, see `compute.cluster.ClusterWorkers`; by default one after another.
    """
    with progress() as step, workers_for([(plant, base)], 1, lambda one: step(*one), cluster, folder) as workers:
        # A reviewer is needed only if label checks have stopped a job, so that `accepted` follows `drift`.
        for group in ([one for one in policies if one != ACCEPTED], [one for one in policies if one == ACCEPTED]):
            left = [one for one in group if not completed(one, folder).exists()]
            for pending in [workers.later(0, PolicyReplay(one, folder, every)) for one in left]:
                pending()
    return {one: steps_of(completed(one, folder)) for one in policies}


def completed(policy: str, folder: Path) -> Path:
    """File with the steps of a completed replay; that of `drift` if a reviewer would have changed nothing."""
    if policy == ACCEPTED and _without_stop(file_of(DRIFT, folder)):
        return file_of(DRIFT, folder)
    return file_of(policy, folder)


def file_of(policy: str, folder: Path) -> Path:
    """File of a policy's steps."""
    return folder / f"{policy}.json"


def _without_stop(drift: Path) -> bool:
    """Return whether label checks stopped no job."""
    return drift.exists() and not any(ACCEPT in one.job for one in steps_of(drift))


def steps_of(file: Path) -> list[Stepped]:
    """Steps of a completed replay."""
    return [Stepped(**{**one, "drift": tuple(one["drift"])}) for one in json.loads(file.read_text("utf-8"))]
