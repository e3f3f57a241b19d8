"""Atomic numbers and molar masses against the tables of xraydb."""

import pytest
import xraydb

from physics.atoms import ATOMS


@pytest.mark.parametrize("element", ATOMS)
def test_numbers_and_masses_are_those_of_the_tables(element):
    number, mass = ATOMS[element]
    assert number == xraydb.atomic_number(element.capitalize())
    assert mass == pytest.approx(xraydb.atomic_mass(element.capitalize()), rel=5e-4)
