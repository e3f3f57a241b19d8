"""Tables of X-rays: those that the package xraydb gives, to the last bit, without its import."""

import subprocess
import sys

import numpy as np
import pytest
import xraydb

from physics.sorting import xray_tables

ELEMENTS = (
    "H",
    "Be",
    "O",
    "Mg",
    "Al",
    "Si",
    "Ti",
    "Cr",
    "Fe",
    "Ni",
    "Cu",
    "Zn",
    "Mo",
    "Ag",
    "Sn",
    "Sb",
    "W",
    "Pb",
    "Bi",
)
# Between and at the energies of the tables, where cubics meet and edges jump.
ENERGIES = np.concatenate([np.geomspace(100.0, 8e5, 701), np.exp([5.23644, 6.90776, 7.3518, 9.10264]), [8979.0]])


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(("kind", "theirs"), [("photo", "photo"), ("total", "total"), ("coherent", "coh")])
def test_attenuation_is_that_of_the_package(element: str, kind: str, theirs: str) -> None:
    result = xray_tables.attenuation(element, ENERGIES, kind)
    np.testing.assert_array_equal(result, xraydb.mu_elam(element, ENERGIES, kind=theirs))


@pytest.mark.parametrize("element", ELEMENTS)
def test_edges_and_lines_are_those_of_the_package(element: str) -> None:
    edges = {n: (e.energy, e.fluorescence_yield, e.jump_ratio) for n, e in xray_tables.edges(element).items()}
    assert edges == {name: tuple(edge) for name, edge in xraydb.xray_edges(element).items()}
    theirs = [(name, one.energy, one.initial_level, one.intensity) for name, one in xraydb.xray_lines(element).items()]
    if theirs:
        assert [(n, one.energy, one.edge, one.intensity) for n, one in xray_tables.lines(element).items()] == theirs
    else:
        with pytest.raises(ValueError, match=element):
            xray_tables.lines(element)


@pytest.mark.parametrize("element", ELEMENTS)
def test_form_factors_are_those_of_the_package(element: str) -> None:
    for energy, half_sine in ((8.0, 0.0), (17.4, 0.3), (60.0, 0.9)):
        over_wavelength = half_sine * energy / 12.39842  # 1/Å
        assert xray_tables.form_factor(element, energy, half_sine) == xraydb.f0(element, over_wavelength)[0]


def test_energies_beyond_the_tables_take_the_nearer_end_and_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="100 to 800000 eV"):
        result = xray_tables.attenuation("Cu", np.array([50.0, 9e5]), "photo")
    np.testing.assert_array_equal(result, xray_tables.attenuation("Cu", np.array([100.0, 8e5]), "photo"))


def test_an_element_that_no_table_holds_is_named() -> None:
    with pytest.raises(ValueError, match="Xx: expected an element"):
        xray_tables.edges("Xx")


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xray_tables, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="xraydb"):
        xray_tables._file.__wrapped__()


def test_what_reads_x_rays_does_not_import_the_package() -> None:
    code = (
        "import sys; from physics.sorting import dual_energy, xray\n"
        "assert xray.line_energy('cu', 'Ka') > 8.0\n"
        "assert not {'xraydb', 'sqlalchemy', 'scipy.interpolate'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
