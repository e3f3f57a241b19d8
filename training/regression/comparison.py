"""Comparison of two models of a number: absolute error decides, intervals must keep their coverage."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.interfaces.answers import COVERAGE, Answer, rows_of
from models.regression.model import RegressionModel
from physics.arrays import FloatArray, IntArray
from training.core.bootstrap import CONFIDENCE, shared_bound
from training.core.comparison import PROMOTES, ComparisonResult, ComparisonRows, ModelLosses, blocks_of
from training.core.comparison import judge as judge_losses
from training.core.dataset import Dataset
from training.core.gate import LEAST_COVERAGE, mended_coverage, too_many
from training.regression.evaluate import against_label, against_truth, interval_scores
from training.regression.fit import RegressionCandidate
from training.regression.follow import followed_on

BROKEN_COVERAGE = 0.85
LOSS = "the mean absolute error"
FOLLOWS_ALREADY = "as trained it would be better, by a shift that the champion's online centre follows already"


def judge(
    label: FloatArray,
    champion: Answer,
    challenger: Answer,
    units: npt.NDArray[np.object_],
    periods: pd.DatetimeIndex,
    unit: str,
    truth: FloatArray | None = None,
    confidence: float = PROMOTES,
    loss: str = LOSS,
) -> ComparisonResult:
    """Compare two models on rows that neither was trained on.

    The challenger is promoted when the lower bound of its gain in mean absolute error is above zero, and its 90 %
    intervals are not broken; or when it is as good and covers what it promises where the champion does not, beyond
    chance, or with narrower intervals where the champion's are wider than needed. Not broken is a coverage of at least
    BROKEN_COVERAGE, or at least the champion's.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    champion, challenger : Answer of n rows
        What the two models say.
    units : ndarray of object, shape (n,)
        Unit of each row.
    periods : DatetimeIndex, length n
        Period start of each row.
    unit : str
        The target's unit, for the words.
    truth : ndarray, shape (n,), optional
        Noise-free values, NaN where unknown: reported, never part of the rule.
    confidence : float
        With which the challenger must be better [1].
    loss : str
        Name of the comparison, as text.

    Returns
    -------
    ComparisonResult

    Raises
    ------
    ComparisonError
        Too few rows or blocks for a significance test.
    """
    rows = ComparisonRows(units, periods, blocks_of(units, periods), np.ones(len(label)))
    old, new = (
        ModelLosses(np.abs(answer.value - label), _metrics(label, answer, truth)) for answer in (champion, challenger)
    )
    covered = new.metrics["coverage_90"]
    broken = covered < min(BROKEN_COVERAGE, old.metrics["coverage_90"])
    unsound = f"its intervals are broken: {covered:.0%} coverage where 90% is promised" if broken else None
    corrected = mended_coverage(old.metrics["coverage_90"], covered, len(label))
    if corrected is None and too_many(old.metrics["coverage_90"], len(label)) and covered >= LEAST_COVERAGE:
        corrected = _narrowed(rows, interval_scores(label, champion) - interval_scores(label, challenger), old, new)
    return judge_losses(rows, old, new, loss, unit, unsound, confidence, corrected)


def _narrowed(rows: ComparisonRows, gains: FloatArray, old: ModelLosses, new: ModelLosses) -> str | None:
    """Describe excess width that a challenger corrects; None if its interval score is not lower."""
    if shared_bound(gains, rows.block, rows.periods, rows.weight, CONFIDENCE) <= 0:
        return None
    (wide, much), (narrow, less) = ((side.metrics["width_90"], side.metrics["coverage_90"]) for side in (old, new))
    return (
        f"its intervals are {narrow:.4g} wide on the mean and cover {less:.0%} of the labels, "
        f"the champion's {wide:.4g} and {much:.0%} where {COVERAGE:.0%} is promised"
    )


def _metrics(label: FloatArray, answer: Answer, truth: FloatArray | None) -> dict[str, float]:
    metrics = against_label(label, answer)
    known = np.zeros(len(label), dtype=bool) if truth is None else np.isfinite(truth)
    if truth is not None and known.any():
        metrics |= against_truth(truth[known], label[known], rows_of(answer, known))
    return metrics


def verdict(
    champion: RegressionModel,
    X: FloatArray,
    challenger: RegressionCandidate,
    data: Dataset,
    rows: IntArray,
    confidence: float = PROMOTES,
) -> ComparisonResult:
    """Verdict on some rows of a data set; X holds them as the champion wants them.

    Both are compared by the predictions that clients get: by online predictions, if those of both are known,
    else by the fixed ones of both. A shift of the level that centres follow is no reason to change the champion.
    """
    fixed = champion.fixed(X, COVERAGE), rows_of(challenger.answers, rows)
    both = followed_on(champion, data, rows), _followed(challenger, data, rows)
    old, new, count = _as_clients_get(fixed, both)
    truth, unit = None if data.truth is None else data.truth[rows], data.seed.target.unit or ""

    def compare(one: Answer, other: Answer, loss: str = LOSS) -> ComparisonResult:
        return judge(data.y[rows], one, other, data.units[rows], data.periods[rows], unit, truth, confidence, loss)

    result = compare(old, new, _loss(count, len(rows)))
    if count and not result.wins and compare(*fixed).wins:
        return replace(result, why=f"{result.why}; {FOLLOWS_ALREADY}")
    return result


def _followed(challenger: RegressionCandidate, data: Dataset, rows: IntArray) -> Answer | None:
    """Return a challenger's online predictions: from its training, or computed from then on."""
    followed = challenger.model.followed
    return followed_on(challenger.model, data, rows) if followed is None else rows_of(followed, rows)


def _as_clients_get(
    fixed: tuple[Answer, Answer], followed: tuple[Answer | None, Answer | None]
) -> tuple[Answer, Answer, int]:
    """Return online predictions of both models, fixed ones if either lacks them, and the row count."""
    old, new = followed
    if old is None or new is None:
        return *fixed, 0
    known = ~np.isnan(old.value + new.value)
    first, second = (
        Answer(*(np.where(known, *parts) for parts in zip(own, trained, strict=True)))
        for own, trained in zip((old, new), fixed, strict=True)
    )
    return first, second, int(known.sum())


def _loss(followed: int, rows: int) -> str:
    if not followed:
        return LOSS
    return f"{LOSS} of answers that follow outcomes" + ("" if followed == rows else f" ({followed} of {rows} rows)")


def check_judgeable(champion: RegressionModel, data: Dataset, rows: IntArray) -> None:
    """ComparisonError where these rows are too few to judge on; any champion can be judged."""
    blocks_of(data.units[rows], data.periods[rows])
