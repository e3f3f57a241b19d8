import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.regression import SplitConformalRegressor
from sklearn.linear_model import LinearRegression

from models.uncertainty.intervals import Conformal, CoverageError, rows_needed


def linear_data(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, -2.0, 0.5] + rng.standard_t(4, n)


@pytest.mark.parametrize("n", [99, 100, 1234])
def test_half_width_equals_mapie(n: int) -> None:
    rng = np.random.default_rng(n)
    model = LinearRegression().fit(*linear_data(200, rng))
    X, y = linear_data(n, rng)
    coverages = [0.5, 0.8, 0.9, 0.95]
    mapie = SplitConformalRegressor(model, confidence_level=coverages, prefit=True).conformalize(X, y)
    _, bounds = mapie.predict_interval(X[:1])
    conformal = Conformal.of(y, model.predict(X))
    for i, coverage in enumerate(coverages):
        expected = (bounds[0, 1, i] - bounds[0, 0, i]) / 2
        assert conformal.half_width(coverage) == pytest.approx(expected, rel=1e-12)


def test_half_width_is_the_score_of_the_corrected_rank() -> None:
    conformal = Conformal(np.arange(1.0, 20.0))
    assert conformal.half_width(0.5) == 10.0
    assert conformal.half_width(0.9) == 18.0
    assert conformal.half_width(0.95) == 19.0


def test_a_decimal_coverage_keeps_its_rank() -> None:
    # 0.07 * 100 is 7.000000000000001 in binary and would become rank 8.
    assert Conformal(np.arange(1.0, 100.0)).half_width(0.07) == 7.0


@given(st.lists(st.floats(0, 1e6), min_size=30, max_size=60), st.floats(0.01, 0.95), st.floats(0.01, 0.95))
def test_half_width_grows_with_coverage(scores: list[float], one: float, other: float) -> None:
    conformal = Conformal(np.sort(np.array(scores)))
    low, high = sorted((one, other))
    assert conformal.half_width(low) <= conformal.half_width(high)


@pytest.mark.parametrize(("coverage", "n"), [(0.5, 1), (0.9, 9), (0.95, 19), (0.99, 99)])
def test_too_few_rows_are_told_with_the_number_needed(coverage: float, n: int) -> None:
    assert rows_needed(coverage) == n
    assert Conformal(np.ones(n)).half_width(coverage) == 1.0
    with pytest.raises(CoverageError, match=f"needs at least {n} calibration rows, got {n - 1}"):
        Conformal(np.ones(n - 1)).half_width(coverage)


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.1, 90.0, float("nan")])
def test_coverage_is_a_share(coverage: float) -> None:
    with pytest.raises(CoverageError, match="expected a share above 0 and below 1"):
        Conformal(np.ones(100)).half_width(coverage)


@pytest.mark.parametrize("scores", [[2.0, 1.0], [-1.0, 1.0], [1.0, np.nan], [1.0, np.inf], [[1.0]]])
def test_scores_that_are_none_are_refused(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="scores: expected"):
        Conformal(np.array(scores))


def test_a_missing_label_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Conformal.of(np.array([1.0, np.nan]), np.array([1.0, 1.0]))


def test_scores_are_a_copy_that_nobody_changes() -> None:
    scores = np.array([1.0, 2.0, 3.0])
    conformal = Conformal(scores)
    scores[:] = 0.0
    assert conformal.half_width(0.5) == 2.0
    with pytest.raises(ValueError, match="read-only"):
        conformal.scores[0] = 9.0


@pytest.mark.parametrize("n", [19, 50, 200])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_coverage_over_repeats_is_that_of_theory(n: int, coverage: float) -> None:
    # For exchangeable rows without ties coverage is exactly ceil(c (n + 1)) / (n + 1), whatever the distribution.
    repeats, new = 4000, 200
    rng = np.random.default_rng([n, int(100 * coverage)])
    covered = np.empty(repeats)
    for i in range(repeats):
        half = Conformal.of(rng.gamma(2.0, size=n), np.full(n, 1.5)).half_width(coverage)
        covered[i] = np.mean(np.abs(rng.gamma(2.0, size=new) - 1.5) <= half)
    expected = np.ceil(round(coverage * (n + 1), 9)) / (n + 1)
    standard_error = covered.std() / np.sqrt(repeats)
    assert abs(covered.mean() - expected) < 4 * standard_error
    assert 4 * standard_error < 0.01
