"""The size of errors by what is predicted: found where there is one, left alone where chance explains it."""

import json

import numpy as np
import pytest
from mapie.conformity_scores import ResidualNormalisedScore
from mapie.regression import SplitConformalRegressor
from sklearn.base import BaseEstimator, RegressorMixin

from models.uncertainty.error_scale import ErrorScale, by_others
from models.uncertainty.intervals import Conformal


def plant(n: int, rng_seed: int, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Predicted values of 0 to 10 and errors whose size grows with them, by so much a unit."""
    rng = np.random.default_rng(rng_seed)
    value = rng.uniform(0, 10, n)
    return value, (1 + slope * value) * rng.normal(size=n)


def decile_coverage(slope: float, scaled: bool) -> tuple[float, float, float]:
    """Covered share of the deciles with the lowest and the highest prediction, and the mean half width."""
    value, error = plant(3000, 1, slope)
    block = np.repeat([0, 1, 2], 1000)
    scale = by_others(value, error, block) if scaled else np.ones(3000)
    spread = ErrorScale.of(value, error) if scaled else ErrorScale.even()
    half = Conformal.of(error, np.zeros(3000), scale).half_width(0.9)
    new, miss = plant(20_000, 2, slope)
    width = half * spread(new)
    inside, order = np.abs(miss) <= width, np.argsort(new)
    return inside[order[:2000]].mean(), inside[order[-2000:]].mean(), width.mean()


def test_where_errors_grow_with_the_value_both_ends_are_covered_within_five_points():
    low, high, width = decile_coverage(0.5, scaled=True)
    assert 0.85 <= low <= 0.95
    assert 0.85 <= high <= 0.95
    low, high, plain = decile_coverage(0.5, scaled=False)
    assert low > 0.99
    assert high < 0.80
    assert width < plain


def test_where_errors_are_alike_intervals_stay_as_they_are():
    _, _, width = decile_coverage(0.0, scaled=True)
    low, high, plain = decile_coverage(0.0, scaled=False)
    assert width == pytest.approx(plain, rel=0.02)
    assert min(low, high) > 0.85


def test_groups_that_chance_explains_are_one():
    drawn = [ErrorScale.of(*plant(200, rng_seed, 0.0)).factor for rng_seed in range(40)]
    assert sum(len(factor) == 1 for factor in drawn) > 10
    assert np.mean([np.ptp(factor) for factor in drawn]) < 0.2


def test_factors_are_the_mean_sizes_over_that_of_all_by_hand():
    """Two groups of twenty, of errors of exactly 1 and 3, which chance does not move: half and one and a half times."""
    value = np.repeat([1.0, 2.0], 20)
    result = ErrorScale.of(value, np.repeat([1.0, -3.0], 20))
    np.testing.assert_allclose(result.at, [1.0, 2.0])
    np.testing.assert_allclose(result.factor, [0.5, 1.5])
    np.testing.assert_allclose(result(np.array([0.0, 1.0, 1.5, 2.0, 9.0])), [0.5, 0.5, 1.0, 1.5, 1.5])


def test_no_error_of_a_block_has_a_say_in_its_own_scale():
    value, error = plant(300, 3, 0.5)
    block = np.repeat([0, 1, 2], 100)
    scale = by_others(value, error, block)
    changed = error.copy()
    changed[:100] *= 50
    again = by_others(value, changed, block)
    np.testing.assert_array_equal(again[:100], scale[:100])
    assert not np.allclose(again[100:], scale[100:])
    np.testing.assert_array_equal(by_others(value, error, np.zeros(300, dtype=int)), np.ones(300))


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (np.arange(39.0), np.ones(39)),  # too few for two groups
        (np.full(200, 5.0), np.arange(200.0)),  # one value
        (np.arange(200.0), np.zeros(200)),  # no error
    ],
)
def test_where_nothing_can_be_said_the_spread_is_even(value, error):
    assert ErrorScale.of(value, error)(np.array([-1.0, 5.0, 1e9])).tolist() == [1.0, 1.0, 1.0]


def test_a_group_without_error_keeps_a_tenth():
    result = ErrorScale.of(np.repeat([1.0, 2.0], 20), np.repeat([0.0, 1.0], 20))
    assert result.factor.tolist() == [0.1, 2.0]


def test_a_spread_comes_back_from_json():
    spread = ErrorScale.of(*plant(500, 4, 0.5))
    back = ErrorScale.from_state(json.loads(json.dumps(spread.state(), allow_nan=False)))
    at = np.linspace(-1, 11, 50)
    np.testing.assert_array_equal(back(at), spread(at))


@pytest.mark.parametrize(
    ("at", "factor"),
    [
        ([], []),
        ([1.0], [1.0, 2.0]),
        ([1.0, 1.0], [1.0, 1.0]),
        ([2.0, 1.0], [1.0, 1.0]),
        ([1.0], [0.0]),
        ([1.0], [np.nan]),
    ],
)
def test_numbers_that_are_no_spread_are_refused(at, factor):
    with pytest.raises(ValueError, match="expected"):
        ErrorScale(np.array(at), np.array(factor))


class Known(RegressorMixin, BaseEstimator):
    """A fitted regressor that knows its answer: a function of the first input."""

    def __init__(self, description=None):
        self.what = description

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return self.what(np.asarray(X)[:, 0])


def test_scaled_intervals_equal_mapies_normalised_score():
    value, error = plant(99, 5, 0.5)
    spread = ErrorScale(np.array([0.0, 10.0]), np.array([0.5, 1.5]))
    size = Known(description=spread).fit(None, None)
    score = ResidualNormalisedScore(residual_estimator=size, prefit=True, sym=True)
    model = Known(description=lambda x: 2 * x).fit(None, None)
    mapie = SplitConformalRegressor(model, confidence_level=0.9, conformity_score=score, prefit=True)
    X = value[:, None]
    mapie.conformalize(X, 2 * value + error)
    new = np.linspace(0, 10, 7)
    _, bounds = mapie.predict_interval(new[:, None])
    half = Conformal.of(2 * value + error, 2 * value, spread(value)).half_width(0.9) * spread(new)
    np.testing.assert_allclose((bounds[:, 1, 0] - bounds[:, 0, 0]) / 2, half, rtol=1e-6)
