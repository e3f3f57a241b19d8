"""Contents below a laboratory's limit: what they tell of a distribution, and what may stand for them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import erfcx
from scipy.stats import norm

from models.quality.censoring import below_limit, drawn, log_likelihood, log_size, score

SIZES = st.floats(1e-3, 1e3)
CENTRES = st.floats(-5, 5)
SPREADS = st.floats(0.05, 3)


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_a_report_is_a_size_or_a_limit_or_nothing() -> None:
    reported = np.array([2.0, -0.5, np.nan])
    assert below_limit(reported).tolist() == [False, True, False]
    np.testing.assert_array_equal(log_size(reported), [np.log(2.0), np.log(0.5), np.nan])


@given(SIZES, CENTRES, SPREADS)
def test_the_likelihood_is_that_of_scipys_normal_distribution(size: float, centre: float, spread: float) -> None:
    predictions = log_likelihood(np.array([size, -size, np.nan]), one(centre), spread)
    law = norm(centre, spread)
    np.testing.assert_allclose(
        predictions, [law.logpdf(np.log(size)), law.logcdf(np.log(size)), 0.0], rtol=1e-9, atol=1e-12
    )


@given(SIZES, st.sampled_from([1.0, -1.0]), CENTRES, SPREADS)
def test_the_score_is_the_derivative_of_the_likelihood(size: float, sign: float, centre: float, spread: float) -> None:
    reported = one(sign * size)

    def loss(at: np.ndarray) -> float:
        return float(log_likelihood(reported, at, spread)[0])

    def slope(at: np.ndarray) -> float:
        return float(score(reported, at, spread)[0][0])

    gradient, curvature = score(reported, one(centre), spread)
    # Second derivatives lie between 0 and 1/spread²: that is their scale.
    step = 1e-5 * spread
    assert gradient[0] == pytest.approx(approx_fprime(one(centre), loss, step)[0], rel=1e-4, abs=1e-4 / spread)
    assert curvature[0] == pytest.approx(-approx_fprime(one(centre), slope, step)[0], rel=1e-4, abs=1e-4 / spread**2)
    assert 0.0 <= curvature[0] <= 1.0 / spread**2 * (1 + 1e-12)


def test_nothing_reported_pulls_nowhere() -> None:
    gradient, curvature = score(one(np.nan), one(0.0), 1.0)
    assert (gradient[0], curvature[0]) == (0.0, 0.0)


@pytest.mark.parametrize("z", [-1e6, -1e4, -300.0, -30.0, 0.0, 30.0, 300.0])
def test_the_score_is_exact_far_in_both_tails(z: float) -> None:
    gradient, curvature = score(one(-1.0), one(-z), 1.0)
    mills = np.sqrt(2 / np.pi) / erfcx(-z / np.sqrt(2))
    assert gradient[0] == pytest.approx(-mills, rel=1e-12)
    assert np.isfinite(curvature[0])
    if z <= -30:
        # Asymptotic series of the inverse Mills ratio, |z| + 1/|z| - ...; Abramowitz & Stegun 26.2.12.
        assert gradient[0] == pytest.approx(z + 1 / z, rel=1e-5)
        assert curvature[0] == pytest.approx(1 - 1 / z**2, rel=1e-5)


@given(SIZES, CENTRES, SPREADS, st.floats(0, 1))
def test_a_censored_content_is_drawn_below_its_limit(size: float, centre: float, spread: float, uniform: float) -> None:
    made = drawn(one(-size), one(centre), spread, one(uniform))
    assert made[0] <= np.log(size) + 1e-9 * spread
    assert np.isfinite(made[0])


@given(SIZES, CENTRES, SPREADS, st.floats(0, 1))
def test_what_was_reported_is_not_drawn(size: float, centre: float, spread: float, uniform: float) -> None:
    assert drawn(one(size), one(centre), spread, one(uniform))[0] == np.log(size)


@pytest.mark.parametrize(("reported", "limit"), [(np.nan, np.inf), (-1.3, np.log(1.3)), (-0.02, np.log(0.02))])
def test_draws_follow_the_law_below_the_limit(reported: float, limit: float) -> None:
    """At every level, not at random: the draw is the quantile of the truncated normal distribution."""
    uniform = np.linspace(0.001, 0.999, 999)
    made = drawn(np.full(999, reported), np.full(999, 0.4), 0.7, uniform)
    law = norm(0.4, 0.7)
    np.testing.assert_allclose(law.cdf(made), uniform * law.cdf(limit), rtol=1e-8)
    assert (np.diff(made) > 0).all()


def test_a_limit_far_below_what_is_expected_is_kept_as_well() -> None:
    """Forty standard deviations below the centre the probability itself is no number any more."""
    made = drawn(np.full(3, -1.0), np.full(3, 40.0), 1.0, np.array([0.1, 0.5, 0.9]))
    assert (made < 0).all()
    # There the law below the limit is exponential with the rate |z|.
    np.testing.assert_allclose(made, np.log([0.1, 0.5, 0.9]) / 40.0, rtol=2e-3)


def test_no_draw_lies_beyond_a_trillionth() -> None:
    """A normal number is below -7.0345 with the probability 1e-12; a uniform of just 0 or 1 is taken for that."""
    ends = drawn(np.full(2, np.nan), np.full(2, 1.0), 2.0, np.array([0.0, 1.0]))
    np.testing.assert_allclose(ends, [1.0 - 2 * 7.0344838, 1.0 + 2 * 7.0344838], rtol=1e-5)
