"""How a quality model is calibrated: which chances set the threshold, and what each part is given."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from models.quality import calibration as calibration_module
from models.quality import grader as grader_module
from models.quality.error_scenarios import ErrorScenarios, crossed_chances
from models.quality.grader import grader
from models.quality.model import QualityModel
from seeds import Seed

NAN = math.nan
LOTS = 9
ROWS = np.array([[0.0, 1.0, 50.0, 2.0], [1.0, NAN, 60.0, 3.0], [-1.0, 0.5, 40.0, 4.0]])


def calibration() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    predictions = np.column_stack([0.4 * rng.standard_normal((LOTS, 3)), np.linspace(-2.0, 2.0, LOTS)])
    reported = np.exp(predictions[:, :3] + 0.3 * rng.standard_normal((LOTS, 3)))
    reported[2, 1] = -0.5
    reported[4, 0] = 7.0  # above 6 ppm, the highest p of the first grade
    defects = np.array([[0.0], [1.0], [0.0], [NAN], [0.0], [1.0], [0.0], [1.0], [1.0]])
    return reported, defects, predictions


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the search for a threshold was given; it finds 0.125."""
    seen: list[Any] = []

    def threshold(*given: Any) -> float:
        seen.extend(given)
        return 0.125

    monkeypatch.setattr(calibration_module, "threshold", threshold)
    monkeypatch.setattr(grader_module, "check_enough", lambda *given: None)
    return seen


def made(seed: Seed, defects: np.ndarray | None = None) -> QualityModel:
    reported, own, predictions = calibration()
    info = {"rows": 3}
    model = grader(seed, "linear", None, ROWS, reported, own if defects is None else defects, predictions, info)
    assert model.info == info
    assert model.info is not info
    return model


def test_all_lots_set_the_threshold_each_without_its_own_errors(toy_quality_seed: Seed, calls: list[Any]) -> None:
    model, (reported, _, predictions) = made(toy_quality_seed), calibration()
    keeps, best, retained, costs, alpha, confidence = calls
    probabilities = crossed_chances(reported, predictions[:, :3], model.limits)
    np.testing.assert_array_equal(keeps, probabilities.keeps)
    np.testing.assert_array_equal(best, probabilities.best)
    assert retained.shape == (LOTS, 3)
    assert retained[4].tolist() == [0.0, 1.0, 1.0]
    assert np.delete(retained, 4, axis=0).tolist() == [[1.0, 1.0, 1.0]] * 8
    assert (costs.assay, costs.claim, costs.intended) == (6.0, 300.0, 0)
    assert (alpha, confidence) == (0.02, 0.95)
    whole = ErrorScenarios.of(reported, predictions[:, :3])
    np.testing.assert_array_equal(model.scatter.spread, whole.spread)
    np.testing.assert_array_equal(model.scatter.scenarios, whole.scenarios)
    assert len(model.scatter.scenarios) == LOTS


def test_the_model_has_what_was_found_and_learnt(toy_quality_seed: Seed, calls: list[Any]) -> None:
    model = made(toy_quality_seed)
    assert (model.threshold, model.candidate, model.seed) == (0.125, "linear", toy_quality_seed)
    assert model.ranges.tolist() == [[-1.0, 1.0], [0.5, 1.0], [40.0, 60.0], [2.0, 4.0]]
    assert model.complete.tolist() == [True, False, True, True]
    np.testing.assert_array_equal(model.examples, ROWS[[0, 2]])  # those that miss no input


def test_the_temperature_is_where_the_loss_of_defects_that_were_seen_is_lowest(
    toy_quality_seed: Seed, calls: list[Any]
) -> None:
    (result,), (_, seen, predictions) = made(toy_quality_seed).temperatures, calibration()
    known = np.array([0, 1, 2, 4, 5, 6, 7, 8])

    def loss(temperature: float) -> float:
        p = expit(predictions[known, 3] / temperature)
        return float(-np.mean(np.where(seen[known, 0] > 0, np.log(p), np.log(1 - p))))

    assert 0.03 < result < 40.0
    assert loss(result) < min(loss(0.97 * result), loss(1.03 * result))


@pytest.mark.parametrize("seen", [[0.0] * 9, [1.0] * 9, [NAN] * 9, [NAN, 1.0, *[NAN] * 7]])
def test_lots_that_are_all_alike_do_not_tell_how_sure_odds_may_be(
    seen: list[float], toy_quality_seed: Seed, calls: list[Any]
) -> None:
    assert made(toy_quality_seed, np.array(seen)[:, None]).temperatures.tolist() == [1.0]


def test_too_sure_odds_are_cooled_by_hand() -> None:
    """Log-odds of 2 that come true in three lots of four: log 3 = 2 / T."""
    result = calibration_module._temperature(np.array([2.0, 2.0, 2.0, 2.0, -9.0]), np.array([1.0, 1.0, 1.0, 0.0, NAN]))
    assert result == pytest.approx(2.0 / math.log(3.0), rel=1e-4)
