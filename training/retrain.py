"""Learn again from history plus new rows, and change the champion only for a better one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from models.table.cautions import alike
from models.table.contract import Checked, check
from models.table.inputs import InputError, matrix
from models.table.reading import read_table, read_truth
from models.table.sources import Source
from pages.moments import moment_format
from physics.arrays import FloatArray, IntArray
from registry.decision import JOB, NOT_PROMOTED, PROMOTED, keep_decision, settle
from registry.local.scratch import scratch
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from registry.versions import RegistryError, Version
from seeds import Seed
from training.advice.setpoint_tests import joined_tests, read_tests, with_tests
from training.compare import compare_address
from training.dataset import Dataset, dataset_of, labelled, period_of, row_key
from training.facts import keep_rejected
from training.gate import Gated
from training.job import TABLE, TESTS, Learnt, Progress, ask_gate, learn, register, run_name, silent
from training.judge import JudgeError, Verdict
from training.several.verdict import Verdicts, check_judged, verdict_of_all
from training.several.views import views
from training.several.whole import prefixed
from training.side_by_side.ways import Ways
from training.splits import split
from training.tasks import task_of

JUDGE_SHARE = 1 / 3  # of the new periods; the older ones of them are learnt
VERDICT = "verdict.json"


@dataclass(frozen=True, eq=False)
class Retrained:
    """Result of a retraining job.

    Attributes
    ----------
    learnt : Learnt
        The challenger's candidates.
    verdict : Verdict or Verdicts
        Champion against challenger, after the gate; of several targets one each.
    gated : Gated
        What the gate says of the challenger.
    champion, version : int
        Version that was champion, and the challenger's.
    history_rows, new_rows, replaced_rows, set_aside : int
        Rows known before, rows that came, how many of these took the place of a known one, and how many more came that
        the contract turned away.
    rejected_file : Path or None
        List of the new rows that the contract turned away, if there are any.
    address : str
        Page of the MLflow UI that compares the candidates.
    """

    learnt: Learnt
    verdict: Verdict | Verdicts
    gated: Gated
    champion: int
    version: int
    history_rows: int
    new_rows: int
    replaced_rows: int
    set_aside: int
    rejected_file: Path | None
    address: str


def join(history: pd.DataFrame, new: pd.DataFrame, seed: Seed) -> tuple[pd.DataFrame, int]:
    """History with the new rows in it; a new row takes the place of a known one of the same unit and period.

    Returns
    -------
    DataFrame
        History's rows that remain, then the new ones.
    int
        How many were replaced.
    """
    key = row_key(seed)
    replaced = pd.MultiIndex.from_frame(history[key]).isin(pd.MultiIndex.from_frame(new[key]))
    return pd.concat([history[~replaced], new], ignore_index=True), int(replaced.sum())


def judge_start(new: pd.DataFrame, seed: Seed, learnt_before: pd.Timestamp, champion: int) -> pd.Timestamp:
    """First period of the judge rows: the newest share of the new periods, none that the champion has learnt.

    Raises
    ------
    JudgeError
        No new labelled period is late enough.
    """
    periods = pd.DatetimeIndex(np.sort(period_of(new[labelled(new, seed)], seed).unique()))
    unknown = periods[periods >= learnt_before]
    if unknown.empty:
        when = moment_format(periods)
        raise JudgeError(
            f"0 rows to judge on: version {champion} has learnt the periods before {learnt_before:{when}}, "
            f"and the newest labelled new one is {periods.max():{when}}"
        )
    return unknown[-max(1, round(JUDGE_SHARE * len(unknown)))]


def retrain(
    seed: Seed,
    new_path: Path,
    settings: Settings,
    progress: Progress = silent,
    tests: Path | None = None,
    ways: Ways | None = None,
    job: str | None = None,
) -> Retrained:
    """Train a challenger on history plus new rows and let the newest rows judge it against the champion.

    History is the table of the newest registered version. All of the job's candidates learn from what is older than
    the judge rows; the best on their calibrate rows is the challenger. One that the gate refuses is registered and no
    more.

    Parameters
    ----------
    seed : Seed
        The process.
    new_path : Path
        CSV or Parquet file of new rows, or a folder of them.
    settings : Settings
        Where MLflow keeps it.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    tests : Path, optional
        File of the set-point tests among the new rows; those of history are kept with its job.
    ways : Ways, optional
        How candidates are fitted.
    job : str, optional
        Names the job beside its version, so that one that is begun again after its verdict is not done twice; see
        `registry.decision.finished`.

    Returns
    -------
    Retrained

    Raises
    ------
    TableError
        The new rows break the contract, or the tests cannot be read; nothing is written.
    RegistryError
        There is no champion.
    JudgeError, SplitError, GuaranteeError
        Too few rows to judge on or to learn from; nothing is written.
    TrackingError
        The MLflow store did not do its part.
    """
    process, task = seed.process.name, task_of(seed)
    if seed.time is None:
        raise RegistryError(
            f"{process}: its table has no time, so no row is newer than another: train on all rows again"
        )
    progress("read and check the new rows", 0, 1)
    new = read_table(new_path, seed)
    new_tests = None if tests is None else read_tests(tests, seed)
    tracking = Tracking(settings)
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    model = tracking.model(champion)
    _check_targets(model.seed, seed, champion)
    before = versions[-1].parent_run
    history = tracking.table(before, TABLE)
    old_tests = tracking.table(before, TESTS) if tracking.has(before, TESTS) else None
    data, replaced = _together(history, new, seed, versions[-1], new_path)
    data = with_tests(data, joined_tests(old_tests, new_tests, seed), str(tests or TESTS))
    start = judge_start(new.table, seed, pd.Timestamp(model.info["learnt_before"]), champion.number)
    judged = {one.seed.target.name: (one, np.flatnonzero(one.periods >= start)) for one in data.each}
    # What is too little to judge on or to learn from is reported before hours of learning.
    for one, rows in judged.values():
        (task.check_judgeable if len(judged) == 1 else check_judged)(model, one, rows)
    parts = split(data.table, seed, test_from=start)
    for view in views(data, parts):
        task.check_split(*view)
    inputs = {name: _inputs_of(model.seed, champion, *rows_of) for name, rows_of in judged.items()}
    experiment = tracking.experiment(process, seed.process.title)
    with tracking.run(experiment, run_name("retrain"), "retrain") as run:
        learnt = learn(data, parts, tracking, experiment, run, "retrain", progress, ways)
        given = {name: (inputs[name], *rows_of) for name, rows_of in judged.items()}
        verdict: Verdict | Verdicts
        if len(given) == 1:
            ((X, one, rows),) = given.values()
            verdict = task.verdict(model, X, learnt.best, one, rows)
        else:
            verdict = verdict_of_all(model, {name: one.best for name, one in learnt.targets.items()}, given)
        version = register(learnt, tracking)
        if job is not None:
            tracking.tag_version(process, version, {JOB: job})
        gated = ask_gate(learnt, version, tracking)
        verdict = held_back(verdict, gated)
        _keep_verdict(verdict, champion.number, version, learnt, tracking)
        keep_decision(process, version, verdict.promoted, verdict.why, _figures(verdict, task.DECISIVE), tracking)
        settle(process, version, tracking)
    return Retrained(
        learnt=learnt,
        verdict=verdict,
        gated=gated,
        champion=champion.number,
        version=version,
        history_rows=len(history),
        new_rows=len(new.table),
        replaced_rows=replaced,
        set_aside=new.rejected_rows,
        rejected_file=keep_rejected(data, settings),
        address=compare_address(settings, experiment, list(learnt.runs.values())),
    )


def _check_targets(learnt: Seed, seed: Seed, version: Version) -> None:
    """RegistryError where the champion predicts other targets than those that the seed has now."""
    old, new = ([column.name for column in one.primaries] for one in (learnt, seed))
    if old != new:
        raise RegistryError(
            f"{seed.process.name}: version {version.number} predicts {', '.join(old)} and cannot be compared on "
            f"{', '.join(new)}: train on all rows again"
        )


V = TypeVar("V", bound=Verdict | Verdicts)


def held_back(verdict: V, gated: Gated) -> V:
    """The verdict again; one that promotes a version that the gate refuses promotes it no longer, and says so."""
    if gated.passed or not verdict.promoted:
        return verdict
    return replace(verdict, promoted=False, why=f"{verdict.why}; refused by the gate: {'; '.join(gated.reasons)}")


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
        cautions.append(f"{checked.rejected_rows} rows of history are out of the seed's ranges and were set aside")
    whole = Checked(checked.table, rejected.reset_index(drop=True), new.ignored, tuple(cautions), new.lacks)
    return dataset_of(whole, seed, read_truth(new_path, seed)), replaced


def _inputs_of(seed: Seed, version: Version, data: Dataset, rows: IntArray) -> FloatArray:
    """Inputs of some rows as a version learnt them, shape (n, k)."""
    try:
        return matrix(data.table.iloc[rows], seed)
    except InputError as error:
        raise RegistryError(
            f"{version.process}: version {version.number} learnt with another seed and cannot be judged: {error}"
        ) from error


def _figures(verdict: Verdict | Verdicts, decisive: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The figures that the decision rests on."""
    if isinstance(verdict, Verdicts):
        decisive = list(decisive)
        return prefixed({name: _figures(one, decisive) for name, one in verdict.by_target.items()})
    sides = {"champion": verdict.champion, "challenger": verdict.challenger}
    found = {"gain": verdict.gain, "gain_low": verdict.gain_low, "rows": float(verdict.rows)}
    return found | {f"{side}_{name}": sides[side][name] for side, name in decisive if name in sides[side]}


def _metrics(verdict: Verdict | Verdicts) -> dict[str, float]:
    """A verdict's figures as metrics of the job's run."""
    if isinstance(verdict, Verdicts):
        return prefixed({name: _metrics(one) for name, one in verdict.by_target.items()})
    metrics = {"judge_gain": verdict.gain, "judge_gain_low": verdict.gain_low, "judge_rows": float(verdict.rows)}
    metrics |= {f"judge_champion_{name}": value for name, value in verdict.champion.items()}
    return metrics | {f"judge_challenger_{name}": value for name, value in verdict.challenger.items()}


def _keep_verdict(verdict: Verdict | Verdicts, champion: int, version: int, learnt: Learnt, tracking: Tracking) -> None:
    lines = {"champion_version": champion, "challenger_version": version, **verdict.to_dict()}
    with scratch() as folder:
        (folder / VERDICT).write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
        tracking.log_files(learnt.run, folder)
    outcome = PROMOTED if verdict.promoted else NOT_PROMOTED
    tags = {"verdict": outcome, "verdict_why": verdict.why, "registered_version": str(version)}
    tracking.log(learnt.run, metrics=_metrics(verdict), tags=tags)
