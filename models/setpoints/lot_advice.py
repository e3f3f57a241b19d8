"""Recommendation for a lot or a sorting line: a unit's recommendation and the planned probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.setpoints.advice import GainEstimate, LimitAfterMoves, UnitRecommendation

MONEY = "$/t"  # of a gain: money that the moves bring a tonne, of the lot or of feed as planned
Z90 = 1.6448536269514722  # standard normal quantile of 0.95: 90 % lie within so many standard deviations


@dataclass(frozen=True)
class LotLimit(LimitAfterMoves):
    """A limit of a lot as planned and after the moves.

    Attributes
    ----------
    before : float
        Probability that the lot breaks the limit as planned [1]; `chance` is that after the moves.
    """

    before: float


@dataclass(frozen=True)
class LotAdvice(UnitRecommendation):
    """Advice for one lot, or for a sorting line that sorts one; gains are in MONEY.

    Attributes
    ----------
    limits : tuple of LotLimit
        Limits that the lot shall keep.
    keeps : Mapping of str to (float, float)
        Probability that the lot keeps each grade, as planned and after the moves [1]; empty where nothing is graded.
    notes : tuple of str
        Basis of the recommendation, and reasons why a part of the set-points stays as planned.
    """

    limits: tuple[LotLimit, ...]
    keeps: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def within_90(mean: float, sd: float) -> GainEstimate:
    """Estimate of a normal quantity: its mean and the interval that holds 90 % of it."""
    return GainEstimate(mean, mean - Z90 * sd, mean + Z90 * sd)


NOTHING = GainEstimate(0.0, 0.0, 0.0)
UNKNOWN = GainEstimate(np.nan, np.nan, np.nan)
