"""Readings that are stuck, missing or out of range."""

import numpy as np
import pytest

from synthetic_data.plant.readings import clipped, missing, spoiled, stuck, within_range

READINGS = 400_000


def test_the_share_that_is_missing_is_the_stated_one_and_the_others_are_untouched():
    rng = np.random.default_rng(1)
    values = rng.standard_normal(READINGS)
    result = missing(values, 0.03, rng.random(READINGS))
    lost = np.isnan(result)
    assert lost.mean() == pytest.approx(0.03, abs=4.0 * np.sqrt(0.03 / READINGS))
    assert np.array_equal(result[~lost], values[~lost])
    assert abs(np.corrcoef(lost, values)[0, 1]) < 0.01


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_none_or_all_are_missing_at_the_ends(share, expected):
    uniforms = np.array([0.0, 0.5, np.nextafter(1.0, 0.0)])
    assert np.isnan(missing(np.ones(3), share, uniforms)).mean() == expected


def test_stuck_readings_repeat_the_last_ones_for_stretches_of_geometric_length():
    rng, share, periods = np.random.default_rng(2), 0.2, 400
    true = rng.standard_normal((periods, 1000))
    read = true.copy()
    for period in range(1, periods):
        read[period] = stuck(true[period], read[period - 1], share, rng.random(1000))
    repeats = read[1:] == read[:-1]
    assert repeats.mean() == pytest.approx(share, abs=0.003)
    assert np.array_equal(read[1:][~repeats], true[1:][~repeats])
    # A stretch goes on with the same probability however long it has lasted.
    for length in (1, 2):
        inside = np.logical_and.reduce([repeats[i : len(repeats) - length + i] for i in range(length)])
        assert repeats[length:][inside].mean() == pytest.approx(share, abs=0.01)


def test_a_range_shows_its_ends_and_nothing_beyond():
    values = np.array([-0.1, 0.0, 3.0, 5.0, 5.1, np.nan])
    assert within_range(values, (0.0, 5.0)).tolist()[1:4] == [0.0, 3.0, 5.0]
    assert np.isnan(within_range(values, (0.0, 5.0))).tolist() == [True, False, False, False, True, True]
    assert clipped(values, (0.0, 5.0)).tolist()[:5] == [0.0, 0.0, 3.0, 5.0, 5.0]
    assert np.isnan(clipped(values, (0.0, 5.0))[5])


def test_a_share_of_readings_is_missing_and_the_rest_lies_in_range():
    read = {"a": np.linspace(-5.0, 25.0, 600).reshape(3, 200), "b": np.full((3, 200), 7.0)}
    result = spoiled(read, 0.25, {"a": (0.0, 20.0), "b": (0.0, 5.0)}, (), np.random.default_rng(2))
    lost = np.random.default_rng(2).integers(0, 1200, 300)
    expected = np.concatenate([np.clip(read["a"], 0.0, 20.0).ravel(), np.full(600, 5.0)])
    expected[lost] = np.nan
    assert np.array_equal(np.concatenate([result["a"].ravel(), result["b"].ravel()]), expected, equal_nan=True)
