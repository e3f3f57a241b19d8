"""A history input is added where units differ, and not where they do not."""

import numpy as np
import pytest

from models.table.contract import check
from training.core.dataset import dataset_of
from training.core.splits import split
from training.jobs.train import extended
from training.regression.unit_history import MOST_SHRINKAGE, shrinkage, with_unit_history


def data_of(frame, seed):
    return dataset_of(check(frame, seed), seed)


def with_offsets(toy_frame, spread, units=30):
    """Toy rows whose units deviate by this standard deviation, with label noise 0.5."""
    frame = toy_frame(units=units, periods=24)
    offsets = np.random.default_rng(7).normal(0, spread, units)
    noise = np.random.default_rng(8).normal(0, 0.5, len(frame))
    frame["y"] = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4) + np.repeat(offsets, 24) + noise
    return frame, offsets


def test_units_that_deviate_give_an_input_near_their_deviation(toy_frame, toy_seed):
    frame, offsets = with_offsets(toy_frame, 0.8)
    data = data_of(frame, toy_seed)
    added = with_unit_history(data, split(data))
    assert added.seed.input_names == (*data.seed.input_names, "unit_deviation_y")
    assert added.X.shape == (len(data.table), 4)
    np.testing.assert_array_equal(added.X[:, :3], data.X)
    (history,) = added.history.targets.values()
    assert history.form == "residuals"
    last = added.table.groupby("unit")["unit_deviation_y"].last().to_numpy()
    assert np.sqrt(np.mean((last - (offsets - offsets.mean())) ** 2)) < 0.2


def test_units_that_do_not_deviate_give_no_input(toy_frame, toy_seed):
    data = data_of(with_offsets(toy_frame, 0.0)[0], toy_seed)
    assert with_unit_history(data, split(data)) is data


def test_an_input_knows_no_label_of_a_later_period(toy_frame, toy_seed):
    """Labels of the test periods move no value that was known before them."""
    frame, _ = with_offsets(toy_frame, 0.8)
    data = data_of(frame, toy_seed)
    parts = split(data)
    changed = frame.copy()
    later = changed["period_start"] >= parts.test_from
    changed.loc[later, "y"] += np.random.default_rng(1).normal(0, 0.5, int(later.sum()))
    one, other = (with_unit_history(each, parts) for each in (data, data_of(changed, toy_seed)))
    wait = toy_seed.wait("y") * toy_seed.period
    before = (one.periods < parts.test_from + wait) & (one.periods < parts.last)
    np.testing.assert_allclose(one.X[before, 3], other.X[before, 3], rtol=0, atol=1e-9)
    assert not np.allclose(one.X[~before, 3], other.X[~before, 3])


def test_other_tasks_have_no_such_input(toy_class_frame, toy_class_seed):
    data = data_of(toy_class_frame(), toy_class_seed)
    assert extended(data, split(data)) is data


def test_shrinkage_is_the_ratio_of_variances(toy_seed):
    rng = np.random.default_rng(5)
    units, periods = 400, 30
    errors = np.repeat(rng.normal(0, 0.5, units), periods) + rng.normal(0, 1.0, units * periods)
    names = np.repeat(np.arange(units).astype(str), periods).astype(object)
    start, since = np.tile(np.arange(periods) * 10, units), np.full(units * periods, -100)
    assert shrinkage(errors, names, start, since, 10) == pytest.approx(4.0, rel=0.2)
    assert shrinkage(rng.normal(0, 1.0, len(names)), names, start, since, 10) > 50
    assert shrinkage(errors[:2], names[[0, 40]], start[:2], since[:2], 10) == MOST_SHRINKAGE


def test_a_rebuilt_unit_is_another_one_in_its_dispersion():
    rng = np.random.default_rng(6)
    units, periods = 300, 40
    lives = np.repeat(rng.normal(0, 1.0, (units, 2)), 20, axis=1)
    errors = lives + rng.normal(0, 1, (units, periods))
    names = np.repeat(np.arange(units).astype(str), periods).astype(object)
    start = np.tile(np.arange(periods) * 10, units)
    since = np.where(start < 200, -100, 200)
    assert shrinkage(errors.ravel(), names, start, since, 10) == pytest.approx(1.0, rel=0.25)
    assert shrinkage(errors.ravel(), names, start, np.full(len(start), -100), 10) > 2
