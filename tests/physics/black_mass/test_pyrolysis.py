"""Pyrolysis and washing: laws, what practice says of sizes, values by hand."""

import numpy as np
import pytest

from physics.black_mass.comminution import recovered_powder
from physics.black_mass.pyrolysis import (
    adhesion_of_binder,
    aluminium_embrittlement,
    binder_left,
    carbonated_share,
    fluorine_left,
    soluble_fluorine,
    wash_left,
    washed_fluorine,
)


def test_binder_burns_off_with_time_and_heat():
    assert binder_left(540.0, 0.0) == 1.0
    assert binder_left(540.0, 70.0) == pytest.approx(0.1, rel=1e-12)
    assert binder_left(540.0, 140.0) == pytest.approx(0.01, rel=1e-12)
    assert binder_left(560.0, 70.0) < 0.1 < binder_left(520.0, 70.0)


def test_fluorine_falls_by_60_to_80_per_cent_in_furnaces_of_500_to_600_degrees():
    left = fluorine_left(binder_left(np.array([520.0, 540.0, 600.0]), 70.0))
    assert ((0.15 < left) & (left < 0.4)).all()
    assert fluorine_left(1.0) == 1.0


def test_pyrolysis_brings_three_to_five_points_of_powder():
    typical, raw = (0.595 * recovered_powder(130.0, adhesion_of_binder(binder)) for binder in (0.1, 1.0))
    assert 3.0 < 100.0 * (typical - raw) < 5.0


def test_aluminium_turns_brittle_below_its_melting_point():
    rise = aluminium_embrittlement(np.array([540.0, 610.0, 630.0]))
    assert rise[0] == pytest.approx(1.0, abs=0.001)
    assert rise[1] == pytest.approx(1.4, rel=1e-12)
    assert 1.5 < rise[2] < 2.0


def test_what_washing_takes_is_soluble_and_the_rest_stays():
    left = wash_left(np.array([0.0, 0.6, 6e6]))
    assert left == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)
    total, soluble = washed_fluorine(0.6, 0.65, left), soluble_fluorine(0.6, 0.65, left)
    assert total - soluble == pytest.approx(np.full(3, 0.6 * 0.35), rel=1e-12)
    assert total[0] == pytest.approx(0.6, rel=1e-12)


def test_pyrolysis_turns_more_lithium_into_carbonate_the_hotter_and_longer_it_is():
    assert carbonated_share(540.0, 0.0) == 0.0
    assert carbonated_share(540.0, 70.0) == pytest.approx(0.3, rel=1e-12)
    assert carbonated_share(540.0, 140.0) == pytest.approx(0.51, rel=1e-12)
    share = carbonated_share(np.array([450.0, 540.0, 600.0, 800.0]), 70.0)
    assert (np.diff(share) > 0).all()
    assert share[-1] <= 1.0


VALUES = {
    "carbonate": (carbonated_share(560.0, 60.0, 0.4), 1.0 - 0.6 ** (60.0 / 70.0 * np.exp(0.5))),
    "carbonate by default": (carbonated_share(560.0, 60.0), 1.0 - 0.7 ** (60.0 / 70.0 * np.exp(0.5))),
    "binder": (binder_left(560.0, 60.0), 0.1 ** (60.0 / 70.0 * np.exp(0.5))),
    "adhesion": (adhesion_of_binder(0.3, 0.6), 1.12),
    "adhesion by default": (adhesion_of_binder(0.3), 1.1),
    "fluorine": (fluorine_left(0.2), 0.32),
    "brittle": (aluminium_embrittlement(618.0, 0.7), 1.0 + 0.7 / (1.0 + np.exp(-1.0))),
    "brittle by default": (aluminium_embrittlement(618.0), 1.0 + 0.8 / (1.0 + np.exp(-1.0))),
    "wash": (wash_left(2.0, 0.8), 0.8 / 2.8),
    "wash by default": (wash_left(2.0), 0.6 / 2.6),
    "total": (washed_fluorine(0.6, 0.5, 0.2), 0.36),
    "soluble": (soluble_fluorine(0.6, 0.5, 0.2), 0.06),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
