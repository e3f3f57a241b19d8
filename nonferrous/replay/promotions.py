"""What promotions are worth: the error to the truth of the champion before and after, on the rows that came after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.table.inputs import matrix
from nonferrous.replay.plant import Plant, Step
from nonferrous.replay.play import COVERAGE, Stepped
from registry.settings import Settings
from registry.tracking import Tracking


@dataclass(frozen=True)
class Promoted:
    """A promotion beside what would have been without it.

    Attributes
    ----------
    start : str
        First day on which the new champion was asked.
    before, after : int
        The versions.
    rows : int
        That were asked for from then on.
    error_before, error_after : float
        Mean absolute error of each to the truth of these rows, as it was trained [target's unit].
    """

    start: str
    before: int
    after: int
    rows: int
    error_before: float
    error_after: float


def error_to_truth(plant: Plant, steps: Sequence[Step], version: int, settings: Settings) -> float:
    """Mean absolute error to the truth of a version, as it was trained, over the rows of some steps [target's unit]."""
    tracking = Tracking(settings)
    (kept,) = [one for one in tracking.versions(plant.seed.process.name) if one.number == version]
    model: Any = tracking.model(kept)  # of a process that predicts a number, as all that are played
    target = plant.seed.target.name
    errors = [model.answer(matrix(one.table, model.seed), COVERAGE)[target].value - one.truth for one in steps]
    return float(np.nanmean(np.abs(np.concatenate(errors))))


def promotions(plant: Plant, played: Sequence[Stepped], home: Path) -> list[Promoted]:
    """Each promotion of a play but one after its last step.

    Parameters
    ----------
    plant : Plant
        What was played.
    played : sequence of Stepped
        What came of its steps.
    home : Path
        Home folder of the way that was played.
    """
    settings, steps, found = Settings(home=home), list(plant.steps()), []
    moves = Tracking(settings).audit(plant.seed.process.name)
    before = {move.after: move.before for move in moves if move.action == "promote"}
    for number, one in enumerate(played[:-1]):
        if one.promoted is None:
            continue
        later, old = steps[number + 1 :], before[one.promoted]
        assert old is not None
        found.append(
            Promoted(
                start=f"{later[0].start:%Y-%m-%d}",
                before=old,
                after=one.promoted,
                rows=sum(len(step.table) for step in later),
                error_before=error_to_truth(plant, later, old, settings),
                error_after=error_to_truth(plant, later, one.promoted, settings),
            )
        )
    return found
