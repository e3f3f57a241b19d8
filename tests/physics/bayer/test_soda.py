"""Soda and balances of alumina, by hand."""

import pytest

from physics.bayer.soda import (
    alumina_rate,
    bound_soda,
    liquor_per_tonne,
    silica_of_bauxite,
    sodium_hydroxide_of,
)


def test_a_point_of_silica_takes_so_much_soda():
    """Bauxite of 42 % available alumina: 23.8 kg of silica a point and tonne, of which each takes 0.70 kg."""
    silica = silica_of_bauxite(1.0, 42.0)
    assert silica == pytest.approx(1000.0 / 42.0, rel=1e-12)
    assert bound_soda(silica, 0.70) == pytest.approx(16.7, abs=0.05)
    assert silica_of_bauxite(1.0, 42.0, 0.9) == pytest.approx(silica / 0.9, rel=1e-12)


def test_one_mol_of_soda_a_mol_of_silica():
    assert bound_soda(60.084) == pytest.approx(39.997, rel=1e-3)


def test_soda_of_the_product():
    assert sodium_hydroxide_of(0.40) == pytest.approx(4.0 * 79.994 / 61.979, rel=1e-9)


def test_a_line_by_hand():
    assert alumina_rate(1500.0, 75.0) == pytest.approx(2700.0, rel=1e-12)
    assert liquor_per_tonne(75.0) * alumina_rate(1500.0, 75.0) == pytest.approx(1500.0 * 24.0, rel=1e-12)
