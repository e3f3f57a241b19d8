"""Work units of a job that need only a view of its table: candidates and shared fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compute.interface import Step
from models.estimators.tuning import tuned
from physics.arrays import FloatArray
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate, Chooser, Keep, fit_candidate, fit_now
from training.core.learning import FittedPart
from training.core.splits import Split
from training.tasks import task_of


@dataclass(frozen=True)
class Fit:
    """Fit a candidate.

    Attributes
    ----------
    name : str
        The candidate's name.
    estimator : scikit-learn estimator
        Unfitted.
    info : Mapping
        Where the model comes from.
    baseline : ndarray or None
        The baseline's predictions; None where this candidate is the baseline.
    curve : bool
        Whether its learning curve is drawn.
    choose : callable
        Gives the estimator with the settings to learn with.
    keep : callable
        Keeps what was fitted, or gives what was kept before.
    """

    name: str
    estimator: Any
    info: Mapping[str, Any]
    baseline: FloatArray | None
    curve: bool = False
    choose: Chooser = tuned
    keep: Keep = fit_now

    def __call__(self, data: Dataset, parts: Split, step: Step) -> AnyCandidate:
        """The fitted candidate."""
        learner = task_of(data.seed).learner
        about = (self.info, self.baseline, step, self.choose, self.curve, self.keep)
        return fit_candidate(learner, self.name, self.estimator, data, parts, *about)


@dataclass(frozen=True)
class SharedFit:
    """Fit of a part that all candidates of a task share, by its name among the task's parts."""

    name: str

    def __call__(self, data: Dataset, parts: Split, step: Step) -> tuple[str, FittedPart]:
        """Learn it; returns its name and what came of it."""
        step(self.name)
        (part,) = (one for one in task_of(data.seed).parts if one.name == self.name)
        return self.name, part.outcome(data, parts)
