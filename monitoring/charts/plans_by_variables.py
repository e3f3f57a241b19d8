"""Acceptance by variables: acceptability constants from first principles, and their plans.

A lot is accepted where its mean keeps k standard deviations from the limit. The standard deviation is that of the
sample (s method) or known (sigma method); values are normal, so contents go in as logarithms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri
from scipy.stats import nct

# Beyond so many values the risks are closer to each other than a plan by variables is good for.
MOST_VALUES = 1000


class VariablesPlanError(ValueError):
    """Risks or sizes for which there is no plan."""


@dataclass(frozen=True)
class VariablesPlan:
    """A plan by variables.

    Attributes
    ----------
    size : int
        Values to take.
    k : float
        Acceptability constant: least distance of the mean from the limit [standard deviations].
    """

    size: int
    k: float


def s_method_constant(size: int, nonconforming: float, acceptance: float) -> float:
    """Acceptability constant k of the s method, which accepts lots of this quality with this probability [1].

    Parameters
    ----------
    size : int
        Values in the sample, 2 at least.
    nonconforming : float
        Share of the lot's items beyond the limit [1].
    acceptance : float
        Probability of acceptance: 1 less the producer's risk at the AQL, or the consumer's risk at the limiting
        quality [1].

    Notes
    -----
    ``sqrt(n) (limit - mean) / s`` has a non-central t distribution with n - 1 degrees of freedom and the
    non-centrality sqrt(n) z, where z is the standard normal value that this share exceeds [1]_.

    References
    ----------
    .. [1] G. J. Resnikoff, G. J. Lieberman (1957). Tables of the non-central t-distribution. Stanford University Press.
    .. [2] ISO 3951-1:2022. Sampling procedures for inspection by variables, part 1, which tabulates such constants.
    """
    _check(size, nonconforming, acceptance)
    return float(nct.isf(acceptance, size - 1, -math.sqrt(size) * float(ndtri(nonconforming)))) / math.sqrt(size)


def s_method_acceptance(size: int, k: float, nonconforming: float) -> float:
    """Probability that the s method accepts a lot of this quality [1]; parameters as for `s_method_constant`."""
    _check(size, nonconforming, 0.5)
    return float(nct.sf(k * math.sqrt(size), size - 1, -math.sqrt(size) * float(ndtri(nonconforming))))


def sigma_method_constant(size: int, nonconforming: float, acceptance: float) -> float:
    """Acceptability constant k where sigma is known [1]; parameters as for `s_method_constant`, one value is enough."""
    _check(size + 1, nonconforming, acceptance)
    return float(-ndtri(nonconforming) - ndtri(acceptance) / math.sqrt(size))


def s_method_plan(aql: float, producer_risk: float, limiting_quality: float, consumer_risk: float) -> VariablesPlan:
    """Smallest plan of the s method that keeps both risks.

    Parameters
    ----------
    aql, limiting_quality : float
        Shares of nonconforming items that are to be accepted and refused [1].
    producer_risk, consumer_risk : float
        Highest probability of refusing the one and of accepting the other [1].

    Returns
    -------
    VariablesPlan
        Its k keeps the consumer's risk exactly.
    """
    _apart(aql, limiting_quality)
    for size in range(2, MOST_VALUES + 1):
        k = s_method_constant(size, limiting_quality, consumer_risk)
        if s_method_acceptance(size, k, aql) >= 1.0 - producer_risk:
            return VariablesPlan(size, k)
    raise VariablesPlanError(
        f"risks: no plan of up to {MOST_VALUES} values tells {aql:g} from {limiting_quality:g} nonconforming items"
    )


def sigma_method_plan(aql: float, producer_risk: float, limiting_quality: float, consumer_risk: float) -> VariablesPlan:
    """Smallest plan where sigma is known; parameters and result as for `s_method_plan`."""
    apart = _apart(aql, limiting_quality)
    size = max(1, math.ceil((float(ndtri(producer_risk) + ndtri(consumer_risk)) / apart) ** 2 - 1e-9))
    return VariablesPlan(size, sigma_method_constant(size, limiting_quality, consumer_risk))


def _apart(aql: float, limiting_quality: float) -> float:
    """Distance of the two qualities [standard deviations]."""
    if not 0.0 < aql < limiting_quality < 1.0:
        raise VariablesPlanError(f"AQL: expected 0 < AQL < limiting quality < 1, got {aql:g} and {limiting_quality:g}")
    return float(ndtri(limiting_quality) - ndtri(aql))


def _check(size: int, nonconforming: float, acceptance: float) -> None:
    if size < 2:
        raise VariablesPlanError(f"size: expected 2 or more values (1 where sigma is known), got {size}")
    for name, share in (("nonconforming", nonconforming), ("acceptance", acceptance)):
        if not 0.0 < share < 1.0:
            raise VariablesPlanError(f"{name}: expected a share above 0 and below 1, got {share:g}")
