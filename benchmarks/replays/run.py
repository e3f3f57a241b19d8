"""Replay of a plant under one retraining policy: predictions of each step, and their evaluation."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from benchmarks.replays.evaluate import Answers
from benchmarks.replays.plant import Plant
from benchmarks.replays.step import Step
from benchmarks.replays.tasks import task_of as played
from models.table.contract import Checked
from models.tasks import build
from registry.relocation import adopt
from seeds import Seed
from tests.suite.client import Client
from training.core.dataset import Dataset, dataset_of, period_of
from training.core.fitting import fit, model_of, selected, with_few_threads
from training.core.splits import FEWEST_ROWS, Split, held_out_units, split
from training.jobs.run_metadata import info_of
from training.jobs.train import extended
from training.labels.job import ACCEPT
from training.tasks import task_of

COVERAGE = 0.9


@dataclass(frozen=True)
class Stepped:
    """Result of one step.

    Attributes
    ----------
    start : str
        Its first day.
    version : int
        That answered.
    rows, known : int
        Requested rows, and those with a label.
    error : float
        Mean error to the truth, as the task has it.
    bias : float or None
        The same with its sign; None of classes.
    covered : float
        Share of the labels in their intervals, as the task has it.
    drift : tuple of str
        What the monitoring said after the step; empty where it saw nothing, or was not asked.
    job : str
        What a retraining job after the step ended with; empty where there was none.
    promoted : int or None
        Version that it made champion.
    lost : float or None
        Mean cost of the decisions against those of one who knows the truth; None where nothing is decided.
    released, broken : int
        Lots that went without an assay in a grade with limits and were assayed later, and those of them that break it.
    """

    start: str
    version: int
    rows: int
    known: int
    error: float
    bias: float | None
    covered: float
    drift: tuple[str, ...] = ()
    job: str = ""
    promoted: int | None = None
    lost: float | None = None
    released: int = 0
    broken: int = 0


class RetrainingPolicy(Protocol):
    """Policy that decides on retraining."""

    def __call__(self, steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        """Return whether to request a job now, and the reasons, from the results of earlier steps."""


Shown = Callable[[Stepped], None]


def play(
    plant: Plant, client: Client, way: RetrainingPolicy, shown: Shown, accepts: str | None = None
) -> list[Stepped]:
    """Play a plant through a service and a worker that run.

    Outcomes of a step arrive after the requests of the next one, and a job is requested after that: no model has
    anything before its time.

    Parameters
    ----------
    plant : Plant
        The plant.
    client : Client
        Of a service without other clients.
    way : callable
        Policy that decides on jobs.
    shown : callable
        Takes what came of each step, when it is over.
    accepts : str, optional
        Reason with which a reviewer accepts labels that stopped a job; by default none is accepted.
    """
    done: list[Stepped] = []
    late: Step | None = None
    for step in plant.steps():
        version, answered = client.predict(plant.asked(step.table))
        one = _stepped(plant.seed, step, version, answered)
        if late is not None:
            client.tell(plant.outcomes(late.table))
            one = _retrained(one, way, done, client, accepts)
        late = step
        done.append(one)
        shown(one)
    return done


def _retrained(
    one: Stepped, way: RetrainingPolicy, before: Sequence[Stepped], client: Client, accepts: str | None
) -> Stepped:
    requested, reason = way(before)
    if not requested:
        return replace(one, drift=reason)
    job = client.retrain()
    if accepts is not None and ACCEPT in (job["reason"] or ""):
        job = client.retrain(accepts)
    result: Mapping[str, Any] = job["result"] or {}
    promoted = result["version"] if result.get("promoted") else None
    return replace(one, drift=reason, job=result.get("reason") or job["reason"], promoted=promoted)


def _stepped(seed: Seed, step: Step, version: int, answers: Answers) -> Stepped:
    evaluation = played(seed).evaluated(step, answers, seed)
    inside = evaluation.inside[~np.isnan(evaluation.inside)]
    broken = np.empty(0) if evaluation.broken is None else evaluation.broken[~np.isnan(evaluation.broken)]
    return Stepped(
        start=f"{step.start:%Y-%m-%d}",
        version=version,
        rows=len(step.table),
        known=len(inside),
        error=float(np.nanmean(evaluation.size)),
        bias=None if evaluation.signed is None else float(np.nanmean(evaluation.signed)),
        covered=float(np.mean(inside)) if len(inside) else 1.0,
        lost=None if evaluation.lost is None else float(np.nanmean(evaluation.lost)),
        released=len(broken),
        broken=int(broken.sum()),
    )


def oracle(plant: Plant, shown: Shown) -> list[Stepped]:
    """Model trained again before each step on all known rows: an approximate upper bound for any job.

    It goes through no service and no gate. As in a play, the outcomes of the step before are not in yet.
    """
    seed, done, steps = plant.seed, list[Stepped](), list(plant.steps())
    for number, step in enumerate(steps):
        known = plant.table[period_of(plant.table, seed) < (steps[number - 1].start if number else plant.begin)]
        one = _stepped(seed, step, number, played(seed).answers(trained_model(known, seed), step.table, seed))
        done.append(one)
        shown(one)
    return done


def trained_model(known: pd.DataFrame, seed: Seed) -> Any:
    """The best of `candidates_of`."""
    fitted, by = candidates_of(known, seed), task_of(seed).learner.selected_by
    return fitted[selected(by, {name: metrics for name, (_, metrics) in fitted.items()})][0]


def candidates_of(known: pd.DataFrame, seed: Seed, only: str | None = None) -> dict[str, tuple[Any, dict[str, float]]]:
    """Model of each candidate of the first target, or of one of them, and what was measured in fitting it.

    They are trained on all rows but the newest few, which a split keeps back.
    """
    data, parts = training_rows(known, seed)
    names = [name for name in build(data.seed) if only in (None, name)]
    return {name: model_of_candidate(name, data, parts) for name in names}


def training_rows(known: pd.DataFrame, seed: Seed) -> tuple[Dataset, Split]:
    """Return rows of the first target with their unit history, and a split that tests the newest few."""
    data = dataset_of(Checked(known, pd.DataFrame(columns=["file", "row"]), ()), seed).each[0]
    tested = ~np.isin(data.units.astype(str), held_out_units(sorted(set(data.units.astype(str)))))
    newest = np.sort(data.periods[tested])[-FEWEST_ROWS["test"] :][0]
    parts = split(data, test_from=newest)
    return extended(data, parts), parts


def model_of_candidate(name: str, data: Dataset, parts: Split) -> tuple[Any, dict[str, float]]:
    """Return the model of a candidate and what was measured in fitting it."""
    learner = task_of(data.seed).learner
    fitted = fit(learner, with_few_threads(build(data.seed)[name], len(data.y)), data, parts)
    return model_of(fitted, learner, name, data, parts, info_of(data, parts))


def home_of(base: Path, folder: Path) -> Path:
    """A copy of a home folder that is a store of its own."""
    shutil.copytree(base, folder)
    adopt(folder / "mlflow.db")
    return folder
