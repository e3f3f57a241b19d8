"""Windows of the spectrum: energies by the tables, and the overlaps that make metals look like others."""

import numpy as np
import pytest
from scipy.stats import norm

from physics.sorting import xray
from physics.sorting.xray_detector import escape_share
from physics.sorting.xray_windows import (
    _ESCAPE_ENERGIES,
    _ESCAPE_SHARES,
    ENERGIES,
    KBETA,
    NAMES,
    NOISE,
    PEAKS,
    PeakWindows,
)

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
    response = PeakWindows().response()
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
    assert least < PeakWindows().response()[NAMES.index(line), NAMES.index(window)] < most


def test_escape_peak_of_copper_is_that_of_silicon():
    copper, iron = NAMES.index("cu"), NAMES.index("fe")
    share = escape_share(xray.mass_attenuation("si", np.array([PEAKS["cu"]])))[0]
    expected = share * PeakWindows().shares(np.array([PEAKS["cu"] - 1.740]))[0, iron]
    assert PeakWindows(tail=0.0).response()[copper, iron] == pytest.approx(expected, rel=0.03)


def test_an_energy_scale_that_reads_high_moves_copper_into_zinc():
    copper, zinc = NAMES.index("cu"), NAMES.index("zn")
    shares = [PeakWindows().response(gain)[copper, zinc] for gain in (-0.005, 0.0, 0.005)]
    assert shares[0] > shares[1]  # Kβ of copper, from above, comes into zinc's window when the scale reads low
    assert PeakWindows().response(0.005)[copper, copper] < PeakWindows().response()[copper, copper]


def test_less_noise_less_overlap():
    wide, narrow = PeakWindows(NOISE), PeakWindows(70.0)
    chromium, manganese = NAMES.index("cr"), NAMES.index("ni")
    assert narrow.response()[manganese, NAMES.index("cu")] < wide.response()[manganese, NAMES.index("cu")]
    assert narrow.response()[chromium, chromium] > wide.response()[chromium, chromium]


def test_sum_peaks_that_matter_are_found():
    result = {(NAMES[pair.first], NAMES[pair.second], NAMES[pair.window]) for pair in PeakWindows().sums()}
    assert ("zn", "zn", "mo") in result
    assert ("fe", "fe", "pb_lb") in result
    for pair in PeakWindows().sums():
        assert abs(ENERGIES[pair.first] + ENERGIES[pair.second] - ENERGIES[pair.window]) < 0.5


# Half of the width at 130 eV of noise, F 0.115, 3.65 eV a pair.
HALF = 0.5 * (130.0**2 + 8.0 * np.log(2.0) * 3.65 * 0.115 * 1000.0 * ENERGIES) ** 0.5


def gaussian(energy, window, half, width):
    """Share of a line of an energy in a window about another [keV], half as wide and with the line's width [eV]."""
    sigma = width / (8.0 * np.log(2.0)) ** 0.5
    return norm.cdf((1000.0 * (window - energy) + half) / sigma) - norm.cdf((1000.0 * (window - energy) - half) / sigma)


def width_of(energy, noise=130.0):
    return (noise**2 + 8.0 * np.log(2.0) * 3.65 * 0.115 * 1000.0 * energy) ** 0.5


def test_response_by_hand():
    response = PeakWindows().response()
    iron = gaussian(6.401, 6.401, HALF[3], width_of(6.401))
    # Kβ of iron and nothing else falls below itself, but for escape and tail
    iron += 0.168 * gaussian(7.060, 6.401, HALF[3], width_of(7.060))
    iron += 0.00271 * gaussian(6.401 - 1.740, 6.401, HALF[3], width_of(6.401))
    assert response[NAMES.index("fe"), NAMES.index("fe")] == pytest.approx(iron, rel=1e-3)
    chromium = gaussian(5.412, 5.897, HALF[2], width_of(5.412))
    chromium += 0.168 * gaussian(5.947, 5.897, HALF[2], width_of(5.947))
    assert response[NAMES.index("cr"), NAMES.index("mn")] == pytest.approx(chromium, rel=1e-6)
    spread = (width_of(18.897) ** 2 + 500.0**2) ** 0.5
    compton = gaussian(18.897, 18.897, 400.0, spread)
    assert response[NAMES.index("compton"), NAMES.index("compton")] == pytest.approx(compton, rel=1e-6)
    shifted = PeakWindows().response(0.01)
    assert shifted[NAMES.index("sn"), NAMES.index("sn")] == pytest.approx(
        gaussian(1.01 * 25.192, 25.192, HALF[12], width_of(25.192)), rel=1e-6
    )
    quiet = PeakWindows(noise=70.0, tail=0.0).response()
    zinc = gaussian(8.629, 8.629, HALF[6], width_of(8.629, 70.0))
    zinc += 0.168 * gaussian(9.570, 8.629, HALF[6], width_of(9.570, 70.0))
    assert quiet[NAMES.index("zn"), NAMES.index("zn")] == pytest.approx(zinc, rel=1e-6)
    assert PeakWindows() == PeakWindows(NOISE, 0.003) == PeakWindows(130.0, 0.003)


def test_tail_lies_below_lines_alone():
    added = PeakWindows(tail=0.01).response() - PeakWindows(tail=0.0).response()
    wide = np.where(np.array(NAMES) == "compton", 400.0, HALF)
    expected = np.where(ENERGIES[:, np.newaxis] > ENERGIES, 0.01 * 2e-3 * wide, 0.0)
    np.testing.assert_allclose(added, expected, atol=1e-12)


def test_escape_peaks_are_those_of_silicon_at_every_tabled_energy():
    energies = np.array([4.5, 5.4, 5.9, 6.4, 7.5, 8.0, 8.6, 10.5, 12.6])
    np.testing.assert_allclose(_ESCAPE_ENERGIES, energies, rtol=1e-12)
    np.testing.assert_allclose(_ESCAPE_SHARES, escape_share(xray.mass_attenuation("si", energies)), rtol=0.015)


def test_sum_peaks_by_hand():
    result = {(NAMES[pair.first], NAMES[pair.second], NAMES[pair.window]): pair.share for pair in PeakWindows().sums()}
    twice = gaussian(2 * 8.629, 17.444, HALF[9], width_of(2 * 8.629))
    assert result[("zn", "zn", "mo")] == pytest.approx(0.5 * twice, rel=1e-6)
    mixed = gaussian(8.040 + 8.629, 17.444, HALF[9], width_of(8.040 + 8.629))
    assert (("cu", "zn", "mo") in result) == (mixed > 0.02)
    assert all(share > 0.5 * 0.02 for share in result.values())
    strong = [name for name in NAMES if name in {"cr", "fe", "ni", "cu", "zn", "pb_la", "pb_lb"}]
    expected = set()
    for i, one in enumerate(strong):
        for other in strong[i:]:
            energy, counted = PEAKS[one] + PEAKS[other], 0.5 if one == other else 1.0
            for window, half in zip(NAMES, np.where(np.array(NAMES) == "compton", 400.0, HALF), strict=True):
                if counted * gaussian(energy, PEAKS[window], half, width_of(energy)) > 0.02:
                    expected.add((one, other, window))
    assert set(result) == expected
