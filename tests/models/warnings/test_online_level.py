"""Probabilities follow the outcomes that are known: laws of the level, and what may not move it."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit

from models.warnings.online_level import FOLLOWED, LEVEL_DOUBT, followed

UNITS, PERIODS = 40, 30


def plant(drift: float, rng_seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds, periods and outcomes of a plant whose true log-odds lie off by `drift`."""
    rng = np.random.default_rng(rng_seed)
    periods = np.tile(np.arange(PERIODS), UNITS)
    log_odds = -1.5 + rng.normal(size=UNITS * PERIODS)
    return log_odds, periods, (rng.random(len(periods)) < expit(log_odds + drift)).astype(float)


def last(periods: np.ndarray) -> np.ndarray:
    return periods == PERIODS - 1


@pytest.mark.parametrize("drift", [-1.0, 0.0, 1.0])
def test_a_plant_that_has_drifted_as_a_whole_is_followed(drift: float) -> None:
    log_odds, periods, y = plant(drift)
    requested = last(periods)
    moved = followed(log_odds, periods, y, 1, 1.0, requested)[requested] - log_odds[requested]
    # 1160 outcomes with a fifth of events tell a level to 0.08; three of these, and what the doubt before draws back.
    np.testing.assert_allclose(moved, drift, atol=0.25)


@pytest.mark.parametrize(("drift", "weight"), [(0.7, 1.0), (-2.0, 0.05), (4.0, 1.0)])
def test_the_level_is_the_mode_after_the_outcomes(drift: float, weight: float) -> None:
    log_odds, periods, y = plant(drift)
    requested = last(periods)
    result = followed(log_odds, periods, y, 1, weight, requested)[requested] - log_odds[requested]

    def loss(level: float) -> float:
        z = log_odds[~requested] + level
        return weight * np.sum(np.logaddexp(0.0, z) - y[~requested] * z) + 0.5 * (level / LEVEL_DOUBT) ** 2

    np.testing.assert_allclose(result, minimize_scalar(loss, bracket=(-1, 1), tol=1e-12).x, atol=1e-6)


def test_nothing_that_is_not_known_when_a_period_starts_moves_it() -> None:
    log_odds, periods, y = plant(1.0)
    for after in (1, 2, 4):
        requested = periods >= 20
        result = followed(log_odds, periods, y, after, 1.0, requested)
        for start in (20, 25):
            later = np.where(periods + after > start, 1.0 - y, y)
            again = followed(log_odds, periods, later, after, 1.0, requested)
            now = periods == start
            np.testing.assert_array_equal(result[now], again[now])
            assert (result[periods == start + after] != again[periods == start + after]).any()


def test_without_outcomes_or_where_nobody_asks_nothing_moves() -> None:
    log_odds, periods, y = plant(1.0)
    requested = last(periods)
    np.testing.assert_array_equal(followed(log_odds, periods, y, 1, 1.0, requested)[~requested], log_odds[~requested])
    unknown = np.full_like(y, np.nan)
    np.testing.assert_array_equal(followed(log_odds, periods, unknown, 1, 1.0, requested), log_odds)


def test_what_is_long_past_is_forgotten() -> None:
    log_odds, periods, y = plant(1.0)
    requested = periods == PERIODS - 1
    far = np.where(requested, periods + FOLLOWED + PERIODS, periods)
    np.testing.assert_array_equal(followed(log_odds, far, y, 1, 1.0, requested), log_odds)


def test_outcomes_that_count_for_less_move_it_less() -> None:
    log_odds, periods, y = plant(1.0)
    requested = last(periods)
    moved = [
        np.ptp([0.0, (followed(log_odds, periods, y, 1, w, requested) - log_odds)[requested][0]])
        for w in (1, 0.1, 0.01)
    ]
    assert moved[0] > moved[1] > moved[2] > 0
