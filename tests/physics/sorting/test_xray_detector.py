"""The silicon detector against published tables, and the statistics of its counts."""

import numpy as np
import pytest
from scipy.special import erf
from scipy.stats import norm

from physics.sorting import xray
from physics.sorting.xray_detector import (
    AIR,
    detection_limit,
    detector_efficiency,
    escape_share,
    live_share,
    resolution,
    share_in_window,
    sum_peak,
)

ENERGIES = np.array([1.25, 1.49, 1.74, 5.90, 6.40, 8.05, 8.64, 10.55, 15.8, 25.3])


def test_lines_are_as_wide_as_those_of_real_systems_at_high_rates():
    assert 150.0 < resolution(5.9, 130.0) < 220.0


@pytest.mark.parametrize(
    ("air_path", "published"),
    [
        (10.0, [0.047, 0.15, 0.30, 0.96, 0.97, 0.99, 0.99, 0.96, 0.64, 0.23]),
        (30.0, [0.0004, 0.008, 0.045, 0.91, 0.93, 0.96, 0.97, 0.95, 0.64, 0.23]),
    ],
)
def test_efficiency_is_the_published_one(air_path, published):
    air = sum(share * xray.mass_attenuation(element, ENERGIES) for element, share in AIR.items())
    window, crystal = xray.mass_attenuation("be", ENERGIES), xray.mass_attenuation("si", ENERGIES)
    result = detector_efficiency(air, window, crystal, air_path)
    np.testing.assert_allclose(result, published, atol=0.006, rtol=0.03)


def test_escape_peaks_of_light_lines_are_the_stronger():
    shares = escape_share(xray.mass_attenuation("si", np.array([4.5, 6.4, 8.05, 10.5])))
    assert (np.diff(shares) < 0.0).all()
    assert 0.001 < shares[2] < 0.003  # a few parts in a thousand at copper


def test_windows_side_by_side_hold_the_whole_line():
    middles = np.arange(-2000.0, 2001.0, 100.0)
    assert share_in_window(35.0 - middles, 50.0, 180.0).sum() == pytest.approx(1.0, abs=1e-12)


def test_a_detector_that_is_busy_half_of_the_time():
    assert live_share(1000.0, 1.0) == 0.5
    assert live_share(0.0, 1.0) == 1.0


def test_sum_peaks_by_simulation():
    rng = np.random.default_rng(3)
    rates, pair_time, duration = (120.0, 40.0), 0.2, 4000.0  # count/ms, µs, ms
    times = [np.sort(rng.uniform(0.0, duration, rng.poisson(rate * duration))) for rate in rates]
    near = np.searchsorted(times[1], times[0] + 5e-4 * pair_time) - np.searchsorted(
        times[1], times[0] - 5e-4 * pair_time
    )
    assert near.sum() / duration == pytest.approx(sum_peak(*rates, pair_time), rel=0.05)


def test_limit_of_detection_falls_with_the_root_of_time():
    assert detection_limit(0.3, 100.0, 50.0) / detection_limit(0.3, 400.0, 200.0) == pytest.approx(2.0)
    assert detection_limit(0.3, 100.0, 0.0) > 0.0


def test_a_line_beside_the_window():
    # the line's middle a half width beyond the edge
    sigma = 120.0 / (8.0 * np.log(2.0)) ** 0.5
    expected = norm.cdf(120.0 / sigma) - norm.cdf(20.0 / sigma)
    assert share_in_window(70.0, 50.0, 120.0) == pytest.approx(expected, rel=1e-9)


def test_constants_of_silicon_are_those_of_the_tables():
    own = xray.mass_attenuation("si", np.array([xray.line_energy("si", "Ka")]))[0]
    assert own == pytest.approx(358.9, rel=0.01)
    assert xray.fluorescence_yield("si", "K") == pytest.approx(0.0429, rel=0.01)
    assert xray.edge_jump("si", "K") == pytest.approx(10.37, rel=0.01)
    assert AIR == pytest.approx({"n": 0.755, "o": 0.232, "ar": 0.013}, rel=1e-12)  # dry air by mass


VALUES = {
    "width": (resolution(8.0, 100.0, 0.12), (1e4 + 8.0 * np.log(2.0) * 3.65 * 0.12 * 8000.0) ** 0.5),
    "width by default": (resolution(8.0), (4900.0 + 8.0 * np.log(2.0) * 3.65 * 0.115 * 8000.0) ** 0.5),
    "efficiency": (
        detector_efficiency(20.0, 2.0, 40.0, 25.0, 8.0, 0.45),
        np.exp(-20.0 * 1.205e-3 * 2.5 - 2.0 * 1.848 * 8e-4) * (1.0 - np.exp(-40.0 * 2.33 * 0.045)),
    ),
    "efficiency by default": (
        detector_efficiency(20.0, 2.0, 10.0),
        np.exp(-20.0 * 1.205e-3 * 3.0 - 2.0 * 1.848 * 12.5e-4) * (1.0 - np.exp(-10.0 * 2.33 * 0.05)),
    ),
    "window": (share_in_window(0.0, 60.0, 120.0), erf(np.log(2.0) ** 0.5)),
    "live": (live_share(200.0, 1.5), 1.0 / 1.3),
    "sum peak": (sum_peak(120.0, 40.0, 0.25), 1.2),
    "detection limit": (detection_limit(0.4, 800.0, 50.0), 3.0 * 10.0 * 0.4 / 800.0),
    "detection limit without background": (detection_limit(0.4, 800.0, 0.0), 3.0 * 0.4 / 800.0),
    # Kα of silicon in silicon 358.9 cm²/g, yield 0.0429, jump 10.37
    "escape": (
        escape_share(71.78),
        1.0 / (1.0 / (0.5 * 0.0429 * (1.0 - 1.0 / 10.37) * (1.0 - 5.0 * np.log(1.2))) - 1.0),
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
