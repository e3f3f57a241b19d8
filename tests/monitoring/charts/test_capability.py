"""Indices against hand-worked values, and how often their intervals hold the truth."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from monitoring.charts.capability import (
    PERCENTILE_VALUES_NEEDED,
    SEEN_NEEDED,
    VALUES_NEEDED,
    CapabilityError,
    capability,
    lognormal_capability,
    percentile_capability,
    percentile_index,
)


def thirty(mean: float, sigma: float) -> np.ndarray:
    """Thirty values with exactly this mean and standard deviation, neighbours far apart."""
    values = np.tile([-1.0, 1.0], 15)
    return mean + sigma * values / values.std(ddof=1)


def test_indices_of_thirty_values_by_hand() -> None:
    # Mean 10, sigma 0.5, limits 8 and 11.5: Pp = 3.5 / 3, Ppk = 1.5 / 1.5.
    result = capability(thirty(10.0, 0.5), 8.0, 11.5)
    assert (result.mean, result.sigma_total) == pytest.approx((10.0, 0.5), rel=1e-12)
    assert result.pp.value == pytest.approx(3.5 / 3.0, rel=1e-12)
    assert result.ppk.value == pytest.approx(1.0, rel=1e-12)
    # chi-square of 29 degrees of freedom: 16.047 and 45.722 at 2.5 % and 97.5 %.
    assert result.pp.low == pytest.approx(3.5 / 3.0 * math.sqrt(16.047 / 29), rel=1e-4)
    assert result.pp.high == pytest.approx(3.5 / 3.0 * math.sqrt(45.722 / 29), rel=1e-4)
    # Bissell: 1.960 sqrt(1 / 270 + 1 / 58).
    assert result.ppk.high - result.ppk.value == pytest.approx(1.95996 * math.sqrt(1 / 270 + 1 / 58), rel=1e-4)
    assert result.ppk.value - result.ppk.low == pytest.approx(result.ppk.high - result.ppk.value, rel=1e-9)


def test_sigma_within_is_that_of_neighbours() -> None:
    # Neighbours differ by 0.5 each time, the whole by a slow rise.
    values = np.arange(100) * 0.5
    result = capability(values, upper=100.0)
    assert result.sigma_within == pytest.approx(0.5 / 1.128, rel=1e-3)
    assert result.sigma_total == pytest.approx(0.5 * math.sqrt(100 * 101 / 12), rel=1e-9)
    assert result.cpk.value == pytest.approx((100 - 24.75) / (3 * 0.5 / 1.128), rel=1e-3)
    assert result.cpk.value > 30 * result.ppk.value


def test_one_limit_has_no_width_and_the_other_side_no_say() -> None:
    values = thirty(10.0, 0.5)
    high, low = capability(values, upper=11.5), capability(values, lower=8.0)
    assert high.cp is None
    assert high.pp is None
    assert high.ppk.value == pytest.approx(1.0, rel=1e-12)
    assert low.ppk.value == pytest.approx(2.0 / 1.5, rel=1e-12)
    assert capability(values, 8.0, 11.5).ppk == high.ppk


def test_a_process_whose_mean_breaks_the_limit_has_a_negative_index() -> None:
    assert capability(thirty(12.0, 0.5), upper=11.5).ppk.value == pytest.approx(-1 / 3, rel=1e-9)


def test_missing_values_are_left_out() -> None:
    values = thirty(10.0, 0.5)
    assert capability(np.insert(values, [3, 17], np.nan), 8.0, 11.5) == capability(values, 8.0, 11.5)


@pytest.mark.parametrize(("index", "truth"), [("cp", 1.5), ("cpk", 4 / 3), ("pp", 1.5), ("ppk", 4 / 3)])
def test_intervals_hold_the_truth_as_often_as_stated(index, truth) -> None:
    rng = np.random.default_rng(1)
    repeats, held = 1500, 0
    for _ in range(repeats):
        result = getattr(capability(rng.normal(size=60), -5.0, 4.0, confidence=0.9), index)
        held += result.low <= truth <= result.high
    assert abs(held / repeats - 0.9) < 4 * math.sqrt(0.09 / repeats)


def test_percentile_index_of_a_normal_distribution_is_ppk() -> None:
    low, median, high = norm.ppf([0.00135, 0.5, 0.99865], 10.0, 0.5)
    assert percentile_index(low, median, high, 8.0, 11.5) == pytest.approx(1.0, rel=1e-4)
    assert percentile_index(low, median, high, lower=8.0) == pytest.approx(4 / 3, rel=1e-4)


def test_percentile_index_of_a_skewed_distribution_by_hand() -> None:
    # Exponential with mean 1: X50 = ln 2, X99.865 = -ln 0.00135 = 6.6077.
    values = -np.log1p(-(np.arange(200_000) + 0.5) / 200_000)
    result = percentile_capability(values, upper=8.0)
    assert result == pytest.approx((8.0 - math.log(2)) / (6.6077 - math.log(2)), rel=2e-3)
    # Three sigma of a normal distribution would promise far more than there is.
    assert (8.0 - 1.0) / 3.0 > 1.8 * result


def lognormal_index(log_mean: float, log_sigma: float, upper: float) -> float:
    return (upper - math.exp(log_mean)) / (math.exp(log_mean + 3 * log_sigma) - math.exp(log_mean))


def censored(values: np.ndarray, limit: float) -> np.ndarray:
    return np.where(values < limit, -limit, values)


def test_without_censoring_the_fit_is_mean_and_deviation_of_the_logarithms() -> None:
    values = np.exp(thirty(1.0, 0.4))
    result = lognormal_capability(values, upper=12.0)
    sigma = 0.4 * math.sqrt(29 / 30)
    assert (result.log_mean, result.log_sigma) == pytest.approx((1.0, sigma), rel=1e-6)
    assert result.ppk.value == pytest.approx(lognormal_index(1.0, sigma, 12.0), rel=1e-5)
    assert result.below == 0


def test_interval_without_censoring_by_hand() -> None:
    # Variances of the maximum likelihood estimates: sigma²/n and sigma²/(2 n); slopes by finite differences.
    values = np.exp(thirty(1.0, 0.4))
    result = lognormal_capability(values, upper=12.0)
    mean, sigma, step = result.log_mean, result.log_sigma, 1e-5
    by_mean = (lognormal_index(mean + step, sigma, 12.0) - lognormal_index(mean - step, sigma, 12.0)) / (2 * step)
    by_sigma = (lognormal_index(mean, sigma + step, 12.0) - lognormal_index(mean, sigma - step, 12.0)) / (2 * step)
    error = sigma * math.sqrt(by_mean**2 / 30 + by_sigma**2 / 60)
    assert result.ppk.high - result.ppk.value == pytest.approx(1.95996 * error, rel=1e-4)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_censored_contents_count_as_censored(share) -> None:
    rng = np.random.default_rng(2)
    limit = float(np.exp(-1.0 + 0.7 * norm.ppf(share)))
    reported = censored(np.exp(rng.normal(-1.0, 0.7, 100_000)), limit)
    result = lognormal_capability(reported, upper=6.0)
    assert result.below / result.values == pytest.approx(share, abs=0.005)
    assert result.log_mean == pytest.approx(-1.0, abs=0.015)
    assert result.log_sigma == pytest.approx(0.7, rel=0.01 if share < 0.7 else 0.015)
    # Half of the limit in their place would tell another process.
    halved = lognormal_capability(np.where(reported < 0, -reported / 2, reported), upper=6.0)
    truth = lognormal_index(-1.0, 0.7, 6.0)
    assert result.ppk.value == pytest.approx(truth, rel=0.03)
    assert halved.ppk.value != pytest.approx(truth, rel=0.08)


def test_several_detection_limits_in_one_series() -> None:
    rng = np.random.default_rng(3)
    values = np.exp(rng.normal(0.0, 0.5, 100_000))
    reported = np.concatenate([censored(values[:50_000], 0.6), censored(values[50_000:], 1.2)])
    result = lognormal_capability(reported, upper=6.0)
    assert (result.log_mean, result.log_sigma) == pytest.approx((0.0, 0.5), abs=0.006)


@pytest.mark.long("repeats over hundreds of samples")
@pytest.mark.parametrize("limit", [0.0, 0.7])
def test_the_censored_interval_holds_the_truth_as_often_as_stated(limit) -> None:
    rng = np.random.default_rng(4)
    truth, repeats, held = lognormal_index(0.0, 0.4, 4.0), 600, 0
    for _ in range(repeats):
        result = lognormal_capability(censored(np.exp(rng.normal(0.0, 0.4, 200)), limit), upper=4.0, confidence=0.9).ppk
        held += result.low <= truth <= result.high
    assert abs(held / repeats - 0.9) < 4 * math.sqrt(0.09 / repeats)


def test_a_lower_limit_counts_where_it_is_nearer() -> None:
    values = np.exp(thirty(1.0, 0.4))
    both = lognormal_capability(values, lower=2.5, upper=100.0)
    sigma = both.log_sigma
    assert both.ppk.value == pytest.approx((math.e - 2.5) / (math.e - math.exp(1 - 3 * sigma)), rel=1e-5)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: capability(np.arange(30.0)), "expected a lower or an upper limit"),
        (lambda: capability(np.arange(30.0), 5.0, 5.0), "expected lower < upper, got 5 and 5"),
        (
            lambda: capability(np.arange(30.0), 5.0, 6.0, confidence=95.0),
            "expected a share above 0 and below 1, got 95",
        ),
        (lambda: capability(np.arange(29.0), 5.0), f"at least {VALUES_NEEDED}, got 29"),
        (lambda: capability(np.ones(30), 5.0), "expected some that differ, got 30 times 1"),
        (lambda: percentile_capability(np.arange(740.0), 5.0), f"at least {PERCENTILE_VALUES_NEEDED}, got 740"),
        (lambda: percentile_capability(np.ones(741), 5.0), "percentiles that differ"),
        (lambda: lognormal_capability(np.arange(29.0) + 1, upper=5.0), f"at least {VALUES_NEEDED}, got 29"),
        (lambda: lognormal_capability(np.arange(30.0), upper=5.0), "a content of 0 has no logarithm"),
        (
            lambda: lognormal_capability(np.append(-np.ones(40), np.arange(9.0) + 2), upper=5.0),
            f"at least {SEEN_NEEDED} contents above the laboratory's limit, not all alike, got 9",
        ),
    ],
)
def test_what_tells_no_index_is_refused(call, match) -> None:
    with pytest.raises(CapabilityError, match=match):
        call()
