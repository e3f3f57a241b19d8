"""A champion that a job promoted, beside the one before it, on rows that came after: a promotion may turn out wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.table.contract import check
from models.table.inputs import matrix
from models.table.reading import read_table
from registry.promotion import champion_of, rollback
from registry.settings import Settings
from registry.tracking import Tracking
from registry.versions import CHAMPION, AliasMove, Version
from seeds import Seed
from training.dataset import dataset_of, period_of
from training.fitting import Candidate
from training.job import TABLE
from training.judge import JudgeError
from training.retraining.history import join
from training.splits import SplitError, split
from training.tasks import task_of


def put_back(seed: Seed, rows: Callable[[], Path], settings: Settings) -> AliasMove | None:
    """Go back to the champion before where it is better beyond chance on rows that came after the promotion.

    Both are asked for the same rows, as they were trained; none of these was known when either was learnt or judged.
    The one before must win by the rule by which a challenger does.

    Parameters
    ----------
    seed : Seed
        The process, of one target.
    rows : callable
        Gives a file of labelled rows, those after the promotion among them; called where there is somebody to go back
        to.
    settings : Settings
        Where MLflow keeps the models.

    Returns
    -------
    AliasMove or None
        The move; None where the champion stays, took over from nobody, or too few rows have come.

    Raises
    ------
    RegistryError
        There is no champion, or the service would refuse the one before.
    TableError
        The rows break the contract.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    last = [move for move in tracking.audit(process) if move.alias == CHAMPION][-1]
    before = next((one for one in versions if one.number == last.before), None)
    if last.action != "promote" or last.after != champion.number or before is None or len(seed.primaries) > 1:
        return None
    why = _why(seed, rows(), champion, before, tracking)
    return None if why is None else rollback(seed, settings, before.number, why)


def _why(seed: Seed, new_path: Path, champion: Version, before: Version, tracking: Tracking) -> str | None:
    """Why the one before is better, in words; None where it is not, or where too few rows tell."""
    task, known = task_of(seed), tracking.table(champion.parent_run, TABLE)
    joined, _ = join(known, read_table(new_path, seed).table, seed)
    data = dataset_of(check(joined, seed), seed)
    rows = np.flatnonzero(data.periods > period_of(known, seed).max())
    if not len(rows):
        return None
    now, then = tracking.model(champion), tracking.model(before)
    try:
        parts = split(data.table, seed, test_from=data.periods[rows].min())
        answers = task.answers(then, data, parts)
        earlier = Candidate(then, {}, answers, task.predictions_of(answers), np.empty(0))
        verdict = task.verdict(now, matrix(data.table.iloc[rows], now.seed), earlier, data, rows)
    except (JudgeError, SplitError):
        return None
    if not verdict.promoted:
        return None
    return f"version {before.number} is better than version {champion.number} on what came after: {verdict.why}"
