"""Where the directions of features are probed, and when both are found."""

from types import SimpleNamespace

import numpy as np

from models.estimators import signs
from models.estimators.signs import PROBES, feature_signs
from seeds import load


def test_half_of_the_probes_lie_anywhere_and_half_about_normal_production():
    seed = load("aluminium_reduction")
    result, twin = signs._probes(seed, np.random.default_rng(3)), np.random.default_rng(3)
    low, high = np.array([column.limits for column in seed.inputs]).T
    mean = np.array([column.typical.mean for column in seed.inputs])
    sd = np.array([column.typical.sd for column in seed.inputs])
    half = PROBES // 2
    np.testing.assert_allclose(result[:half], low + (high - low) * twin.random((half, len(low))), rtol=1e-9)
    normal = mean + sd * (6.0 * twin.random((half, len(low))) - 3.0)
    np.testing.assert_allclose(result[half:], np.clip(normal, low, high), rtol=1e-9)
    assert result.shape == (PROBES, len(low))


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


def test_a_column_is_moved_up_by_at_most_three_tenths_of_the_way_to_its_limit(toy_seed):
    """x_set reaches to 20 kA, z to 8 V; previous_y has no sign and is never moved."""
    seen = []

    def features(columns):
        seen.append({name: column.copy() for name, column in columns.items()})
        return {"f": columns["x_set"]}

    feature_signs(toy_seed, SimpleNamespace(FEATURES=(SimpleNamespace(name="f", sign=0),), features=features))
    before, *after = seen
    assert len(after) == 2
    for moved, name, limit in zip(after, ("x_set", "z"), (20.0, 8.0), strict=True):
        left = limit - before[name]
        share = (moved[name] - before[name])[left > 1e-9] / left[left > 1e-9]
        assert 0.0 <= share.min() < 0.001
        assert 0.299 < share.max() <= 0.3 + 1e-9
        assert abs(share.mean() - 0.15) < 0.01
        for other in set(before) - {name}:
            np.testing.assert_array_equal(moved[other], before[other])
    assert PROBES == 4000


def test_rounding_is_a_billionth_of_the_value():
    before = np.array([-4.0])
    assert signs._ways(before, before + 3.9e-9) == set()
    assert signs._ways(before, before + 4.2e-9) == {1}
    assert signs._ways(before, before - 4.2e-9) == {-1}
