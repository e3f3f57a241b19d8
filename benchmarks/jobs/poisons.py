"""Outcomes that a plant should not have sent, through the real service, records and worker.

    python -m benchmarks.jobs.poisons [POISON ...] --work FOLDER

After a third of its time, on which the first champion was trained, a potline is simulated with correct outcomes; those
of the next steps are poisoned, a job is requested, and champion and responses are compared with later simulated truth.
Writes docs/results/poisons.json and a table in docs/results/label_checks.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.faults.measuring import Page, measure
from benchmarks.jobs import page
from benchmarks.jobs.ground import PROCESS, Ground, first, plant_in, play
from benchmarks.label_checks.forgeries import FORGERIES, Forgery
from benchmarks.replays.plant import Plant, Step
from benchmarks.replays.promotions import as_trained
from benchmarks.replays.run import home_of
from physics.arrays import FloatArray, IntArray
from tests.suite.client import Client, ServiceError, running

NONE = "none"
POISONED, AFTER = 4, 6  # steps: whose outcomes are poisoned, and on which champions are judged by the truth
Poison = Callable[[Plant, list[Step]], list[Step]]
"""Gives steps as a plant asks and reports that has gone wrong."""


@dataclass(frozen=True)
class PoisonResult:
    """Result of a poison.

    Attributes
    ----------
    sent, refused : int
        Outcomes that were sent, and those that the service did not take.
    said : str
        What the service refused them with; empty where it took all.
    aside : int
        Labels that the job excluded.
    state, promoted, why : str, bool, str
        How the job ended, whether it changed the champion, and the line that says why; where the service took nothing
        there is nothing to ask a job for, and the state is none.
    before, after : float
        Mean absolute error to the truth of the rows after, of the first champion and of the one after the job
        [target's unit].
    answers : float
        Of what the service answers for these rows after all this, intervals' centres included [target's unit].
    """

    sent: int
    refused: int
    said: str
    aside: int
    state: str
    promoted: bool
    why: str
    before: float
    after: float
    answers: float


def honest(plant: Plant, steps: list[Step]) -> list[Step]:
    """Nothing is wrong."""
    return steps


def forged(forgery: Forgery) -> Poison:
    """Manipulated labels; see `benchmarks.label_checks.forgeries`."""

    def poison(plant: Plant, steps: list[Step]) -> list[Step]:
        names = [column.name for column in plant.seed.labels]
        table, key, time = plant.table, plant.seed.key, plant.seed.time
        assert key is not None
        assert time is not None
        unit, period = (pd.factorize(table[one.name], sort=True)[0] for one in (key, time))
        labels = table[names].to_numpy(dtype=np.float64, copy=True)
        rows = np.concatenate([table.index.get_indexer(step.table.index) for step in steps])
        labels[rows] = forgery(labels, unit, period, rows, np.random.default_rng(7))
        false = pd.DataFrame(labels, table.index, names)
        return [replace(step, table=step.table.assign(**dict(false.loc[step.table.index].items()))) for step in steps]

    return poison


def times(factor: float, share: float) -> Forgery:
    """So many times too much in the first units, at least in one."""

    def forge(
        labels: FloatArray, unit: IntArray, period: IntArray, rows: IntArray, rng: np.random.Generator
    ) -> FloatArray:
        affected = unit[rows] < max(1, round(share * (unit.max() + 1)))
        return np.where(affected[:, None], factor * labels[rows], labels[rows])

    return forge


def from_the_future(plant: Plant, steps: list[Step]) -> list[Step]:
    """Rows and labels of periods that begin only in half a year."""
    time = plant.seed.time
    assert time is not None
    by = pd.Timestamp.now().normalize() + pd.Timedelta(days=180) - steps[0].start
    return [replace(step, table=step.table.assign(**{time.name: step.table[time.name] + by})) for step in steps]


POISONS: Mapping[str, Poison] = {
    "none: honest labels": honest,
    "a tenth of the labels random": forged(FORGERIES["a tenth of the labels random"]),
    "one unit's labels times 1000": forged(times(1000.0, 0.0)),
    "the decimal sign of all labels lost": forged(times(10.0, 1.0)),
    "the labels of the periods before sent again": forged(FORGERIES["a file of the periods before, replayed"]),
    "labels from the future": from_the_future,
    "all labels of a period equal": forged(FORGERIES["the labels of one unit in all"]),
    "half of the labels random": forged(FORGERIES["half of the labels random"]),
    "labels a period late": forged(FORGERIES["labels a period late"]),
    "all labels 1.5 standard deviations too high": forged(FORGERIES["all labels 1.5 standard deviations too high"]),
}


def base(folder: Path) -> Ground:
    """Home folder with the first champion and honest records up to where the poison begins."""
    ground = Ground(folder / "honest")
    shutil.rmtree(ground.home, ignore_errors=True)
    home_of(first(folder), ground.home)
    with ground.entered(), running(PROCESS, ground.home) as client:
        play(plant_in(folder), client, slice(None, -POISONED - AFTER))
    return ground


def poisoned(ground: Ground, folder: Path, poison: Poison) -> PoisonResult:
    """Play the poisoned steps on a copy of a home folder, ask for a job and look what came of it."""
    plant, here = plant_in(folder), Ground(folder / "poisoned")
    steps = list(plant.steps())
    after = steps[-AFTER:]
    shutil.rmtree(here.home, ignore_errors=True)
    home_of(ground.home, here.home)
    shutil.rmtree(here.home / "rejected", ignore_errors=True)
    with here.entered(), running(PROCESS, here.home) as client:
        before = client.version()
        sent, refused, reply = _sent(plant, client, poison(plant, steps[-POISONED - AFTER : -AFTER]))
        job = client.retrain() if refused < sent else {"state": NONE, "reason": ""}
        now = client.version()
        answers = [_answered(plant, client, step) for step in after]
    assert before is not None
    assert now is not None
    errors = {one: as_trained(plant, after, one, here.settings)[0] for one in {before, now}}
    rejected = here.home / "rejected" / f"{PROCESS}.csv"
    return PoisonResult(
        sent=sent,
        refused=refused,
        said=reply,
        aside=len(pd.read_csv(rejected)) if rejected.exists() else 0,
        state=job["state"],
        promoted=now != before,
        why=here.anywhere(job["result"]["reason"] if job["state"] == "done" else job["reason"]),
        before=errors[before],
        after=errors[now],
        answers=float(np.nanmean(np.abs(np.concatenate(answers)))),
    )


def _sent(plant: Plant, client: Client, steps: Sequence[Step]) -> tuple[int, int, str]:
    """Outcomes that were sent and refused, and what the first of these were refused with."""
    sent, refused, reply = 0, 0, ""
    for step in steps:
        outcomes = plant.outcomes(step.table)
        client.predict(plant.asked(step.table))
        sent += len(outcomes)
        try:
            client.tell(outcomes)
        except ServiceError as error:
            refused += len(outcomes)
            reply = reply or _line(str(error))
    return sent, refused, reply


def _line(reply: str) -> str:
    """The first fault of a refusal, which names field, value and what was expected."""
    match = re.search(r'\{"row".*?\}', reply)
    return reply if match is None else _shown(json.loads(match[0]))


def _shown(fault: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fault.items() if value is not None)


def _answered(plant: Plant, client: Client, step: Step) -> FloatArray:
    """Errors to the truth of what the service answers for a step."""
    _, answers = client.predict(plant.asked(step.table))
    name = plant.seed.target.name
    values = np.array([one[name]["value"] for one in answers], dtype=np.float64)
    return np.asarray(values - step.truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("poison", nargs="*", choices=[*POISONS, []], default=[])
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps plant and first champion")
    given = parser.parse_args()
    folder = given.work.resolve()
    ground = base(folder)
    where = Page(page.POISONS, page.POISON_PAGE, page.POISON, page.poison_lines)
    measure(given.poison or POISONS, lambda name: poisoned(ground, folder, POISONS[name]), where)


if __name__ == "__main__":
    main()
