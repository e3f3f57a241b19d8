"""What a model would have answered while outcomes came in, row by row in the order of time."""

import numpy as np

from models.adaptive import Adaptive, weight_of
from models.answers import COVERAGE, Answer
from models.arrivals import in_order, known_from
from models.intervals import rows_needed
from models.regression.model import RegressionModel
from models.spread import by_others
from physics.arrays import FloatArray, IntArray
from training.dataset import Dataset
from training.splits import Split


def follow(
    model: RegressionModel, data: Dataset, parts: Split, rows: IntArray, predictions: FloatArray, block: IntArray
) -> tuple[Adaptive, Answer]:
    """Follow the plant from the first calibrate row to the last test row.

    How much outcomes that arrive together count for comes from those that are known before the test periods. A row
    is answered by what is known when its period starts: outcomes of the learnt units that had come in by then.
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
        What is known when all outcomes have come in, the test rows' among them: they have judged the model already and
        it has not learnt from them. And the answers for the table's rows, NaN but for test rows and held-out units in
        their periods.
    """
    new = np.concatenate([parts.test, parts.unseen])
    order = np.concatenate([rows, new])
    raw = model.scaled(np.concatenate([predictions, model.predict(data.X[new])]))
    errors = model.scaled(data.y[order]) - raw
    older = by_others(raw[: len(rows)], errors[: len(rows)], block)
    scale = np.concatenate([older, model.spread(raw[len(rows) :])])
    known = known_from(data.periods[order], data.seed)
    known[len(rows) + len(parts.test) :] = np.datetime64("NaT")
    centre, half = np.zeros(len(order)), np.full(len(order), np.nan)
    before = np.flatnonzero(known[: len(rows)] <= parts.test_from.to_datetime64())
    adaptive = Adaptive.new(weight_of(errors[before] / scale[before], known[before].astype(np.int64)))
    for arrived, asked in in_order(data.periods[order].to_numpy(), known):
        for batch in arrived:
            adaptive = adaptive.taken(errors[batch], np.abs(errors[batch] - centre[batch]) / scale[batch])
        centre[asked] = adaptive.centre
        enough = len(adaptive.level.scores) >= rows_needed(COVERAGE)
        # Until outcomes have come in, an interval is the fixed one.
        half[asked] = (adaptive.level if enough else model.conformal).half_width(COVERAGE) * scale[asked]
    found = np.full((3, len(data.y)), np.nan)
    found[:, new] = np.array(model.bounded(raw + centre, half))[:, len(rows) :]
    return adaptive, Answer(*found)
