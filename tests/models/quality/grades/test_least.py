"""Grades with a least content and a window: chances, distances and decisions mirror those of a highest content."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.model import QualityModel
from models.quality.remedy import distances, nearest
from models.uncertainty.intervals import Conformal
from physics.arrays import FloatArray
from seeds import Seed
from seeds.format.loader import parse

BOUND = 3.0
PRIME = "[grades.limits.p]\nvalue = 6\n"


def limits(elements: list[float], *ways: float) -> Limits:
    """A grade with one limit for each way, all on the same contents and at BOUND for each of them."""
    q, bound = len(ways), BOUND * sum(elements)
    return Limits(("x",) * q, np.array([elements] * q), np.full(q, bound), np.array(ways), np.zeros(q, np.intp), 2)


@pytest.fixture
def scatter() -> ErrorScenarios:
    scenarios = np.random.default_rng(0).standard_normal((400, 2))
    return ErrorScenarios(np.array([0.4, 0.3]), scenarios, np.full(400, 1 / 400), Conformal(np.ones(1)))


@pytest.fixture
def logs() -> FloatArray:
    return np.log(np.random.default_rng(1).uniform(1.0, 6.0, (50, 2)))


@pytest.mark.parametrize("elements", [[1.0, 0.0], [1.0, 1.0]])
def test_a_lot_has_at_least_so_much_or_at_most(
    scatter: ErrorScenarios, logs: FloatArray, elements: list[float]
) -> None:
    most = scatter.chances(logs, limits(elements, 1.0)).keeps[:, 0]
    least = scatter.chances(logs, limits(elements, -1.0)).keeps[:, 0]
    np.testing.assert_allclose(most + least, 1.0, atol=1e-12)
    assert least.min() < 0.1
    assert least.max() > 0.9
    both = limits(elements, 1.0, -1.0)
    np.testing.assert_allclose(scatter.breaks(logs, both), np.column_stack([1 - most, 1 - least]), atol=1e-12)
    np.testing.assert_allclose(distances(logs, scatter, both).sum(axis=1), 0.0, atol=1e-12)


def test_a_lot_is_within_a_window_or_on_one_side_of_it(scatter: ErrorScenarios, logs: FloatArray) -> None:
    """Chances of the fullest of two limits are smoothed as one, so that they add up but for some thousandths."""
    window = replace(limits([1.0, 0.0], 1.0, -1.0), bound=np.array([4.0, 2.0]))
    outside = scatter.breaks(logs, window).sum(axis=1)
    np.testing.assert_allclose(scatter.chances(logs, window).keeps[:, 0], 1 - outside, atol=0.02)


def test_the_nearest_side_of_a_window_is_told_with_its_room(scatter: ErrorScenarios) -> None:
    window = replace(limits([1.0, 0.0], 1.0, -1.0), bound=np.array([4.0, 2.0]))
    logs = np.log([[2.2, 1.0], [3.9, 1.0], [1.5, 1.0]])
    result = nearest(logs, np.zeros(3, np.intp), distances(logs, scatter, window), scatter, window)
    assert [(one.bound, one.is_highest) for one in result] == [(2.0, False), (4.0, True), (2.0, False)]
    np.testing.assert_allclose([one.margin for one in result], [0.2, 0.1, -0.5], rtol=1e-12)
    np.testing.assert_allclose(result[0].sigma, np.log(2.2 / 2) / np.sqrt(scatter._covariance[0, 0]), rtol=1e-9)


def test_a_grader_lets_no_lot_go_that_has_too_little(
    toy_quality_seed: Seed, save_toy_grader: Callable[..., QualityModel], tmp_path: Path
) -> None:
    """The toy's p is about exp(0.7 + 0.4 u): far below 2 where u is -3, within 2 to 6 where it is 1."""
    model: Any = save_toy_grader(tmp_path / "one")
    assert PRIME in toy_quality_seed.text
    seed = parse(toy_quality_seed.text.replace(PRIME, f"{PRIME}least = 2\n", 1), Path("toy_lots.toml"))
    X = np.array([[-3.0, 0.0, 60.0, 2.0], [1.0, 0.0, 60.0, 2.0]])
    before, after = (one.assess(X) for one in (model, replace(model, seed=seed)))
    assert before.keeps[0, 0] > 0.95
    assert after.keeps[0, 0] < 0.05
    assert before.keeps[1, 0] > after.keeps[1, 0] > 0.5
    assert before.decided.grade[0] == 0
    assert after.decided.grade[0] != 0
