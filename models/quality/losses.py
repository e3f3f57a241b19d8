"""Losses of lot outputs: Tobit for log contents, logistic for log-odds of defects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.quality.censoring import below_limit, log_likelihood, log_size, score
from physics.arrays import FloatArray
from physics.special import expit, log_ndtr

LEAST_SPREAD = 1e-3  # on log scale: no laboratory repeats itself better
LARGEST_SPREAD = 2.0  # a factor of seven: a few contents above their limit would else give an unbounded one
UNTOLD_SPREAD = 1.0  # where every content is below its limit
LEAST_SHARE = 1e-4  # of a defect that was never seen, or always


class Loss(Protocol):
    """Loss of one output, shape (n,), by its raw prediction; all three are 0 where the label is missing."""

    def start(self, label: FloatArray) -> float:
        """Raw prediction that fits the labels without any input."""

    def loss(self, label: FloatArray, raw: FloatArray) -> FloatArray:
        """Negative log likelihood of each label, shape (n,)."""

    def steps(self, label: FloatArray, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of the loss by the raw prediction, shape (n,) each."""


@dataclass(frozen=True)
class ContentLoss:
    """Tobit loss of a log content; derivatives are scaled so that an uncensored label counts 1."""

    spread: float = 1.0

    def start(self, label: FloatArray) -> float:
        """Mean of the logarithms, limits taken for contents."""
        return float(np.nanmean(log_size(label)))

    def loss(self, label: FloatArray, raw: FloatArray) -> FloatArray:
        """See `Loss`."""
        return -log_likelihood(label, raw, self.spread)

    def steps(self, label: FloatArray, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """See `Loss`."""
        gradient, curvature = score(label, raw, self.spread)
        return -gradient * self.spread**2, np.maximum(curvature * self.spread**2, 1e-6 * ~np.isnan(label))


@dataclass(frozen=True)
class DefectLoss:
    """Log loss of a defect by its log-odds."""

    def start(self, label: FloatArray) -> float:
        """Log-odds of the share of lots with the defect."""
        share = float(np.clip(np.nanmean(label), LEAST_SHARE, 1.0 - LEAST_SHARE))
        return float(np.log(share / (1.0 - share)))

    def loss(self, label: FloatArray, raw: FloatArray) -> FloatArray:
        """See `Loss`."""
        return np.where(np.isnan(label), 0.0, np.logaddexp(0.0, raw) - np.nan_to_num(label) * raw)

    def steps(self, label: FloatArray, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """See `Loss`."""
        p, known = expit(raw), ~np.isnan(label)
        return np.where(known, p - label, 0.0), np.where(known, np.maximum(p * (1.0 - p), 1e-6), 0.0)


def spread_about(label: FloatArray, raw: FloatArray) -> float:
    """Return the maximum-likelihood standard deviation of log contents about a prediction.

    If all contents are below a limit, it cannot be estimated: then it is UNTOLD_SPREAD.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Reported contents; -L is "below L", NaN counts nothing.
    raw : ndarray, shape (n,)
        Predicted logarithms.
    """
    from scipy.optimize import minimize_scalar

    known = ~np.isnan(label)
    if not known.any():
        raise ValueError("no label: expected at least one reported content")
    censored = below_limit(label[known])
    if censored.all():
        return UNTOLD_SPREAD
    away = log_size(label[known]) - raw[known]
    below, squares, contents = away[censored], float(np.sum(away[~censored] ** 2)), int(np.sum(~censored))
    if not len(below):
        return float(np.clip(np.sqrt(squares / contents), LEAST_SPREAD, LARGEST_SPREAD))

    def loss(log_spread: float) -> float:
        # `log_likelihood` of all labels but for a constant; those that are numbers count by the sum of their squares.
        spread = np.exp(log_spread)
        return float(0.5 * squares / spread**2 + contents * log_spread - np.sum(log_ndtr(below / spread)))

    optimum = minimize_scalar(loss, bounds=(np.log(LEAST_SPREAD), np.log(LARGEST_SPREAD)), method="bounded")
    return float(np.exp(optimum.x))
