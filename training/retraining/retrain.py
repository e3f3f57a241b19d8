"""Learn again from history plus new rows, and change the champion only for a better one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.processes.lookup import check_process
from models.table.contract import Checked, check
from models.table.data_warnings import alike
from models.table.reading import read_truth
from models.table.sources import Source
from models.tasks import Model
from registry.promotion import champion_of, with_alias
from registry.retraining.decision import JOB, settle_left
from registry.retraining.new_rows import ending
from registry.retraining.running_shadow import RunningShadow
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import CHALLENGER, RegistryError, Version
from seeds import Seed
from training.core.advised_moves import with_advised_moves
from training.core.comparison import ComparisonResult
from training.core.dataset import Dataset, dataset_of
from training.core.gate import Gated
from training.core.progress import Progress, silent
from training.core.setpoint_tests import joined_tests, read_tests, with_tests
from training.core.splits import split
from training.jobs.execution import FitExecution
from training.jobs.job_run import JobRun
from training.jobs.run_metadata import keep_rejected, run_name
from training.jobs.train import TESTS, TrainingResult, ask_gate, keep_pages, learn, register
from training.jobs.version_table import compare_address
from training.labels.job import LabelChecks, ShiftError, check_labels, keep_labels, stopped
from training.multi_target.verdict import Verdicts
from training.multi_target.views import views
from training.retraining.guardrails import guarded_by, guardrails, held_back
from training.retraining.history import AcceptedHistory, are_in, history_of, join, keep_batch, without
from training.retraining.inputs import inputs_of, with_unlabelled
from training.retraining.judge_rows import judge_rows
from training.retraining.judged import ChallengerComparison, decide, figures_of, keep_verdict
from training.retraining.newer_outcomes import OnlineCalibratedChampion, follow_outcomes
from training.retraining.older_rows import no_loss, older_rows
from training.retraining.open_periods import read_new
from training.retraining.verdict import challengers, verdict_on
from training.tasks import task_of


@dataclass(frozen=True, eq=False)
class Retrained:
    """Result of a retraining job.

    Attributes
    ----------
    learnt : TrainingResult
        The challenger's candidates.
    verdict : ComparisonResult or Verdicts
        Champion against challenger, after the gate; of several targets one each.
    gated : Gated
        What the gate says of the challenger.
    champion : int
        Version that was champion.
    version : int or None
        The challenger's; None of a dry run, which registers nothing.
    history_rows, new_rows, replaced_rows, set_aside : int
        Rows known before, rows that came, how many of these took the place of a known one, and how many more came that
        the contract turned away.
    rejected_file : Path or None
        List of the new rows that the contract turned away, if there are any.
    address : str
        Page of the MLflow UI that compares the candidates.
    labels : LabelChecks
        Results of the label checks of new rows, before any fit.
    figures : Mapping of str to float
        What the verdict rests on.
    guarded : Gated
        What the guardrails say of a challenger that would take over; no condition of any other.
    shadow : RunningShadow or None
        When a version that is to be promoted answers in shadow first; None where the seed asks for no such period, or
        nothing is to be promoted.
    followed : OnlineCalibratedChampion or None
        The champion since, where it is the same model and its intervals follow the outcomes of the new rows.
    """

    learnt: TrainingResult
    verdict: ComparisonResult | Verdicts
    gated: Gated
    champion: int
    version: int | None
    history_rows: int
    new_rows: int
    replaced_rows: int
    set_aside: int
    rejected_file: Path | None
    address: str
    labels: LabelChecks
    figures: Mapping[str, float]
    guarded: Gated
    shadow: RunningShadow | None
    followed: OnlineCalibratedChampion | None = None


def retrain(
    seed: Seed,
    new_path: Path,
    settings: StoreSettings,
    progress: Progress = silent,
    tests: Path | None = None,
    ways: FitExecution | None = None,
    job: str | None = None,
    accept_label_shift: str | None = None,
    dry_run: bool = False,
    follows: bool = False,
    advised: pd.DataFrame | None = None,
) -> Retrained:
    """Train a challenger on history plus new rows and let the newest rows judge it against the champion.

    History is what was accepted; see `training.retraining.history`. The labels of the new rows are compared with it
    before any fit. All of the job's candidates learn from what is older than the judge rows; the best on
    their calibrate rows is the challenger. One that the gate refuses is only registered. Where the seed asks for
    a shadow period, the one that is to be promoted answers in shadow first. What an older job has decided and failed
    to carry out is carried out before.

    Parameters
    ----------
    seed : Seed
        The process.
    new_path : Path
        CSV or Parquet file of new rows, or a folder of them.
    settings : StoreSettings
        Where MLflow keeps it.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    tests : Path, optional
        File of the set-point tests among the new rows; those of history are kept with its job.
    ways : FitExecution, optional
        How candidates are fitted.
    job : str, optional
        Name of the job with its version, so that one that is started again after its verdict is not done twice; see
        `registry.retraining.decision.finished`.
    accept_label_shift : str, optional
        Reason to train on labels inconsistent with history; it is stored with all results of the job.
    dry_run : bool
        Whether all is done and said, and no version registered, no alias moved and no history changed.
    follows : bool
        Whether the intervals of a champion that stays follow the outcomes of the rows; the service does so itself where
        the rows are of its records.
    advised : DataFrame, optional
        Moves of accepted recommendations in history and new rows, see `training.core.advised_moves`.

    Returns
    -------
    Retrained

    Raises
    ------
    TableError
        The new rows break the contract, or the tests cannot be read; nothing is written.
    RegistryError
        There is no champion, or the reason to accept a shift is empty.
    ComparisonError, SplitError, GuaranteeError
        Too few rows to judge on or to learn from; nothing is written.
    ShiftError
        The labels are inconsistent with history and no user has accepted them; the rows are stored as a rejected batch.
        Or no new row is of a period that is over; nothing is written.
    TrackingError
        The MLflow store did not do its part.
    """
    process, task = seed.process.name, task_of(seed)
    if seed.time is None:
        raise RegistryError(
            f"{process}: its table has no time, so no row is newer than another: train on all rows again"
        )
    if accept_label_shift is not None and not accept_label_shift.strip():
        raise RegistryError(f"{process}: --accept-label-shift needs a reason, which is stored with the version")
    progress("read and check the new rows", 0, 1)
    new, early = read_new(new_path, seed)
    new_tests = None if tests is None else read_tests(tests, seed)
    tracking = Tracking(settings)
    if not dry_run:
        settle_left(process, tracking)
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    model = _loaded(champion, versions, tracking)
    _check_targets(model.seed, seed, champion)
    history = history_of(seed, versions, tracking)
    data, replaced, new, labels = _checked(
        history, new, early, seed, versions[-1], new_path, accept_label_shift, champion, model
    )
    experiment = tracking.experiment(process, seed.process.title)
    if labels.stops:  # before anything is said of how many rows there are: false labels leave few
        with tracking.run(experiment, run_name("retrain"), "retrain") as run:
            keep_labels(run, labels, tracking)
            if not dry_run:
                keep_batch(run, seed, history, new.table, new_tests, new_path, tracking)
                tracking.log(run, tags=ending(False, "; ".join(labels.reasons)))
        raise ShiftError(stopped(process, labels))
    data = with_advised_moves(
        with_tests(data, joined_tests(history.tests, new_tests, seed), str(tests or TESTS)), advised
    )
    start, compared = judge_rows(data, new, model, champion)
    parts = split(data, test_from=start)
    for view in views(data, parts):
        task.learner.check_split(*view)
    older = {name: (one, older_rows(one, model, start, parts.units)) for name, (one, _) in compared.items()}
    given, of_older = (
        {name: (inputs_of(model, champion, *rows_of), *rows_of) for name, rows_of in which.items()}
        for which in (compared, older)
    )
    with tracking.run(experiment, run_name("retrain"), "retrain") as run:
        keep_labels(run, labels, tracking)
        if not dry_run:
            keep_batch(run, seed, history, new.table, new_tests, new_path, tracking)
        result = learn(data, parts, JobRun(tracking, experiment, run, "retrain", progress), ways)
        verdict = verdict_on(model, challengers(result, given), given)
        version = None if dry_run else _registered(result, job, tracking)
        older_condition = no_loss(
            lambda: verdict_on(model, challengers(result, of_older), of_older), accept_label_shift
        )
        gated = ask_gate(result, version, tracking, older_condition)
        verdict = held_back(verdict, gated)
        guarded = guardrails(model, result, given, accept_label_shift) if verdict.promoted else Gated(())
        verdict = guarded_by(verdict, guarded)
        figures, shadow = figures_of(verdict, task.columns.decisive), _shadow(seed, verdict, champion)
        done = ChallengerComparison(champion, version, verdict, figures, guarded, shadow, labels)
        keep_verdict(done, result, tracking)
        if version is not None:
            decide(process, version, done, tracking)
        keep_pages(result, tracking, progress)
    return Retrained(
        learnt=result,
        verdict=verdict,
        gated=gated,
        champion=champion.number,
        version=version,
        history_rows=len(history.table),
        new_rows=len(new.table),
        replaced_rows=replaced,
        set_aside=new.rejected_rows,
        rejected_file=keep_rejected(data, settings),
        address=compare_address(settings, experiment, list(result.runs.values())),
        labels=labels,
        figures=figures,
        guarded=guarded,
        shadow=shadow,
        followed=(
            follow_outcomes(seed, champion, model, data, tracking)
            if follows and version is not None and not verdict.promoted
            else None
        ),
    )


def _shadow(seed: Seed, verdict: ComparisonResult | Verdicts, champion: Version) -> RunningShadow | None:
    """Return the shadow period of a challenger before its promotion."""
    shadow_length = seed.process.shadow
    return (
        RunningShadow.from_now(shadow_length.timedelta, champion.number) if shadow_length and verdict.promoted else None
    )


def _checked(
    history: AcceptedHistory,
    new: Checked,
    early: int,
    seed: Seed,
    version: Version,
    new_path: Path,
    accept_label_shift: str | None,
    champion: Version,
    model: Model,
) -> tuple[Dataset, int, Checked, LabelChecks]:
    """Return data set of history and new rows, number of replaced rows, valid new rows and label checks."""
    check_process(seed)
    data, replaced = _together(history.table, new, seed, version, new_path)
    brought = history.brought(new.table, seed)
    is_new, is_after, came = (are_in(data.table, rows, seed) for rows in (brought, history.since, new.table))
    others = with_unlabelled(data, pd.concat([brought, history.since]), champion, model)
    labels, count = task_of(seed).labels.quantities(data), int(came.sum())
    label_checks = check_labels(data, labels, is_new, early, is_after, count, others, history.shifts)
    label_checks = replace(label_checks, accepted=accept_label_shift)
    if not label_checks.aside.empty:
        reason = "their labels lie far from all that the past lets expect"
        new = without(new, label_checks.aside, seed, new_path.name, len(history.table) - replaced, reason)
        data, replaced = _together(history.table, new, seed, version, new_path)
    return data, replaced, new, label_checks


def _registered(result: TrainingResult, job: str | None, tracking: Tracking) -> int:
    """The challenger's version, which names its job where that has a name."""
    version = register(result, tracking)
    if job is not None:
        tracking.tag_version(result.data.seed.process.name, version, {JOB: job})
    return version


def _loaded(champion: Version, versions: list[Version], tracking: Tracking) -> Model:
    """The champion's model; RegistryError that says what to type instead where it does not load."""
    try:
        return tracking.model(champion)
    except RegistryError as error:
        process, challenger = champion.process, with_alias(CHALLENGER, versions)
        way = f"nonferrous train {process} --data FILE, whose version becomes champion where it passes the gate"
        if challenger is not None:
            way = f"nonferrous models promote {process} {challenger.number}, the challenger, or {way}"
        raise RegistryError(f"{error}; no challenger can be compared with it; type {way}") from error


def _check_targets(model_seed: Seed, seed: Seed, version: Version) -> None:
    """RegistryError where the champion predicts other targets than those that the seed has now."""
    old, new = ([column.name for column in one.primaries] for one in (model_seed, seed))
    if old != new:
        raise RegistryError(
            f"{seed.process.name}: version {version.number} predicts {', '.join(old)} and cannot be compared on "
            f"{', '.join(new)}: train on all rows again"
        )


def _together(history: pd.DataFrame, new: Checked, seed: Seed, version: Version, new_path: Path) -> tuple[Dataset, int]:
    """Data set of history and new rows, its `previous` columns made over both."""
    joined, replaced = join(history, new.table, seed)
    is_new = np.arange(len(joined)) >= len(joined) - len(new.table)
    name = f"history of version {version.number} with {new_path.name}"
    files = (f"history of version {version.number}", new_path.name)
    source = Source(name, files, is_new.astype(np.int64), np.arange(1, len(joined) + 1))
    checked = check(joined, seed, source)
    rejected = new.rejected if checked.rejected.empty else pd.concat([new.rejected, checked.rejected])
    cautions = list(new.cautions)
    if not alike(new.table, seed):  # new rows may spell a unit in another way than history
        cautions += alike(checked.table, seed)
    if checked.rejected_rows:
        cautions.append(f"{checked.rejected_rows} rows of history are out of the seed's ranges and were excluded")
    whole = Checked(checked.table, rejected.reset_index(drop=True), new.ignored, tuple(cautions), new.lacks)
    return dataset_of(whole, seed, read_truth(new_path, seed)), replaced
