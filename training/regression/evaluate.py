"""Metrics of a predicted number: one set of names for every candidate, against label and truth."""

import numpy as np

from models.interfaces.answers import COVERAGE, Answer, rows_of
from physics.arrays import FloatArray
from training.core.evaluate import coverage, mae, rmse

TENTHS = 10


def against_label(label: FloatArray, answer: Answer) -> dict[str, float]:
    """Metrics of answers against the measured label.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    answer : Answer of n rows
        What the model says.

    Returns
    -------
    dict of str to float
        mae, rmse, bias (answer minus label) and width_90 [target's unit]; r2 and coverage_90 [1].
    """
    error = answer.value - label
    spread = float(np.var(label))
    return {
        "mae": mae(error),
        "rmse": rmse(error),
        "bias": float(np.mean(error)),
        "r2": 1 - rmse(error) ** 2 / spread if spread else float("nan"),
        "coverage_90": coverage(label, answer),
        "width_90": float(np.mean(answer.high - answer.low)),
    }


def interval_scores(label: FloatArray, answer: Answer) -> FloatArray:
    """Return the interval score of each row [1]_: width plus 2 / (1 - COVERAGE) times the violation.

    Its mean is least for the narrowest intervals that cover what they promise.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    answer : Answer of n rows
        What the model says, with intervals at COVERAGE.

    Returns
    -------
    ndarray, shape (n,)
        [target's unit]

    References
    ----------
    .. [1] T. Gneiting, A. E. Raftery (2007). Strictly proper scoring rules, prediction, and estimation. J. Am. Stat.
       Assoc. 102, 359-378. doi:10.1198/016214506000001437
    """
    outside = np.maximum(answer.low - label, 0.0) + np.maximum(label - answer.high, 0.0)
    return np.asarray(answer.high - answer.low + 2 / (1 - COVERAGE) * outside)


def by_width(label: FloatArray, answer: Answer) -> dict[str, float]:
    """Return the coverage of the narrowest and of the widest tenth of intervals [1]; NaN below 10 rows.

    Of intervals of the same width the older rows count as the narrower.
    """
    order, tenth = np.argsort(answer.high - answer.low, kind="stable"), len(label) // TENTHS
    ends = {"narrow": order[:tenth], "wide": order[len(order) - tenth :]}
    inside = (answer.low <= label) & (label <= answer.high)
    return {f"{end}_coverage_90": float(np.mean(inside[rows])) if tenth else float("nan") for end, rows in ends.items()}


ADAPTIVE, NO_OUTCOMES = "adaptive_", "no_outcomes_"


def of_followed(label: FloatArray, answer: Answer, prefix: str = ADAPTIVE) -> dict[str, float]:
    """Return metrics of adaptive predictions against the label; empty if some of n rows have none.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    answer : Answer of n rows
        What the model would have said while outcomes came in, or where none did; NaN where it was not asked.
    prefix : str
        ADAPTIVE or NO_OUTCOMES, before each name.

    Returns
    -------
    dict of str to float
        adaptive_mae, adaptive_rmse, adaptive_bias, adaptive_width_90 [target's unit]; adaptive_coverage_90 and the
        figures of `by_width` [1].
    """
    if np.isnan(answer.value).any():
        return {}
    metrics = against_label(label, answer) | by_width(label, answer)
    return {f"{prefix}{name}": value for name, value in metrics.items() if name != "r2"}


def against_truth(truth: FloatArray, label: FloatArray, answer: Answer) -> dict[str, float]:
    """Metrics of answers against the noise-free truth of a simulated plant.

    Parameters
    ----------
    truth, label : ndarray, shape (n,)
        Noise-free and measured values [target's unit].
    answer : Answer of n rows
        What the model says.

    Returns
    -------
    dict of str to float
        truth_mae, truth_rmse, truth_bias and noise_floor (standard deviation of label minus truth: the RMSE against
        the label that a perfect model would still have) [target's unit]; truth_coverage_90 [1].
    """
    error = answer.value - truth
    return {
        "truth_mae": mae(error),
        "truth_rmse": rmse(error),
        "truth_bias": float(np.mean(error)),
        "truth_coverage_90": coverage(truth, answer),
        "noise_floor": float(np.std(label - truth)),
    }


def skill(label: FloatArray, value: FloatArray, baseline: FloatArray) -> float:
    """Return the fraction of the baseline's mean square error that is avoided [1]; 0 is no gain."""
    reference = rmse(baseline - label) ** 2
    return 1 - rmse(value - label) ** 2 / reference if reference else float("nan")


def evaluate(
    label: FloatArray, answer: Answer, baseline: FloatArray, truth: FloatArray | None = None
) -> dict[str, float]:
    """All metrics of one candidate on one part of the table.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    answer : Answer of n rows
        What the candidate says.
    baseline : ndarray, shape (n,)
        What the baseline says for the same rows [target's unit].
    truth : ndarray, shape (n,), optional
        Noise-free values, NaN where unknown [target's unit].

    Returns
    -------
    dict of str to float
        The metrics of `against_label` and `by_width`, `skill` and, with truth, `against_truth`.
    """
    metrics = against_label(label, answer) | by_width(label, answer) | {"skill": skill(label, answer.value, baseline)}
    if truth is not None:
        known = np.isfinite(truth)
        if known.any():
            metrics |= against_truth(truth[known], label[known], rows_of(answer, known))
    return metrics
