"""Charts against their definition, and their run lengths against exact and published values."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.sparse import coo_array, eye_array
from scipy.sparse.linalg import spsolve
from scipy.special import ndtr
from scipy.stats import norm

from monitoring.charts.control import (
    REFERENCE_VALUES,
    ChartError,
    cusum,
    ewma,
    moving_range_sigma,
    robust_reference,
    shewhart,
)
from monitoring.charts.runs_rules import NELSON, THREE_SIGMA, WESTERN_ELECTRIC

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)


def simulated(signals: Callable[[np.ndarray], np.ndarray], shift: float, typical: float, runs: int, seed: int):
    """Mean length of runs to the first signal, and its standard error."""
    rng = np.random.default_rng(seed)
    lengths = np.empty(runs)
    for i in range(runs):
        values, result = np.empty(0), np.zeros(0, dtype=bool)
        while not result.any():
            values = np.append(values, rng.normal(shift, 1.0, math.ceil(4 * typical)))
            result = signals(values)
        lengths[i] = result.argmax() + 1
    return lengths.mean(), lengths.std(ddof=1) / math.sqrt(runs)


def ewma_kernel(x: np.ndarray, y: np.ndarray, lam: float, shift: float) -> np.ndarray:
    """Density of the next average y given the average x, shape (len(x), len(y))."""
    return norm.pdf((y - (1 - lam) * x[:, None]) / lam - shift) / lam


def ewma_run_length(lam: float, width: float, shift: float, exact_limits: bool) -> float:
    """Average run length from the centre on, by the integral equation (Crowder 1987)."""
    last = width * math.sqrt(lam / (2 - lam))
    x, w = last * NODES, last * WEIGHTS
    from_here = np.linalg.solve(np.eye(len(x)) - ewma_kernel(x, x, lam, shift) * w, np.ones(len(x)))
    if not exact_limits:
        return float(1 + (ewma_kernel(np.zeros(1), x, lam, shift) * w @ from_here)[0])
    # Limits grow at first: the density of the average goes on step by step until they are those of a long time.
    total, density, at, weight = 1.0, np.ones(1), np.zeros(1), np.ones(1)
    for age in range(1, 101):
        limit = last * math.sqrt(1 - (1 - lam) ** (2 * age))
        density = (density * weight) @ ewma_kernel(at, limit * NODES, lam, shift)
        at, weight = limit * NODES, limit * WEIGHTS
        if age < 100:
            total += float(density @ weight)
    return total + float(density * weight @ from_here)


def cusum_run_length(k: float, h: float, shift: float) -> float:
    """Average run length of both sums together, by the integral equation (Page 1954, Kemp 1961)."""

    def one_side(drift: float) -> float:
        y, w = h / 2 * (NODES + 1), h / 2 * WEIGHTS
        start = np.append(0.0, y)
        kernel = np.column_stack([ndtr(k - drift - start), norm.pdf(y - start[:, None] + k - drift) * w])
        return float(np.linalg.solve(np.eye(len(start)) - kernel, np.ones(len(start)))[0])

    return 1 / (1 / one_side(shift) + 1 / one_side(-shift))


def western_electric_run_length(shift: float) -> float:
    """Average run length of the four rules, by a Markov chain of the last zones (Champ and Woodall 1987)."""
    zones = {
        z: norm.cdf(abs(z) - z * shift / abs(z)) - norm.cdf(abs(z) - 1 - z * shift / abs(z)) for z in range(-3, 4) if z
    }
    states, queue, steps = {((), 0): 0}, [((), 0)], []
    while queue:
        last, run = queue.pop()
        for zone, probability in zones.items():
            side = zone // abs(zone)
            seen = (*last, zone)
            length = side * (abs(run) + 1) if run * side >= 0 else side
            outer = sum(z * side == 3 for z in seen[-3:])
            outside = sum(z * side >= 2 for z in seen)
            if outer >= 2 or outside >= 4 or abs(length) >= 8:
                continue
            new = (seen[-4:], length)
            if new not in states:
                states[new] = len(states)
                queue.append(new)
            steps.append((states[(last, run)], states[new], probability))
    rows, columns, probabilities = zip(*steps, strict=True)
    moves = coo_array((probabilities, (rows, columns)), shape=(len(states), len(states)))
    return float(spsolve((eye_array(len(states)) - moves).tocsc(), np.ones(len(states)))[0])


def test_a_robust_reference_hardly_minds_lots_that_were_off() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(5.0, 2.0, 100_000)
    clean = robust_reference(values)
    assert clean.centre == pytest.approx(5.0, abs=0.03)
    assert clean.sigma == pytest.approx(2.0, rel=0.01)
    values[::20] += 30.0
    off = robust_reference(np.append(values, np.nan))
    assert off.sigma == pytest.approx(2.0, rel=0.08)
    assert off.centre == pytest.approx(5.0, abs=0.2)
    assert values.std() > 6.0


def test_sigma_from_the_median_absolute_deviation_errs_as_stated() -> None:
    rng = np.random.default_rng(2)
    result = [robust_reference(rng.normal(size=400)).sigma for _ in range(2000)]
    assert np.std(result) * math.sqrt(400) == pytest.approx(1.17, rel=0.07)


def test_moving_range_of_a_short_series_by_hand() -> None:
    # Ranges 2, 1, 4: mean 7/3; the missing value is passed over.
    assert moving_range_sigma(np.array([1.0, 3.0, np.nan, 2.0, 6.0])) == pytest.approx(7 / 3 / 1.128, rel=1e-3)


def test_a_moving_range_takes_likeness_of_neighbours_for_a_small_spread() -> None:
    rng = np.random.default_rng(3)
    values = autoregressive(rng.normal(size=200_000), 0.7)
    assert moving_range_sigma(values) / values.std() == pytest.approx(math.sqrt(1 - 0.7), rel=0.01)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (np.arange(REFERENCE_VALUES - 1.0), f"at least {REFERENCE_VALUES} values, got {REFERENCE_VALUES - 1}"),
        (np.append(np.full(60, 0.5), np.arange(40.0)), "half of 100 values are 0.5"),
    ],
)
def test_a_reference_that_tells_nothing_is_refused(values: np.ndarray, match: str) -> None:
    with pytest.raises(ChartError, match=match):
        robust_reference(values)


@pytest.mark.parametrize(("centre", "sigma"), [(0.0, 0.0), (0.0, -1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_charts_need_a_spread(centre: float, sigma: float) -> None:
    for chart in (shewhart, ewma, cusum):
        with pytest.raises(ChartError, match="expected a finite centre and sigma > 0"):
            chart(np.zeros(3), centre, sigma)


def test_parameters_that_no_chart_has_are_refused() -> None:
    with pytest.raises(ChartError, match="0 < lam <= 1"):
        ewma(np.zeros(3), 0.0, 1.0, lam=0.0)
    with pytest.raises(ChartError, match="k >= 0 and h > 0"):
        cusum(np.zeros(3), 0.0, 1.0, h=0.0)


@pytest.mark.parametrize(
    ("rules", "values", "index", "names"),
    [
        (WESTERN_ELECTRIC, [0.5, 3.1], 1, ("beyond_3_sigma",)),
        (WESTERN_ELECTRIC, [2.1, 0.0, 2.1], 2, ("2_of_3_beyond_2_sigma",)),
        (WESTERN_ELECTRIC, [2.1, 0.0, -2.1], 2, ()),
        (WESTERN_ELECTRIC, [2.1, 2.1, 0.0], 2, ()),
        (WESTERN_ELECTRIC, [-1.1, -1.1, 0.5, -1.1, -1.1], 4, ("4_of_5_beyond_1_sigma",)),
        (WESTERN_ELECTRIC, [0.1] * 8, 7, ("8_on_one_side",)),
        (WESTERN_ELECTRIC, [-0.1] + [0.1] * 7, 7, ()),
        (NELSON, [0.1] * 9, 8, ("9_on_one_side",)),
        (NELSON, [-0.9, -0.5, -0.2, 0.2, 0.5, 0.9], 5, ("6_steadily",)),
        (NELSON, [0.9, 0.5, 0.2, -0.2, -0.5, -0.9], 5, ("6_steadily",)),
        (NELSON, [-0.9, -0.5, -0.2, -0.2, 0.5, 0.9], 5, ()),
        (NELSON, [1.5, -1.5] * 3 + [0.5, -0.5] * 4, 13, ("14_alternating",)),
        (NELSON, [1.5, -1.5] * 3 + [0.5, -0.5] * 4, 12, ()),
        (NELSON, [0.9, 0.8, -0.9, -0.8] * 3 + [0.9, 0.8, -0.9], 14, ("15_within_1_sigma",)),
        (NELSON, [1.1, 1.2, -1.1, -1.2] * 2, 7, ("8_beyond_1_sigma",)),
        (THREE_SIGMA, [-3.1], 0, ("beyond_3_sigma",)),
    ],
)
def test_rules_signal_at_the_value_that_completes_them(rules, values, index, names) -> None:
    chart = shewhart(10.0 + 2.0 * np.array(values), 10.0, 2.0, rules)
    assert chart.names(index) == names
    assert chart.signals[index] == bool(names)


def test_charts_pass_over_missing_values() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(0.3, 1.2, 300)
    gaps = np.insert(values, np.arange(0, 300, 3), np.nan)
    known = ~np.isnan(gaps)
    for chart, parts in (
        (lambda x: shewhart(x, 0.0, 1.0, NELSON), ("scores",)),
        (lambda x: ewma(x, 0.0, 1.0), ("average", "lower", "upper")),
        (lambda x: cusum(x, 0.0, 1.0), ("high", "low")),
    ):
        whole, broken = chart(values), chart(gaps)
        assert whole.signals.any()
        np.testing.assert_array_equal(broken.signals[known], whole.signals)
        assert not broken.signals[~known].any()
        for part in parts:
            np.testing.assert_array_equal(getattr(broken, part)[known], getattr(whole, part))
            assert np.isnan(getattr(broken, part)[~known]).all()


def test_ewma_and_cusum_follow_their_definition() -> None:
    values = np.random.default_rng(5).normal(11.0, 2.0, 500)
    average, high, low = 10.0, 0.0, 0.0
    one, two = ewma(values, 10.0, 2.0, lam=0.1, width=2.7), cusum(values, 10.0, 2.0, k=0.5, h=4.0)
    for i, value in enumerate(values):
        average = 0.1 * value + 0.9 * average
        half = 2.7 * 2.0 * math.sqrt(0.1 / 1.9 * (1 - 0.9 ** (2 * (i + 1))))
        high, low = max(0.0, high + (value - 10) / 2 - 0.5), max(0.0, low - (value - 10) / 2 - 0.5)
        assert one.average[i] == pytest.approx(average, rel=1e-12)
        assert (one.lower[i], one.upper[i]) == pytest.approx((10 - half, 10 + half), rel=1e-12)
        assert one.signals[i] == (abs(average - 10) > half)
        assert (two.high[i], two.low[i]) == pytest.approx((high, low), rel=1e-9, abs=1e-9)
        assert two.signals[i] == (high > 4 or low > 4)
    assert one.signals.any()
    assert two.signals.any()


def test_ewma_with_all_weight_on_the_newest_value_is_a_shewhart_chart() -> None:
    values = np.random.default_rng(6).normal(0.0, 1.5, 1000)
    np.testing.assert_array_equal(
        ewma(values, 0.0, 1.0, 1.0, 3.0).signals, shewhart(values, 0.0, 1.0, THREE_SIGMA).signals
    )


@pytest.mark.parametrize("chart", [shewhart, ewma, cusum])
def test_no_values_make_no_signals(chart) -> None:
    assert len(chart(np.array([]), 0.0, 1.0).signals) == 0
    assert not chart(np.full(3, np.nan), 0.0, 1.0).signals.any()


# Published: D. C. Montgomery, Introduction to statistical quality control, tables of average run lengths; Champ and
# Woodall (1987) for the rules; Lucas and Saccucci (1990) for EWMA with limits of a long time. In units of their digits.
@pytest.mark.parametrize(
    ("lam", "width", "shift", "published", "digit"),
    [
        (0.2, 2.86, 0.0, 370, 2.0),
        (0.1, 2.70, 0.0, 370, 5.0),
        (0.2, 2.962, 0.0, 500, 1.0),
        (0.2, 2.962, 0.5, 41.8, 0.06),
        (0.2, 2.962, 1.0, 10.5, 0.06),
        (0.2, 2.962, 2.0, 3.7, 0.06),
        (0.1, 2.814, 1.0, 10.3, 0.06),
    ],
)
def test_exact_run_lengths_of_ewma_are_the_published_ones(lam, width, shift, published, digit) -> None:
    assert ewma_run_length(lam, width, shift, exact_limits=False) == pytest.approx(published, abs=digit)


@pytest.mark.parametrize(
    ("h", "shift", "published", "digit"),
    [
        (5.0, 0.0, 465, 0.6),
        (5.0, 0.5, 38.0, 0.06),
        (5.0, 1.0, 10.4, 0.06),
        (5.0, 2.0, 4.01, 0.006),
        (5.0, 3.0, 2.57, 0.006),
        (4.0, 0.0, 168, 0.6),
        (4.0, 0.5, 26.6, 0.06),
        (4.0, 1.0, 8.38, 0.006),
        (4.0, 2.0, 3.34, 0.006),
        (4.0, 3.0, 2.19, 0.006),
    ],
)
def test_exact_run_lengths_of_cusum_are_the_published_ones(h, shift, published, digit) -> None:
    assert cusum_run_length(0.5, h, shift) == pytest.approx(published, abs=digit)


@pytest.mark.parametrize(
    ("shift", "published"), [(0.0, 91.75), (0.2, 66.80), (0.4, 36.61), (1.0, 9.22), (2.0, 3.13), (3.0, 1.67)]
)
def test_exact_run_lengths_of_western_electric_rules_are_the_published_ones(shift, published) -> None:
    assert western_electric_run_length(shift) == pytest.approx(published, abs=0.006)


def shewhart_run_length(shift: float) -> float:
    return 1 / (ndtr(-3 - shift) + ndtr(-3 + shift))


def test_run_lengths_of_three_sigma_are_the_published_ones() -> None:
    assert shewhart_run_length(0.0) == pytest.approx(370.4, abs=0.06)
    assert shewhart_run_length(1.0) == pytest.approx(43.9, abs=0.06)


@pytest.mark.parametrize("shift", [0.0, 1.0])
@pytest.mark.parametrize(
    ("signals", "exact"),
    [
        (lambda x: shewhart(x, 0.0, 1.0, THREE_SIGMA).signals, shewhart_run_length),
        (lambda x: shewhart(x, 0.0, 1.0, WESTERN_ELECTRIC).signals, western_electric_run_length),
        (lambda x: ewma(x, 0.0, 1.0, 0.2, 2.86).signals, lambda d: ewma_run_length(0.2, 2.86, d, exact_limits=True)),
        (lambda x: ewma(x, 0.0, 1.0, 0.1, 2.70).signals, lambda d: ewma_run_length(0.1, 2.70, d, exact_limits=True)),
        (lambda x: cusum(x, 0.0, 1.0, 0.5, 5.0).signals, lambda d: cusum_run_length(0.5, 5.0, d)),
        (lambda x: cusum(x, 0.0, 1.0, 0.5, 4.0).signals, lambda d: cusum_run_length(0.5, 4.0, d)),
    ],
    ids=["three sigma", "western electric", "ewma 0.2", "ewma 0.1", "cusum 5", "cusum 4"],
)
def test_charts_run_as_long_as_theory_says(signals, exact, shift) -> None:
    expected = exact(shift)
    mean, error = simulated(signals, shift, expected, runs=6000, seed=7)
    assert abs(mean - expected) < 4 * error
    assert error < 0.015 * expected


def autoregressive(noise: np.ndarray, phi: float) -> np.ndarray:
    """Series with this correlation of neighbours, mean 0 and variance 1 from its first value on."""
    scaled = np.append(noise[0], math.sqrt(1 - phi**2) * noise[1:])
    return np.asarray(lfilter([1.0], [1.0, -phi], scaled))


def residuals(values: np.ndarray, phi: float) -> np.ndarray:
    """What the value before does not tell, in units of its standard deviation."""
    return (values[1:] - phi * values[:-1]) / math.sqrt(1 - phi**2)


@pytest.mark.parametrize(
    ("signals", "exact"),
    [
        (lambda x: ewma(x, 0.0, 1.0, 0.2, 2.86).signals, ewma_run_length(0.2, 2.86, 0.0, exact_limits=True)),
        (lambda x: cusum(x, 0.0, 1.0, 0.5, 5.0).signals, cusum_run_length(0.5, 5.0, 0.0)),
        (lambda x: shewhart(x, 0.0, 1.0).signals, western_electric_run_length(0.0)),
    ],
    ids=["ewma", "cusum", "western electric"],
)
def test_autocorrelated_values_signal_far_too_often_and_their_residuals_as_promised(signals, exact) -> None:
    raw, _ = simulated(lambda x: signals(autoregressive(x, 0.7)), 0.0, exact, runs=2000, seed=8)
    mean, error = simulated(lambda x: signals(residuals(autoregressive(x, 0.7), 0.7)), 0.0, exact, runs=2000, seed=9)
    assert raw < exact / 5
    assert abs(mean - exact) < 4 * error
