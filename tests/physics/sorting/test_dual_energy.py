"""Dual-energy transmission: the published table of log ratios, its laws, and its noise."""

import numpy as np
import pytest

from physics.sorting.dual_energy import (
    ALUMINIUM_FILTER,
    CAESIUM_IODIDE,
    COPPER_FILTER,
    GADOLINIUM_OXYSULPHIDE,
    Scanner,
    condensed,
    log_ratio,
    log_ratio_noise,
    log_transmissions,
    sandwich,
)
from physics.sorting.xray import mass_attenuation

ELEMENTS = ("al", "mg", "si", "mn", "fe", "cu", "zn", "cr")
SCANNER = sandwich(160.0)
# Contents within the alloys' limits, wt%; the rest is aluminium.
ALLOYS = {
    "1xxx": {"fe": 0.25, "si": 0.1},
    "5182": {"mg": 4.5, "mn": 0.35, "fe": 0.2},
    "6061": {"mg": 1.0, "si": 0.6, "cu": 0.28, "cr": 0.2, "fe": 0.3},
    "A356": {"si": 7.0, "mg": 0.35, "fe": 0.15},
    "2024": {"cu": 4.35, "mg": 1.5, "mn": 0.6, "fe": 0.2},
    "46000": {"si": 9.0, "cu": 3.9, "fe": 1.1, "zn": 1.2, "mn": 0.4},
    "7075": {"zn": 5.6, "mg": 2.5, "cu": 1.6, "cr": 0.23, "fe": 0.2},
}


def fractions(content):
    shares = np.array([content.get(element, 0.0) for element in ELEMENTS]) / 100.0
    shares[0] = 1.0 - shares[1:].sum()
    return shares


def attenuation_of(shares):
    """Mass attenuation of mixtures, the mean of the elements' by weight, shape (mixtures, energies)."""
    return shares @ np.stack([mass_attenuation(element, SCANNER.energies) for element in ELEMENTS])


def ratio_at(content, transmission):
    """Log ratio of the thickness that lets this share of the low-energy light pass."""
    thickness = np.geomspace(1e-3, 60.0, 4000)
    attenuation = np.repeat(attenuation_of(fractions(content)[None]), 4000, axis=0)
    low, high = log_transmissions(attenuation, thickness, SCANNER)
    return float(np.interp(-np.log(transmission), -low, low / high))


# Log ratio at T_low = 0.7, 0.5, 0.3, 0.1 for 160 kVp, 2 mm Al, 80 mg/cm² GOS / 0.6 mm Cu / 4 mm CsI.
@pytest.mark.parametrize(
    ("alloy", "expected"),
    [
        ("1xxx", (2.497, 2.119, 1.814, 1.544)),
        ("5182", (2.526, 2.138, 1.826, 1.552)),
        ("6061", (2.557, 2.159, 1.839, 1.559)),
        ("A356", (2.523, 2.136, 1.825, 1.550)),
        ("2024", (2.863, 2.358, 1.966, 1.635)),
        ("46000", (2.989, 2.439, 2.017, 1.665)),
        ("7075", (3.069, 2.491, 2.051, 1.685)),
    ],
)
def test_log_ratios_are_those_of_the_published_table(alloy, expected):
    result = [ratio_at(ALLOYS[alloy], transmission) for transmission in (0.7, 0.5, 0.3, 0.1)]
    assert result == pytest.approx(expected, abs=0.03)  # the table's own contents are not stated


def test_detectors_see_58_and_95_kilovolts():
    assert SCANNER.energies @ SCANNER.low == pytest.approx(58.0, rel=0.01)
    assert SCANNER.energies @ SCANNER.high == pytest.approx(95.0, rel=0.01)
    assert SCANNER.low.sum() == pytest.approx(1.0)
    assert SCANNER.high.sum() == pytest.approx(1.0)


def test_copper_and_zinc_stand_out_and_magnesium_and_silicon_do_not():
    base = ratio_at(ALLOYS["6061"], 0.5)
    gaps = {alloy: ratio_at(content, 0.5) - base for alloy, content in ALLOYS.items()}
    assert {alloy for alloy, gap in gaps.items() if gap > 0.15} == {"2024", "46000", "7075"}
    assert max(abs(gaps[alloy]) for alloy in ("5182", "A356")) < 0.05


def test_few_bins_read_all_aluminium_alloys_low_by_nearly_the_same():
    few, table = condensed(SCANNER, ELEMENTS, 24)
    assert few.low.sum() == pytest.approx(1.0)
    thickness = np.array([0.27, 0.54, 1.35, 4.05])
    errors = []
    for content in ALLOYS.values():
        shares = np.repeat(fractions(content)[None], len(thickness), axis=0)
        fine = log_ratio(*log_transmissions(attenuation_of(shares), thickness, SCANNER))
        errors.append(log_ratio(*log_transmissions(shares @ table, thickness, few)) - fine)
    assert np.max(np.abs(errors)) < 0.012
    assert np.ptp(errors, axis=0).max() < 0.005


def test_thickness_adds_up_for_one_energy_and_hardens_for_many():
    attenuation = attenuation_of(fractions(ALLOYS["1xxx"])[None].repeat(2, axis=0))
    low, high = log_transmissions(attenuation, np.array([1.0, 2.0]), SCANNER)
    assert 1.5 < low[1] / low[0] < 2.0  # the soft light goes first
    assert (low < high).all()
    assert (high < 0.0).all()
    single = attenuation[:, 40:41]
    one = type(SCANNER)(SCANNER.energies[40:41], np.ones(1), np.ones(1))
    thin, thick = log_transmissions(single, np.array([1.0, 2.0]), one)[0]
    assert thick == pytest.approx(2.0 * thin, rel=1e-12)


# 200 pixels of 2e4 photons behind 2, 5 and 10 mm of aluminium.
@pytest.mark.parametrize(("millimetres", "expected"), [(2.0, 0.020), (5.0, 0.008), (10.0, 0.004)])
def test_quantum_noise_is_the_published_one(millimetres, expected):
    attenuation = mass_attenuation("al", SCANNER.energies)[None]
    low, high = log_transmissions(attenuation, np.array([0.27 * millimetres]), SCANNER)
    assert log_ratio_noise(low, high, 200 * 2e4)[0] == pytest.approx(expected, rel=0.05)


def test_noise_falls_with_the_root_of_the_photons():
    assert log_ratio_noise(-0.6, -0.3, 4e6) == pytest.approx(2.0 * log_ratio_noise(-0.6, -0.3, 1.6e7), rel=1e-12)


def test_two_energies_by_hand():
    scanner = Scanner(np.array([40.0, 80.0]), np.array([0.75, 0.25]), np.array([0.4, 0.6]))
    low, high = log_transmissions(np.array([[0.5, 0.2]]), np.array([2.0]), scanner)
    assert low[0] == pytest.approx(np.log(0.75 * np.exp(-1.0) + 0.25 * np.exp(-0.4)), rel=1e-12)
    assert high[0] == pytest.approx(np.log(0.4 * np.exp(-1.0) + 0.6 * np.exp(-0.4)), rel=1e-12)


def test_a_sandwich_weighs_energies_by_what_each_layer_absorbs():
    result = sandwich(120.0, {"al": 0.3}, {"gd": 0.05}, {"cu": 0.4}, {"cs": 0.7, "i": 0.6})
    energies = np.arange(15.5, 120.0, 1.0)
    assert np.array_equal(result.energies, energies)
    arriving = energies * (120.0 / energies - 1.0) * np.exp(-0.3 * mass_attenuation("al", energies))
    front = np.exp(-0.05 * mass_attenuation("gd", energies))
    back = np.exp(-0.7 * mass_attenuation("cs", energies) - 0.6 * mass_attenuation("i", energies))
    low = arriving * (1.0 - front)
    high = arriving * front * np.exp(-0.4 * mass_attenuation("cu", energies)) * (1.0 - back)
    np.testing.assert_allclose(result.low, low / low.sum(), rtol=1e-9)
    np.testing.assert_allclose(result.high, high / high.sum(), rtol=1e-9)


def test_the_usual_sandwich():
    # 2 mm Al, 80 mg/cm² Gd2O2S, 0.6 mm Cu, 4 mm CsI (4.51 g/cm³), by molar masses
    oxysulphide = {"gd": 2.0 * 157.25, "o": 2.0 * 15.999, "s": 32.06}
    iodide = {"cs": 132.905, "i": 126.904}
    for layer, masses, per_area in (
        (GADOLINIUM_OXYSULPHIDE, oxysulphide, 0.080),
        (CAESIUM_IODIDE, iodide, 0.4 * 4.51),
        (COPPER_FILTER, {"cu": 63.546}, 0.06 * 8.96),
        (ALUMINIUM_FILTER, {"al": 26.982}, 0.2 * 2.70),
    ):
        expected = {element: per_area * mass / sum(masses.values()) for element, mass in masses.items()}
        assert layer == pytest.approx(expected, rel=0.02)


def test_condensed_bins_keep_signal_and_mean_energy():
    few, table = condensed(SCANNER, ("al", "cu"), 5)
    edges = 15.5 * (SCANNER.energies[-1] / 15.5) ** (np.arange(6) / 5.0)
    edges[-1] += 1.0
    weight = SCANNER.low + SCANNER.high
    for k in range(5):
        inside = (SCANNER.energies >= edges[k] * (1 - 1e-12)) & (SCANNER.energies < edges[k + 1] * (1 - 1e-12))
        assert few.low[k] == pytest.approx(SCANNER.low[inside].sum(), rel=1e-9)
        assert few.high[k] == pytest.approx(SCANNER.high[inside].sum(), rel=1e-9)
        assert few.energies[k] == pytest.approx(np.average(SCANNER.energies[inside], weights=weight[inside]), rel=1e-9)
        copper = np.average(mass_attenuation("cu", SCANNER.energies[inside]), weights=weight[inside])
        assert table[1, k] == pytest.approx(copper, rel=1e-9)


VALUES = {
    "ratio": (log_ratio(-0.9, -0.5), 1.8),
    "noise": (
        log_ratio_noise(-0.9, -0.5, 1e4, 1.2),
        1.8 * (np.exp(0.9) / (1e4 * 0.81) + np.exp(0.5) / (1e4 * 0.25)) ** 0.5 * 1.2,
    ),
    "noise by default": (
        log_ratio_noise(-0.9, -0.5, 1e4),
        1.8 * (np.exp(0.9) / (1e4 * 0.81) + np.exp(0.5) / (1e4 * 0.25)) ** 0.5 * 1.45,
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
