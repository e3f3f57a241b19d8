"""Models of numbers of another plant: coverage from the first outcome on, and nothing of the units of the training."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import COVERAGE
from models.online.plant_transfer import TransferError
from models.storage import model_files
from models.table.contract import check
from models.table.inputs import matrix
from models.tasks import build
from operations.outcomes.numbers import NumberStates
from training.core.dataset import dataset_of
from training.core.fitting import fit, model_of
from training.core.splits import split
from training.jobs.train import extended
from training.regression.transfer import transferred
from training.tasks import task_of

STATES = NumberStates()
UNITS, PERIODS = 60, 24


@pytest.fixture(scope="module")
def plant_of(toy_seed, toy_frame):
    """Return a maker of a plant of toy cells that deviate from each other, and from those of other plants."""

    def make(number, sd=1.0, units=UNITS, periods=PERIODS):
        rng = np.random.default_rng(number)
        frame = toy_frame(units=units, periods=periods)
        offsets = np.repeat(rng.normal(0, 1.0, units), periods) + rng.normal(0, sd)
        noise = rng.normal(0, 0.5, len(frame))
        frame["y"] = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4) + offsets + noise
        return dataset_of(check(frame, toy_seed), toy_seed)

    return make


@pytest.fixture(scope="module")
def trained(toy_seed, plant_of):
    """A line with the history of its units as an input."""
    data = plant_of(1, sd=0.0)
    parts = split(data)
    data = extended(data, parts)
    learner = task_of(toy_seed).learner
    fitted = fit(learner, build(data.seed)["linear"], data, parts, lambda unfitted, X, y: unfitted)
    model, _ = model_of(fitted, learner, "linear", data, parts, {"data_end": str(data.periods.max())})
    assert model.history is not None
    return model


@pytest.fixture(scope="module")
def other(trained, plant_of):
    """The line for a further plant, by forty plants."""
    return transferred(trained, [plant_of(number, units=30) for number in range(20, 60)])


def after(model, data, first):
    """The model after the outcomes of its first rows, and the later ones."""
    order, state = np.argsort(data.periods, kind="stable"), STATES.begin(model)
    for start in range(0, first, 30):
        rows = order[start : min(start + 30, first)]
        table = data.table.iloc[rows]
        columns = table[["unit", "period_start", "previous_y", "x_set", "z"]].astype(object)
        rows_of = columns.where(columns.notna(), None).to_dict("records")
        records = [{**one, "period_start": one["period_start"].isoformat()} for one in rows_of]
        arrived = SimpleNamespace(batch=start, at=start + 1, accepted=False)
        known = [{"y": one} for one in data.y[rows].tolist()]
        asked_at = [start] * len(rows)  # after the outcomes before them
        state = json.loads(json.dumps(STATES.taken(model, state, records, known, asked_at, arrived)))
    return STATES.followed(model, state, first), order[first:]


def coverage(model, data, rows):
    table = data.table.iloc[rows].reset_index(drop=True)
    answer = model.answer(matrix(model.history.described(table), model.seed), COVERAGE)["y"]
    return np.mean((answer.low <= data.y[rows]) & (data.y[rows] <= answer.high))


def test_intervals_cover_rows_of_further_plants_from_the_first_on(trained, other, plant_of):
    plants = [plant_of(number, units=30) for number in range(60, 100)]
    unchanged = np.mean([coverage(trained, data, np.arange(len(data.y))) for data in plants])
    assert unchanged < 0.85
    for first in (0, 10, 200):
        states = [(*after(other, data, first), data) for data in plants]
        kind = "adaptive" if first == 200 else "transferred"
        assert {model.interval.kind for model, _, _ in states} == {kind}
        shares = [coverage(model, data, rows) for model, rows, data in states]
        assert 0.86 < np.mean(shares) < 0.97, first
    states = [(*after(other, data, 500), data) for data in plants]
    assert {model.interval.kind for model, _, _ in states} == {"adaptive"}
    assert 0.86 < np.mean([coverage(model, data, rows) for model, rows, data in states]) < 0.96


def test_the_offset_is_the_mean_error_after_many_outcomes(other, plant_of):
    data = plant_of(110, units=30)
    few, many = (after(other, data, first)[0].adaptive for first in (5, 600))
    assert few.centre == pytest.approx(few.dispersion.shrunk(5, 1)[0] * few.recent[0][1] / 5)
    mean = sum(total for _, total in many.recent) / sum(count for count, _ in many.recent)
    assert many.centre == pytest.approx(mean, abs=0.05)


def test_the_history_of_equal_unit_names_of_the_training_is_not_used(trained, other, plant_of):
    """Units of both plants are A-001 and so on; those of the training deviate by a standard deviation of 1."""
    table = plant_of(111).table.head(50)
    stored = trained.history.described(table)["unit_deviation_y"].to_numpy()
    assert np.nanmax(np.abs(stored)) > 0.5
    assert np.isnan(other.history.described(table)["unit_deviation_y"]).all()
    assert STATES.followed(other, STATES.begin(other), 0).history.targets["y"].errors.names == ()


def test_units_of_the_plant_have_the_history_of_its_outcomes(other, plant_of):
    data = plant_of(112)
    model, _ = after(other, data, 240)  # four of each unit
    table = data.table[data.periods == data.periods.max()]
    deviation = model.history.described(table)["unit_deviation_y"].to_numpy()
    residual = data.y - 0.5 * (data.X[:, 1] - 10) + 2 * (data.X[:, 2] - 4)
    typical = pd.Series(residual).groupby(data.units.astype(str)).mean().to_numpy()
    assert np.corrcoef(deviation, typical)[0, 1] > 0.8


def test_plants_that_do_not_differ_move_no_centre(trained, plant_of):
    alike = transferred(trained, [plant_of(number, sd=0.0) for number in range(12)])
    model, _ = after(alike, plant_of(113, sd=0.0), 40)
    assert abs(model.adaptive.centre) < 0.1


def test_the_model_of_its_own_plant_is_unchanged(trained, other):
    assert trained.transfer is None
    assert "dispersion" not in trained.adaptive.state()
    X = np.array([[90.0, 10.0, 4.0, np.nan]])
    np.testing.assert_array_equal(other.predict(X), trained.predict(X))


def test_a_stored_model_is_transferred_still(other, tmp_path):
    model_files.save(other, tmp_path / "other")
    again = model_files.load(tmp_path / "other")
    X = np.array([[90.0, 10.0, 4.0, np.nan]])
    np.testing.assert_allclose(again.answer(X, COVERAGE)["y"], other.answer(X, COVERAGE)["y"], rtol=1e-12)
    assert again.interval.kind == "transferred"
    assert again.adaptive.state() == other.adaptive.state()


def test_a_model_that_follows_no_outcomes_is_not_transferred(trained, plant_of):
    with pytest.raises(TransferError, match="it follows no outcomes"):
        transferred(replace(trained, adaptive=None), [plant_of(number) for number in range(12)])
