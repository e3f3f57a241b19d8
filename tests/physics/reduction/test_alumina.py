"""Alumina and AlF3: stoichiometry, closure of the mass balance, directions of dissolution."""

import numpy as np
import pytest

from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass
from physics.reduction.alumina import (
    ALUMINA_PER_METAL,
    alf3_consumption,
    alumina_consumption,
    efficiency_from_feed,
    fast_share,
    sludge_rate,
)


def test_alumina_closes_with_the_metal():
    assert ALUMINA_PER_METAL == pytest.approx(1.889, rel=5e-4)
    metal = metal_mass(400.0, 1.0, 93.0, ALUMINIUM_EQUIVALENT)
    assert alumina_consumption(400.0, 93.0) == pytest.approx(ALUMINA_PER_METAL * metal, rel=1e-13)
    assert efficiency_from_feed(alumina_consumption(400.0, 93.0), 400.0, ALUMINA_PER_METAL) == pytest.approx(93.0)


def test_share_dissolved_at_once_falls_in_cold_full_bath_and_with_poor_alumina():
    good = fast_share(9.0, 0.3)
    assert 0.7 <= good <= 0.9
    assert np.all(np.diff(fast_share(np.linspace(-2.0, 6.0, 9), 0.3)) > 0.0)
    assert np.all(np.diff(fast_share(9.0, np.linspace(0.5, 1.0, 6))) < 0.0)
    assert fast_share(9.0, 0.3, 25.0) < good
    assert fast_share(9.0, 0.3, 12.0, 0.5) < good
    assert fast_share(-200.0, 2.0) == 0.2


def test_sludge_is_1_to_5_per_cent_of_the_lumps():
    assert 0.01 <= sludge_rate(1.0) <= 0.05


def test_young_pots_take_more_alf3():
    tonne_a_day = 1000.0
    assert 14.0 <= alf3_consumption(tonne_a_day, 5000.0) <= 20.0
    assert 5.0 <= alf3_consumption(tonne_a_day, 0.0) - alf3_consumption(tonne_a_day, 5000.0) <= 10.0
    assert np.all(np.diff(alf3_consumption(3000.0, np.linspace(0.0, 2000.0, 21))) < 0.0)


VALUES = {
    "consumption": (alumina_consumption(410.0, 91.0), 410.0 * 3600.0 / 96485.33212 * 0.91 * 101.9613 / 6.0),
    "efficiency, practical alumina": (
        efficiency_from_feed(240.0, 405.0),
        100.0 * 240.0 / (1.92 * 405.0 * 3600.0 * 26.98154 / (3.0 * 96485.33212)),
    ),
    "efficiency, 1.9 kg/kg": (
        efficiency_from_feed(240.0, 405.0, 1.9),
        100.0 * 240.0 / (1.9 * 405.0 * 3600.0 * 26.98154 / (3.0 * 96485.33212)),
    ),
    "good bath and alumina": (fast_share(6.5, 0.45), 0.85),
    "cold and full": (fast_share(4.5, 0.7), 0.85 - 0.03 * 1.5 - 0.4 * 0.2),
    "fine and dry": (fast_share(9.0, 0.3, 22.0, 0.4), 0.85 - 0.004 * 10.0 - 0.1 * 0.5),
    "usual fines and loss on ignition": (fast_share(5.0, 0.6), 0.85 - 0.03 - 0.04),
    "least share": (fast_share(-30.0, 0.9), 0.2),
    "sludge": (sludge_rate(60.0), 1.8),
    "sludge of a share": (sludge_rate(60.0, 0.045), 2.7),
    "AlF3 of a pot of 300 days": (alf3_consumption(2900.0, 300.0), 2.9 * (17.0 + 7.5 * np.exp(-1.0))),
    "AlF3 of another lining": (alf3_consumption(2900.0, 100.0, 15.0, 9.0, 400.0), 2.9 * (15.0 + 9.0 * np.exp(-0.25))),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
