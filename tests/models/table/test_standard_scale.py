import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.table.standard_scale import StandardScale


def test_median_and_gaps_score_zero_and_near_them_a_unit_is_half_the_quartile_distance() -> None:
    X = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [np.nan]])
    scale = StandardScale.of(X)
    assert scale.scores(np.array([[3.0], [np.nan]])).tolist() == [[0.0], [0.0]]
    # The gap counts as the median 3, so the quartiles are 2.25 and 3.75.
    np.testing.assert_allclose(scale.scores(np.array([[3.0 + 0.75e-6]])), 1e-6, rtol=1e-6)


@given(steps=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2, unique=True))
def test_scores_keep_the_order_and_draw_tails_in(steps: list[float]) -> None:
    scale = StandardScale(np.array([10.0]), np.array([2.0]))
    low, high = scale.scores(np.sort(steps)[:, None])[:, 0]
    assert low <= high
    assert np.abs([low, high]).max() < 20


def test_a_column_that_hardly_varies_or_is_empty_survives() -> None:
    X = np.zeros((100, 3))
    X[0, 0], X[:, 2] = 50.0, np.nan
    scale = StandardScale.of(X)
    np.testing.assert_allclose(scale.spread, [X[:, 0].std(), 1.0, 1.0])
    assert np.isfinite(scale.scores(X)).all()
    np.testing.assert_array_equal(scale.scores(X)[:, 1:], 0.0)


def test_units_do_not_matter() -> None:
    X = np.random.default_rng(0).lognormal(size=(200, 2))
    moved = 7.0 + 1000.0 * X
    np.testing.assert_allclose(StandardScale.of(moved).scores(moved), StandardScale.of(X).scores(X), atol=1e-9)


def test_it_comes_back_from_json() -> None:
    X = np.random.default_rng(1).normal(size=(50, 4))
    scale = StandardScale.of(X)
    back = StandardScale.from_state(json.loads(json.dumps(scale.state())))
    np.testing.assert_array_equal(back.scores(X), scale.scores(X))
