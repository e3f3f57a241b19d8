"""Champion against challenger with several targets: compared separately, promoted together."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from models.tasks import Model
from physics.arrays import FloatArray, IntArray
from training.core.comparison import PROMOTES, ComparisonError, ComparisonResult
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.regression.comparison import check_judgeable, verdict


@dataclass(frozen=True)
class Verdicts:
    """Outcome of a comparison on the judge rows, target by target, and what follows from it.

    Attributes
    ----------
    promoted : bool
        Whether the challenger takes over.
    why : str
        The rule's answer as text.
    by_target : Mapping of str to ComparisonResult
        The comparison of each target by itself.
    """

    promoted: bool
    why: str
    by_target: Mapping[str, ComparisonResult]

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        return asdict(self)


Judged = tuple[FloatArray, Dataset, IntArray]  # inputs as the champion wants them, rows of a target, and which judge


def check_judged(champion: Model, data: Dataset, rows: IntArray) -> None:
    """ComparisonError, which names the target, where these rows of it are too few to judge on."""
    name = data.seed.target.name
    if not len(rows):
        raise ComparisonError(f"{name}: 0 labels to judge on")
    try:
        check_judgeable(model_of(champion, name), data, rows)
    except ComparisonError as error:
        raise ComparisonError(f"{name}: {error}") from error


def verdict_of_all(champion: Model, best: Mapping[str, AnyCandidate], compared: Mapping[str, Judged]) -> Verdicts:
    """Verdict on several targets.

    The challenger is promoted if at least one target is significantly better, none is significantly worse, and no
    target's intervals are broken. Of k targets one looks better by chance k times as often, so each must be better with
    a k-th of the error that is allowed to one alone; a loss is tested at the whole level.

    Parameters
    ----------
    champion : SeveralTargets
        The model that answers.
    best : Mapping of str to Candidate
        By target the challenger's candidate.
    compared : Mapping of str to tuple
        By target inputs, rows and which of them judge.
    """
    confidence = 1 - (1 - PROMOTES) / len(compared)
    verdicts = {
        name: verdict(model_of(champion, name), X, best[name], data, rows, confidence)
        for name, (X, data, rows) in compared.items()
    }
    return of_each(verdicts)


def of_each(results: Mapping[str, ComparisonResult]) -> Verdicts:
    """Return the combined verdict of the verdicts on each target."""
    better = [name for name, one in results.items() if one.wins]
    worse = [name for name, one in results.items() if one.gain_high < 0]
    unsound = [f"{name}: {one.unsound}" for name, one in results.items() if one.unsound is not None]
    if not better:
        reason = (
            f"no target is significantly better; {'; '.join(f'{name}: {one.why}' for name, one in results.items())}"
        )
    elif worse:
        reason = f"significantly better: {', '.join(better)}; but significantly worse: {', '.join(worse)}"
    elif unsound:
        reason = f"significantly better: {', '.join(better)}; but {'; '.join(unsound)}"
    else:
        reason = f"significantly better: {', '.join(better)}; no target is significantly worse"
    return Verdicts(bool(better) and not worse and not unsound, reason, results)


def model_of(champion: Model, name: str) -> RegressionModel:
    """A champion's model of one of several targets."""
    if not isinstance(champion, SeveralTargets):
        raise TypeError(f"the champion predicts {champion.seed.target.name} alone, expected a model of several targets")
    return champion.models[name]
