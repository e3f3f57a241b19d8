"""Metrics against values worked out by hand and against their laws."""

import numpy as np
import pytest

from models.interfaces.answers import Answer
from training.core.evaluate import coverage, mae, rmse
from training.regression.columns import cautions
from training.regression.evaluate import (
    against_label,
    against_truth,
    by_width,
    evaluate,
    interval_scores,
    of_followed,
    skill,
)


def answer(value, half=1.0):
    value = np.asarray(value, dtype=float)
    return Answer(value, value - half, value + half)


def test_metrics_of_a_worked_example():
    label = np.array([1.0, 2.0, 3.0, 6.0])
    result = against_label(label, answer([2.0, 2.0, 1.0, 7.0]))
    assert result["mae"] == pytest.approx(1.0)
    assert result["rmse"] == pytest.approx(np.sqrt(6 / 4))
    assert result["bias"] == pytest.approx(0.0)
    assert result["r2"] == pytest.approx(1 - 1.5 / 3.5)
    assert result["coverage_90"] == pytest.approx(0.75)  # 2 ± 1 holds 1, 1 ± 1 does not hold 3
    assert result["width_90"] == pytest.approx(2.0)


def test_a_perfect_answer_and_the_mean_frame_r2_and_skill():
    label = np.array([1.0, 2.0, 3.0])
    assert against_label(label, answer(label))["r2"] == 1.0
    assert against_label(label, answer([2.0, 2.0, 2.0]))["r2"] == pytest.approx(0.0)
    assert skill(label, label, np.zeros(3)) == 1.0
    assert skill(label, np.zeros(3), np.zeros(3)) == 0.0
    assert skill(label, label + 4.0, label + 1.0) == pytest.approx(-15.0)


def test_a_constant_label_has_no_r2():
    assert np.isnan(against_label(np.ones(3), answer([1.0, 2.0, 3.0]))["r2"])


def test_the_noise_floor_is_the_error_of_the_truth_itself():
    rng = np.random.default_rng(1)
    truth = rng.normal(90, 2, 20_000)
    label = truth + rng.normal(0, 0.5, truth.size)
    result = against_truth(truth, label, answer(truth, half=0.8224))
    assert result["truth_rmse"] == 0.0
    assert result["noise_floor"] == pytest.approx(0.5, rel=0.02)
    assert rmse(truth - label) == pytest.approx(result["noise_floor"], rel=0.01)
    assert coverage(label, answer(truth, half=0.8224)) == pytest.approx(0.90, abs=0.01)
    assert result["truth_coverage_90"] == 1.0


def test_errors_scale_with_the_unit_and_shares_do_not():
    rng = np.random.default_rng(2)
    label, value, base = rng.normal(size=(3, 50))
    small = evaluate(label, answer(value), base)
    large = evaluate(1000 * label, Answer(*(1000 * part for part in answer(value))), 1000 * base)
    for name in ("mae", "rmse", "bias", "width_90"):
        assert large[name] == pytest.approx(1000 * small[name])
    for name in ("r2", "coverage_90", "skill"):
        assert large[name] == pytest.approx(small[name])


def test_rows_without_truth_are_left_out_of_the_truth_metrics_only():
    label, truth = np.array([1.0, 2.0, 3.0]), np.array([1.0, np.nan, 3.0])
    metrics = evaluate(label, answer([1.0, 9.0, 3.0]), np.zeros(3), truth)
    assert metrics["truth_mae"] == 0.0
    assert metrics["mae"] == pytest.approx(7 / 3)


def test_without_truth_there_are_no_truth_metrics():
    label = np.array([1.0, 2.0])
    for truth in (None, np.full(2, np.nan)):
        assert not [name for name in evaluate(label, answer(label), label + 1, truth) if "truth" in name]


def test_mae_never_exceeds_rmse():
    error = np.random.default_rng(3).standard_cauchy(1000)
    assert mae(error) <= rmse(error)


@pytest.mark.parametrize(
    ("metrics", "predictions"),
    [
        ({"test_skill": 0.5, "test_coverage_90": 0.9}, []),
        ({"test_skill": -0.1, "test_coverage_90": 0.9}, ["no better than the baseline"]),
        ({"test_skill": 0.5, "test_coverage_90": 0.75}, ["90% intervals cover 75.0%"]),
        ({"test_skill": 0.0, "test_coverage_90": 0.99}, ["no better than the baseline", "90% intervals cover 99.0%"]),
    ],
)
def test_cautions_name_what_is_wrong(toy_seed, metrics, predictions):
    result = cautions(toy_seed, metrics, 400)
    assert len(result) == len(predictions)
    assert all(words in caution for words, caution in zip(predictions, result, strict=True))


def test_the_interval_score_is_the_width_and_twenty_times_what_a_label_lies_outside():
    result = interval_scores(np.array([1.0, 4.0, -3.5]), answer([1.0, 1.0, 1.0], half=2.0))
    assert result == pytest.approx([4.0, 4.0 + 20 * 1.0, 4.0 + 20 * 2.5])


def test_the_interval_score_is_least_for_intervals_that_cover_what_they_promise():
    """Of labels that are evenly spread over 0 to 1, 90 % lie within 0.45 of the middle."""
    label = (np.arange(1000) + 0.5) / 1000
    halves = np.linspace(0.3, 0.6, 61)
    scores = [interval_scores(label, answer(np.full(1000, 0.5), half=half)).mean() for half in halves]
    assert halves[int(np.argmin(scores))] == pytest.approx(0.45)


def test_metrics_against_the_truth_of_a_worked_example():
    """Errors against the truth are 1, -2 and 4; label less truth is 3, 0 and -3, whose variance is 6."""
    truth, label = np.array([1.0, 5.0, 2.0]), np.array([4.0, 5.0, -1.0])
    result = against_truth(truth, label, answer([2.0, 3.0, 6.0], half=2.0))
    assert result == pytest.approx(
        {
            "truth_mae": 7 / 3,
            "truth_rmse": np.sqrt(7.0),
            "truth_bias": 1.0,
            "truth_coverage_90": 2 / 3,
            "noise_floor": np.sqrt(6.0),
        }
    )


def test_a_baseline_without_error_leaves_the_skill_unknown():
    assert np.isnan(skill(np.ones(3), np.zeros(3), np.ones(3)))


def test_the_narrowest_and_the_widest_tenth_are_counted_apart():
    """Of twenty intervals the narrowest two miss once, the widest two always."""
    half = np.arange(1.0, 21.0)[::-1]
    value = np.zeros(20)
    label = np.where(half > 18, 30.0, 0.0)
    label[-1] = 5.0  # the narrowest, of 1
    lines = Answer(value, value - half, value + half)
    assert by_width(label, lines) == {"narrow_coverage_90": 0.5, "wide_coverage_90": 0.0}
    assert np.isnan(list(by_width(label[:9], Answer(*(part[:9] for part in lines))).values())).all()


def test_figures_of_followed_rows_are_those_of_their_answers_and_none_where_some_were_not_asked():
    label = np.zeros(20)
    lines = answer(np.full(20, 0.5), half=1.0)
    result = of_followed(label, lines)
    assert (result["adaptive_rmse"], result["adaptive_bias"], result["adaptive_wide_coverage_90"]) == (0.5, 0.5, 1.0)
    assert set(result) == {
        f"adaptive_{name}"
        for name in ("mae", "rmse", "bias", "coverage_90", "width_90", "narrow_coverage_90", "wide_coverage_90")
    }
    assert of_followed(label, answer(np.append(np.zeros(19), np.nan))) == {}
