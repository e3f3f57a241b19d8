"""LIBS: limits and directions of the line model, its inverse, and averages over shots."""

import numpy as np
import pytest

from physics.sorting.libs import (
    BOLTZMANN,
    LINES,
    content_from_reading,
    focus_factor,
    irradiance_exponent,
    line_emission,
    mean_rsd,
    metal_share,
    plasma_temperature,
    saha_ratio,
    self_absorption,
)


def test_a_thin_plasma_does_not_absorb_and_a_thick_one_gives_its_surface():
    assert self_absorption(0.0) == pytest.approx(1.0, rel=1e-8)
    assert self_absorption(1.0) == pytest.approx(1.0 - np.exp(-1.0), rel=1e-14)
    assert self_absorption(50.0) == pytest.approx(1.0 / 50.0, rel=1e-14)
    depths = np.linspace(0.0, 20.0, 200)
    assert (np.diff(self_absorption(depths)) < 0.0).all()
    assert (np.diff(depths * self_absorption(depths)) > 0.0).all()  # a line never weakens with content


def test_the_content_comes_back_from_a_reading():
    content = np.array([0.0, 0.05, 0.3, 1.0])
    assert content_from_reading(content * self_absorption(content / 0.5), 0.5) == pytest.approx(content, abs=1e-9)


def test_a_saturated_reading_has_an_end():
    most = -0.5 * np.log(0.02)
    assert content_from_reading(np.array([0.6, 5.0]), 0.5) == pytest.approx([most, most], rel=1e-12)


def test_the_resonant_copper_line_saturates_near_half_a_per_cent_and_the_weak_one_does_not():
    contents = np.array([0.5, 4.0])
    resonant, weak = (np.divide(*(contents * self_absorption(contents / s))[::-1]) for s in (0.5, 15.0))
    assert resonant < 1.7
    assert weak > 6.5


def test_lines_differ_by_boltzmann_in_their_upper_levels():
    warm, hot = (line_emission(1.0, 300.0, np.array([3.0, 5.0]), kelvin, 2.0, 1.0) for kelvin in (9000.0, 11000.0))
    assert warm[1] / warm[0] == pytest.approx(np.exp(-2.0 / (BOLTZMANN * 9000.0)), rel=1e-12)
    assert (hot / warm)[1] > (hot / warm)[0]


def test_a_colder_plasma_favours_lines_of_low_levels_and_atoms():
    exponent = {name: irradiance_exponent(line, LINES["al_256"], 10_000.0, 0.06, 5e16) for name, line in LINES.items()}
    assert exponent["al_256"] == 0.0
    for name in ("fe_372", "mn_403", "cr_425", "mg_285"):  # upper levels below the 4.83 eV of aluminium's line
        assert exponent[name] < -0.1, name
    assert exponent["ti_335"] > 0.3  # an ion
    # Two lines of one stage of an element differ by Boltzmann alone: b = a (E - E_ref)/kT.
    pair = irradiance_exponent(LINES["mg_518"], LINES["mg_285"], 10_000.0, 0.06, 5e16)
    assert pair == pytest.approx(0.06 * (5.11 - 4.35) / (BOLTZMANN * 10_000.0), rel=1e-3)


def test_saha_spares_carbon():
    carbon = LINES["c_248"]
    assert saha_ratio(10_000.0, 1e17, carbon.ionisation_energy, carbon.atom_weight, carbon.ion_weight) < 0.1


def test_saha_directions():
    assert saha_ratio(11_000.0, 1e17, 7.6, 1.3, 2.1) > saha_ratio(10_000.0, 1e17, 7.6, 1.3, 2.1)
    twice = saha_ratio(10_000.0, 2e17, 7.6, 1.3, 2.1)
    assert saha_ratio(10_000.0, 1e17, 7.6, 1.3, 2.1) == pytest.approx(2.0 * twice, rel=1e-12)


def test_the_spot_doubles_at_the_focal_range_on_both_sides():
    assert focus_factor(0.0, 0.5) == 1.0
    assert focus_factor(np.array([-0.5, 0.5]), 0.5) == pytest.approx([0.5, 0.5], rel=1e-14)


def test_a_plasma_hardly_warms_with_irradiance():
    assert plasma_temperature(1.0, 10_000.0) == 10_000.0
    assert plasma_temperature(2.0, 10_000.0) == pytest.approx(10_718.0, rel=1e-4)


def test_shots_average_and_pieces_do_not():
    assert mean_rsd(0.03, 0.06, 1.0) == pytest.approx(np.hypot(0.03, 0.06), rel=1e-12)
    assert mean_rsd(0.03, 0.06, 1e8) == pytest.approx(0.03, rel=1e-6)
    rng = np.random.default_rng(3)
    pieces = 1.0 + 0.03 * rng.standard_normal((20_000, 1)) + 0.06 * rng.standard_normal((20_000, 10))
    assert pieces.mean(axis=1).std() == pytest.approx(mean_rsd(0.03, 0.06, 10.0), rel=0.02)


def test_cleaning_shots_open_the_way_to_the_metal():
    # 10 shots of 1 µm clear 10 µm; the analysis drills on through 10 more
    layers = np.array([0.0, 10.0, 15.0, 20.0, 100.0])
    assert metal_share(layers, 10.0, 10.0, 1.0) == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    assert metal_share(15.0, 20.0, 10.0, 1.0) == 1.0


def test_every_element_that_saturates_has_a_weak_line():
    for element in ("mg", "si", "cu"):
        assert sum(line.element == element for line in LINES.values()) == 2
    assert all(200.0 < line.wavelength < 900.0 for line in LINES.values())


# NIST Atomic Spectra Database: first ionisation energies [eV].
IONISATION = {
    **{"al": 5.9858, "mg": 7.6462, "si": 8.1517, "cu": 7.7264, "zn": 9.3942, "mn": 7.4340, "fe": 7.9025},
    **{"cr": 6.7665, "ti": 6.8281, "ni": 7.6399, "pb": 7.4167, "sn": 7.3439, "ca": 6.1132, "c": 11.2603},
}
# Lower level [eV], and weight of the upper level and its transition probability [1e8/s]. Titanium's upper level in the
# table lies 0.75 eV above this lower one and the photon together, so it is left out.
LEVELS = {
    "ti_335": (0.049, 12, 1.68),
    "al_256": (0.0, 4, 0.23),
    "al_396": (0.014, 2, 0.985),
    "mg_285": (0.0, 3, 4.91),
    "mg_518": (2.717, 3, 0.561),
    "si_288": (0.781, 3, 2.17),
    "si_390": (1.909, 3, 0.133),
    "cu_325": (0.0, 4, 1.395),
    "cu_522": (3.817, 6, 0.75),
    "zn_481": (4.078, 3, 0.70),
    "mn_403": (0.0, 8, 0.17),
    "fe_372": (0.0, 11, 0.162),
    "cr_425": (0.0, 9, 0.315),
    "ni_341": (0.025, 9, 0.55),
    "pb_406": (1.320, 3, 0.90),
    "sn_284": (0.425, 5, 1.7),
    "ca_393": (0.0, 4, 1.47),
    "c_248": (2.684, 3, 0.28),
}


@pytest.mark.parametrize("name", LINES)
def test_lines_are_those_of_the_tables(name):
    line = LINES[name]
    assert line.element == name.split("_")[0]
    assert abs(line.wavelength - float(name.split("_")[1])) < 0.9
    assert line.ionisation_energy == pytest.approx(IONISATION[line.element], rel=3e-4)
    assert line.ion == (name in ("ti_335", "ca_393"))
    lower, weight, probability = LEVELS[name]
    assert line.upper_energy == pytest.approx(lower + 1239.84 / line.wavelength, abs=0.02)
    assert line.strength == pytest.approx(weight * probability, rel=0.06)


def test_partition_functions_belong_to_elements_and_keep_their_sums():
    # Sums guard the columns: a number changed by one in either is seen.
    assert len(LINES) == 18
    single = {line.element: (line.atom_weight, line.ion_weight) for line in LINES.values()}
    assert all((line.atom_weight, line.ion_weight) == single[line.element] for line in LINES.values())
    assert sum(atom for atom, _ in single.values()) == pytest.approx(247.6, rel=1e-12)
    assert sum(ion for _, ion in single.values()) == pytest.approx(193.5, rel=1e-12)


VALUES = {
    "plasma": (plasma_temperature(1.5, 9500.0, 0.2), 9500.0 * 1.5**0.2),
    "plasma by default": (plasma_temperature(1.5, 9500.0), 9500.0 * 1.5**0.1),
    "focus": (focus_factor(0.6, 1.5), 1.0 / 1.16),
    "Saha": (
        saha_ratio(9000.0, 8e16, 7.6, 2.0, 3.0),
        4.829e15 * 9000.0**1.5 * 1.5 * np.exp(-7.6 / (8.617333262e-5 * 9000.0)) / 8e16,
    ),
    "emission": (
        line_emission(5.0, 320.0, 3.9, 9000.0, 2.5, 0.7),
        5.0 / 320.0 * np.exp(-3.9 / (8.617333262e-5 * 9000.0)) / 2.5 * 0.7,
    ),
    "absorbed": (self_absorption(1.6), (1.0 - np.exp(-1.6)) / 1.6),
    "content": (content_from_reading(0.6, 0.8), -0.8 * np.log(0.25)),
    "most content": (content_from_reading(2.0, 0.8), -0.8 * np.log(0.02)),
    "spread": (mean_rsd(0.03, 0.08, 4.0), 0.05),
    "metal share": (metal_share(16.0, 6.0, 8.0, 2.0), 0.75),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
