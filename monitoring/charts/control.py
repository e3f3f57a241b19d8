"""Control charts on one series: Shewhart chart with runs rules, EWMA and CUSUM.

Values are meant to be residuals, the laboratory's value less the prediction: consecutive lots resemble each other, and
limits that hold for independent values would signal far too often on the values themselves. NaN is no value: a chart
ignores its lot. No chart restarts after a signal; the user who has found the cause restarts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.signal import lfilter

from monitoring.charts.runs_rules import WESTERN_ELECTRIC, Rule
from physics.arrays import BoolArray, FloatArray
from reporting.wording import WordedError

# Mean range of two independent standard normal values, 2/sqrt(pi) (d2 of ISO 7870-2).
D2_OF_TWO = 1.1283791670955126
# Standard deviation of a normal distribution in units of its median absolute deviation, 1 / 0.6745.
SIGMA_PER_MAD = 1.482602218505602
# With fewer values sigma itself errs by a quarter, and false alarms come several times as often as they should.
REFERENCE_VALUES = 25


class ChartError(WordedError):
    """A reference that no chart can be built on, or parameters that no chart has."""


@dataclass(frozen=True)
class ChartReference:
    """Centre and standard deviation of a series in control.

    Attributes
    ----------
    centre, sigma : float
        Centre and standard deviation [the values' unit].
    """

    centre: float
    sigma: float


@dataclass(frozen=True, eq=False)
class ShewhartChart:
    """A Shewhart chart with its rules.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        Distance from the centre [sigma]; NaN where there is no value.
    rules : mapping of str to ndarray of bool, shape (n,)
        Whether each rule signals at each value.
    """

    scores: FloatArray
    rules: Mapping[str, BoolArray]

    @property
    def signals(self) -> BoolArray:
        """Return whether any rule signals, shape (n,)."""
        return np.asarray(np.any(list(self.rules.values()), axis=0))

    def names(self, index: int) -> tuple[str, ...]:
        """Names of the rules that signal at a value."""
        return tuple(name for name, signals in self.rules.items() if signals[index])


@dataclass(frozen=True, eq=False)
class EwmaChart:
    """An exponentially weighted moving average with its limits.

    Attributes
    ----------
    average, lower, upper : ndarray, shape (n,)
        Average and limits [the values' unit]; NaN where there is no value.
    signals : ndarray of bool, shape (n,)
        Whether the average lies beyond a limit.
    """

    average: FloatArray
    lower: FloatArray
    upper: FloatArray
    signals: BoolArray


@dataclass(frozen=True, eq=False)
class CusumChart:
    """Cumulative sums for a rise and for a fall.

    Attributes
    ----------
    high, low : ndarray, shape (n,)
        Sums of what exceeds the allowance above and below the centre [sigma], never negative; NaN where there is none.
    signals : ndarray of bool, shape (n,)
        Whether a sum lies beyond the decision interval.
    """

    high: FloatArray
    low: FloatArray
    signals: BoolArray


def robust_reference(values: FloatArray) -> ChartReference:
    """Median, and standard deviation from the median absolute deviation.

    A reference stretch holds some lots that were off, which are what a chart is to find: they hardly move these two,
    where they would widen limits from a standard deviation. A moving range would miss slow drifts, and where
    neighbours resemble each other it is too small. The price [1]_: sigma errs by 1.17/sqrt(n) of itself, a standard
    deviation by 0.71/sqrt(n).

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values of a stretch in which nothing is known to be wrong [any unit]; NaN is left out.

    Returns
    -------
    ChartReference
        Centre and sigma [the values' unit].

    Raises
    ------
    ChartError
        Fewer than REFERENCE_VALUES values, or half of them alike.

    References
    ----------
    .. [1] P. J. Rousseeuw, C. Croux (1993). Alternatives to the median absolute deviation. J. Am. Stat. Assoc. 88,
       1273-1283. doi:10.1080/01621459.1993.10476408
    """
    known = values[~np.isnan(values)]
    if len(known) < REFERENCE_VALUES:
        raise ChartError(
            "reference: expected at least %(least)s values, got %(count)s", least=REFERENCE_VALUES, count=len(known)
        )
    centre = float(np.median(known))
    sigma = SIGMA_PER_MAD * float(np.median(np.abs(known - centre)))
    if sigma == 0.0:
        raise ChartError(
            "reference: half of %(count)s values are %(centre)s, expected values that vary",
            count=len(known),
            centre=f"{centre:g}",
        )
    return ChartReference(centre, sigma)


def moving_range_sigma(values: FloatArray) -> float:
    """Standard deviation within a short time, from the mean distance of neighbours [the values' unit].

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the order of time [any unit], two at least; NaN is passed over.

    References
    ----------
    .. [1] ISO 7870-2:2013. Control charts, part 2: Shewhart control charts.
    """
    known = values[~np.isnan(values)]
    return float(np.mean(np.abs(np.diff(known)))) / D2_OF_TWO


def shewhart(
    values: FloatArray, centre: float, sigma: float, rules: Mapping[str, Rule] = WESTERN_ELECTRIC
) -> ShewhartChart:
    """Shewhart chart of single values; for each value, which rules signal.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the order of time [any unit]; NaN is passed over.
    centre, sigma : float
        Where the series lies while nothing is wrong [the values' unit].
    rules : mapping of str to rule
        THREE_SIGMA, WESTERN_ELECTRIC or NELSON. Each more rule finds more, and signals more often for nothing.

    Returns
    -------
    ShewhartChart
        Scores and signals. A rule on several values signals at the value that completes them.

    References
    ----------
    .. [1] C. W. Champ, W. H. Woodall (1987). Exact results for Shewhart control charts with supplementary runs rules.
       Technometrics 29, 393-399. doi:10.1080/00401706.1987.10488266
    """
    known, scores = _scores(values, centre, sigma)
    return ShewhartChart(
        _filled(known, scores),
        MappingProxyType({name: _told(known, rule(scores)) for name, rule in rules.items()}),
    )


def ewma(values: FloatArray, centre: float, sigma: float, lam: float = 0.2, width: float = 2.86) -> EwmaChart:
    """Exponentially weighted moving average with the limits that are exact from the first value on.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the order of time [any unit]; NaN is passed over.
    centre, sigma : float
        Where the series lies while nothing is wrong [the values' unit].
    lam : float
        Weight of the newest value, above 0 and at most 1 [1].
    width : float
        Half width of the limits [standard deviations of the average].

    Returns
    -------
    EwmaChart
        Average, limits and signals.

    Notes
    -----
    The average of the i-th value is ``lam x + (1 - lam)`` times the one before, from the centre on, and its limits are
    ``centre ± width sigma sqrt(lam / (2 - lam) (1 - (1 - lam)^(2 i)))``.

    References
    ----------
    .. [1] J. M. Lucas, M. S. Saccucci (1990). Exponentially weighted moving average control schemes: properties and
       enhancements. Technometrics 32, 1-12. doi:10.1080/00401706.1990.10484583
    """
    if not 0.0 < lam <= 1.0 or not width > 0.0:
        raise ChartError(f"ewma: expected 0 < lam <= 1 and width > 0, got lam {lam:g} and width {width:g}")
    known, scores = _scores(values, centre, sigma)
    average = lfilter([lam], [1.0, lam - 1.0], scores)
    age = np.arange(1, len(scores) + 1)
    limit = width * np.sqrt(lam / (2.0 - lam) * (1.0 - (1.0 - lam) ** (2 * age)))
    return EwmaChart(
        _filled(known, centre + sigma * average),
        _filled(known, centre - sigma * limit),
        _filled(known, centre + sigma * limit),
        _told(known, np.abs(average) > limit),
    )


def cusum(values: FloatArray, centre: float, sigma: float, k: float = 0.5, h: float = 5.0) -> CusumChart:
    """Tabular cumulative sums, one for a rise and one for a fall.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values in the order of time [any unit]; NaN is passed over.
    centre, sigma : float
        Where the series lies while nothing is wrong [the values' unit].
    k : float
        Allowance, half of the shift to be found [sigma].
    h : float
        Decision interval [sigma].

    Returns
    -------
    CusumChart
        Both sums and the signals.

    Notes
    -----
    ``high = max(0, high + z - k)`` from 0 on is the sum of all ``z - k`` less its lowest value so far or 0, which needs
    no loop; the same holds of ``low`` with ``-z``.

    References
    ----------
    .. [1] E. S. Page (1954). Continuous inspection schemes. Biometrika 41, 100-115. doi:10.1093/biomet/41.1-2.100
    .. [2] D. M. Hawkins, D. H. Olwell (1998). Cumulative sum charts and charting for quality improvement. Springer.
    """
    if k < 0.0 or not h > 0.0:
        raise ChartError(f"cusum: expected k >= 0 and h > 0, got k {k:g} and h {h:g}")
    known, scores = _scores(values, centre, sigma)
    high, low = _rise(scores - k), _rise(-scores - k)
    return CusumChart(
        _filled(known, high),
        _filled(known, low),
        _told(known, (high > h) | (low > h)),
    )


def _scores(values: FloatArray, centre: float, sigma: float) -> tuple[BoolArray, FloatArray]:
    """Return a mask of the present values, and their distance from the centre [sigma]."""
    if not sigma > 0.0 or not np.isfinite(centre) or not np.isfinite(sigma):
        raise ChartError(f"chart: expected a finite centre and sigma > 0, got centre {centre:g} and sigma {sigma:g}")
    known = ~np.isnan(values)
    return known, (values[known] - centre) / sigma


def _filled(known: BoolArray, results: FloatArray) -> FloatArray:
    """Return the results at the places of the present values, NaN at the others."""
    full = np.full(len(known), np.nan)
    full[known] = results
    return full


def _told(known: BoolArray, signals: BoolArray) -> BoolArray:
    """Signals at the values that there are, none at the others."""
    full = np.zeros(len(known), dtype=bool)
    full[known] = signals
    return full


def _rise(steps: FloatArray) -> FloatArray:
    """Sum of steps that never falls below 0."""
    total = np.cumsum(steps)
    return np.asarray(total - np.minimum(np.minimum.accumulate(total), 0.0)) if len(total) else total
