"""Powder by balance of mass: what notes of the trade compute of each cathode, values by hand."""

import numpy as np
import pytest

from physics.black_mass.cathodes import element_content
from physics.black_mass.powder import (
    enriched_share,
    lithium_of_metals,
    phosphorus_of_lfp,
    powder_content,
)

# Nickel, cobalt, manganese and lithium of powders with 60 % of cathode and 0.15 % of lithium from the electrolyte [%].
POWDERS = {
    "nmc111": (12.17, 12.22, 11.39, 4.47),
    "nmc532": (18.24, 7.32, 10.24, 4.46),
    "nmc622": (21.80, 7.30, 6.80, 4.45),
    "nmc811": (28.96, 3.63, 3.39, 4.43),
    "lco": (0.0, 36.13, 0.0, 4.40),
    "lmo": (0.0, 0.0, 36.46, 2.45),
}


@pytest.mark.parametrize("cathode", POWDERS)
def test_powders_of_one_cathode(cathode):
    result = [powder_content(element_content(cathode, element), 0.6) for element in ("ni", "co", "mn")]
    result.append(powder_content(element_content(cathode, "li"), 0.6, 0.15))
    assert result == pytest.approx(POWDERS[cathode], abs=0.006)


def test_five_points_of_iron_phosphate_bring_0_59_of_phosphorus():
    before, after = phosphorus_of_lfp(np.array([0.0, 0.05]))
    assert before == 0.2
    assert after - before == pytest.approx(0.589, abs=0.0005)


def test_grade_one_needs_more_cathode_than_shredded_cells_have():
    nickel_and_cobalt = element_content("nmc622", "ni") + element_content("nmc622", "co")
    assert powder_content(nickel_and_cobalt, 0.7) < 35.0 < powder_content(nickel_and_cobalt, 0.75)


def test_lithium_of_metals_is_that_of_the_formula():
    for cathode in ("nmc111", "nmc532", "nmc622", "nmc811", "lco"):
        metals = [powder_content(element_content(cathode, element), 0.6) for element in ("ni", "co", "mn")]
        assert lithium_of_metals(*metals) == pytest.approx(0.6 * element_content(cathode, "li"), rel=1e-12)


VALUES = {
    "powder": (powder_content(36.3, 0.62, 0.1), 36.3 * 0.62 + 0.1),
    "powder by default": (powder_content(36.3, 0.62), 36.3 * 0.62),
    "burnt": (enriched_share(0.6, 0.04), 0.6 / 0.96),
    "lithium": (lithium_of_metals(20.0, 6.0, 5.0), 6.94 * (20.0 / 58.693 + 6.0 / 58.933 + 5.0 / 54.938)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
