"""T² and Q: their share of false alarms, what they see and name, and rows with missing elements."""

import math

import numpy as np
import pytest
from scipy.stats import chi2, f

from monitoring.charts.control import ChartError
from monitoring.charts.vectors import (
    ROWS_PER_VARIABLE,
    PrincipalComponents,
    components_for,
    principal_components,
    q_limit,
)

FACTORS = np.random.default_rng(0).normal(size=(3, 8))
UNITS = np.array([1.0, 20.0, 0.3, 5.0, 1.0, 2.0, 8.0, 0.1])
SPREAD = 0.6


def lots(n: int, seed: int) -> np.ndarray:
    """Rows of eight variables that three hidden causes move together."""
    rng = np.random.default_rng(seed)
    return UNITS * (10.0 + rng.normal(size=(n, 3)) @ FACTORS + SPREAD * rng.normal(size=(n, 8)))


@pytest.fixture(scope="module")
def model() -> PrincipalComponents:
    return principal_components(lots(20_000, 1), 3)


def within(share: float, alpha: float, n: int) -> bool:
    """Whether a share of n rows is alpha within four standard errors, the reference's own error included."""
    return abs(share - alpha) < 4 * math.sqrt(alpha * (1 - alpha) * 2 / n)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.0027])
def test_false_alarms_come_as_often_as_stated(model, alpha) -> None:
    rows = lots(20_000, 2)
    for chart in (model.t_squared(rows, alpha), model.q(rows, alpha)):
        assert within(chart.signals.mean(), alpha, 20_000)


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_missing_elements_neither_raise_nor_lower_the_share_of_false_alarms(model, share) -> None:
    rows = lots(40_000, 3)
    rows[np.random.default_rng(4).random(rows.shape) < share] = np.nan
    for chart in (model.t_squared(rows, 0.01), model.q(rows, 0.01)):
        assert within(chart.signals.mean(), 0.01, 20_000)


def test_t_squared_of_all_components_is_hotellings_of_the_variables() -> None:
    reference, rows = lots(200, 5), lots(50, 6)
    whole = principal_components(reference, 8).t_squared(rows, 0.01)
    away = rows - reference.mean(axis=0)
    expected = (away @ np.linalg.inv(np.cov(reference, rowvar=False)) * away).sum(axis=1)
    np.testing.assert_allclose(whole.statistic, expected, rtol=1e-9)
    # Limit of a new row by hand, 200 rows and 8 variables.
    np.testing.assert_allclose(whole.limit, 8 * (200**2 - 1) / (200 * 192) * f.ppf(0.99, 8, 192), rtol=1e-9)


def test_a_missing_element_leaves_hotellings_t_squared_of_the_others() -> None:
    reference, rows = lots(500, 7), lots(40, 8)
    rows[:, 2] = np.nan
    others = np.delete(np.arange(8), 2)
    result = principal_components(reference, 8).t_squared(rows, 0.01).statistic
    alone = principal_components(reference[:, others], 7).t_squared(rows[:, others], 0.01).statistic
    np.testing.assert_allclose(result, alone, rtol=1e-9)


def test_t_squared_and_q_of_complete_rows_follow_their_definition(model) -> None:
    rows = lots(30, 9)
    z = (rows - model.mean) / model.scale
    along = z @ model.loadings
    np.testing.assert_allclose(
        model.t_squared(rows, 0.01).statistic, (along**2 / model.variances).sum(axis=1), rtol=1e-9
    )
    left = z - along @ model.loadings.T
    chart = model.q(rows, 0.01)
    np.testing.assert_allclose(chart.statistic, (left**2).sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(chart.contributions, left**2, rtol=1e-9)


@pytest.mark.parametrize("chart", ["t_squared", "q"])
def test_contributions_add_up_and_pass_over_what_is_missing(model, chart) -> None:
    rows = lots(500, 10)
    rows[np.random.default_rng(11).random(rows.shape) < 0.2] = np.nan
    result = getattr(model, chart)(rows, 0.01)
    np.testing.assert_allclose(np.nansum(result.contributions, axis=1), result.statistic, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(np.isnan(result.contributions), np.isnan(rows))


def test_each_chart_sees_its_own_kind_of_shift_and_names_the_variable(model) -> None:
    typical, strange = lots(200, 12), lots(200, 13)
    typical += 7.0 * UNITS * FACTORS[1]
    own = int((model.loadings**2).sum(axis=1).argmin())  # the variable that the components explain least
    strange[:, own] += 8.0 * SPREAD * UNITS[own]
    assert model.t_squared(typical, 0.001).signals.mean() > 0.95
    assert model.q(typical, 0.001).signals.mean() < 0.02
    seen = model.q(strange, 0.001)
    assert seen.signals.mean() > 0.95
    assert (seen.contributions.argmax(axis=1) == own).mean() > 0.95


def test_an_empty_row_tells_nothing(model) -> None:
    rows = np.vstack([lots(1, 14), np.full((1, 8), np.nan)])
    for chart in (model.t_squared(rows, 0.01), model.q(rows, 0.01)):
        assert np.isnan(chart.statistic[1])
        assert np.isfinite(chart.statistic[0])
        assert not chart.signals[1]
    assert model.t_squared(rows[:0], 0.01).statistic.shape == (0,)


def test_components_that_explain_a_share() -> None:
    reference = lots(5000, 15)
    variances = np.sort(np.linalg.eigvalsh(np.corrcoef(reference, rowvar=False)))[::-1]
    explained = np.cumsum(variances) / 8
    assert components_for(reference, float(explained[2])) == 3
    assert components_for(reference, float(explained[2]) + 1e-6) == 4
    assert components_for(reference, 1.0) == 8


@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_q_limit_of_equal_variances_is_that_of_chi_square(alpha) -> None:
    assert q_limit(np.full(10, 2.0), alpha) == pytest.approx(2.0 * chi2.isf(alpha, 10), rel=1e-9)
    assert q_limit(np.array([3.0]), alpha) == pytest.approx(3.0 * chi2.isf(alpha, 1), rel=1e-9)


def test_q_limit_of_two_variances_against_their_exact_distribution() -> None:
    # Variances 2 and 2 make an exponential distribution with mean 4; pairs of 2 and of 1 a difference of two.
    limit = q_limit(np.array([2.0, 2.0, 1.0, 1.0]), 0.01)
    assert 2 * math.exp(-limit / 4) - math.exp(-limit / 2) == pytest.approx(0.01, rel=0.03)


def test_q_limit_where_nothing_varies_is_never_reached() -> None:
    assert q_limit(np.zeros(3), 0.01) == math.inf


def test_a_reference_that_carries_no_chart_is_refused() -> None:
    short = lots(8 * ROWS_PER_VARIABLE, 16)
    short[0, 0] = np.nan
    with pytest.raises(ChartError, match="at least 80 complete rows for 8 variables, got 79 of 80"):
        principal_components(short, 2)
    still = lots(100, 17)
    still[:, 5] = 1.0
    with pytest.raises(ChartError, match=r"variables \[5\] never vary"):
        principal_components(still, 2)
    with pytest.raises(ChartError, match="components: expected 1 to 8, got 9"):
        principal_components(lots(100, 18), 9)


def test_a_variable_that_is_the_sum_of_others_is_survived() -> None:
    reference = np.column_stack([lots(300, 19), lots(300, 19)[:, :2].sum(axis=1)])
    with pytest.raises(ChartError, match="components: expected 1 to 8, got 9"):
        principal_components(reference, 9)
    charted = principal_components(reference, 8)
    rows = np.column_stack([lots(20_000, 20), lots(20_000, 20)[:, :2].sum(axis=1)])
    assert charted.t_squared(rows, 0.05).signals.mean() == pytest.approx(0.05, rel=0.25)
    rows[:, 8] *= 1.2
    assert np.isfinite(charted.q(rows, 0.05).statistic).all()


def test_rows_of_another_shape_and_alphas_that_are_none_are_refused(model) -> None:
    with pytest.raises(ChartError, match=r"expected shape \(n, 8\), got \(5, 7\)"):
        model.t_squared(np.zeros((5, 7)), 0.01)
    with pytest.raises(ChartError, match="alpha: expected a share"):
        model.q(np.zeros((5, 8)), 1.0)
