"""The robot that puts cells into bins."""

import numpy as np
import pandas as pd
import pytest

from seeds import load
from synthetic_data import outcome, piece_mass


@pytest.fixture(scope="module")
def seed():
    return load("retired_batteries")


def test_what_is_not_taken_goes_to_the_rest_and_heavy_cells_slip_more_often(seed):
    n, residue = 200_000, [one.rest for one in seed.bins].index(True)
    mass = np.where(np.arange(n) % 2 == 0, 100.0, 2000.0)
    truth = pd.DataFrame({"true_mass": mass})
    decided = np.zeros(n, dtype=np.intp)
    result = outcome(seed, truth, decided, 3)
    assert set(result.bins[result.cause > 0]) == {residue}
    assert (result.bins[result.cause == 0] == 0).all()
    late, missed = (result.causes.index(name) for name in ("late decision", "direct miss"))
    p = seed.plant.value
    assert (result.cause == late).mean() == pytest.approx(p("late_share"), rel=0.08)
    light, heavy = ((result.cause == missed)[mass == one].mean() for one in (100.0, 2000.0))
    in_time = 1.0 - p("late_share")
    assert light == pytest.approx(in_time * p("direct_miss"), rel=0.12)
    assert heavy == pytest.approx(in_time * p("direct_miss") * p("heavy_miss_factor"), rel=0.09)
    np.testing.assert_array_equal(piece_mass(seed, truth), mass)


def test_the_rest_needs_no_grip(seed):
    residue = [one.rest for one in seed.bins].index(True)
    result = outcome(seed, pd.DataFrame({"true_mass": np.ones(1000)}), np.full(1000, residue), 3)
    assert (result.bins == residue).all()
    assert not result.cause.any()
