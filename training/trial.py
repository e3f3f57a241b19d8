"""A closed-loop trial: the champion decides on a simulated plant that it has never seen."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

import synthetic_data
from models import tasks as models_tasks
from models.table.contract import check
from physics.arrays import FloatArray, IntArray
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed
from synthetic_data import Outcome
from training.dataset import Dataset, dataset_of
from training.job import Progress, silent
from training.tasks import Trials, task_of


class TrialError(ValueError):
    """A trial that cannot be made: nothing is decided, no simulated plant, or the very plant that was learnt."""


@dataclass(frozen=True)
class SimulatedPlant:
    """What a trial asks of the simulator beside the plant's table.

    Attributes
    ----------
    rng_seed : int
        Of the random numbers of what happens after a decision.
    """

    rng_seed: int

    def piece_mass(self, data: Dataset) -> FloatArray:
        """True mass of each piece, shape (n,) [g]."""
        return synthetic_data.piece_mass(data.seed, _truth(data))

    def outcome(self, data: Dataset, bins: IntArray) -> Outcome:
        """Where pieces land that were decided to go to these bins, shape (n,)."""
        return synthetic_data.outcome(data.seed, _truth(data), bins, self.rng_seed)


def trial(seed: Seed, settings: Settings, lots: int, rng_seed: int, progress: Progress = silent) -> Any:
    """Let the champion decide on the lots of another plant of its kind.

    A sorter's pieces are ejected by that plant's belt; graded lots are followed to their assay.

    Parameters
    ----------
    seed : Seed
        A process that sorts or grades lots.
    settings : Settings
        Where MLflow keeps the champion.
    lots : int
        How many lots; of graded ones, at least so many.
    rng_seed : int
        Seed of the trial plant's random numbers and of its drawn parameters.
    progress : callable
        Called with what is being done, the steps done and the steps in all.

    Returns
    -------
    SortingTrial or QualityTrial
        What the process's task measures in a trial.

    Raises
    ------
    TrialError
        The process neither sorts nor grades, or has no simulated plant, or `rng_seed` is that of the plant learnt from.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    SimulationError
        A number of lots that cannot be simulated.
    """
    process, trials = seed.process.name, trials_of(seed)
    assert seed.plant is not None
    if rng_seed == seed.plant.rng_seed:
        raise TrialError(f"rng_seed: got {rng_seed}, the plant that the champion learnt from: expected another")
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    model = tracking.model(champion)
    progress("simulate the plant", 0, 2)
    data = unseen(seed, lots, rng_seed)
    if not isinstance(model, models_tasks.task_of(seed).model):
        raise TrialError(f"{process}: version {champion.number} neither sorts nor grades lots")
    progress("decide, and follow what was decided", 1, 2)
    return trials.outcome(model, data, SimulatedPlant(rng_seed), champion.number)


def trials_of(seed: Seed) -> Trials:
    """The trials of a process's task; TrialError where it decides nothing or has no simulated plant."""
    trials = task_of(seed).trial
    if trials is None or seed.plant is None:
        name = seed.process.name
        raise TrialError(f"{name}: a trial needs a process that sorts or grades lots, and a simulated plant")
    return trials


def unseen(seed: Seed, lots: int, rng_seed: int) -> Dataset:
    """Table and truth of so many lots of another simulated plant; of graded lots at least so many, all its units."""
    other = synthetic_data.another_plant(seed, rng_seed)
    plant = synthetic_data.replay(other, **trials_of(seed).plant_size(other, lots))
    return dataset_of(check(plant.table, other), other, plant.truth)


def _truth(data: Dataset) -> pd.DataFrame:
    assert data.truth_frame is not None
    return data.truth_frame
