"""Control charts of a period's lots on residuals: what the laboratory reports less what was predicted.

A score is the residual of a logarithm in standard deviations of a reference stretch, from its centre there; a content
below the laboratory's limit has none. All limits are for E elements together: E charts side by side signal falsely as
often as one with limits of three sigma.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtri

from models.quality.censoring import log_size
from monitoring.charts.control import (
    ChartError,
    CusumChart,
    EwmaChart,
    ShewhartChart,
    cusum,
    ewma,
    robust_reference,
    shewhart,
)
from monitoring.charts.runs_rules import WESTERN_ELECTRIC, beyond
from monitoring.charts.vectors import PrincipalComponents, VectorChart, components_for, principal_components
from monitoring.report.lots import PredictedLots
from physics.arrays import BoolArray, FloatArray, IntArray

REFERENCE_DAYS = 365
FEWEST_UNLEARNT = 100  # sigma errs by 12 % with so many
RUN_LENGTH = 370.0  # lots between false alarms of a kind of chart, all elements together
ALPHA = 1.0 / RUN_LENGTH
CUSUM_ALLOWANCE = 0.5
EXPLAINED = 0.9  # of the variance, by the components of T²
LEAST_SEEN = 0.5  # of the reference lots must have a value of an element that enters the vector


@dataclass(frozen=True, eq=False)
class ReferencePeriod:
    """A stretch before the period, and where residuals lie in it.

    Attributes
    ----------
    lots : PredictedLots
        The lots, m in all.
    centre, sigma : ndarray, shape (E,)
        Of each element's residual [spread of the model]; NaN where there are too few values.
    why : tuple of ChartError or None, length E
        What an element lacks; None where it is charted.
    scores : ndarray, shape (m, E)
        Scores of the lots.
    """

    lots: PredictedLots
    centre: FloatArray
    sigma: FloatArray
    why: tuple[ChartError | None, ...]
    scores: FloatArray

    @property
    def learnt(self) -> int:
        """Number of the reference lots that are training rows: their residuals are smaller than new lots'."""
        return int((~self.lots.unlearnt).sum())

    @property
    def charted(self) -> list[int]:
        """Elements with a centre and a sigma."""
        return [e for e, reason in enumerate(self.why) if reason is None]


@dataclass(frozen=True, eq=False)
class ElementCharts:
    """Charts of one element over all lots in the order of time.

    Attributes
    ----------
    single : ShewhartChart
        Single lots.
    runs : ShewhartChart
        The rules of Western Electric, which are shown and raise no alarm.
    ewma : EwmaChart
        Exponentially weighted moving average.
    cusum : CusumChart
        Cumulative sums.
    """

    single: ShewhartChart
    runs: ShewhartChart
    ewma: EwmaChart
    cusum: CusumChart


@dataclass(frozen=True, eq=False)
class Lasting:
    """A chart that looks for lasting shifts of one element, over all lots or those of one unit.

    Attributes
    ----------
    chart : str
        EWMA or CUSUM.
    unit : str or None
        Whose lots; None for all.
    element : int
        Which element.
    rows : ndarray of int, shape (l,)
        The lots, in the order of time.
    statistic : ndarray, shape (l,)
        Above zero where the content is higher than predicted; NaN where there is no value.
    signals : ndarray of bool, shape (l,)
        Whether the statistic lies beyond its limit.
    """

    chart: str
    unit: str | None
    element: int
    rows: IntArray
    statistic: FloatArray
    signals: BoolArray


@dataclass(frozen=True, eq=False)
class Charts:
    """All charts of n lots.

    Attributes
    ----------
    scores : ndarray, shape (n, E)
        What is charted.
    width, interval : float
        Half width of the limits [sigma], and decision interval of the cumulative sums [sigma].
    elements : dict of int to ElementCharts
        By element.
    lasting : tuple of Lasting
        EWMA and CUSUM, over all lots and over those of each unit.
    vector : tuple of int
        Elements that enter T² and Q.
    t_squared, q : VectorChart or None
        Of these elements; None where the reference does not carry them.
    vector_why : ChartError or None
        Why it does not.
    """

    scores: FloatArray
    width: float
    interval: float
    elements: dict[int, ElementCharts]
    lasting: tuple[Lasting, ...]
    vector: tuple[int, ...]
    t_squared: VectorChart | None
    q: VectorChart | None
    vector_why: ChartError | None

    @property
    def kinds(self) -> int:
        """Number of chart kinds that can raise an alarm."""
        units = any(chart.unit is not None for chart in self.lasting)
        return 1 + 2 * (1 + units) + 2 * (self.t_squared is not None)


def residuals(lots: PredictedLots, spread: FloatArray) -> FloatArray:
    """Reported less predicted logarithm in model SDs, shape (n, E); NaN below a reporting limit."""
    reported = lots.found.reported
    error = (log_size(reported) - lots.raw[:, : reported.shape[1]]) / spread
    return np.where(reported > 0, error, np.nan)


def reference_of(earlier: PredictedLots, spread: FloatArray) -> ReferencePeriod:
    """Reference from the last year's lots outside the training rows, or from all if these are too few.

    Raises
    ------
    ChartError
        No element has a centre and a sigma there.
    """
    if not len(earlier):
        raise ChartError("no lots before the period")
    recent = earlier[earlier.time >= earlier.time[-1] - np.timedelta64(REFERENCE_DAYS, "D")]
    untrained = recent.unlearnt & recent.assayed
    lots = recent[untrained] if untrained.sum() >= FEWEST_UNLEARNT else recent[recent.assayed]
    errors = residuals(lots, spread)
    centre, sigma = np.full(len(spread), np.nan), np.full(len(spread), np.nan)
    reasons: list[ChartError | None] = [None] * len(spread)
    for e, error in enumerate(errors.T):
        try:
            chart = robust_reference(error)
        except ChartError as fault:
            reasons[e] = fault
        else:
            centre[e], sigma[e] = chart.centre, chart.sigma
    if reasons[0] is not None and None not in reasons:
        raise reasons[0]
    return ReferencePeriod(lots, centre, sigma, tuple(reasons), (errors - centre) / sigma)


def charts_of(lots: PredictedLots, reference: ReferencePeriod, spread: FloatArray) -> Charts:
    """All charts of a period's lots; each starts at 0 with the period's first lot."""
    scores = (residuals(lots, spread) - reference.centre) / reference.sigma
    width = -float(ndtri(0.5 * ALPHA / len(reference.charted)))
    interval = decision_interval(RUN_LENGTH * len(reference.charted))
    # One lot far off is for the chart of single lots: an average counts it up to that chart's limit.
    clipped, typical = np.clip(scores, -width, width), np.clip(reference.scores, -width, width)
    wander = {e: _wander([typical[:, e]]) for e in reference.charted}
    elements = {
        e: ElementCharts(
            shewhart(scores[:, e], 0.0, 1.0, {"beyond the limit": beyond(width)}),
            shewhart(scores[:, e], 0.0, 1.0, WESTERN_ELECTRIC),
            ewma(clipped[:, e], 0.0, wander[e], width=width),
            cusum(clipped[:, e], 0.0, wander[e], CUSUM_ALLOWANCE, interval),
        )
        for e in reference.charted
    }
    everywhere = np.arange(len(lots))
    lasting = [chart for e, one in elements.items() for chart in _lasting(None, e, everywhere, one.ewma, one.cusum)]
    lasting += _of_units(lots, clipped, reference, typical, width, interval)
    vector = _vector(reference)
    components, reason = _components(reference, vector)
    values = np.ascontiguousarray(scores[:, vector])
    return Charts(
        scores=scores,
        width=width,
        interval=interval,
        elements=elements,
        lasting=tuple(lasting),
        vector=tuple(vector),
        t_squared=None if components is None else components.t_squared(values, ALPHA),
        q=None if components is None else components.q(values, ALPHA),
        vector_why=reason,
    )


def decision_interval(run_length: float) -> float:
    """Decision interval of two-sided cumulative sums with this average run length in control [sigma].

    Parameters
    ----------
    run_length : float
        Values between two false signals on average.

    References
    ----------
    .. [1] D. Siegmund (1985). Sequential analysis. Springer. The sum's excess over its limit is taken as 0.583 sigma
       at both ends; within 1 % of the published run lengths at intervals of 4 and 5.
    """

    def surplus(interval: float) -> float:
        reach = 2.0 * CUSUM_ALLOWANCE * (interval + 2.0 * 0.583)
        one_sided = (np.exp(reach) - reach - 1.0) / (2.0 * CUSUM_ALLOWANCE**2)
        return float(np.log(0.5 * one_sided / run_length))

    return float(brentq(surplus, 0.1, 50.0))


def lag_correlation(lots: PredictedLots, values: FloatArray) -> FloatArray:
    """Rank correlation of each element with the unit's lot before, shape (E,); NaN if undefined."""
    ranked = pd.DataFrame(values).rank()
    before = ranked.groupby(lots.unit).shift()
    return np.array([ranked[e].corr(before[e]) if len(before[e].dropna()) > 2 else np.nan for e in ranked])


def _wander(sequences: Iterable[FloatArray]) -> float:
    """Ratio of the average's variation in the reference to that of independent values [1], at least 1.

    Lots of a day share effects that no input shows, so their errors are correlated. Limits for independent values would
    then signal all the time; these are as wide as the reference's own average asks for.
    """
    reached = [ewma(values, 0.0, 1.0, width=1.0) for values in sequences]
    ratios = np.concatenate([chart.average / chart.upper for chart in reached])
    return max(1.0, robust_reference(ratios).sigma)


def _lasting(unit: str | None, element: int, rows: IntArray, average: EwmaChart, sums: CusumChart) -> Iterator[Lasting]:
    larger = np.where(sums.high >= sums.low, sums.high, -sums.low)
    yield Lasting("EWMA", unit, element, rows, average.average, average.signals)
    yield Lasting("CUSUM", unit, element, rows, larger, sums.signals)


def _of_units(
    lots: PredictedLots,
    scores: FloatArray,
    reference: ReferencePeriod,
    typical: FloatArray,
    width: float,
    interval: float,
) -> Iterator[Lasting]:
    """Lasting charts of each unit by itself; none where the whole table is one unit."""
    own = _rows_by_unit(lots.unit)
    if len(own) < 2:
        return
    before = _rows_by_unit(reference.lots.unit)
    for e in reference.charted:
        wander = _wander([typical[rows, e] for rows in before.values()])
        for unit, rows in own.items():
            average = ewma(scores[rows, e], 0.0, wander, width=width)
            yield from _lasting(unit, e, rows, average, cusum(scores[rows, e], 0.0, wander, CUSUM_ALLOWANCE, interval))


def _rows_by_unit(units: npt.NDArray[np.object_]) -> dict[str, IntArray]:
    return {str(unit): np.flatnonzero(units == unit) for unit in sorted(set(units))}


def _vector(reference: ReferencePeriod) -> list[int]:
    seen = (~np.isnan(reference.scores)).mean(axis=0)
    return [e for e in reference.charted if seen[e] >= LEAST_SEEN]


def _components(
    reference: ReferencePeriod, vector: Sequence[int]
) -> tuple[PrincipalComponents | None, ChartError | None]:
    """Principal components of these elements, or why there are none."""
    if len(vector) < 2:
        return None, ChartError(
            "%(count)s elements lie above the laboratory's limit in half of the reference, 2 needed", count=len(vector)
        )
    values = reference.scores[:, list(vector)]
    try:
        principal_components(values, 1)  # raises the reason if the reference has none
        # One component fewer than elements at most: of all of them Q would have nothing left to show.
        return principal_components(values, min(components_for(values, EXPLAINED), len(vector) - 1)), None
    except ChartError as fault:
        return None, fault
