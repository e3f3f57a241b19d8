"""Formulas of cathodes: atoms sum up, metals stand one to one with lithium."""

import pytest

from physics.atoms import ATOMS
from physics.black_mass.cathodes import CATHODES, element_content


@pytest.mark.parametrize("cathode", CATHODES)
def test_contents_sum_to_the_whole(cathode):
    assert sum(element_content(cathode, element) for element in CATHODES[cathode]) == pytest.approx(100.0, rel=1e-12)
    assert element_content(cathode, "cu") == 0.0


@pytest.mark.parametrize("cathode", ["nmc111", "nmc532", "nmc622", "nmc811", "lco"])
def test_layered_oxides_hold_an_atom_of_lithium_for_each_of_metal(cathode):
    atoms = {element: element_content(cathode, element) / ATOMS[element][1] for element in ("li", "ni", "co", "mn")}
    assert atoms["li"] == pytest.approx(atoms["ni"] + atoms["co"] + atoms["mn"], rel=1e-12)


def test_an_unknown_cathode_is_refused():
    with pytest.raises(KeyError, match="nmc955"):
        element_content("nmc955", "ni")
