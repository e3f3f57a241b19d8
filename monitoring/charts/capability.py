"""Process capability against one or two limits: normal, skewed and censored values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, erfcx, ndtri

from models.quality.censoring import below_limit, log_size, maximum_likelihood
from monitoring.charts.control import moving_range_sigma
from physics.arrays import FloatArray
from reporting.wording import WordedError

# Shares of a normal distribution below -3 and +3 sigma, between which a capable process keeps (ISO 22514-2).
LOW_SHARE, HIGH_SHARE = 0.00135, 0.99865
# With fewer values the 95 % interval of an index is wider than a quarter of it either way.
VALUES_NEEDED = 30
# Number of them above the laboratory's limit for the standard deviation of a log-normal distribution.
SEEN_NEEDED = 10
# A share of 0.00135 lies between the ranks of at least so many values: 1 / 0.00135.
PERCENTILE_VALUES_NEEDED = 741
# Variance of sigma from moving ranges is 0.826 / n of its square, that of a standard deviation 0.5 / n
# (P. G. Hoel, 1946, The efficiency of the mean moving range, Ann. Math. Stat. 17, 475-482): so much of n counts.
MOVING_RANGE_EFFICIENCY = 0.605


class CapabilityError(WordedError):
    """Limits or values that give no index."""


@dataclass(frozen=True)
class Index:
    """A capability index with its confidence interval.

    Attributes
    ----------
    value, low, high : float
        The index and its two-sided confidence bounds [1].
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Capability:
    """Indices of normal values.

    Attributes
    ----------
    values : int
        Number of values.
    mean, sigma_within, sigma_total : float
        Mean, and standard deviations from moving ranges and of all values [the values' unit].
    cp, pp : Index or None
        Width of the limits in units of six sigma, within and total; None where there is but one limit.
    cpk, ppk : Index
        Distance of the mean from the nearer limit in units of three sigma, within and total.
    """

    values: int
    mean: float
    sigma_within: float
    sigma_total: float
    cp: Index | None
    cpk: Index
    pp: Index | None
    ppk: Index


@dataclass(frozen=True)
class LogNormalCapability:
    """Index of contents with a log-normal distribution.

    Attributes
    ----------
    values, below : int
        Number of values, and how many of them are below the laboratory's limit.
    log_mean, log_sigma : float
        Mean and standard deviation of the natural logarithm.
    ppk : Index
        Percentile index against the nearer limit.
    """

    values: int
    below: int
    log_mean: float
    log_sigma: float
    ppk: Index


def capability(
    values: FloatArray, lower: float | None = None, upper: float | None = None, confidence: float = 0.95
) -> Capability:
    """Indices of values that are about normal.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the order of time [any unit]; NaN is left out.
    lower, upper : float, optional
        Limits [the values' unit]; one of them may be missing.
    confidence : float
        Of the two-sided intervals [1].

    Returns
    -------
    Capability
        Intervals of Cp and Pp by chi-square, of Cpk and Ppk by Bissell [1]_; the moving range's sigma counts as one of
        fewer values.

    Raises
    ------
    CapabilityError
        No limit, limits upside down, a confidence that is no share, too few values or none that differs.

    References
    ----------
    .. [1] A. F. Bissell (1990). How reliable is your capability index? Appl. Stat. 39, 331-340. doi:10.2307/2347383
    .. [2] ISO 22514-2:2017. Capability and performance, part 2: Process capability and performance of time-dependent
       process models.
    """
    _check_limits(lower, upper)
    known = _enough(values, VALUES_NEEDED)
    mean, within, total = float(known.mean()), moving_range_sigma(known), float(known.std(ddof=1))
    if not total > 0.0:
        raise CapabilityError(
            "values: expected some that differ, got %(count)s times %(value)s", count=len(known), value=f"{mean:g}"
        )
    freedom = len(known) - 1.0
    short = MOVING_RANGE_EFFICIENCY * freedom
    return Capability(
        values=len(known),
        mean=mean,
        sigma_within=within,
        sigma_total=total,
        cp=_width_index(lower, upper, within, short, confidence),
        cpk=_nearest_index(lower, upper, mean, within, len(known), short, confidence),
        pp=_width_index(lower, upper, total, freedom, confidence),
        ppk=_nearest_index(lower, upper, mean, total, len(known), freedom, confidence),
    )


def percentile_index(
    low: float, median: float, high: float, lower: float | None = None, upper: float | None = None
) -> float:
    """Index of any distribution from its percentiles, against the nearer limit [1].

    Parameters
    ----------
    low, median, high : float
        Values below which lie 0.135 %, 50 % and 99.865 % [any unit].
    lower, upper : float, optional
        Limits [the same unit]; one of them may be missing.

    Notes
    -----
    ``(upper - X50) / (X99.865 - X50)`` and ``(X50 - lower) / (X50 - X0.135)``; for a normal distribution it is Ppk.

    References
    ----------
    .. [1] ISO 22514-2:2017, general geometric method M1.
    """
    _check_limits(lower, upper)
    sides = []
    if upper is not None:
        sides.append((upper - median) / (high - median))
    if lower is not None:
        sides.append((median - lower) / (median - low))
    return min(sides)


def percentile_capability(values: FloatArray, lower: float | None = None, upper: float | None = None) -> float:
    """Percentile index of values of whatever distribution, from their own percentiles [1].

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values [any unit]; NaN is left out.
    lower, upper : float, optional
        Limits [the values' unit]; one of them may be missing.

    Raises
    ------
    CapabilityError
        Fewer than PERCENTILE_VALUES_NEEDED values: a share of 0.135 % cannot be seen in them.
    """
    _check_limits(lower, upper)
    known = _enough(values, PERCENTILE_VALUES_NEEDED)
    low, median, high = (float(x) for x in np.quantile(known, (LOW_SHARE, 0.5, HIGH_SHARE)))
    if not low < median < high:
        raise CapabilityError(f"values: expected percentiles that differ, got {low:g}, {median:g}, {high:g}")
    return percentile_index(low, median, high, lower, upper)


def lognormal_capability(
    reported: FloatArray, lower: float | None = None, upper: float | None = None, confidence: float = 0.95
) -> LogNormalCapability:
    """Percentile index of contents that are positive and skewed, censored ones among them.

    Parameters
    ----------
    reported : ndarray, shape (n,)
        Contents as the laboratory reports them [any unit]; -L is "below L", NaN is left out.
    lower, upper : float, optional
        Limits [the contents' unit]; one of them may be missing.
    confidence : float
        Of the two-sided interval [1].

    Returns
    -------
    LogNormalCapability
        Maximum likelihood on the logarithm, where a content below a limit counts with the probability of being there;
        the interval follows from the curvature of the likelihood there (delta method).

    Raises
    ------
    CapabilityError
        As for `capability`; a content of 0, or fewer than SEEN_NEEDED contents above the laboratory's limit.

    References
    ----------
    .. [1] A. C. Cohen (1959). Simplified estimators for the normal distribution when samples are singly censored or
       truncated. Technometrics 1, 217-237.
    .. [2] D. R. Helsel (2012). Statistics for censored environmental data using Minitab and R. 2nd ed. Wiley.
    """
    _check_limits(lower, upper)
    known = _enough(reported, VALUES_NEEDED)
    seen = known[~below_limit(known)]
    if not known.all():
        raise CapabilityError("reported: a content of 0 has no logarithm, expected the detection limit L as -L")
    if len(seen) < SEEN_NEEDED or not np.ptp(seen) > 0.0:
        raise CapabilityError(
            "reported: expected at least %(least)s contents above the laboratory's limit, not all alike, got %(count)s",
            least=SEEN_NEEDED,
            count=len(seen),
        )
    try:
        log_mean, log_sigma = maximum_likelihood(known)
    except ValueError as fault:
        raise CapabilityError(str(fault)) from None
    value, slope = _lognormal_index(log_mean, log_sigma, lower, upper)
    error = math.sqrt(float(slope @ np.linalg.solve(_information(known, log_mean, log_sigma), slope)))
    reach = _normal_score(confidence) * error
    return LogNormalCapability(
        len(known), len(known) - len(seen), log_mean, log_sigma, Index(value, value - reach, value + reach)
    )


def _check_limits(lower: float | None, upper: float | None) -> None:
    if lower is None and upper is None:
        raise CapabilityError("limits: expected a lower or an upper limit, got neither")
    if lower is not None and upper is not None and not lower < upper:
        raise CapabilityError(f"limits: expected lower < upper, got {lower:g} and {upper:g}")


def _enough(values: FloatArray, needed: int) -> FloatArray:
    """Values without gaps, which are enough."""
    known = values[~np.isnan(values)]
    if len(known) < needed:
        raise CapabilityError("values: expected at least %(least)s, got %(count)s", least=needed, count=len(known))
    return known


def _normal_score(confidence: float) -> float:
    """Half width of a two-sided interval [standard deviations]."""
    if not 0.0 < confidence < 1.0:
        raise CapabilityError(f"confidence: expected a share above 0 and below 1, got {confidence:g}")
    return float(ndtri(0.5 + 0.5 * confidence))


def _width_index(
    lower: float | None, upper: float | None, sigma: float, freedom: float, confidence: float
) -> Index | None:
    """Index of the limits' width; None where there is but one limit."""
    if lower is None or upper is None:
        return None
    value = (upper - lower) / (6.0 * sigma)
    tail = 0.5 * (1.0 - confidence)
    low, high = (math.sqrt(float(chdtri(freedom, above)) / freedom) for above in (1.0 - tail, tail))
    return Index(value, value * low, value * high)


def _nearest_index(
    lower: float | None, upper: float | None, mean: float, sigma: float, n: int, freedom: float, confidence: float
) -> Index:
    """Index of the nearer limit's distance."""
    value = percentile_index(mean - 3.0 * sigma, mean, mean + 3.0 * sigma, lower, upper)
    reach = _normal_score(confidence) * math.sqrt(1.0 / (9.0 * n) + value**2 / (2.0 * freedom))
    return Index(value, value - reach, value + reach)


def _information(reported: FloatArray, centre: float, spread: float) -> FloatArray:
    """Negative second derivatives of the log likelihood by centre and spread, shape (2, 2)."""
    z = (log_size(reported) - centre) / spread
    mills = math.sqrt(2.0 / math.pi) / erfcx(-z / math.sqrt(2.0))  # density over distribution, exact in both tails
    bent = mills * (z + mills)
    below = below_limit(reported)
    by_centre = np.where(below, bent, 1.0)
    by_both = np.where(below, bent * z - mills, 2.0 * z)
    by_spread = np.where(below, bent * z**2 - 2.0 * mills * z, 3.0 * z**2 - 1.0)
    return np.array([[by_centre.sum(), by_both.sum()], [by_both.sum(), by_spread.sum()]]) / spread**2


def _lognormal_index(
    centre: float, spread: float, lower: float | None, upper: float | None
) -> tuple[float, FloatArray]:
    """Percentile index of a log-normal distribution, and its slopes by centre and spread.

    With the limits in units of the median, the upper index is (U / e^centre - 1) / (e^(3 spread) - 1).
    """
    sides = []
    for limit, side in ((upper, 3.0), (lower, -3.0)):
        if limit is not None:
            ratio, tail = limit / math.exp(centre), math.exp(side * spread)
            value = (ratio - 1.0) / (tail - 1.0)
            sides.append((value, np.array([-ratio, -side * tail * value]) / (tail - 1.0)))
    return min(sides, key=lambda each: each[0])
