"""Alarms of a period: signals of several charts grouped into events with possible causes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitoring.charts.control import ChartError, robust_reference
from monitoring.charts.vectors import VectorChart
from monitoring.report.lots import PredictedLots
from monitoring.report.residual_charts import Charts, Lasting, ReferencePeriod
from physics.arrays import FloatArray, IntArray
from seeds import Cause, Seed

SHEWHART, T_SQUARED, Q = "Shewhart", "T²", "Q"
LEAST_SIMILARITY = 0.71  # half of the squared shift is explained
LEAST_MOVE = 2.0  # robust standard deviations that an input must have moved to be listed
MOST_INPUTS = 3
MAIN_SHARE = 0.8  # of T² or Q, which the elements that are named account for
LEAST_SCORE = 1.0  # sigmas that such an element must be off itself


@dataclass(frozen=True)
class Signal:
    """A stretch of lots on which one chart signals.

    Attributes
    ----------
    chart : str
        Its kind.
    unit : str or None
        Whose lots; None for all.
    elements : frozenset of int
        What it shows.
    since, at, last : int
        Lot with which the change began, first lot that signals, and last one.
    """

    chart: str
    unit: str | None
    elements: frozenset[int]
    since: int
    at: int
    last: int


@dataclass(frozen=True)
class Match:
    """Agreement of a cause's fingerprint with a shift.

    Attributes
    ----------
    cause : Cause
        Of the seed.
    similarity : float
        Cosine of the angle between both, in standard deviations [1].
    explained : float
        Share of the squared shift that the fingerprint explains [1].
    """

    cause: Cause
    similarity: float
    explained: float


@dataclass(frozen=True, eq=False)
class AlarmEvent:
    """Event: signals of several charts at one time.

    Attributes
    ----------
    unit : str or None
        Where; None for the whole plant.
    charts : tuple of str
        Which kinds signalled.
    elements : tuple of int
        Elements that they showed, the largest shift first.
    since, at, last : int
        Lot with which the change began, first lot that signals, and last one.
    lots : int
        How many lots the change covers.
    shift : ndarray, shape (E,)
        Mean score of these lots [sigma]; NaN where none has a value.
    matches : tuple of Match
        Fingerprints that explain at least half of the shift, best first.
    inputs : tuple of (str, float)
        Inputs that moved most against the reference [robust standard deviations].
    """

    unit: str | None
    charts: tuple[str, ...]
    elements: tuple[int, ...]
    since: int
    at: int
    last: int
    lots: int
    shift: FloatArray
    matches: tuple[Match, ...]
    inputs: tuple[tuple[str, float], ...]


def events_of(
    seed: Seed, lots: PredictedLots, charts: Charts, reference: ReferencePeriod, spread: FloatArray
) -> list[AlarmEvent]:
    """Events of a period in the order in which they were first seen.

    Parameters
    ----------
    seed : Seed
        Its causes and inputs.
    lots : PredictedLots
        Lots of the period.
    charts : Charts
        Of these lots.
    reference : ReferencePeriod
        Against which they and their inputs are seen.
    spread : ndarray, shape (E,)
        Standard deviation of the model's errors [1].
    """
    typical = _usual_inputs(reference)
    unit_of_score = reference.sigma * spread
    events = []
    for signals in merged(list(signals_of(lots, charts)), lots):
        own = [one for one in signals if one.unit == signals[0].unit]
        rows = _rows(own, lots)
        shift = _mean(charts.scores[rows])
        elements = sorted(
            frozenset().union(*(one.elements for one in own)), key=lambda e: -abs(np.nan_to_num(shift[e]))
        )
        events.append(
            AlarmEvent(
                unit=signals[0].unit,
                charts=tuple(dict.fromkeys(one.chart for one in signals)),
                elements=tuple(elements),
                since=int(rows[0]),
                at=min(one.at for one in own),
                last=int(rows[-1]),
                lots=len(rows),
                shift=shift,
                matches=tuple(matches(seed, shift, unit_of_score)),
                inputs=_moved(seed, lots.X[rows], typical),
            )
        )
    return sorted(events, key=lambda event: event.at)


def signals_of(lots: PredictedLots, charts: Charts) -> Iterator[Signal]:
    """Signals of all charts: lasting ones of the plant, of units, and then single lots."""
    for chart in charts.lasting:
        yield from _stretches(chart)
    for e, one in charts.elements.items():
        for i in np.flatnonzero(one.single.signals).tolist():
            yield Signal(SHEWHART, str(lots.unit[i]), frozenset([e]), i, i, i)
    for name, vector in ((T_SQUARED, charts.t_squared), (Q, charts.q)):
        if vector is not None:
            yield from _of_vector(name, vector, charts, lots)


def merged(signals: Sequence[Signal], lots: PredictedLots) -> list[list[Signal]]:
    """Signals by event: those of one time and place, those of the whole plant first.

    A signal belongs to an event of the same unit at the same time, or to one of the whole plant at the same time that
    shows one of its elements.
    """
    events: list[list[Signal]] = []
    spans: list[Signal] = []
    for signal in signals:
        for number, span in enumerate(spans):
            overlap = (
                lots.time[signal.since] <= lots.time[span.last] and lots.time[span.since] <= lots.time[signal.last]
            )
            if overlap and (signal.unit == span.unit or (span.unit is None and signal.elements & span.elements)):
                events[number].append(signal)
                if signal.unit == span.unit:
                    spans[number] = replace(
                        span,
                        elements=span.elements | signal.elements,
                        since=min(span.since, signal.since),
                        last=max(span.last, signal.last),
                    )
                break
        else:
            events.append([signal])
            spans.append(signal)
    return events


def matches(seed: Seed, shift: FloatArray, scale: FloatArray) -> list[Match]:
    """Causes whose fingerprint explains at least half of a shift, best first.

    Parameters
    ----------
    seed : Seed
        Its causes: rise of each element's logarithm, the largest 1.
    shift : ndarray, shape (E,)
        Mean scores [sigma]; an element without a value counts on neither side.
    scale : ndarray, shape (E,)
        Logarithm that one sigma is.

    Returns
    -------
    list of Match
        Both are compared in sigmas, in which chance is alike in all elements.
    """
    known = ~np.isnan(shift)
    causes = []
    for cause in seed.causes:
        pattern = np.array([cause.shift.get(element.name, 0.0) for element in seed.elements])[known] / scale[known]
        size = float(np.linalg.norm(pattern) * np.linalg.norm(shift[known]))
        similarity = float(pattern @ shift[known]) / size if size > 0.0 else 0.0
        if similarity >= LEAST_SIMILARITY:
            causes.append(Match(cause, similarity, similarity**2))
    return sorted(causes, key=lambda match: -match.similarity)


def _stretches(chart: Lasting) -> Iterator[Signal]:
    """Stretches on which a lasting chart signals; a change began where its statistic last left zero."""
    known = ~np.isnan(chart.statistic)
    rows, side, on = chart.rows[known], np.sign(chart.statistic[known]), chart.signals[known]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        other = np.flatnonzero(side[:first] != side[first])
        since = int(other[-1]) + 1 if len(other) else 0
        elements = frozenset([chart.element])
        yield Signal(chart.chart, chart.unit, elements, int(rows[since]), int(rows[first]), int(rows[end - 1]))


def _of_vector(name: str, vector: VectorChart, charts: Charts, lots: PredictedLots) -> Iterator[Signal]:
    """Lots beyond the limit of T² or Q, with the elements that add most to it and are off themselves."""
    elements = np.array(charts.vector)
    for i in np.flatnonzero(vector.signals).tolist():
        added = np.nan_to_num(vector.contributions[i])
        order = np.argsort(-added)
        main = elements[order[: int(np.searchsorted(np.cumsum(added[order]), MAIN_SHARE * added.sum())) + 1]]
        off = main[np.abs(charts.scores[i, main]) >= LEAST_SCORE]
        named = off if len(off) else main[:1]
        yield Signal(name, str(lots.unit[i]), frozenset(named.tolist()), i, i, i)


def _rows(signals: Sequence[Signal], lots: PredictedLots) -> IntArray:
    """Lots of an event's unit from the start of the change to the last signal.

    Charts differ on the beginning; the latest that is not after the first signal takes in the fewest good lots.
    """
    at, last = min(one.at for one in signals), max(one.last for one in signals)
    rows = np.arange(max(one.since for one in signals if one.since <= at), last + 1)
    return rows if signals[0].unit is None else rows[lots.unit[rows] == signals[0].unit]


def _mean(scores: FloatArray) -> FloatArray:
    """Mean of what there is in each column; NaN where there is nothing."""
    known = ~np.isnan(scores)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _usual_inputs(reference: ReferencePeriod) -> FloatArray:
    """Centre and robust SD of each input in the reference, shape (2, k); NaN if it hardly varies."""
    typical = np.full((2, reference.lots.X.shape[1]), np.nan)
    for column, values in enumerate(reference.lots.X.T):
        try:
            chart = robust_reference(values)
        except ChartError:  # a constant input, or one that is hardly ever measured, says nothing of what moved
            continue
        typical[:, column] = chart.centre, chart.sigma
    return typical


def _moved(seed: Seed, X: FloatArray, typical: FloatArray) -> tuple[tuple[str, float], ...]:
    moves = (_mean(X) - typical[0]) / typical[1]
    size = np.abs(np.nan_to_num(moves))
    largest = [int(j) for j in np.argsort(-size)[:MOST_INPUTS] if size[j] >= LEAST_MOVE]
    return tuple((seed.inputs[j].name, float(moves[j])) for j in largest)
