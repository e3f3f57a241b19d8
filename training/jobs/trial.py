"""Closed-loop trials: decisions of a champion, or set-point policies, on new simulated plants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import RenderableType

import synthetic_data
from models import tasks as models_tasks
from models.table.contract import check
from physics.arrays import FloatArray, IntArray
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import Seed
from synthetic_data import EjectionOutcome, Running
from system.temporary_folder import scratch
from training.core.dataset import Dataset, dataset_of
from training.core.progress import Progress, silent
from training.jobs.run_metadata import run_name
from training.task import DecisionTrial, SetpointLoop
from training.tasks import task_of

LOTS = {"lots": 500, "rng_seed": 2}  # options of a trial of decisions on lots, and what is usual
LOOP = ("plants", "units", "periods", "rng_seed")  # of a trial of set-points
DAYS_OF_A_YEAR = 365.25


class TrialError(ValueError):
    """Trial is impossible: no decisions, no simulated plant, or the plant of the training rows."""


@dataclass(frozen=True)
class SimulatedPlant:
    """Simulated plant of a trial: its table and further quantities.

    Attributes
    ----------
    rng_seed : int
        Of the random numbers of what happens after a decision.
    """

    rng_seed: int

    def piece_mass(self, data: Dataset) -> FloatArray:
        """True mass of each piece, shape (n,) [g]."""
        return synthetic_data.piece_mass(data.seed, _truth(data))

    def outcome(self, data: Dataset, bins: IntArray) -> EjectionOutcome:
        """Return the bins in which pieces land after these decisions, shape (n,)."""
        return synthetic_data.outcome(data.seed, _truth(data), bins, self.rng_seed)


@dataclass(frozen=True)
class RunningPlants:
    """Simulator of running plants for a trial of set-points."""

    def begin(self, seed: Seed, units: int, periods: int, rng_seed: int) -> Running:
        """A plant before its first period, which runs for at least so many periods."""
        years = (periods + 0.5) * (seed.period / pd.Timedelta(days=1)) / DAYS_OF_A_YEAR
        return synthetic_data.begin(seed, units=units, years=years, rng_seed=rng_seed)

    def another_plant(self, seed: Seed, rng_seed: int) -> Seed:
        """Seed of another plant of the kind."""
        return synthetic_data.another_plant(seed, rng_seed)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """Return `margin`, `move_cost` [$/d], `product` [kg/d], `energy` [kWh/d], `co2e` [kgCO2e/d] by row."""
        return synthetic_data.economic_value(seed, truth)


def shown(
    seed: Seed,
    settings: StoreSettings,
    options: Mapping[str, int | None],
    progress: Progress = silent,
    cluster: str | None = None,
) -> Iterator[RenderableType]:
    """Make the trial that a process's task has, and give what the terminal shows of it.

    Parameters
    ----------
    seed : Seed
        The process.
    settings : StoreSettings
        Where MLflow keeps champions and trials of set-points.
    options : Mapping
        `lots` and `rng_seed` of a trial of decisions; `plants`, `units`, `periods` and `rng_seed` of one of
        set-points. None is what is usual.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    cluster : str, optional
        Cluster that runs the plants of a trial of set-points, see `compute.cluster.ClusterWorkers`.

    Raises
    ------
    TrialError
        An option that the trial does not take, and all that `trial` and `loop_trial` raise.
    """
    task = task_of(seed)
    taken = tuple(LOTS) if task.loop is None else LOOP
    for name, value in options.items():
        if value is not None and name not in taken:
            expected = ", ".join(taken)
            raise TrialError(f"{name}: got {value}: expected only {expected} in a trial of {seed.process.name}")
    if task.loop is not None:
        return task.loop.tables(loop_trial(seed, settings, task.loop, options, progress, cluster))
    given = {name: default if options.get(name) is None else options[name] for name, default in LOTS.items()}
    return trials_of(seed).tables(trial(seed, settings, given["lots"] or 0, given["rng_seed"] or 0, progress))


def loop_trial(
    seed: Seed,
    settings: StoreSettings,
    loop: SetpointLoop,
    options: Mapping[str, int | None],
    progress: Progress = silent,
    cluster: str | None = None,
) -> Any:
    """Run set-point policies on new simulated plants; log metrics and plots in an MLflow run.

    What is finished is kept in the home folder; a trial that was cut off goes on from there.
    """
    result = loop.trial(seed, options, RunningPlants(), settings.folder, progress, cluster)
    tracking = Tracking(settings, make=True)
    experiment = tracking.experiment(seed.process.name, seed.process.title)
    with tracking.run(experiment, run_name("trial"), "trial") as run, scratch() as folder:
        tracking.log(run, params={name: value for name, value in options.items() if value is not None})
        tracking.log(run, metrics=loop.metrics(result))
        for name, text in loop.files(result).items():
            (folder / name).write_text(text, encoding="utf-8")
        tracking.log_files(run, folder)
    return result


def trial(seed: Seed, settings: StoreSettings, lots: int, rng_seed: int, progress: Progress = silent) -> Any:
    """Run a champion's decisions on the lots of another plant of the same type.

    A sorter's pieces are ejected by that plant's belt; graded lots are followed to their assay.

    Parameters
    ----------
    seed : Seed
        A process that sorts or grades lots.
    settings : StoreSettings
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
        The process neither sorts nor grades, or has no simulated plant, or `rng_seed` is that of the training plant.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    SimulationError
        A number of lots that cannot be simulated.
    """
    process, trials = seed.process.name, trials_of(seed)
    assert seed.plant is not None
    if rng_seed == seed.plant.rng_seed:
        raise TrialError(f"rng_seed: got {rng_seed}, the champion's training plant; expected another")
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    model = tracking.model(champion)
    progress("simulate the plant", 0, 2)
    data = unseen(seed, lots, rng_seed)
    if not isinstance(model, models_tasks.task_of(seed).model):
        raise TrialError(f"{process}: version {champion.number} neither sorts nor grades lots")
    progress("decide, and follow what was decided", 1, 2)
    return trials.outcome(model, data, SimulatedPlant(rng_seed), champion.number)


def trials_of(seed: Seed) -> DecisionTrial:
    """The trials of a process's task; TrialError where it decides nothing or has no simulated plant."""
    trials = task_of(seed).trial
    if trials is None or seed.plant is None:
        name = seed.process.name
        raise TrialError(f"{name}: a trial needs a process that sorts or grades lots, and a simulated plant")
    return trials


def unseen(seed: Seed, lots: int, rng_seed: int) -> Dataset:
    """Return table and truth of a number of lots of another simulated plant; graded lots of all units."""
    other = synthetic_data.another_plant(seed, rng_seed)
    plant = synthetic_data.replay(other, **trials_of(seed).plant_size(other, lots))
    return dataset_of(check(plant.table, other), other, plant.truth)


def _truth(data: Dataset) -> pd.DataFrame:
    assert data.truth_frame is not None
    return data.truth_frame
