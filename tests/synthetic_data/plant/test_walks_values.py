"""Walks, pools and delays step by step, over two stretches of several units."""

import numpy as np

from synthetic_data.plant.random_walks import DelayedSeries, Pool, Walk, next_walk

near = np.testing.assert_allclose


def test_walks_carry_on():
    rng, twin = np.random.default_rng(1), np.random.default_rng(1)
    walk, state, retained = Walk(5.0, (2, 3), rng), twin.standard_normal((2, 3)), np.exp(-0.2)
    normals = np.random.default_rng(2).standard_normal((2, 3, 11))
    result = np.concatenate([walk.advance(normals[..., :4]), walk.advance(normals[..., 4:])], axis=-1)
    for t in range(11):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        near(result[..., t], state, rtol=1e-9)
    near(
        next_walk(np.array([0.3]), np.array([-1.1]), 5.0), 0.3 * retained - 1.1 * (1.0 - retained**2) ** 0.5, rtol=1e-12
    )


def test_pools_begin_in_balance_and_carry_on():
    feed = np.random.default_rng(3).uniform(1.0, 2.0, (2, 3, 11))
    pool, content = Pool(0.25), feed[..., 0]
    result = np.concatenate([pool.advance(feed[..., :4]), pool.advance(feed[..., 4:])], axis=-1)
    for t in range(11):
        content = (content + 0.25 * feed[..., t]) / 1.25
        near(result[..., t], content, rtol=1e-9)


def test_delays_stand_still_at_first_and_carry_on():
    values, delay = np.arange(66.0).reshape(2, 3, 11), DelayedSeries(3)
    result = np.concatenate(
        [delay.advance(values[..., :5]), delay.advance(values[..., 5:7]), delay.advance(values[..., 7:])], axis=-1
    )
    for t in range(11):
        assert np.array_equal(result[..., t], values[..., max(t - 3, 0)])
