"""Where the directions of features are probed, and when both are found."""

from types import SimpleNamespace

import numpy as np

from models.estimators import signs
from models.estimators.signs import PROBES, feature_signs
from seeds import load


def test_half_of_the_probes_lie_anywhere_and_half_about_normal_production():
    seed = load("aluminium_reduction")
    found, twin = signs._probes(seed, np.random.default_rng(3)), np.random.default_rng(3)
    low, high = np.array([column.limits for column in seed.inputs]).T
    mean = np.array([column.typical.mean for column in seed.inputs])
    sd = np.array([column.typical.sd for column in seed.inputs])
    half = PROBES // 2
    np.testing.assert_allclose(found[:half], low + (high - low) * twin.random((half, len(low))), rtol=1e-9)
    normal = mean + sd * (6.0 * twin.random((half, len(low))) - 3.0)
    np.testing.assert_allclose(found[half:], np.clip(normal, low, high), rtol=1e-9)
    assert found.shape == (PROBES, len(low))


def test_ways_of_a_feature():
    before = np.array([1.0, 2.0, np.nan])
    assert signs._ways(before, np.array([1.1, 2.0, np.nan])) == {1}
    assert signs._ways(before, np.array([1.0, 1.9, np.nan])) == {-1}
    assert signs._ways(before, np.array([1.1, 1.9, np.nan])) == {1, -1}
    assert signs._ways(before, before) == set()
    assert signs._ways(before, before * (1.0 + 1e-12)) == set()  # rounding is no move
    assert signs._ways(before, np.array([1.0, np.nan, np.nan])) == {1, -1}
    assert signs._ways(before, np.array([1.0, 2.0, 3.0])) == {1, -1}


def test_a_feature_takes_the_sign_of_its_column(toy_seed):
    names = [column.name for column in toy_seed.inputs if column.sign]
    assert names
    column = toy_seed.column(names[0])

    def features(columns):
        return {"same": 2.0 * columns[column.name], "opposite": -columns[column.name]}

    physics = SimpleNamespace(
        FEATURES=(SimpleNamespace(name="same", sign=0), SimpleNamespace(name="opposite", sign=0)), features=features
    )
    assert feature_signs(toy_seed, physics) == {"same": column.sign, "opposite": -column.sign}
    physics.FEATURES = (SimpleNamespace(name="same", sign=-column.sign), SimpleNamespace(name="opposite", sign=0))
    assert feature_signs(toy_seed, physics) == {"opposite": -column.sign}
