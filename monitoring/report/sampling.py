"""Sampling plan that a standard requires for a period's lots without predictions."""

from dataclasses import dataclass

from scipy.stats import beta

from monitoring.charts.plans import AQLS, NORMAL, REDUCED, TIGHTENED, SamplingPlan, single_plan

PRODUCER_RISK, CONSUMER_RISK = 0.05, 0.10
SEVERITIES = (NORMAL, TIGHTENED, REDUCED)


@dataclass(frozen=True)
class Sampling:
    """Plans for a number of lots.

    Attributes
    ----------
    aql : float
        Acceptance quality limit [lots in 100].
    attributes : dict of str to SamplingPlan
        Plan by attributes for each severity.
    good, bad : dict of str to float
        Share of bad lots that each plan accepts with a probability of 95 %, and with one of 10 % [1].
    """

    aql: float
    attributes: dict[str, SamplingPlan]
    good: dict[str, float]
    bad: dict[str, float]


def sampling(lots: int, alpha: float) -> Sampling | None:
    """Plans for so many lots, of which a share alpha may be bad; None for fewer than two lots.

    The AQL is the largest tabulated one that is not above alpha, or the smallest there is.
    """
    if lots < 2:
        return None
    aql = max([one for one in AQLS if one <= 100.0 * alpha + 1e-9], default=min(AQLS))
    plans = {severity: single_plan(lots, aql, severity=severity) for severity in SEVERITIES}
    good = {name: _accepted_with(plan, 1.0 - PRODUCER_RISK) for name, plan in plans.items()}
    bad = {name: _accepted_with(plan, CONSUMER_RISK) for name, plan in plans.items()}
    return Sampling(aql, plans, good, bad)


def _accepted_with(plan: SamplingPlan, probability: float) -> float:
    """Share of bad lots that a plan accepts with this probability [1], by the binomial distribution."""
    return float(beta.ppf(1.0 - probability, plan.accept + 1, plan.size - plan.accept))
