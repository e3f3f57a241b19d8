"""How two models of a number are compared: absolute error decides, intervals must not be broken."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.answers import COVERAGE, Answer, rows_of
from models.regression.model import RegressionModel
from physics.arrays import FloatArray, IntArray
from training.dataset import Dataset
from training.evaluate import coverage
from training.gate import mended_coverage
from training.judge import CONFIDENCE, JudgeRows, Side, Verdict, blocks_of
from training.judge import judge as judge_losses
from training.regression.evaluate import against_label, against_truth
from training.regression.fit import RegressionCandidate

BROKEN_COVERAGE = 0.85


def judge(
    label: FloatArray,
    champion: Answer,
    challenger: Answer,
    units: npt.NDArray[np.object_],
    periods: pd.DatetimeIndex,
    unit: str,
    truth: FloatArray | None = None,
    followed: Answer | None = None,
    confidence: float = CONFIDENCE,
) -> Verdict:
    """Compare two models on rows that neither has learnt from.

    The challenger is promoted when the lower bound of its gain in mean absolute error is above zero, and its 90 %
    intervals are not broken; or when it is as good and covers what it promises where the champion does not, beyond
    chance. Not broken is a coverage of at least BROKEN_COVERAGE, or at least the champion's, by the fixed intervals
    or the adaptive ones. The champion's are its fixed ones: what it would have followed is not known.

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
    followed : Answer of n rows, optional
        What the challenger would have said while outcomes came in.
    confidence : float
        With which the challenger must be better [1].

    Returns
    -------
    Verdict

    Raises
    ------
    JudgeError
        Too few rows or blocks to tell skill from chance.
    """
    rows = JudgeRows(units, periods, blocks_of(units, periods), np.ones(len(label)))
    old, new = (Side(np.abs(answer.value - label), _metrics(label, answer, truth)) for answer in (champion, challenger))
    covered = new.metrics["coverage_90"]
    best = covered if followed is None else max(covered, coverage(label, followed))
    broken = best < min(BROKEN_COVERAGE, old.metrics["coverage_90"])
    unsound = f"its intervals are broken: {covered:.0%} coverage where 90% is promised" if broken else None
    mended = mended_coverage(old.metrics["coverage_90"], best, len(label))
    return judge_losses(rows, old, new, "the mean absolute error", unit, unsound, confidence, mended)


def _metrics(label: FloatArray, answer: Answer, truth: FloatArray | None) -> dict[str, float]:
    found = against_label(label, answer)
    known = np.zeros(len(label), dtype=bool) if truth is None else np.isfinite(truth)
    if truth is not None and known.any():
        found |= against_truth(truth[known], label[known], rows_of(answer, known))
    return found


def verdict(
    champion: RegressionModel,
    X: FloatArray,
    challenger: RegressionCandidate,
    data: Dataset,
    rows: IntArray,
    confidence: float = CONFIDENCE,
) -> Verdict:
    """Verdict on some rows of a data set; X holds them as the champion wants them."""
    answer = champion.fixed(X, COVERAGE)
    truth = None if data.truth is None else data.truth[rows]
    lines = rows_of(challenger.answers, rows)
    unit = data.seed.target.unit or ""
    followed = challenger.model.followed
    adaptive = None if followed is None else rows_of(followed, rows)
    given = (data.y[rows], answer, lines, data.units[rows], data.periods[rows], unit, truth, adaptive)
    return judge(*given, confidence)


def check_judgeable(champion: RegressionModel, data: Dataset, rows: IntArray) -> None:
    """JudgeError where these rows are too few to judge on; any champion can be judged."""
    blocks_of(data.units[rows], data.periods[rows])
