"""A plant played by one way of retraining: what was answered at each step, and what it was worth."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from models.table.contract import Checked
from models.table.inputs import matrix
from models.tasks import build
from nonferrous.replay.plant import Plant, Step
from nonferrous.replay.service import Client
from physics.arrays import FloatArray
from registry.local.moved import adopt
from seeds import Seed
from training.dataset import dataset_of, period_of
from training.facts import info_of
from training.fitting import fit, model_of, with_few_threads
from training.splits import FEWEST_ROWS, held_out_units, split
from training.tasks import task_of

COVERAGE = 0.9


@dataclass(frozen=True)
class Stepped:
    """What came of one step.

    Attributes
    ----------
    start : str
        Its first day.
    version : int
        That answered.
    rows, known : int
        That were asked for, and those that have a label.
    error, bias : float
        Mean absolute error, and mean error, to the truth [target's unit].
    covered : float
        Share of the labels in their intervals.
    drift : tuple of str
        What the monitoring said after the step; empty where it saw nothing, or was not asked.
    job : str
        What a retraining job after the step ended with; empty where there was none.
    promoted : int or None
        Version that it made champion.
    """

    start: str
    version: int
    rows: int
    known: int
    error: float
    bias: float
    covered: float
    drift: tuple[str, ...] = ()
    job: str = ""
    promoted: int | None = None


class Way(Protocol):
    """When a model is trained again."""

    def __call__(self, steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        """Whether a job is asked for now, and why, after what came of the steps before this one."""


Shown = Callable[[Stepped], None]


def play(plant: Plant, client: Client, way: Way, shown: Shown) -> list[Stepped]:
    """Play a plant through a service and a worker that run.

    Outcomes of a step come in when the next one has been asked for, and a job is asked for after that: nobody knows
    anything before its time.

    Parameters
    ----------
    plant : Plant
        What is played.
    client : Client
        Of a service that nobody else asks.
    way : callable
        When a job is asked for.
    shown : callable
        Takes what came of each step, when it is over.
    """
    found: list[Stepped] = []
    late: Step | None = None
    for step in plant.steps():
        version, answered = client.predict(plant.asked(step.table))
        one = _stepped(plant, step, version, *_values(answered, plant.seed.target.name))
        if late is not None:
            client.tell(plant.outcomes(late.table))
            one = _retrained(one, way, found, client)
        late = step
        found.append(one)
        shown(one)
    return found


def _retrained(one: Stepped, way: Way, before: Sequence[Stepped], client: Client) -> Stepped:
    wanted, why = way(before)
    if not wanted:
        return replace(one, drift=why)
    job = client.retrain()
    result: Mapping[str, Any] = job["result"] or {}
    promoted = result["version"] if result.get("promoted") else None
    return replace(one, drift=why, job=result.get("why") or job["why"], promoted=promoted)


def _values(answered: list[Mapping[str, Any]], target: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    found = [one[target] for one in answered]
    value, low, high = (np.array([one[name] for one in found], dtype=np.float64) for name in ("value", "low", "high"))
    return value, low, high


def _stepped(plant: Plant, step: Step, version: int, value: FloatArray, low: FloatArray, high: FloatArray) -> Stepped:
    label = step.table[plant.seed.target.name].to_numpy(dtype=np.float64)
    known = ~np.isnan(label)
    error = value - step.truth
    return Stepped(
        start=f"{step.start:%Y-%m-%d}",
        version=version,
        rows=len(label),
        known=int(known.sum()),
        error=float(np.nanmean(np.abs(error))),
        bias=float(np.nanmean(error)),
        covered=float(np.mean((low[known] <= label[known]) & (label[known] <= high[known]))) if known.any() else 1.0,
    )


def oracle(plant: Plant, shown: Shown) -> list[Stepped]:
    """A model that is learnt anew before each step from all that is known then: what no job can be much better than.

    It goes through no service and no gate. As in a play, the outcomes of the step before are not in yet.
    """
    seed, found, steps = plant.seed, list[Stepped](), list(plant.steps())
    for number, step in enumerate(steps):
        known = plant.table[period_of(plant.table, seed) < (steps[number - 1].start if number else plant.begin)]
        answer = learnt(known, seed).answer(matrix(step.table, seed), COVERAGE)[seed.target.name]
        one = _stepped(plant, step, number, answer.value, answer.low, answer.high)
        found.append(one)
        shown(one)
    return found


def learnt(known: pd.DataFrame, seed: Seed) -> Any:
    """The best of `candidates_of`."""
    return min(candidates_of(known, seed).values(), key=lambda one: one[1][task_of(seed).SELECTED_BY])[0]


def candidates_of(known: pd.DataFrame, seed: Seed) -> dict[str, tuple[Any, dict[str, float]]]:
    """Model of each candidate of the first target, and what was measured in fitting it.

    They are learnt from all rows but the newest few, which a split keeps back.
    """
    whole, task = dataset_of(Checked(known, pd.DataFrame(columns=["file", "row"]), ()), seed), task_of(seed)
    data = whole.each[0]
    tested = ~np.isin(data.units.astype(str), held_out_units(sorted(set(data.units.astype(str)))))
    newest = np.sort(data.periods[tested])[-FEWEST_ROWS["test"] :][0]
    parts = split(data.table, seed, test_from=newest)
    models = {}
    for name, estimator in build(data.seed).items():
        fitted = fit(task, with_few_threads(estimator, len(data.y)), data, parts)
        models[name] = model_of(fitted, task, name, data, parts, info_of(data, parts))
    return models


def home_of(base: Path, folder: Path) -> Path:
    """A copy of a home folder that is a store of its own."""
    shutil.copytree(base, folder)
    adopt(folder / "mlflow.db")
    return folder
