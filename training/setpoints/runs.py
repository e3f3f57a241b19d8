"""Trial of set-points: all policies on new simulated plants, one process per plant, with results."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from compute.choice import workers_for
from models.processes.lookup import response_of
from seeds import Seed
from system.code_version import git_commit, package_version
from training.core.progress import Progress
from training.setpoints.action_space import SetpointTrialError
from training.setpoints.checkpoint import finished, folder_of, keep, missing, stored_run
from training.setpoints.loop import begin, run
from training.setpoints.observation import public
from training.setpoints.outcome import outcome_of, over_plants, statements_of
from training.setpoints.plants import FINAL, TrialPlant, TrialSimulator
from training.setpoints.policies import ARMS, OPERATORS, RECOMMENDED, NamedPolicy

YEAR, BEFORE = 360, 1200  # d: of the closed loop, and of the history before it by the operators
PLANTS = 3
WORKERS = 2


@dataclass(frozen=True)
class SetpointTrial:
    """Results of policies on new simulated plants, by simulated truth.

    Attributes
    ----------
    process : str
        Name of the process.
    units, history, periods, second : int
        Size of each plant; periods of history, of the closed loop, and of its second year.
    plants : Mapping of str to Mapping of str to Mapping
        For each plant and arm the figures of `training.setpoints.outcome.outcome_of`.
    arms : Mapping of str to Mapping
        For each arm the figures of `training.setpoints.outcome.over_plants`.
    statements : Mapping of str to float
        What was stated by the arms of RECOMMENDED, over plants: `training.setpoints.outcome.statements_of`.
    """

    process: str
    units: int
    history: int
    periods: int
    second: int
    plants: Mapping[str, Mapping[str, Mapping[str, Any]]]
    arms: Mapping[str, Mapping[str, Any]]
    statements: Mapping[str, float]


@dataclass(frozen=True)
class Size:
    """Size of a trial's plants, and its duration.

    Attributes
    ----------
    units : int
        Of each plant.
    periods : int
        Of the closed loop: gains are those of these periods.
    history : int
        Periods before it, by the operators.
    second : int
        Periods of a second year, through which arms go on that are to.
    """

    units: int
    periods: int
    history: int
    second: int = 0

    @classmethod
    def of(cls, seed: Seed, units: int | None = None, periods: int | None = None) -> Self:
        """Return the default size of a process's trial: the seed's units and one year of periods."""
        assert seed.plant is not None
        year, before = (max(1, round(dt.timedelta(days=days) / seed.period)) for days in (YEAR, BEFORE))
        return cls(units or seed.plant.units, periods or year, before)

    def second_of(self, policy: NamedPolicy) -> int:
        """Periods of an arm's second year."""
        return self.second if policy.goes_on else 0


def trial(
    seed: Seed,
    options: Mapping[str, int | None],
    simulator: TrialSimulator,
    folder: Path,
    progress: Progress,
    cluster: str | None = None,
) -> SetpointTrial:
    """Run set-point policies on new simulated plants.

    Parameters
    ----------
    seed : Seed
        The process.
    options : Mapping
        `plants`: how many; `rng_seed`: of the first of them, else they are the first of FINAL; `units` of each plant,
        else the seed's; `periods` of the closed loop, else a year of them. None is what is usual.
    simulator : TrialSimulator
        That runs the plants.
    folder : Path
        Folder of finished policies until all are done, deleted then.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    cluster : str, optional
        Cluster that runs the plants, see `compute.cluster.ClusterWorkers`; `folder` must be on storage that its workers
        share.

    Returns
    -------
    SetpointTrial

    Raises
    ------
    SetpointTrialError
        The process has no simulated plant or nothing is known of how it responds to its set-points, an option is out of
        range, or more plants are requested than FINAL has.
    """
    if seed.plant is None or response_of(seed) is None:
        raise SetpointTrialError(
            f"{seed.process.name}: a trial needs a simulated plant, and a model of its response to set-points"
        )
    plants = _plants(options.get("plants"), options.get("rng_seed"))
    size = Size.of(seed, options.get("units"), options.get("periods"))
    named: dict[str, Any] = {
        "seed": seed.digest,
        "size": [size.units, size.periods, size.history],
        "code": [package_version(), git_commit()],
    }
    where = folder_of(folder, seed.process.name, named)
    result = run_all(seed, plants, simulator, size, where, progress, ARMS, cluster=cluster)
    finished(where, [plant.name for plant in plants])
    return result


def _plants(count: int | None, first: int | None) -> tuple[TrialPlant, ...]:
    """The first of FINAL, or by numbers of one's own: every second is another plant of the kind."""
    count = PLANTS if count is None else count
    if first is not None:
        return tuple(TrialPlant(first + i, kin=i % 2 == 1) for i in range(count))
    if count > len(FINAL):
        raise SetpointTrialError(
            f"plants: got {count}: expected at most {len(FINAL)}, or another rng_seed to draw them by"
        )
    return FINAL[:count]


def run_all(
    seed: Seed,
    plants: Sequence[TrialPlant],
    simulator: TrialSimulator,
    size: Size,
    folder: Path,
    progress: Progress,
    policies: Sequence[NamedPolicy] = ARMS,
    workers: int = WORKERS,
    cluster: str | None = None,
) -> SetpointTrial:
    """Run all arms on all plants, or what of them is not finished in the folder.

    Parameters
    ----------
    seed : Seed
        The process.
    plants : sequence of TrialPlant
        Where arms run; the figures depend on neither their order nor the workers.
    simulator : TrialSimulator
        That runs the plants; with several workers it goes to other processes.
    size : Size
        Of each plant.
    folder : Path
        Where finished arms are kept.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    policies : sequence of NamedPolicy
        The operators among them.
    workers : int
        Processes; each runs one plant at a time.
    cluster : str, optional
        Cluster that runs the plants in their place.

    Returns
    -------
    SetpointTrial
    """
    names = [policy.name for policy in policies]
    waiting = [plant for plant in plants if missing(folder, plant.name, names)]
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [_Job(seed, plant, simulator, size, folder.resolve(), tuple(policies)) for plant in waiting]
    steps = sum(_steps(job) for job in jobs)
    counted = _Counted(progress, steps)
    items, processes = [(job, None) for job in jobs], min(workers, len(jobs)) or 1
    with workers_for(items, processes, counted, cluster if jobs else None, folder) as several:
        for pending in [several.later(number, RunArms()) for number in range(len(jobs))]:
            pending()
    return collected(seed, plants, size, folder, policies)


def collected(
    seed: Seed, plants: Sequence[TrialPlant], size: Size, folder: Path, policies: Sequence[NamedPolicy] = ARMS
) -> SetpointTrial:
    """Figures of a trial all of whose arms are finished."""
    figures_by_plant: dict[str, dict[str, dict[str, Any]]] = {}
    for plant in plants:
        ran = {policy.name: stored_run(folder, plant.name, policy.name) for policy in policies}
        operators = ran[OPERATORS.name]
        assert operators is not None
        figures_by_plant[plant.name] = {
            name: outcome_of(one, operators, public(seed), size.periods) for name, one in ran.items() if one is not None
        }
    oracles = [policy.name for policy in policies if policy.foresees]
    every = list(figures_by_plant.values())
    figures = {policy.name: over_plants(every, oracles, policy.name) for policy in policies}
    stated = statements_of(every, [policy.name for policy in policies if policy.name in RECOMMENDED])
    sizes = (size.units, size.history, size.periods, size.second)
    return SetpointTrial(seed.process.name, *sizes, figures_by_plant, figures, stated)


@dataclass(frozen=True)
class _Job:
    """A plant and the arms to run on it."""

    seed: Seed
    plant: TrialPlant
    simulator: TrialSimulator
    size: Size
    folder: Path
    arms: tuple[NamedPolicy, ...]

    @property
    def left(self) -> list[NamedPolicy]:
        names = missing(self.folder, self.plant.name, [policy.name for policy in self.arms])
        return [policy for policy in self.arms if policy.name in names]


class _Counted:
    """Counts steps for the progress."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._steps, self._done = progress, steps, 0

    def __call__(self, action: str) -> None:
        self._done += 1
        self._progress(action, self._done, self._steps)


def _steps(job: _Job) -> int:
    return job.size.history + sum(job.size.periods + job.size.second_of(policy) for policy in job.left)


@dataclass(frozen=True)
class RunArms:
    """Work unit: the arms of a plant that are not finished."""

    def __call__(self, job: "_Job", _: None, step: Callable[[str], None], /) -> None:
        """Run them; each is kept in the folder of the trial when it is finished."""

        def report(action: str) -> None:
            step(f"{job.plant.name}: {action}")

        size = job.size
        initialised = begin(
            job.seed, job.plant, job.simulator, size.units, size.periods + size.second, report, size.history
        )
        for policy in job.left:
            keep(
                job.folder,
                job.plant.name,
                policy.name,
                run(initialised, policy, size.periods, report, size.second_of(policy)),
            )
