"""Targets whose logarithm is learnt: estimators, intervals, explanations and files."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.estimators.log_scale import from_scale, to_scale
from models.explanations import explained
from models.regression.calibration import conformalised
from models.regression.candidates import build
from models.regression.model import RegressionModel
from models.regression.ridge import RidgeLine
from models.regression.trees import BoostedTrees
from models.storage import model_files
from seeds import Seed
from seeds.format.loader import parse

FLOOR = 0.5
ESTIMATORS = [lambda **given: RidgeLine(**given), lambda **given: BoostedTrees(n_jobs=1, most_trees=60, **given)]


def made(n: int = 600, rng_seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of the toy process, and labels whose logarithm is a straight line and noise."""
    rng = np.random.default_rng(rng_seed)
    X = np.column_stack([10 + rng.normal(size=n), 4 + 0.5 * rng.normal(size=n), 20 + rng.normal(size=n)])
    return X, np.exp(0.8 * (X[:, 0] - 10) + X[:, 1] - 4 + 0.6 * rng.normal(size=n))


@pytest.fixture(scope="module")
def seed(toy_seed: Seed) -> Seed:
    floor = f'log_floor = {{ value = {FLOOR}, unit = "%", source = "assumed: a test" }}\n'
    text = toy_seed.text.replace("[targets.y]\n", "[targets.y]\n" + floor)
    text = re.sub(r'(role = "target".*?)low = \d+\nhigh = \d+', r"\1low = 0\nhigh = 1000", text, flags=re.DOTALL)
    return parse(text, Path(f"{toy_seed.process.name}.toml"))


@pytest.fixture(scope="module")
def model(seed: Seed) -> RegressionModel:
    X, y = made()
    estimator = build(seed)["linear"].fit(X[:300], y[:300])
    return conformalised(seed, "linear", estimator, X[:300], y[300:], estimator.predict(X[300:]), {})


@pytest.mark.parametrize("new", ESTIMATORS)
def test_what_is_learnt_is_the_logarithm_of_label_and_floor(new) -> None:
    X, y = made()
    predictions = new(log_floor=FLOOR).fit(X, y).predict(X)
    expected = np.exp(new().fit(X, np.log(y + FLOOR)).predict(X)) - FLOOR
    np.testing.assert_array_equal(predictions, expected)


@pytest.mark.parametrize("new", ESTIMATORS)
def test_errors_are_smaller_where_labels_scatter_over_orders_of_magnitude(new) -> None:
    X, y = made()
    later, labels = made(rng_seed=4)
    plain, logged = (np.abs(new(log_floor=floor).fit(X, y).predict(later) - labels).mean() for floor in (None, FLOOR))
    assert logged < 0.95 * plain


def test_a_prediction_that_no_label_can_be_near_has_a_large_error_not_none() -> None:
    far = to_scale(np.array([-FLOOR, -3 * FLOOR, 0.0]), FLOOR)
    assert np.isfinite(far).all()
    assert far[0] == far[1] < far[2] - 10
    values = np.array([-0.4, 0.0, 3.0, 1e6])
    np.testing.assert_allclose(from_scale(to_scale(values, FLOOR), FLOOR), values, rtol=1e-12, atol=1e-15)
    assert to_scale(values, None) is values


def test_settings_are_compared_on_the_scale_that_is_learnt() -> None:
    X, y = made()
    blocks = [(slice(0, 400), slice(400, 600))]
    (result,) = BoostedTrees(n_jobs=1, most_trees=20, log_floor=FLOOR).block_errors(X, y, blocks)
    (expected,) = BoostedTrees(n_jobs=1, most_trees=20).block_errors(X, np.log(y + FLOOR), blocks)
    assert result == expected


def test_intervals_are_as_many_times_above_as_below(seed: Seed, model: RegressionModel) -> None:
    answer = model.answer(model.examples, 0.8)[seed.target.name]
    bottom, top = seed.target.limits
    inside = (answer.low > bottom) & (answer.high < top)
    assert inside.any()
    low, value, high = (end[inside] + FLOOR for end in (answer.low, answer.value, answer.high))
    np.testing.assert_allclose(high / value, value / low, rtol=1e-9)
    assert ((answer.low <= answer.value) & (answer.value <= answer.high)).all()


def test_intervals_hold_the_share_that_they_promise(model: RegressionModel) -> None:
    X, y = made(2000, rng_seed=9)
    answer = model.answer(X, 0.9)[model.seed.target.name]
    # 300 labels calibrate: their share of a promise of 90 % is good to 1.7 points, and 2000 rows add 0.7.
    assert np.mean((answer.low <= y) & (y <= answer.high)) == pytest.approx(0.9, abs=0.04)


def test_contributions_sum_to_the_prediction_in_its_own_unit(seed: Seed) -> None:
    X, y = made()
    for estimator in (RidgeLine(log_floor=FLOOR), BoostedTrees(n_jobs=1, most_trees=60, log_floor=FLOOR)):
        predicted = estimator.fit(X, y).predict(X[:50])
        parts = explained(estimator, X[:50], predicted, seed)
        assert parts is not None
        np.testing.assert_allclose(parts.base + parts.contributions.sum(axis=1), predicted, rtol=1e-9)
        # The base is what it says of an average row: the same for all, whatever their inputs.
        np.testing.assert_allclose(parts.base, parts.base[0], rtol=1e-6)
        np.testing.assert_array_equal(np.sign(parts.contributions[:, 0]), np.sign(_log_parts(estimator, X[:50])[:, 0]))


def _log_parts(estimator: BoostedTrees | RidgeLine, X: np.ndarray) -> np.ndarray:
    result = estimator.contributions(X)
    assert result is not None
    return result[1][:, :, 0]


def test_a_stored_model_answers_alike(model: RegressionModel, tmp_path: Path) -> None:
    model_files.save(model, tmp_path / "model")
    back = model_files.load(tmp_path / "model")
    for name, answer in model.answer(model.examples, 0.9).items():
        np.testing.assert_array_equal(back.answer(model.examples, 0.9)[name], answer)
