"""Chances and durations of faults."""

import numpy as np
import pytest

from synthetic_data.plant.faults import between, onset_chance


def test_chances_of_the_days_of_a_year_sum_to_the_rate():
    assert onset_chance(12.0, 7.0) == pytest.approx(12.0 / 52.17857142857143, rel=1e-12)
    assert onset_chance(3.0, 365.25) == 3.0
    assert onset_chance(np.array([1.0, 2.0]), 0.5) == pytest.approx([0.5 / 365.25, 1.0 / 365.25], rel=1e-12)


def test_durations_lie_between_their_ends_alike_likely():
    assert between(2.0, 10.0, 0.0) == 2.0
    assert between(2.0, 10.0, 0.25) == 4.0
    assert between(2.0, 10.0, 1.0) == 10.0
    uniforms = np.random.default_rng(1).random(100_000)
    result = between(np.full(100_000, 2.0), np.full(100_000, 10.0), uniforms)
    assert result.mean() == pytest.approx(6.0, rel=0.005)
    assert result.std() == pytest.approx(8.0 / np.sqrt(12.0), rel=0.01)
