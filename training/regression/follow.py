"""Online predictions of a model while outcomes arrive, row by row in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models.interfaces.answers import COVERAGE, Answer
from models.online.received import ENOUGH, NONE
from models.online.reference_runs import ReferenceRuns
from models.online.review_queue import Arrival, usual_of
from models.regression.model import RegressionModel
from models.uncertainty.adaptive_intervals import AdaptiveInterval, weight_of
from models.uncertainty.error_scale import by_others
from models.uncertainty.intervals import rows_needed
from models.uncertainty.outcome_stream import Moments, in_order, known_from
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.splits import Split


def follow(
    model: RegressionModel, data: Dataset, parts: Split, rows: IntArray, predictions: FloatArray, block: IntArray
) -> tuple[AdaptiveInterval, ReferenceRuns | None, Answer]:
    """Follow the plant from the first calibrate row to the last test row.

    How much outcomes that arrive together count for comes from those that are known before the test periods. A row
    is predicted from outcomes of the training units that were known when its period starts.
    Held-out units are answered in the test periods, and their outcomes never come in: a new unit has none yet.

    Parameters
    ----------
    model : RegressionModel
        With its fixed intervals.
    data, parts
        Labelled rows and their use.
    rows, predictions : ndarray, shape (m,)
        Calibrate rows and what models that knew only older ones say of them [target's unit].
    block : ndarray of int, shape (m,)
        Calibration block of each.

    Returns
    -------
    tuple
        State after all outcomes, those of test rows included: they have evaluated the model already and
        it was not trained on them. Errors of outcomes on the way. And the predictions for the table's rows, NaN but
        for test rows and held-out units in their periods.
    """
    start, replayed = _replayed(model, data, parts, rows, predictions, block)
    way = _along(model, start, replayed)
    values = np.full((3, len(data.y)), np.nan)
    new = np.concatenate([parts.test, parts.holdout])
    values[:, new] = np.array(model.bounded(replayed.raw + way.centre, way.half))[:, len(rows) :]
    return way.adaptive, usual_of(way.arrivals, start), Answer(*values)


def without_outcomes(
    model: RegressionModel, data: Dataset, parts: Split, rows: IntArray, predictions: FloatArray, block: IntArray
) -> Answer:
    """Return predictions of a service that receives no outcome from the first test period on.

    Centre and level are those of the outcomes that were known then. Parameters are those of `follow`, as are the rows
    that are answered.
    """
    start, replayed = _replayed(model, data, parts, rows, predictions, block)
    known = np.where(replayed.known <= parts.test_from.to_datetime64(), replayed.known, np.datetime64("NaT", "s"))
    then = _along(model, start, replace(replayed, known=known)).adaptive
    half = NONE.half_width(model.conformal, then.level, COVERAGE) * replayed.scale
    values = np.full((3, len(data.y)), np.nan)
    new = np.concatenate([parts.test, parts.holdout])
    values[:, new] = np.array(model.bounded(replayed.raw + then.centre, half))[:, len(rows) :]
    return Answer(*values)


def _replayed(
    model: RegressionModel, data: Dataset, parts: Split, rows: IntArray, predictions: FloatArray, block: IntArray
) -> tuple[AdaptiveInterval, _Rows]:
    """Return the initial online state and the rows predicted from calibration on; see `follow`."""
    new = np.concatenate([parts.test, parts.holdout])
    order = np.concatenate([rows, new])
    raw = model.scaled(np.concatenate([predictions, model.predict(data.X[new])]))
    errors = model.scaled(data.y[order]) - raw
    older = by_others(raw[: len(rows)], errors[: len(rows)], block)
    scale = np.concatenate([older, model.spread(raw[len(rows) :])]) * model.inflation(data.X[order])
    known = known_from(data.periods[order], data.seed)
    known[len(rows) + len(parts.test) :] = np.datetime64("NaT", "s")
    before = np.flatnonzero(known[: len(rows)] <= parts.test_from.to_datetime64())
    start = AdaptiveInterval.new(weight_of(errors[before] / scale[before], known[before].astype(np.int64)))
    return start, _Rows(raw, errors, scale, data.periods[order].to_numpy(), known)


def followed_on(model: RegressionModel, data: Dataset, rows: IntArray) -> Answer | None:
    """Return predictions for rows after training, while outcomes arrive from then on.

    It goes on from its newest known outcomes by those of all later rows but of its held-out units, each known as late
    as the seed says: as clients of the service get its answers, and no outcome is known before its time.

    Parameters
    ----------
    model : RegressionModel
        As it was at the end of its training.
    data : Dataset
        Labelled rows, those that came before `rows` among them.
    rows : ndarray of int, shape (m,)
        Which of them are answered.

    Returns
    -------
    Answer of m rows, or None
        NaN of rows that would be answered by more than a service knew: of those that begin before all outcomes of the
        training had come in. None of a model that follows no outcomes.
    """
    data_end = model.info.get("data_end")
    if model.adaptive is None or data_end is None:
        return None
    trained_to = pd.DatetimeIndex([data_end])
    later = np.flatnonzero((data.periods > trained_to[0]) & (data.periods <= data.periods[rows].max()))
    if not len(later):
        return Answer(*np.full((3, len(rows)), np.nan))
    of_later = _as_answered(model, data, later)
    of_later.known[np.isin(data.units[later].astype(str), list(model.info["held_out_units"]))] = np.datetime64(
        "NaT", "s"
    )
    way = _along(model, model.adaptive, of_later)
    # As in service: until enough outcomes have come in, no interval is narrower than the fixed one.
    fixed = model.conformal.half_width(COVERAGE) * of_later.scale
    half = np.where(way.received * model.adaptive.level.weight >= ENOUGH, way.half, np.maximum(way.half, fixed))
    values = np.full((3, len(data.y)), np.nan)
    values[:, later] = model.bounded(of_later.raw + way.centre, half)
    values[:, data.periods < known_from(trained_to, data.seed)[0]] = np.nan
    return Answer(*values[:, rows])


def caught_up(model: RegressionModel, data: Dataset) -> tuple[RegressionModel, int] | None:
    """Follow all outcomes of a data set that came after a model's training.

    Parameters
    ----------
    model : RegressionModel
        As it was at the end of its training.
    data : Dataset
        Labelled rows, in part or all later ones.

    Returns
    -------
    tuple of RegressionModel and int, or None
        The model with its newest known errors, and how many outcomes it has followed; None of a model that follows no
        outcomes or serves another plant, or where none came after its training.
    """
    data_end = model.info.get("data_end")
    if model.adaptive is None or data_end is None or model.transfer is not None:
        return None
    later = np.flatnonzero(data.periods > pd.Timestamp(data_end))
    if not len(later):
        return None
    way = _along(model, model.adaptive, _as_answered(model, data, later))
    info = {**model.info, "data_end": data.periods[later].max().isoformat()}
    history = None if model.history is None else model.history.learned(data.table).newest()
    return replace(model, adaptive=way.adaptive, history=history, info=info), len(later)


def _as_answered(model: RegressionModel, data: Dataset, rows: IntArray) -> _Rows:
    """Return rows of a data set as a model predicts them, each outcome known as late as the seed says."""
    periods = data.periods[rows]
    X = model.inputs(data.table)[rows]
    raw = model.estimate(X)
    errors = model.scaled(data.y[rows]) - raw
    return _Rows(raw, errors, model.scale(X, raw), periods.to_numpy(), known_from(periods, data.seed))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows that are answered, shape (n,) each.

    Predictions, their errors and the size of errors there; when each is answered, and when its outcome is known (NaT:
    never).
    """

    raw: FloatArray
    errors: FloatArray
    scale: FloatArray
    start: Moments
    known: Moments


@dataclass(eq=False)
class _Way:
    """Result of following: what is known in the end, each row's answer, what arrived.

    Of an answer its centre, its half width and how many outcomes had come in.
    """

    adaptive: AdaptiveInterval
    centre: FloatArray
    half: FloatArray
    received: IntArray
    arrivals: list[Arrival] = field(default_factory=list)


def _along(model: RegressionModel, adaptive: AdaptiveInterval, rows: _Rows) -> _Way:
    """Answer rows in the order of time, from a beginning on."""
    n = len(rows.raw)
    way, received = _Way(adaptive, np.zeros(n), np.full(n, np.nan), np.zeros(n, dtype=np.intp)), 0
    for arrived, row in in_order(rows.start, rows.known):
        for batch in arrived:
            errors, scale = rows.errors[batch], rows.scale[batch]
            scores, outcomes = np.abs(errors - way.centre[batch]) / scale, rows.raw[batch] + errors
            way.arrivals.append(Arrival(len(way.arrivals), errors, scores, outcomes, scale))
            way.adaptive, received = way.adaptive.taken(errors, scores), received + len(batch)
        way.centre[row], way.received[row] = way.adaptive.centre, received
        enough = len(way.adaptive.level.scores) >= rows_needed(COVERAGE)
        # Until outcomes have come in, an interval is the fixed one.
        way.half[row] = (way.adaptive.level if enough else model.conformal).half_width(COVERAGE) * rows.scale[row]
    return way
