"""Capability of a period's lots against the limits of the intended grade."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from models.quality.censoring import below_limit
from models.quality.grades import Limits
from monitoring.charts.capability import CapabilityError, Index, capability, lognormal_capability, percentile_capability
from monitoring.report.lots import PredictedLots
from physics.arrays import FloatArray


@dataclass(frozen=True)
class LimitIndices:
    """Capability indices of the contents for one limit.

    Attributes
    ----------
    limit : str
        The element that it bounds, or the name of a sum.
    bound : float
        The limit [unit of the elements].
    is_highest : bool
        Whether it is the highest content; else it is the least one.
    values, below : int
        Reported values, and how many of them are below the laboratory's limit.
    cpk, ppk : Index or None
        Of the logarithms, sigma from lot to lot and in all; None where some are below the laboratory's limit.
    percentile : Index or None
        By percentiles of a log-normal distribution, censored values among them.
    free : float or None
        By percentiles of the values themselves; None where they are too few, or too many below the laboratory's
        limit.
    why : CapabilityError or None
        Why there is no index of logarithms; None where there is.
    """

    limit: str
    bound: float
    is_highest: bool
    values: int
    below: int
    cpk: Index | None
    ppk: Index | None
    percentile: Index | None
    free: float | None
    why: CapabilityError | None


def indices(lots: PredictedLots, limits: Limits, grade: int) -> list[LimitIndices]:
    """Indices of each limit of a grade.

    Parameters
    ----------
    lots : PredictedLots
        In the order of time, which the sigma from lot to lot goes by.
    limits : Limits
        Of all grades.
    grade : int
        Which grade.

    Returns
    -------
    list of LimitIndices
        In a sum a content below the laboratory's limit counts with that limit; for the grade it does so where the
        highest sum is bounded.
    """
    return [_of_limit(lots.found.reported, limits, q) for q in limits.of_grade(grade).tolist()]


def _of_limit(reported: FloatArray, limits: Limits, q: int) -> LimitIndices:
    counted = limits.elements[q] > 0
    values = reported[:, counted][:, 0] if counted.sum() == 1 else np.abs(reported[:, counted]).sum(axis=1)
    known, bound, is_highest = values[~np.isnan(values)], float(limits.bound[q]), bool(limits.way[q] > 0)
    side = "upper" if is_highest else "lower"
    below = int(below_limit(known).sum())
    cpk = ppk = percentile = free = None
    reason = None
    try:
        percentile = lognormal_capability(known, **{side: bound}).ppk
        if not below:
            of_logs = capability(np.log(known), **{side: float(np.log(bound))})
            cpk, ppk = of_logs.cpk, of_logs.ppk
    except CapabilityError as fault:
        reason = fault
    with suppress(CapabilityError):  # too few, or too many below the laboratory's limit: other indices remain
        free = percentile_capability(np.abs(known), **{side: bound})
    return LimitIndices(limits.names[q], bound, is_highest, len(known), below, cpk, ppk, percentile, free, reason)
