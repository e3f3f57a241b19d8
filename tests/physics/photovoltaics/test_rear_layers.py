"""Rear layers: fluorine by stoichiometry, and bands that tell layers apart."""

import numpy as np
import pytest

from physics.photovoltaics.rear_layers import COATING, LAYERS, PVDF_FILM, PVF_FILM, RATIOS


def test_shares_of_fluorine_are_those_of_the_monomers():
    fluorine, carbon, hydrogen = 18.998, 12.011, 1.008
    vinyl, vinylidene = 2 * carbon + 3 * hydrogen + fluorine, 2 * carbon + 2 * hydrogen + 2 * fluorine
    assert PVF_FILM == pytest.approx(37.0 * 1.48 * fluorine / vinyl, rel=1e-3)
    assert PVDF_FILM == pytest.approx(25.0 * 1.77 * 2 * fluorine / vinylidene, rel=1e-3)
    assert 8.0 <= COATING <= 12.0


def test_coatings_look_most_like_polyester_and_glass_like_nothing_else():
    apart = np.sqrt(np.sum(np.square(RATIOS[:, None] - RATIOS), axis=2))
    np.fill_diagonal(apart, np.inf)
    assert LAYERS[int(apart[LAYERS.index("coating")].argmin())] == "polyester"
    glass = apart[LAYERS.index("glass")]
    assert glass[np.isfinite(glass)].min() > 2.0 * apart[LAYERS.index("coating")].min()
