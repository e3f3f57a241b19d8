"""Verdict on challenger against champion, for one target or several."""

from collections.abc import Iterable, Mapping
from typing import Any

from training.core.comparison import ComparisonError, ComparisonResult
from training.core.fitting import AnyCandidate
from training.jobs.train import TrainingResult
from training.multi_target.verdict import Judged, Verdicts, verdict_of_all
from training.tasks import task_of


def challengers(result: TrainingResult, targets: Iterable[str]) -> dict[str, AnyCandidate]:
    """Return by target the candidate of a job that would be promoted."""
    return {name: result.targets[name].best if result.targets else result.best for name in targets}


def verdict_on(
    champion: Any, best: Mapping[str, AnyCandidate], compared: Mapping[str, Judged]
) -> ComparisonResult | Verdicts:
    """Verdict on some rows of each target.

    Parameters
    ----------
    champion : Model
        The champion.
    best : Mapping of str to Candidate
        By target the challenger, with its answers.
    compared : Mapping of str to tuple
        By target inputs as the champion wants them, rows, and which of them judge.

    Raises
    ------
    ComparisonError
        A target has no rows, or too few.
    """
    if not all(len(rows) for _, _, rows in compared.values()):
        raise ComparisonError("0 rows")
    if len(compared) > 1:
        return verdict_of_all(champion, best, compared)
    ((name, (X, data, rows)),) = compared.items()
    return task_of(data.seed).assessor.verdict(champion, X, best[name], data, rows)
