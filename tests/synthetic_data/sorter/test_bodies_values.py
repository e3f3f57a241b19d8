"""Bodies of pieces with their equations written out."""

import numpy as np
import pytest
from scipy.stats import norm

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.sorter import bodies
from synthetic_data.sorter.lots import draw_lots
from synthetic_data.sorter.materials import materials_of

near = np.testing.assert_allclose
PER_LOT = 30


@pytest.fixture(scope="module")
def scrap():
    """Lots and materials of the aluminium line."""
    plan = plan_run(load("aluminium_scrap"), units=6, years=0.5, rng_seed=3)
    materials = materials_of(plan.seed)
    return draw_lots(plan, UnitBlock(0, 0, 6), materials.feeds, np.random.default_rng(1)), materials


def of_feed(lots, materials, name):
    """Parameter of each lot's feed on its day."""
    return np.array([lots.parameters[f"{name}_{materials.feeds[feed]}"][k] for k, feed in enumerate(lots.feed)])


def test_parameters_follow_the_feed(scrap):
    for name in ("mass_median", "size_scale"):
        near(bodies.of_feed(*scrap, name), of_feed(*scrap, name), rtol=1e-12)


def test_equal_ratios():
    near(bodies.within(np.array([2.0]), np.array([18.0]), np.array([0.5])), [6.0], rtol=1e-12)
    assert bodies.within(np.zeros(2), np.array([18.0, 0.0]), np.array([0.5, 0.5])).tolist() == [0.0, 0.0]


def log_wall(materials, feed):
    """Mean and variance of the logarithm of density times thickness over a feed, by shares of its named materials."""
    total, mean, square = 0.0, 0.0, 0.0
    for i in range(len(materials.names)):
        if materials.feed[i] == feed and materials.klass[i] != materials.other:
            (d0, d1), (t0, t1) = np.log(materials.density[i]), np.log(materials.thickness[i] / 10.0)
            middle = 0.5 * (d0 + d1) + 0.5 * (t0 + t1)
            spread = ((d1 - d0) ** 2 + (t1 - t0) ** 2) / 12.0
            total += materials.share[i]
            mean += materials.share[i] * middle
            square += materials.share[i] * (spread + middle**2)
    return mean / total, square / total - (mean / total) ** 2


def test_bodies_again(scrap):
    lots, materials = scrap
    rng, p = np.random.default_rng(2), lots.parameters
    density, thickness = rng.uniform(2.6, 2.9, 180), rng.uniform(0.5, 6.0, 180)
    result = bodies.draw_bodies(lots, materials, density, thickness, np.random.default_rng(3))
    twin, lot = np.random.default_rng(3), np.repeat(np.arange(6), PER_LOT)
    n, u = twin.standard_normal((2, 180)), twin.random(180)
    median, gsd = (np.log(of_feed(lots, materials, name))[lot] for name in ("mass_median", "mass_gsd"))
    mass, wall = np.exp(median + gsd * n[0]), density * thickness / 10.0
    moments = np.array([log_wall(materials, materials.feeds[feed]) for feed in lots.feed])
    mean, sd = (median - moments[lot, 0]), (gsd**2 + moments[lot, 1]) ** 0.5
    tie = p.size_correlation[lot]
    score = tie * (np.log(mass / wall) - mean) / sd + (1.0 - tie**2) ** 0.5 * n[1]
    scale, exponent = of_feed(lots, materials, "size_scale")[lot], p.size_exponent[lot]
    above = [np.exp(-((of_feed(lots, materials, f"size_{end}")[lot] / scale) ** exponent)) for end in ("low", "high")]
    left = above[0] - (above[0] - above[1]) * norm.cdf(score)
    size = scale * (-np.log(left)) ** (1.0 / exponent)
    square = 0.01 * size**2
    low, high = p.fill_low[lot], p.fill_high[lot]
    area = square * (low + (high - low) * u)
    shape = np.clip(mass / (wall * area), p.shape_low[lot], p.shape_high[lot])
    area = np.clip(mass / (wall * shape), square * low, square * high)
    near(result.size, size, rtol=1e-9)
    near(result.shape, shape, rtol=1e-9)
    near(result.area, area, rtol=1e-9)
    near(result.mass, wall * area * shape, rtol=1e-9)
    # some keep their mass, some had to give way
    retained = np.isclose(result.mass, mass, rtol=1e-9)
    assert 0.1 < retained.mean() < 1.0
