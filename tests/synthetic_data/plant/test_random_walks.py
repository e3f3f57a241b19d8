"""First-order walks and stirred pools: stationary variance, memory, closed forms."""

import math

import numpy as np
import pytest

from synthetic_data.plant.random_walks import DelayedSeries, Pool, Walk, next_walk, next_walks

MEMORIES = (0.7, 5.0, 40.0)
WALKS = 200_000


def correlation(first, second):
    return np.corrcoef(first, second)[0, 1]


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_step_keeps_the_variance_and_forgets_by_its_memory(memory):
    retained, fresh = (float(next_walk(np.array(state), np.array(1.0 - state), memory)) for state in (1.0, 0.0))
    assert retained == pytest.approx(math.exp(-1.0 / memory), rel=1e-12)
    assert retained**2 + fresh**2 == pytest.approx(1.0, rel=1e-12)
    assert fresh > 0.0


def test_without_shocks_a_walk_falls_to_one_over_e_in_its_memory():
    state = np.array([2.0, -1.0])
    for _ in range(6):
        state = next_walk(state, np.zeros(2), 6.0)
    assert state == pytest.approx(np.array([2.0, -1.0]) / math.e, rel=1e-12)


def test_a_walk_from_anywhere_comes_to_unit_variance():
    rng, state = np.random.default_rng(1), np.full(WALKS, 3.0)
    for _ in range(30):
        state = next_walk(state, rng.standard_normal(WALKS), 5.0)
    assert state.mean() == pytest.approx(3.0 * math.exp(-6.0), abs=0.01)
    assert state.var() == pytest.approx(1.0 - math.exp(-12.0), rel=0.02)


@pytest.mark.parametrize("memory", MEMORIES)
def test_walks_are_stationary_with_unit_variance_and_exponential_memory(memory):
    rng = np.random.default_rng(2)
    walk = Walk(memory, (WALKS,), rng)
    values = walk.advance(rng.standard_normal((WALKS, 8)))
    assert values.shape == (WALKS, 8)
    assert values.var(axis=0) == pytest.approx(np.ones(8), rel=0.02)
    assert np.abs(values.mean(axis=0)).max() < 0.015
    for steps in (1, 3, 7):
        assert correlation(values[:, 0], values[:, steps]) == pytest.approx(math.exp(-steps / memory), abs=0.01)


def test_walks_in_stretches_are_those_of_one_stretch():
    normals = np.random.default_rng(3).standard_normal((2, 5, 40))
    whole, parted = (Walk(9.0, (2, 5), np.random.default_rng(4)) for _ in range(2))
    expected = whole.advance(normals)
    result = np.concatenate([parted.advance(part) for part in np.split(normals, [1, 17], axis=-1)], axis=-1)
    assert np.array_equal(result, expected)


def test_a_walk_of_many_periods_is_that_of_single_steps():
    normals = np.random.default_rng(5).standard_normal((4, 30))
    state, steps = np.random.default_rng(6).standard_normal(4), []
    for shock in normals.T:
        state = next_walk(state, shock, 3.0)
        steps.append(state)
    assert Walk(3.0, (4,), np.random.default_rng(6)).advance(normals) == pytest.approx(np.array(steps).T, rel=1e-12)


def test_several_steps_are_single_steps_to_the_last_bit():
    rng = np.random.default_rng(5)
    initial, shocks = rng.standard_normal(4), rng.standard_normal((30, 4))
    state, unchanged = initial, shocks.copy()
    for value, shock in zip(next_walks(initial, shocks, 7.0), shocks, strict=True):
        state = next_walk(state, shock, 7.0)
        assert np.array_equal(value, state)
    assert np.array_equal(shocks, unchanged)


def test_a_pool_begins_in_balance_and_follows_its_feed_by_the_share_exchanged():
    pool, exchange = Pool(0.25), 0.25
    assert pool.advance(np.full((1, 5), 7.0)) == pytest.approx(np.full((1, 5), 7.0), rel=1e-12)
    after = pool.advance(np.full((1, 20), 17.0))[0]
    left = (1.0 / (1.0 + exchange)) ** np.arange(1, 21)
    assert after == pytest.approx(17.0 - 10.0 * left, rel=1e-12)


def test_a_pool_is_in_balance_with_the_first_of_a_feed_that_changes():
    result = Pool(0.25).advance(np.array([[8.0, 3.0, 3.0]]))[0]
    assert result == pytest.approx([8.0, 3.0 + 5.0 / 1.25, 3.0 + 5.0 / 1.25**2], rel=1e-12)


def test_a_delayed_series_stands_still_before_its_first_period():
    delay = DelayedSeries(2)
    assert delay.advance(np.array([[5.0, 6.0, 7.0]])).tolist() == [[5.0, 5.0, 5.0]]
    assert delay.advance(np.array([[8.0]])).tolist() == [[6.0]]
    assert delay.advance(np.array([[9.0, 10.0, 11.0]])).tolist() == [[7.0, 8.0, 9.0]]
