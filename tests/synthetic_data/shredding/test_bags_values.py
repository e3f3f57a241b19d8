"""Bags worked out again from the same random numbers: the silo, what X-rays show, blending, wrong bags."""

import numpy as np

from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.shredding.bags import Bagging
from synthetic_data.shredding.powder import ELEMENTS

SEEN = ("ni", "co", "mn", "cu", "fe")


def test_the_silo_keeps_a_sixth_of_the_lot_before(lines):
    for name in ELEMENTS:
        made, silo = lines.powder.contents[name], lines.bagged.of_silo[name]
        np.testing.assert_allclose(silo[:, 1:], (silo[:, :-1] + 5.0 * made[:, 1:]) / 6.0, rtol=1e-9)


def test_bags_with_much_copper_are_held_back_by_what_x_rays_show(lines, draws):
    head = draws["bagging"].standard_normal((5, 3, 1))
    n = draws["bagging.go"].standard_normal((5, 3, 120))
    copper = lines.bagged.of_silo["cu"] * np.exp(0.03 * head[3] + 0.28 * n[3])
    held = np.clip(0.4 * np.log(copper / 2.0), 0.0, 0.3)
    assert 0.02 < (held > 0.0).mean() < 0.5
    np.testing.assert_allclose(lines.bagged.held, held, rtol=1e-9, atol=1e-12)
    late = [np.concatenate([held[:, :1]] * lots + [held[:, :-lots]], axis=1) for lots in (1, 2, 3)]
    mass = 1.0 - held + sum(late) / 3.0
    np.testing.assert_allclose(lines.bagged.mass, mass, rtol=1e-9)
    np.testing.assert_allclose(lines.bagged.blended, sum(late) / 3.0 / mass, rtol=1e-9, atol=1e-12)


def test_a_bag_of_iron_phosphate_shows_in_the_lot_and_not_by_x_rays(lines):
    faults = ActiveFaults(lines.faults.strength | {"bag": np.full((3, 120), 0.05)}, ())
    none = ActiveFaults(lines.faults.strength | {"bag": np.zeros((3, 120))}, ())
    with_bag, without = (
        Bagging(lines.plan, UnitBlock(0, 0, 3), np.random.default_rng(2)).advance(
            lines.supply, lines.powder, one, np.random.default_rng(3)
        )
        for one in (faults, none)
    )
    for name in SEEN:
        np.testing.assert_array_equal(with_bag.shown[name], without.shown[name])
    phosphorus = 0.95 * without.contents["p"] + 0.05 * (0.6 * 19.63425 + 0.2)
    np.testing.assert_allclose(with_bag.contents["p"], phosphorus, rtol=1e-6)
    np.testing.assert_allclose(with_bag.contents["ni"], 0.95 * without.contents["ni"], rtol=1e-9)
    np.testing.assert_array_equal(with_bag.contents["cu"], without.contents["cu"])
