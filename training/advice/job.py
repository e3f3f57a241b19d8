"""One job: the champion's set-point model on the plans that a table holds, or on those that its task takes for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.interfaces.learning import SETPOINTS
from models.learnings import learnt_by
from models.setpoints.advice import Advice
from models.table.contract import Checked
from models.table.periods import latest_plan
from models.table.reading import read_table
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed
from training.advice.plans import Advised, RecommendError
from training.jobs.train import Progress, silent
from training.task import Advisers
from training.tasks import task_of


@dataclass(frozen=True, eq=False)
class Recommended:
    """Advice for the units of a table.

    Attributes
    ----------
    model : object
        The champion's set-point model.
    version : int
        The champion.
    checked : Checked
        What was read.
    prices : Mapping of str to float
        What was reckoned with, by name [the seed's units].
    advised : Advised
        Advice, and what it is on; `Advisers.GOES_ON` says what was taken for plans where the table had none.
    """

    model: Any
    version: int
    checked: Checked
    prices: Mapping[str, float]
    advised: Advised

    @property
    def advices(self) -> Sequence[Advice]:
        """Advice on each plan."""
        return self.advised.advices

    @property
    def seed(self) -> Seed:
        """The process as it was when the model learnt."""
        found: Seed = self.model.seed
        return found

    @property
    def advisers(self) -> Advisers:
        """The task's part."""
        return advisers_of(self.seed)


def advisers_of(seed: Seed) -> Advisers:
    """How a process's task recommends set-points; RecommendError where it does not."""
    found = task_of(seed).advice
    if found is None:
        raise RecommendError(
            f"{seed.process.name}: no set-points are recommended for a process of the task {seed.process.task}"
        )
    return found


def recommend(
    seed: Seed, data: Path, settings: Settings, prices: Mapping[str, float], progress: Progress = silent
) -> Recommended:
    """Recommend set-points for the period to come of each unit.

    Parameters
    ----------
    seed : Seed
        The process.
    data : Path
        Table of the plant, as for training; its newest rows may be plans: knobs, and nothing measured.
    settings : Settings
        Where MLflow keeps the champion.
    prices : Mapping of str to float
        Prices that replace the seed's, by name [the seed's units].
    progress : callable
        Called with what is being done, the steps done and the steps in all.

    Returns
    -------
    Recommended

    Raises
    ------
    RecommendError
        The champion has no set-point model, or a plan lacks a knob.
    SetpointError
        Prices that cannot be.
    TableError
        The table breaks its contract.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    """
    process, advisers = seed.process.name, advisers_of(seed)
    progress("load the champion", 0, 3)
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    whole = tracking.model(champion)
    model = learnt_by(whole, SETPOINTS)
    if model is None:
        why = whole.refusals.get(SETPOINTS) or "nobody knows its knobs, or it was trained without them"
        raise RecommendError(f"{process}: version {champion.number} recommends no set-points: {why}")
    reckoned = model.priced(prices)
    progress("read the table", 1, 3)
    checked = read_table(data, seed, today=latest_plan(seed))
    progress("weigh the moves", 2, 3)
    found = advisers.advised(model, checked.table, seed, prices)
    return Recommended(model, champion.number, checked, reckoned, found)
