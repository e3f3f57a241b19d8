"""Value of promotions: errors to the truth of the champions before and after, on later rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.replays.plant import Plant
from benchmarks.replays.run import Stepped
from benchmarks.replays.step import Step
from benchmarks.replays.tasks import task_of
from models.online.review_queue import Arrival, OnlineState
from models.regression.several import SeveralTargets
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.core.dataset import period_of


@dataclass(frozen=True)
class Promoted:
    """A promotion compared with the result without it.

    Attributes
    ----------
    start : str
        First day on which the new champion was asked.
    before, after : int
        The versions.
    rows : int
        Requested rows from then on.
    error_before, error_after : float
        Error of each to the truth of these rows, as it was trained, as `benchmarks.replays.tasks` has it.
    answers_before, answers_after : float
        The same of what clients get: numbers follow the outcomes since the training of each, all else is as trained.
    lost_before, lost_after : float or None
        What its decisions cost against those by the truth; None where nothing is decided.
    """

    start: str
    before: int
    after: int
    rows: int
    error_before: float
    error_after: float
    answers_before: float
    answers_after: float
    lost_before: float | None = None
    lost_after: float | None = None


def as_trained(
    plant: Plant, steps: Sequence[Step], version: int, settings: StoreSettings
) -> tuple[float, float | None]:
    """Error to the truth of a version as trained over the rows of some steps, and cost of its decisions."""
    model, task = _model(plant, version, settings), task_of(plant.seed)
    evaluated = [task.evaluated(step, task.answers(model, step.table, model.seed), model.seed) for step in steps]
    error = float(np.nanmean(np.concatenate([one.size for one in evaluated])))
    lost = [one.lost for one in evaluated if one.lost is not None]
    return error, float(np.nanmean(np.concatenate(lost))) if lost else None


def error_of_answers(plant: Plant, since: pd.Timestamp, version: int, settings: StoreSettings) -> float:
    """Error to the truth of a service's predictions with all outcomes applied, from a day on [its unit].

    As in a replay, the outcomes of a step arrive after the requests of the next one.
    """
    model, target, errors = _model(plant, version, settings), plant.seed.target.name, []
    following, late = OnlineState(model.adaptive, model.usual), None
    data_end = pd.Timestamp(model.info["data_end"])
    for step in plant.steps():
        X = model.inputs(step.table)
        raw = model.estimate(X)
        centre = following.adaptive.centre
        if step.start >= since:
            errors.append(model.bounded(raw + centre, np.zeros(len(raw))).value - step.truth)
        if late is not None:
            following = following.taken(late)
        outcomes = model.scaled(step.table[target].to_numpy(dtype=np.float64))
        new = ~np.isnan(outcomes) & (period_of(step.table, plant.seed) > data_end)
        off, scale = (outcomes - raw)[new], model.scale(X, raw)[new]
        late = Arrival(0, off, np.abs(off - centre) / scale, outcomes[new], scale)
    return float(np.nanmean(np.abs(np.concatenate(errors))))


def _model(plant: Plant, version: int, settings: StoreSettings) -> Any:
    """A version's model; of several targets that of the first."""
    tracking = Tracking(settings)
    (registered,) = [one for one in tracking.versions(plant.seed.process.name) if one.number == version]
    model = tracking.model(registered)
    return model.models[plant.seed.target.name] if isinstance(model, SeveralTargets) else model


def promotions(plant: Plant, played: Sequence[Stepped], home: Path) -> list[Promoted]:
    """Each promotion of a play but one after its last step.

    Parameters
    ----------
    plant : Plant
        The replayed plant.
    played : sequence of Stepped
        What came of its steps.
    home : Path
        Home folder of the replayed policy.
    """
    settings, steps, results = StoreSettings(home=home), list(plant.steps()), []
    moves = Tracking(settings).audit(plant.seed.process.name)
    before = {move.after: move.before for move in moves if move.action == "promote"}
    for number, one in enumerate(played[:-1]):
        if one.promoted is None:
            continue
        later, old = steps[number + 1 :], before[one.promoted]
        assert old is not None
        trained = [as_trained(plant, later, version, settings) for version in (old, one.promoted)]
        (error_before, lost_before), (error_after, lost_after) = trained
        answers = [
            error_of_answers(plant, later[0].start, version, settings) if task_of(plant.seed).follows else error
            for version, (error, _) in zip((old, one.promoted), trained, strict=True)
        ]
        results.append(
            Promoted(
                start=f"{later[0].start:%Y-%m-%d}",
                before=old,
                after=one.promoted,
                rows=sum(len(step.table) for step in later),
                error_before=error_before,
                error_after=error_after,
                answers_before=answers[0],
                answers_after=answers[1],
                lost_before=lost_before,
                lost_after=lost_after,
            )
        )
    return results
