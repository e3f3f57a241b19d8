"""Ranges let the table and tomorrow's rows pass, and nothing that is no value of a process."""

import numpy as np
import pytest

from drafting.ranges import find_range


@pytest.mark.parametrize("spread", ["normal", "lognormal", "uniform", "exponential", "standard_t"])
def test_the_next_rows_of_the_same_process_pass(spread):
    rng = np.random.default_rng(1)
    draw = (lambda n: rng.standard_t(4, n)) if spread == "standard_t" else lambda n: getattr(rng, spread)(size=n)
    span = find_range(draw(2000), "kA")
    later = draw(100_000)
    assert np.mean((later < span.low) | (later > span.high)) < 0.001


def test_a_drift_of_half_the_span_passes():
    values = np.random.default_rng(1).normal(100, 5, 1000)
    span = find_range(values, "kA")
    assert ((values + 0.5 * np.ptp(values) <= span.high) & (values - 0.5 * np.ptp(values) >= span.low)).all()


def test_what_is_never_negative_stays_so():
    assert find_range(np.random.default_rng(1).exponential(size=500), "t/h").low == 0
    assert find_range(-np.random.default_rng(1).exponential(size=500), "kPa").high == 0


def test_shares_stay_shares():
    values = np.random.default_rng(1).uniform(90, 99, 500)
    assert (find_range(values, "%").high, find_range(values, "t/h").high > 100) == (100, True)


def test_outliers_are_counted_and_widen_nothing():
    values = np.r_[np.random.default_rng(1).normal(100, 5, 1000), 9999.0, 1e20]
    span = find_range(values, "kA")
    assert span.outside == 2
    assert span.high < 300
    assert span.mean == pytest.approx(100, abs=1)


def test_mostly_zero_is_no_outlier():
    values = np.zeros(1000)
    values[:3] = [5, 7, 9]
    span = find_range(values, "count")
    assert (span.outside, span.low) == (0, 0)
    assert span.high >= 9
