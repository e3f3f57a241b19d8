"""Outcomes in the state of a model of numbers: centre, level, and the history of units."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from models.tasks import build
from operations.outcomes.numbers import NumberStates
from training.core.dataset import dataset_of
from training.core.fitting import fit, model_of
from training.core.splits import split
from training.jobs.train import extended
from training.tasks import task_of

NAME = "unit_deviation_y"
STATES = NumberStates()
UNITS, PERIODS = 60, 24


@pytest.fixture(scope="module")
def plant(toy_seed, toy_frame):
    """A line with the history of units, trained on toy cells that deviate, and rows of the two periods after it."""
    frame = toy_frame(units=UNITS, periods=PERIODS)
    offsets = np.repeat(np.random.default_rng(7).normal(0, 1.0, UNITS), PERIODS)
    noise = np.random.default_rng(8).normal(0, 0.5, len(frame))
    frame["y"] = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4) + offsets + noise
    data = dataset_of(check(frame, toy_seed), toy_seed)
    parts = split(data)
    data = extended(data, parts)
    learner, estimator = task_of(toy_seed).learner, build(data.seed)["linear"]
    fitted = fit(learner, estimator, data, parts, lambda unfitted, X, y: unfitted)
    model, _ = model_of(fitted, learner, "linear", data, parts, {"data_end": str(data.periods.max())})
    return model, data


def rows_of(data, period):
    """Rows of all units, so many periods after the last one, as a request has them."""
    start = data.periods.max() + period * pd.Timedelta("30D")
    return [
        {"unit": unit, "period_start": start.isoformat(), "previous_y": None, "x_set": 10.0, "z": 4.0}
        for unit in np.unique(data.units)
    ]


def labels_of(model, data, rows, shift=0.0):
    """Labels of rows as the plant was in training, all units shifted."""
    offset = (data.y - 90 - 0.5 * (data.X[:, 1] - 10) + 2 * (data.X[:, 2] - 4)).copy()
    typical = pd.Series(offset).groupby(data.units).mean()
    return [{"y": 90.0 + float(typical[row["unit"]]) + shift} for row in rows]


def after(model, state, rows, known, batch=1, accepted=True):
    arrived = SimpleNamespace(batch=batch, at=10**15, accepted=accepted)
    return json.loads(json.dumps(STATES.taken(model, state, rows, known, [10**15] * len(rows), arrived)))


def deviations(model, rows):
    start = int(np.datetime64(rows[0]["period_start"], "us").astype(np.int64))
    return np.array([model.history.targets["y"].deviation(row["unit"], start)[0] for row in rows])


def test_an_outcome_moves_the_history_of_its_unit_alone(plant):
    model, data = plant
    rows, later = rows_of(data, 1), rows_of(data, 3)
    state = STATES.begin(model)
    typical, changed = (labels_of(model, data, rows) for _ in range(2))
    changed[5]["y"] += 2.0
    one, other = (STATES.followed(model, after(model, state, rows, known), 10**15) for known in (typical, changed))
    moved = deviations(other, later) - deviations(one, later)
    assert moved[5] > 0.05
    assert np.abs(np.delete(moved, 5)).max() < 0.01
    assert np.abs(deviations(one, later) - deviations(model, later)).max() > 0


def test_a_shift_of_all_units_moves_the_centre_and_no_history(plant):
    """The common part of errors is followed once: by the centre of the intervals."""
    model, data = plant
    rows, later = rows_of(data, 1), rows_of(data, 3)
    state = STATES.begin(model)
    typical, shifted = (
        STATES.followed(model, after(model, state, rows, labels_of(model, data, rows, shift)), 10**15)
        for shift in (0.0, 1.0)
    )
    assert shifted.adaptive.centre - typical.adaptive.centre > 0.05
    np.testing.assert_allclose(deviations(shifted, later), deviations(typical, later), atol=1e-9)


def test_outcomes_that_wait_for_a_review_move_no_history(plant):
    model, data = plant
    rows, later = rows_of(data, 1), rows_of(data, 3)
    known = labels_of(model, data, rows, 9.0)
    for i, one in enumerate(known):
        one["y"] += 2.0 * (i % 2)
    state = after(model, STATES.begin(model), rows, known, accepted=False)
    assert STATES.outcomes_waiting(state) == len(rows)
    np.testing.assert_array_equal(deviations(STATES.followed(model, state, 10**15), later), deviations(model, later))


def test_an_outcome_counts_once_however_often_it_arrives(plant):
    """A corrected outcome replaces the one before."""
    model, data = plant
    rows, later = rows_of(data, 1), rows_of(data, 3)
    state = after(model, STATES.begin(model), rows, labels_of(model, data, rows))
    once = STATES.followed(model, state, 10**15)
    again = after(model, state, rows[:1], labels_of(model, data, rows[:1]), batch=2)
    np.testing.assert_array_equal(deviations(STATES.followed(model, again, 10**15), later), deviations(once, later))
