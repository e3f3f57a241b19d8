"""Training job: read, split, fit every candidate, log to MLflow, register the best, apply the gate."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from compute.choice import workers_for
from compute.interface import PendingResult, Workers
from models.estimators.tuning import Tunable, last_of, tuned
from models.table.reading import write_frame
from models.table.sampling import TableBudget
from models.tasks import build
from registry.promotion import enter
from registry.settings import StoreSettings
from registry.store import Champion
from registry.tracking import Tracking
from registry.versions import GATE, GATE_REASONS, NOTHING, REFUSED, AliasMove
from seeds import Seed
from system.temporary_folder import scratch
from training.core.advised_moves import with_advised_moves
from training.core.dataset import Dataset, read
from training.core.fitting import STEPS, AnyCandidate, Chooser, best_of
from training.core.gate import GateCondition, Gated, gate
from training.core.learning import FittedPart
from training.core.progress import Progress, silent
from training.core.setpoint_tests import read_tests, with_tests
from training.core.splits import Split, split
from training.jobs.card import model_card
from training.jobs.execution import FitExecution, View, processes_for
from training.jobs.job_run import JobRun
from training.jobs.load_check import on_loading
from training.jobs.run_metadata import facts_of, info_of, keep_rejected, run_name
from training.jobs.runs import keep_candidate, keep_page, keep_parts
from training.jobs.search import Search
from training.jobs.targets_card import model_card as card_of_several
from training.jobs.version_table import compare_address
from training.jobs.work import Fit, SharedFit
from training.multi_target.combined import candidate_tag, joined, of_target, some_of, whole
from training.multi_target.views import views
from training.tasks import task_of

TABLE, REJECTED, CARD, SEED = "table.parquet", "rejected.csv", "model_card.md", "seed.toml"
TESTS, ADVISED, GATE_FILE = "tests.parquet", "advised_moves.parquet", "gate.txt"
TARGET = "target"  # tag of the runs of one of several targets
NOT_ASKED = "the job ended before the gate was asked"


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """Fitted candidates of a job in MLflow, before registration.

    Attributes
    ----------
    data : Dataset
        Data set of the job.
    parts : Split
        How the rows were used.
    experiment, run : str
        MLflow's identifiers of the experiment and of the job's run.
    candidates : Mapping of str to Candidate
        The baseline first.
    runs : Mapping of str to str
        Each candidate's run.
    models : Mapping of str to tuple
        Each candidate's logged model and the digest of its files.
    targets : Mapping of str to TrainingResult
        With several targets, the result of each; `candidates` then holds the best of all as one.
    """

    data: Dataset
    parts: Split
    experiment: str
    run: str
    candidates: Mapping[str, AnyCandidate]
    runs: Mapping[str, str]
    models: Mapping[str, tuple[str, str]]
    targets: Mapping[str, "TrainingResult"] = field(default_factory=dict)

    @property
    def best(self) -> AnyCandidate:
        """The candidate to register."""
        if self.targets:
            (whole,) = self.candidates.values()
            return whole
        return best_of(task_of(self.data.seed).learner, self.candidates)

    @property
    def baseline(self) -> AnyCandidate:
        """The candidate that the others are compared with."""
        return next(iter(self.candidates.values()))

    @property
    def tagged(self) -> dict[str, float]:
        """Version metrics and alias metrics of the best candidate, by target if several."""
        return some_of(self.best.metrics, task_of(self.data.seed).columns.tagged)


@dataclass(frozen=True, eq=False)
class Trained:
    """Result of a training job.

    Attributes
    ----------
    learnt : TrainingResult
        The candidates and their figures.
    version : int
        Version under which the best was registered.
    gated : Gated
        What the gate says of it.
    move : AliasMove or None
        What it was made: champion where there was none that loads, else challenger; None where the gate refuses it.
    rejected_file : Path or None
        List of the rows that the contract turned away, if there are any.
    address : str
        Page of the MLflow UI that compares the candidates.
    """

    learnt: TrainingResult
    version: int
    gated: Gated
    move: AliasMove | None
    rejected_file: Path | None
    address: str

    @property
    def alias(self) -> str | None:
        """Champion or challenger; None where the gate refuses it."""
        return None if self.move is None else self.move.alias


def train(
    seed: Seed,
    data_path: Path,
    settings: StoreSettings,
    progress: Progress = silent,
    tests: Path | None = None,
    ways: FitExecution | None = None,
    advised: pd.DataFrame | None = None,
) -> Trained:
    """Train a process's candidates and register the best; it gets an alias only if the gate passes.

    Parameters
    ----------
    seed : Seed
        The process.
    data_path : Path
        CSV or Parquet file, or a folder of them.
    settings : StoreSettings
        Where MLflow keeps it.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    tests : Path, optional
        File of the set-point tests that the plant made; see `training.core.setpoint_tests.read_tests`.
    ways : FitExecution, optional
        How candidates are fitted.
    advised : DataFrame, optional
        Moves of accepted recommendations, see `training.core.advised_moves`.

    Returns
    -------
    Trained

    Raises
    ------
    TableError
        The table breaks the contract, or the tests cannot be read; nothing is written.
    SplitError
        Too few periods or rows; nothing is written.
    GuaranteeError
        Too few calibration lots for what the seed promises of a lot; nothing is written.
    TrackingError
        The MLflow store did not do its part.
    """
    data = read(data_path, seed, TableBudget(settings.most_training_memory, settings.folder), progress)
    if tests is not None:
        data = with_tests(data, read_tests(tests, seed), str(tests))
    data = with_advised_moves(data, advised)
    parts = split(data)
    for view in views(data, parts):
        task_of(seed).learner.check_split(*view)
    tracking = Tracking(settings, make=True)
    experiment = tracking.experiment(seed.process.name, seed.process.title)
    with tracking.run(experiment, run_name("train"), "train") as run:
        result = learn(data, parts, JobRun(tracking, experiment, run, "train", progress), ways)
        version = register(result, tracking)
        gated = ask_gate(result, version, tracking)
        move = enter(seed, version, result.tagged, tracking) if gated.passed else None
        became = NOTHING if move is None else move.alias
        tracking.log(run, tags={"registered_version": str(version), "registered_as": became})
        keep_pages(result, tracking, progress)
    address = compare_address(settings, experiment, list(result.runs.values()))
    return Trained(result, version, gated, move, keep_rejected(data, settings), address)


def learn(data: Dataset, parts: Split, job: JobRun, ways: FitExecution | None = None) -> TrainingResult:
    """Fit every candidate that the seed allows and keep each in a run of its own below the job's.

    Several targets are trained in sequence; the best candidates of all are kept as one model in one more run.
    Settings are chosen from a short ladder, or from so many trials a candidate; see `training.jobs.search`. Candidates
    with trials are fitted in this process, as each trial is kept in MLflow; a cluster measures the blocks of a trial.
    Else candidates are fitted side by side where it is worth it.
    """
    data = extended(data, parts)
    ways, counted, seen = ways or FitExecution(), itertools.count(), views(data, parts)
    unfitted = [build(one.seed) for one, _ in seen]
    estimators = [one for of_target in unfitted for one in of_target.values()]
    steps = (STEPS + ways.curve) * len(estimators) + len(task_of(data.seed).parts)
    steps += ways.trials * sum(isinstance(last_of(one), Tunable) for one in estimators)

    def step(action: str) -> None:
        job.progress(action, next(counted), steps)

    job.tracking.log_table(job.run, data.table, data.seed.process.name, data.seed.target.name, data.digest)
    job.tracking.log(job.run, params=facts_of(data, parts))
    cluster, processes = (None, 1) if ways.trials else (ways.cluster, ways.processes or processes_for(seen))
    with workers_for(seen, processes, step, cluster, ways.folder) as workers:
        fits = _Fits(job, step, ways, seen, workers)
        results = [_fitted(view, of_target, fits) for view, of_target in enumerate(unfitted)]
    result = results[0] if len(results) == 1 else _joined(data, parts, results, fits)
    job.progress("keep the job's files", steps, steps)
    _keep_job(result, job.tracking)
    keep_parts(result.best.model, data, parts, job)
    return result


def extended(data: Dataset, parts: Split) -> Dataset:
    """Return a data set with the inputs that its task adds to those of the seed."""
    add = task_of(data.seed).extended
    return data if add is None else add(data, parts)


@dataclass(frozen=True)
class _Fits:
    """Storage and execution of a job's candidate fits."""

    job: JobRun
    step: Callable[[str], None]
    ways: FitExecution
    views: Sequence[View]
    workers: Workers


def _fitted(view: int, estimators: Mapping[str, Any], fits: _Fits) -> TrainingResult:
    """Candidates of one target, each in its run, which is named after the target where there are several."""
    (data, parts), workers = fits.views[view], fits.workers
    task, facts, info = task_of(data.seed), facts_of(data, parts), info_of(data, parts)
    several, target, job = data.seed.place is not None, data.seed.target.name, fits.job
    added = [column.name for column in data.seed.added]
    rows = "-".join(
        [data.seed.process.name, *[target] * several, _short(data.digest), _short(data.seed.digest), *added]
    )
    folder, cache = job.tracking.settings.folder / "studies", fits.ways.keep(rows)
    search = Search(fits.ways.trials, folder, rows, job, fits.step, fits.ways.cluster)
    candidates: dict[str, AnyCandidate] = {}
    runs: dict[str, str] = {}
    models: dict[str, tuple[str, str]] = {}

    def fit(name: str, choose: Chooser = tuned) -> PendingResult[AnyCandidate]:
        baseline = next(iter(candidates.values())).predictions if candidates else None
        return workers.later(view, Fit(name, estimators[name], info, baseline, fits.ways.curve, choose, cache))

    first, *others = estimators
    fitted, shared = {first: fit(first)}, [workers.later(view, SharedFit(one.name)) for one in task.parts if not view]
    more: dict[str, Any] = {}
    for name in estimators:
        title = of_target(name, target) if several else name
        with job.child(title) as child:
            if several:
                job.tracking.log(child, tags={TARGET: target})
            if fits.ways.trials:
                fitted[name] = fit(name, search.chooser(name, child))
            candidate = candidates[name] = fitted.pop(name)()
            runs[name] = child
            if name == first:  # the others are compared with it; the last take longest, so they are started first
                fitted = {other: fit(other) for other in reversed(others)}
                more = _arguments(dict(pending() for pending in shared))
            if more:
                candidate = candidates[name] = replace(candidate, model=replace(candidate.model, **more))
            models[name] = keep_candidate(candidate, data, facts, job.tracking, child)
        fits.ways.fitted(title)
    return TrainingResult(data, parts, job.experiment, job.run, candidates, runs, models)


def _arguments(outcomes: Mapping[str, FittedPart]) -> dict[str, Any]:
    """Return fitted shared parts by name, as arguments of the candidates' models; empty without any."""
    parts = {name: one.learnt for name, one in outcomes.items() if one.learnt is not None}
    refusals = {name: one.refusal for name, one in outcomes.items() if one.refusal is not None}
    return {"learnt": parts, "refusals": refusals} if parts or refusals else {}


def _joined(data: Dataset, parts: Split, results: list[TrainingResult], fits: _Fits) -> TrainingResult:
    """The best candidates of several targets, kept as one model in a run of its own."""
    targets = {one.data.seed.target.name: one for one in results}
    best = whole(data.seed, {target: one.best for target, one in targets.items()}, info_of(data, parts))
    job, tracking, facts = fits.job, fits.job.tracking, facts_of(data, parts)
    with job.child(best.name) as child:
        tracking.log_table(child, data.table, data.seed.process.name, data.seed.target.name, data.digest)
        tracking.log(child, params={"candidate": best.name, **facts})
        model, digest = tracking.log_model(child, best.model)
        tracking.log(child, metrics=best.metrics, model=model)
    runs = {of_target(name, target): run for target, one in targets.items() for name, run in one.runs.items()}
    candidates: Mapping[str, Any] = {best.name: best}
    logged = {best.name: (model, digest)}
    return TrainingResult(data, parts, job.experiment, job.run, candidates, runs | {best.name: child}, logged, targets)


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _keep_job(result: TrainingResult, tracking: Tracking) -> None:
    data = result.data
    with scratch() as folder:
        (folder / SEED).write_text(data.seed.text, encoding="utf-8")
        write_frame(data.rejected_by_name, folder / REJECTED)
        data.checked.to_parquet(folder / TABLE, index=False)
        if data.tests is not None:
            data.tests.to_parquet(folder / TESTS, index=False)
        if data.advised is not None:
            data.advised.to_parquet(folder / ADVISED, index=False)
        tracking.log_files(result.run, folder)


def keep_pages(result: TrainingResult, tracking: Tracking, progress: Progress) -> None:
    """Draw the page of each candidate; after registration, so that the version does not wait for it."""
    progress("draw the pages of the candidates", 1, 1)
    for one in result.targets.values() if result.targets else (result,):
        for name, candidate in one.candidates.items():
            keep_page(candidate, one.data, one.parts, tracking, one.runs[name])


def _card(result: TrainingResult, gated: Gated) -> str:
    """The model card, with the result of the gate."""
    if result.targets:
        fitted = {target: (one.candidates, one.best, one.data, one.parts) for target, one in result.targets.items()}
        return card_of_several(result.data, fitted, gated)
    return model_card(result.candidates, result.best, result.data, result.parts, gated)


def _gated(result: TrainingResult, load_error: str | None) -> Gated:
    """Return the gate result of the best candidate; with several targets each must pass."""
    if result.targets:
        return joined({target: _gated(one, load_error) for target, one in result.targets.items()})
    best, baseline = result.best, result.baseline
    evidence = task_of(result.data.seed).assessor.evidence(best, baseline, result.data, result.parts)
    return gate(evidence, best.name == baseline.name, load_error)


def register(result: TrainingResult, tracking: Tracking) -> int:
    """Register a job's best candidate as the next version of the process's model; gives its number.

    It is refused until the gate has run, so that an interrupted job leaves no version without measurement.
    """
    best, seed = result.best, result.data.seed
    model, digest = result.models[best.name]
    tags = {
        "candidate": best.name,
        "model_digest": digest,
        "data_digest": result.data.digest,
        "seed_digest": seed.digest,
        GATE: REFUSED,
        GATE_REASONS: NOT_ASKED,
        **{candidate_tag(target): one.best.name for target, one in result.targets.items()},
        **{name: f"{value:.6g}" for name, value in result.tagged.items()},
    }
    return tracking.register(seed.process.name, seed.process.title, result.runs[best.name], model, tags)


def ask_gate(result: TrainingResult, version: int | None, tracking: Tracking, *more: GateCondition) -> Gated:
    """Ask whether a job's best candidate may become champion, and keep the answer.

    The gate's result is stored in the job's run (tags and a file), in its model card, and with the version if there is
    one. A job may request more than the gate does.
    """
    best, process = result.best, result.data.seed.process.name
    model, digest = result.models[best.name]
    logged = Champion(process, version or 0, model, digest)
    load_error, demands = on_loading(logged, version is not None, result.data.seed, tracking)
    gated = Gated((*_gated(result, load_error).conditions, *demands, *more))
    with scratch() as folder:
        (folder / CARD).write_text(_card(result, gated), encoding="utf-8")
        (folder / GATE_FILE).write_text("\n".join([gated.outcome, *gated.lines]) + "\n", encoding="utf-8")
        tracking.log_files(result.run, folder)
    tags = {GATE: gated.outcome, GATE_REASONS: "\n".join(gated.reasons) or NOTHING}
    for run in (result.run, result.runs[best.name]):
        tracking.log(run, tags=tags)
    if version is not None:
        tracking.tag_version(process, version, tags)
    return gated
