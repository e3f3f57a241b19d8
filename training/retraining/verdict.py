"""Verdict on challenger against champion, for one target or several."""

from collections.abc import Iterable, Mapping
from typing import Any

from training.core.comparison import ComparisonError, ComparisonResult
from training.core.fitting import AnyCandidate
from training.jobs.train import TrainingResult
from training.multi_target.verdict import Judged, Verdicts, verdict_of_all
from training.tasks import task_of


def challengers(learnt: TrainingResult, targets: Iterable[str]) -> dict[str, AnyCandidate]:
    """Return by target the candidate of a job that would be promoted."""
    return {name: learnt.targets[name].best if learnt.targets else learnt.best for name in targets}


def verdict_on(
    champion: Any, best: Mapping[str, AnyCandidate], judged: Mapping[str, Judged]
) -> ComparisonResult | Verdicts:
    """Verdict on some rows of each target.

    Parameters
    ----------
    champion : Model
        The champion.
    best : Mapping of str to Candidate
        By target the challenger, with its answers.
    judged : Mapping of str to tuple
        By target inputs as the champion wants them, rows, and which of them judge.

    Raises
    ------
    ComparisonError
        A target has no rows, or too few.
    """
    if not all(len(rows) for _, _, rows in judged.values()):
        raise ComparisonError("0 rows")
    if len(judged) > 1:
        return verdict_of_all(champion, best, judged)
    ((name, (X, data, rows)),) = judged.items()
    return task_of(data.seed).assessor.verdict(champion, X, best[name], data, rows)
