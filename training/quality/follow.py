"""Widths of a grader's joint intervals under online calibration, lot by lot in order of time."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.interfaces.answers import COVERAGE
from models.online.received import ENOUGH, NONE
from models.online.reference_runs import ReferenceRuns
from models.online.review_queue import Arrival, usual_of
from models.quality.model import QualityModel
from models.table.inputs import matrix
from models.uncertainty.adaptive_intervals import IntervalLevel, LevelOnlyInterval
from models.uncertainty.intervals import rows_needed
from models.uncertainty.outcome_stream import in_order, known_from
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.splits import Split


def follow(
    model: QualityModel, data: Dataset, parts: Split, rows: IntArray, logs: FloatArray
) -> tuple[IntervalLevel, ReferenceRuns | None, FloatArray]:
    """Follow the lots from the first calibrate lot to the last test lot.

    As `training.regression.follow.follow`: a lot's prediction uses assays of training units that were known when its
    period began, and held-out units are answered without any of theirs.

    Parameters
    ----------
    model : QualityModel
        With its fixed intervals.
    data, parts
        Assayed lots and their use.
    rows : ndarray of int, shape (m,)
        Calibrate lots.
    logs : ndarray, shape (m, E)
        Logarithms of the contents that models which knew only older lots gave them.

    Returns
    -------
    tuple
        The level when all assays have come in; what assays were like on the way; and how many spreads the intervals of
        the table's lots would have reached, shape (n,), NaN but for test lots and held-out units in their periods.
    """
    new = np.concatenate([parts.test, parts.holdout])
    order = np.concatenate([rows, new])
    raw = model.raw(data.X[new])[:, : logs.shape[1]]
    is_training = np.arange(len(order)) < len(rows) + len(parts.test)
    arrivals: list[Arrival] = []
    level, half, _ = followed(
        model,
        data.contents[order],
        np.concatenate([logs, raw]),
        *_moments(data, order),
        IntervalLevel.new(),
        is_training,
        arrivals,
    )
    scales = np.full(len(data.X), np.nan)
    scales[new] = half[len(rows) :]
    return level, usual_of(arrivals, LevelOnlyInterval(IntervalLevel.new(), ())), scales


def without_assays(model: QualityModel, data: Dataset, parts: Split, rows: IntArray, logs: FloatArray) -> FloatArray:
    """Return scales of joint intervals without assays from the first test period on, shape (n,).

    The level is that of the assays that were known then. Parameters are those of `follow`, as are the lots that are
    answered; NaN for the others.
    """
    start, known = _moments(data, rows)
    then, *_ = followed(
        model, data.contents[rows], logs, start, known, IntervalLevel.new(), known <= parts.test_from.to_datetime64()
    )
    scales = np.full(len(data.X), np.nan)
    scales[np.concatenate([parts.test, parts.holdout])] = NONE.half_width(model.scatter.joint, then, COVERAGE)
    return scales


def carried(model: QualityModel, data: Dataset, logs: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the scales of a model's joint intervals on another plant while its assays arrive.

    Parameters
    ----------
    model : QualityModel
        As it was at the end of its training.
    data : Dataset
        The n lots of the other plant.
    logs : ndarray, shape (n, E)
        Predicted logarithms of their contents.

    Returns
    -------
    tuple of ndarray, shape (n,) each
        Spreads that the intervals of each lot would have reached, and how many assays of the plant were known then.
    """
    start = IntervalLevel.new() if model.level is None else model.level
    _, half, known = followed(model, data.contents, logs, *_moments(data, np.arange(len(logs))), start)
    # As in service: until enough assays of the plant are known, no interval is narrower than the fixed one.
    fixed = model.scatter.joint.half_width(COVERAGE)
    return np.where(known * start.weight >= ENOUGH, half, np.maximum(half, fixed)), known


def caught_up(model: QualityModel, data: Dataset) -> tuple[QualityModel, int] | None:
    """Follow all assays of a data set that came after a model's training.

    Parameters
    ----------
    model : QualityModel
        As it was at the end of its training.
    data : Dataset
        Labelled lots, in part or all later ones.

    Returns
    -------
    tuple of QualityModel and int, or None
        The model with the level of its newest known assays, and how many it has followed; None of a model that follows
        no assays or serves another plant, or where none came after its training.
    """
    data_end = model.info.get("data_end")
    if model.level is None or data_end is None or model.transfer is not None:
        return None
    assayed = ~np.isnan(data.contents).all(axis=1)
    later = np.flatnonzero(assayed & (data.periods > pd.Timestamp(data_end)))
    if not len(later):
        return None
    X = matrix(data.table.iloc[later], model.seed)
    logs = model.raw(X)[:, : len(model.seed.elements)]
    level, *_ = followed(model, data.contents[later], logs, *_moments(data, later), model.level)
    info = {**model.info, "data_end": data.periods[later].max().isoformat()}
    return replace(model, level=level, info=info), len(later)


def _moments(data: Dataset, rows: IntArray) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """Return the times of responses to lots and of their assays."""
    periods = data.periods[rows]
    return periods.to_numpy(), known_from(periods, data.seed)


def followed(
    model: QualityModel,
    reported: FloatArray,
    logs: FloatArray,
    start: npt.NDArray[np.datetime64],
    known: npt.NDArray[np.datetime64],
    level: IntervalLevel,
    comes_in: npt.NDArray[np.bool_] | None = None,
    arrivals: list[Arrival] | None = None,
) -> tuple[IntervalLevel, FloatArray, IntArray]:
    """Follow lots in the order of time from a level on.

    Parameters
    ----------
    model : QualityModel
        Gives the spread and, until assays have come in, the fixed intervals.
    reported, logs : ndarray, shape (n, E)
        Assays, and predicted logarithms of the contents.
    start, known : ndarray, shape (n,)
        When each lot is answered, and when its assay is known.
    level : IntervalLevel
        Before the first lot.
    comes_in : ndarray of bool, shape (n,), optional
        Whether the assay comes in at all; by default each does. One without any content never does.
    arrivals : list of Arrival, optional
        Takes what came in, in order.

    Returns
    -------
    tuple
        The level in the end; the spreads that the intervals of each lot reach; how many assays were known then.
    """
    comes = ~np.isnan(reported).all(axis=1) if comes_in is None else comes_in & ~np.isnan(reported).all(axis=1)
    scores = model.scatter.needed(reported, logs)
    half, count, seen = np.full(len(scores), np.nan), np.zeros(len(scores), dtype=np.intp), 0
    for arrived, order in in_order(start, np.where(comes, known, np.datetime64("NaT", "s"))):
        for batch in arrived:
            level, seen = level.taken(scores[batch]), seen + len(batch)
            if arrivals is not None:
                arrivals.append(model.arrival(len(arrivals), reported[batch], logs[batch]))
        enough = len(level.scores) >= rows_needed(COVERAGE)
        half[order] = (level if enough else model.scatter.joint).half_width(COVERAGE)
        count[order] = seen
    return level, half, count
