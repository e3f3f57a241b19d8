"""Windows of the spectrum: energies by the tables, and the overlaps that make metals look like others."""

import numpy as np
import pytest

from physics.sorting import xray
from physics.sorting.xray_detector import escape_share
from physics.sorting.xray_windows import ENERGIES, KBETA, NAMES, NOISE, PEAKS, Windows

OF_LEAD = {"pb_la": ("pb", "La"), "pb_lb": ("pb", "Lb")}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("compton", "rayleigh")])
def test_energies_are_those_of_the_tables(name):
    assert PEAKS[name] == pytest.approx(xray.line_energy(*OF_LEAD.get(name, (name, "Ka"))), abs=0.005)
    if name in KBETA:
        assert KBETA[name] == pytest.approx(xray.line_energy(name, "Kb"), abs=0.005)


def test_scatter_peaks_are_rhodium_with_and_without_compton_shift():
    rhodium = xray.line_energy("rh", "Ka")
    assert PEAKS["rayleigh"] == pytest.approx(rhodium, abs=0.005)
    # E/(1 + E (1 - cos 135°)/511 keV)
    shifted = rhodium / (1.0 + rhodium * (1.0 + np.sqrt(0.5)) / 510.999)
    assert PEAKS["compton"] == pytest.approx(shifted, abs=0.005)


def test_each_line_is_seen_best_in_its_own_window():
    response = Windows().response()
    assert (response.argmax(axis=1) == np.arange(len(NAMES))).all()


@pytest.mark.parametrize(
    ("line", "window", "least", "most"),
    [
        ("cr", "mn", 0.08, 0.20),  # Kβ at 5.95 keV
        ("mn", "fe", 0.05, 0.15),  # Kβ at 6.49 keV
        ("ni", "cu", 0.003, 0.03),  # tail of Kβ at 8.26 keV
        ("cu", "zn", 0.001, 0.01),  # tail of Kβ at 8.90 keV
        ("cu", "fe", 0.0008, 0.003),  # escape peak at 6.30 keV
    ],
)
def test_overlaps(line, window, least, most):
    assert least < Windows().response()[NAMES.index(line), NAMES.index(window)] < most


def test_escape_peak_of_copper_is_that_of_silicon():
    copper, iron = NAMES.index("cu"), NAMES.index("fe")
    share = escape_share(xray.mass_attenuation("si", np.array([PEAKS["cu"]])))[0]
    expected = share * Windows().shares(np.array([PEAKS["cu"] - 1.740]))[0, iron]
    assert Windows(tail=0.0).response()[copper, iron] == pytest.approx(expected, rel=0.03)


def test_an_energy_scale_that_reads_high_moves_copper_into_zinc():
    copper, zinc = NAMES.index("cu"), NAMES.index("zn")
    shares = [Windows().response(gain)[copper, zinc] for gain in (-0.005, 0.0, 0.005)]
    assert shares[0] > shares[1]  # Kβ of copper, from above, comes into zinc's window when the scale reads low
    assert Windows().response(0.005)[copper, copper] < Windows().response()[copper, copper]


def test_less_noise_less_overlap():
    wide, narrow = Windows(NOISE), Windows(70.0)
    chromium, manganese = NAMES.index("cr"), NAMES.index("ni")
    assert narrow.response()[manganese, NAMES.index("cu")] < wide.response()[manganese, NAMES.index("cu")]
    assert narrow.response()[chromium, chromium] > wide.response()[chromium, chromium]


def test_sum_peaks_that_matter_are_found():
    found = {(NAMES[pair.first], NAMES[pair.second], NAMES[pair.window]) for pair in Windows().sums()}
    assert ("zn", "zn", "mo") in found
    assert ("fe", "fe", "pb_lb") in found
    for pair in Windows().sums():
        assert abs(ENERGIES[pair.first] + ENERGIES[pair.second] - ENERGIES[pair.window]) < 0.5
