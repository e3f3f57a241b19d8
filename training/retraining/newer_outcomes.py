"""Outcomes of new rows that a champion's intervals follow where no challenger takes its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.regression.several import SeveralTargets
from models.tasks import Model
from registry.retraining.newer_outcomes import follow
from registry.tracking import Tracking
from registry.versions import Version
from seeds import Seed
from training.core.dataset import Dataset
from training.tasks import task_of


@dataclass(frozen=True)
class OnlineCalibratedChampion:
    """A champion whose intervals follow newer outcomes.

    Attributes
    ----------
    version : int
        Its version.
    outcomes : int
        How many outcomes it follows that the champion before did not.
    """

    version: int
    outcomes: int


def follow_outcomes(
    seed: Seed, champion: Version, model: Model, data: Dataset, tracking: Tracking
) -> OnlineCalibratedChampion | None:
    """Calibrate the intervals of a retained champion on outcomes later than its training.

    Parameters
    ----------
    seed : Seed
        The process.
    champion, model : Version, Model
        The champion.
    data : Dataset
        History and new rows whose labels passed their checks.
    tracking : Tracking
        The store.

    Returns
    -------
    OnlineCalibratedChampion or None
        None where there are no such outcomes, the task follows none, or a version answers in shadow.

    Raises
    ------
    RegistryError, TrackingError
        See `registry.retraining.newer_outcomes.follow`.
    """
    updated = with_newer_outcomes(model, data)
    version = None if updated is None else follow(seed, champion, *updated, tracking)
    return None if updated is None or version is None else OnlineCalibratedChampion(version, updated[1])


def with_newer_outcomes(model: Model, data: Dataset) -> tuple[Model, int] | None:
    """Return a champion that follows all labelled rows which came after its training.

    Parameters
    ----------
    model : Model
        The champion.
    data : Dataset
        History and new rows whose labels passed their checks.

    Returns
    -------
    tuple of Model and int, or None
        The same model with its newest known errors, and how many outcomes it has followed, of several targets the most;
        None where there are none, or its task follows none.
    """
    caught_up = task_of(data.seed).caught_up
    if caught_up is None:
        return None
    if not isinstance(model, SeveralTargets):
        updated: tuple[Model, int] | None = caught_up(model, data.each[0])
        return updated
    by_target = {one.seed.target.name: one for one in data.each}
    each = {target: caught_up(one, by_target[target]) for target, one in model.models.items()}
    newer = {target: one for target, one in each.items() if one is not None}
    if not newer:
        return None
    models = {target: newer[target][0] if target in newer else one for target, one in model.models.items()}
    data_end = max(str(one.info["data_end"]) for one, _ in newer.values())
    whole = replace(model, models=models, info={**model.info, "data_end": data_end})
    return whole, max(count for _, count in newer.values())
