"""The simulated laboratory: rounding, what it reports as below its limit, repeatability, sampling, bias."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic_data.plant.laboratory import NORMALS, Method, report

EXACT = Method(sampling=0.0, repeatability=0.0, floor=0.0, detection_limit=0.25, digit=0.05)
COUNT = 200_000


def draws(count: int = COUNT) -> np.ndarray:
    return np.random.default_rng(3).standard_normal((NORMALS, count))


def test_an_exact_laboratory_rounds_to_its_digit() -> None:
    reported = report(np.array([0.262, 0.288, 1.0, 12.349]), EXACT, 1.0, np.zeros((NORMALS, 4)))
    assert reported == pytest.approx([0.25, 0.30, 1.0, 12.35], rel=1e-12)


def test_a_content_below_the_limit_is_the_limit_below_zero() -> None:
    reported = report(np.array([0.0, 0.1, 0.2249, 0.2251]), EXACT, 1.0, np.zeros((NORMALS, 4)))
    assert reported == pytest.approx([-0.25, -0.25, -0.25, 0.25], rel=1e-12)


def test_nothing_is_reported_between_the_limit_below_and_above_zero() -> None:
    method = Method(0.1, 0.1, 0.1, 0.25, 0.01)
    reported = report(np.full(COUNT, 0.25), method, 1.0, draws())
    assert set(reported[reported < 0]) == {-0.25}
    assert reported[reported > 0].min() == pytest.approx(0.25, rel=1e-12)
    assert (reported < 0).mean() == pytest.approx(0.5, abs=0.03)


def test_censored_share_is_that_of_the_normal_law() -> None:
    method = Method(sampling=0.0, repeatability=0.0, floor=0.1, detection_limit=0.2, digit=1e-6)
    reported = report(np.full(COUNT, 0.1), method, 1.0, draws())
    assert (reported < 0).mean() == pytest.approx(0.8413, abs=0.004)


def test_repeatability_of_duplicates() -> None:
    """Two analyses of one sample differ by the square root of two of the analysis alone."""
    method = Method(sampling=0.2, repeatability=0.05, floor=0.0, detection_limit=1e-9, digit=1e-9)
    first = draws()
    second = np.stack([first[0], np.random.default_rng(4).standard_normal(COUNT)])
    content = np.full(COUNT, 10.0)
    difference = report(content, method, 1.0, first) - report(content, method, 1.0, second)
    sample = np.exp(0.2**2 / 2)  # root of the mean square of the samples over their mean
    assert difference.std() / np.sqrt(2) == pytest.approx(0.5 * sample, rel=0.01)


def test_sampling_and_analysis_add_up_and_are_without_bias() -> None:
    method = Method(sampling=0.1, repeatability=0.06, floor=0.0, detection_limit=1e-9, digit=1e-9)
    reported = report(np.full(COUNT, 5.0), method, 1.0, draws())
    assert reported.mean() == pytest.approx(5.0, rel=0.002)
    assert reported.std() / 5.0 == pytest.approx(np.hypot(0.1, 0.06), rel=0.01)


def test_floor_remains_where_there_is_nothing() -> None:
    method = Method(sampling=0.1, repeatability=0.06, floor=0.3, detection_limit=1e-9, digit=1e-9)
    reported = report(np.full(COUNT, 10.0), method, 1.0, draws()) - report(
        np.full(COUNT, 10.0), Method(0.1, 0.0, 0.0, 1e-9, 1e-9), 1.0, draws()
    )
    assert reported.std() == pytest.approx(np.sqrt(0.09 + 0.36 * np.exp(0.01)), rel=0.01)


def test_a_laboratory_that_reads_high_does_so_in_proportion() -> None:
    method = Method(sampling=0.1, repeatability=0.0, floor=0.0, detection_limit=1e-9, digit=1e-9)
    content = np.random.default_rng(5).lognormal(0.0, 1.0, COUNT)
    one, high = (report(content, method, bias, draws()) for bias in (1.0, 1.04))
    seen = one > 0.01
    assert high[seen] / one[seen] == pytest.approx(1.04, rel=1e-6)


def test_elements_have_their_own_methods() -> None:
    method = Method(
        *(np.array(values)[:, None] for values in ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.2, 2.0], [0.1, 1.0]))
    )
    reported = report(np.array([[0.14, 3.33], [1.4, 33.3]]), method, 1.0, np.zeros((NORMALS, 2, 2)))
    assert reported == pytest.approx(np.array([[-0.2, 3.3], [-2.0, 33.0]]), rel=1e-12)
