"""Impurity balances: factors of raw materials, closed loops, pools that keep every gram."""

import numpy as np
import pytest

from physics.atoms import ATOMS
from physics.melt.metal_balance import (
    alumina_contribution,
    anode_contribution,
    blended_content,
    closed_loop_recovery,
    concentrated_content,
    pool_content,
)


def test_iron_of_alumina_counts_1_93_times():
    in_oxide = 2 * ATOMS["fe"][1] / (2 * ATOMS["fe"][1] + 3 * ATOMS["o"][1])
    iron = 1e4 * 0.013 * in_oxide  # ppm in the alumina
    assert iron == pytest.approx(90.9, rel=1e-3)
    assert alumina_contribution(0.013, in_oxide) == pytest.approx(1.93 * iron, rel=1e-12)


def test_stoichiometric_alumina_is_1_89_times_the_metal():
    stoichiometric = (2 * ATOMS["al"][1] + 3 * ATOMS["o"][1]) / (2 * ATOMS["al"][1])
    assert stoichiometric == pytest.approx(1.8895, rel=1e-4)


def test_fume_that_returns_ends_in_the_metal():
    assert closed_loop_recovery(0.6, 0.0) == pytest.approx(0.6, rel=1e-12)
    assert closed_loop_recovery(0.6, 1.0) == pytest.approx(1.0, rel=1e-12)
    passes = 0.6 * np.sum((0.98 * 0.4) ** np.arange(60))
    assert closed_loop_recovery(0.6, 0.98) == pytest.approx(passes, rel=1e-12)


def test_a_pool_closes_and_settles_at_its_feed():
    content, mass, made = 900.0, 22.0, 1.5
    exchange = made / mass
    history = [content]
    for _ in range(400):
        content = float(pool_content(content, 1400.0, exchange))
        gained = mass * (content - history[-1])
        assert gained == pytest.approx(made * 1400.0 - made * content, rel=1e-9, abs=1e-9)
        history.append(content)
    assert history[-1] == pytest.approx(1400.0, rel=1e-6)
    assert 1400.0 - history[20] == pytest.approx(500.0 / (1.0 + exchange) ** 20, rel=1e-9)


def test_a_failing_pot_of_30000_ppm_reaches_published_contents_in_two_days():
    content = 900.0
    for _ in range(4):
        content = float(pool_content(content, 30000.0, 0.068))
    assert 2000.0 < content < 10000.0


def test_a_blend_lies_between_its_metals_and_keeps_their_mass():
    share = np.linspace(0.0, 100.0, 11)
    blend = blended_content(1000.0, 600.0, share)
    assert blend[0] == 1000.0
    assert blend[-1] == pytest.approx(600.0, rel=1e-12)
    assert np.all(np.diff(blend) < 0.0)
    assert blended_content(1000.0, 600.0, 25.0) == pytest.approx((30.0 * 1000.0 + 10.0 * 600.0) / 40.0, rel=1e-12)


def test_what_does_not_burn_is_concentrated():
    assert concentrated_content(950.0, 0.0) == 950.0
    assert concentrated_content(950.0, 1.0) * 0.99 == pytest.approx(950.0, rel=1e-12)


VALUES = {
    "alumina": (alumina_contribution(0.02, 0.7, 1.92), 1e4 * 0.02 * 0.7 * 1.92),
    "alumina by default": (alumina_contribution(0.02, 0.7), 1e4 * 0.02 * 0.7 * 1.93),
    "anode": (anode_contribution(300.0, 0.4), 120.0),
    "anode by default": (anode_contribution(300.0), 123.0),
    "loop": (closed_loop_recovery(0.4, 0.9), 0.4 / (1.0 - 0.9 * 0.6)),
    "pool": (pool_content(900.0, 1300.0, 0.25), (900.0 + 0.25 * 1300.0) / 1.25),
    "blend": (blended_content(1000.0, 1500.0, 30.0), 1150.0),
    "concentrated": (concentrated_content(950.0, 5.0), 1000.0),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
