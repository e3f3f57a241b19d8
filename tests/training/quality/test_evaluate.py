"""Figures of a grader of lots against values worked out by hand, other libraries and their laws."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, r2_score, roc_auc_score

from models.interfaces.answers import Answer
from models.quality.assessment import Assessment
from models.quality.censoring import maximum_likelihood
from models.quality.decision import Costs, Decisions
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots, costs_of
from training.quality import evaluate
from training.quality.evaluate import (
    _against_truth,
    area_under_curve,
    by_element,
    calibration_error,
    explained,
    lot_loss,
    measured,
    reliability,
    skill,
)

NAN = float("nan")
COSTS = Costs(np.array([100.0, 50.0, 0.0]), assay=5.0, claim=400.0, intended=0)


def decided(*grades):
    return Decisions(np.array(grades, dtype=np.intp), np.zeros(len(grades)))


def grader(seed, threshold=0.05):
    """A model of the toy lots whose errors have a standard deviation of 0.3, one independent of the other."""
    error = 0.3 * np.random.default_rng(5).standard_normal((600, 3))
    scatter = ErrorScenarios.of(np.exp(error), np.zeros((600, 3)))
    nothing = {"ranges": np.zeros((4, 2)), "complete": np.ones(4, dtype=bool), "examples": np.zeros((1, 4))}
    return QualityModel(seed, "linear", None, scatter, np.ones(1), threshold, **nothing)


def made(seed, n=400, rng_seed=1):
    """Outputs, and lots that scatter about them as the model of `grader` expects; some contents below 0.5 ppm."""
    rng = np.random.default_rng(rng_seed)
    predictions = np.column_stack([rng.normal(1.0, 0.4, n), rng.normal(0.5, 0.6, n), np.full(n, -0.4)])
    odds = rng.normal(0, 1.5, (n, 1))
    result = np.exp(predictions + 0.3 * rng.standard_normal((n, 3)))
    cracked = (rng.random((n, 1)) < 1 / (1 + np.exp(-odds))).astype(float)
    return np.hstack([predictions, odds]), AssayedLots.of(seed, np.where(result < 0.5, -0.5, result), cracked)


# ---- contents and defects


def test_loss_of_a_worked_example(toy_quality_seed):
    """A content as predicted, one below a limit that is its prediction, an unknown one, a crack at log-odds 0.5."""
    lots = AssayedLots.of(toy_quality_seed, np.array([[1.0, -0.5, NAN]]), np.array([[1.0]]))
    raw = np.array([[0.0, np.log(0.5), 3.0, 0.5]])
    parts = [0.5 * np.log(2 * np.pi), np.log(2), np.log1p(np.exp(-0.5))]
    assert lot_loss(raw, lots, np.ones(3)) == pytest.approx(np.mean(parts), rel=1e-12)


def test_an_output_with_few_labels_weighs_as_one_with_many(toy_quality_seed):
    reported = np.column_stack([np.ones(10), np.full(10, NAN), np.full(10, NAN)])
    reported[0, 1] = np.e
    lots = AssayedLots.of(toy_quality_seed, reported, np.full((10, 1), NAN))
    at_the_mean, one_off = 0.5 * np.log(2 * np.pi), 0.5 + 0.5 * np.log(2 * np.pi)
    assert lot_loss(np.zeros((10, 4)), lots, np.ones(3)) == pytest.approx((at_the_mean + one_off) / 2, rel=1e-12)


def test_the_area_under_the_curve_is_scikit_learns():
    rng = np.random.default_rng(2)
    predictions, seen = np.round(rng.random(500), 1), (rng.random(500) < 0.1).astype(float)
    assert area_under_curve(predictions, seen) == pytest.approx(roc_auc_score(seen, predictions), rel=1e-12)
    seen[::7] = NAN
    known = ~np.isnan(seen)
    assert area_under_curve(predictions, seen) == pytest.approx(
        roc_auc_score(seen[known], predictions[known]), rel=1e-12
    )


@pytest.mark.parametrize("seen", [np.zeros(5), np.ones(5), np.full(5, NAN), np.array([0, 0, NAN, 0, 0])])
def test_lots_of_one_kind_have_no_area_under_the_curve(seen):
    assert np.isnan(area_under_curve(np.linspace(0, 1, 5), seen))


def test_errors_of_contents_are_those_above_the_limit(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    predictions = raw[:, :3]
    assessed = Assessment(predictions, np.zeros((400, 1)), *2 * [np.ones((400, 3))], decided(*[0] * 400), COSTS)
    answers = {
        name: Answer(np.exp(t), np.exp(t - 0.6), np.exp(t + 0.6)) for name, t in zip("pqr", predictions.T, strict=True)
    }
    result = by_element(toy_quality_seed, assessed, lots, answers)
    for e, name in enumerate("pqr"):
        label = lots.reported[:, e]
        seen = label > 0
        logs = np.log(label[seen])
        assert result[f"{name}_rmse"] == pytest.approx(np.sqrt(np.mean((predictions[seen, e] - logs) ** 2)), rel=1e-12)
        assert result[f"{name}_r2"] == explained(label, predictions[:, e])
        assert result[f"{name}_below_limit"] == pytest.approx(np.mean(label == -0.5), rel=1e-12)
    assert result["r2"] == np.median([result[f"{name}_r2"] for name in "pqr"])
    assert result["width_90"] == pytest.approx(np.exp(0.6), rel=1e-12)


def test_r2_of_contents_that_are_all_seen_is_scikit_learns():
    rng = np.random.default_rng(4)
    logs = rng.normal(-1, 0.6, 300)
    predicted = logs + rng.normal(0.1, 0.4, 300)
    assert explained(np.exp(logs), predicted) == pytest.approx(r2_score(logs, predicted), abs=1e-6)
    assert explained(np.where(np.arange(300) < 9, NAN, np.exp(logs)), predicted) == pytest.approx(
        r2_score(logs[9:], predicted[9:]), abs=1e-6
    )


def test_r2_falls_to_what_reports_still_tell_where_more_are_below_the_limit():
    rng = np.random.default_rng(5)
    predicted = rng.normal(0, 0.8, 5000)
    logs = predicted + rng.normal(0, 0.6, 5000)
    result = []
    for share in (0.0, 0.3, 0.6, 0.9):
        limit = np.quantile(logs, share)
        reported = np.where(logs < limit, -np.exp(limit), np.exp(logs))
        result.append(explained(reported, predicted))
        centre, spread = maximum_likelihood(reported)
        assert (centre, spread) == pytest.approx((0, 1), abs=0.1)
        assert explained(reported, np.full(5000, centre)) == pytest.approx(0, abs=1e-6)
        assert explained(reported, np.full(5000, limit)) < 0
    assert result[0] == pytest.approx(0.64, abs=0.02)
    assert 0.1 < result[3] < result[2] < result[1] < result[0]
    seen = reported > 0
    assert r2_score(logs[seen], predicted[seen]) < 0  # of contents above the limit alone: the few that nobody expects


def test_a_lot_is_covered_where_all_its_known_contents_are(toy_quality_seed):
    answer = Answer(np.full(4, 2.0), np.full(4, 1.0), np.full(4, 4.0))
    reported = np.array([[2.0, 2.0, 2.0], [2.0, 5.0, 2.0], [2.0, NAN, NAN], [-0.5, 2.0, 2.0]])
    assessed = Assessment(np.zeros((4, 3)), np.zeros((4, 1)), *2 * [np.ones((4, 3))], decided(0, 0, 0, 0), COSTS)
    lots = AssayedLots.of(toy_quality_seed, reported, np.zeros((4, 1)))
    result = by_element(toy_quality_seed, assessed, lots, dict.fromkeys("pqr", answer))
    assert result["coverage_90"] == 0.5
    assert result["p_below_limit"] == 0.25
    assert result["q_below_limit"] == 0.0


def test_too_few_contents_tell_no_error_and_equal_ones_no_explained_variance(toy_quality_seed):
    n = 20  # contents above the limit are the fewest
    reported = np.full((n, 3), 2.0)
    reported[0, 1] = -0.5  # one too few of q
    reported[:, 2] = NAN
    assessed = Assessment(np.zeros((n, 3)), np.zeros((n, 1)), *2 * [np.ones((n, 3))], decided(*[0] * n), COSTS)
    lots = AssayedLots.of(toy_quality_seed, reported, np.zeros((n, 1)))
    answer = Answer(np.ones(n), np.full(n, 0.5), np.full(n, 2.0))
    result = by_element(toy_quality_seed, assessed, lots, dict.fromkeys("pqr", answer))
    assert result["p_rmse"] == pytest.approx(np.log(2.0))
    for name in ("p_r2", "q_rmse", "q_r2", "r_rmse", "r_r2", "r_below_limit", "r2"):
        assert np.isnan(result[name]), name


def test_skill_of_contents_that_are_all_seen_is_the_geometric_mean_share_of_squared_error(toy_quality_seed):
    """Mean squared errors are 4 and 1 of p, 1 and 1 of q; r is below its limit in both and tells nothing."""
    lots = AssayedLots.of(toy_quality_seed, np.array([[1.0, np.e, -0.5], [1.0, 1.0, -0.5]]), np.ones((2, 1)))
    bar = np.array([[2.0, 0.0, 9.0, 0.0], [-2.0, 1.0, 9.0, 0.0]])
    raw = np.array([[1.0, 2.0, -9.0, 5.0], [-1.0, -1.0, -9.0, 5.0]])
    assert skill(raw, bar, lots) == pytest.approx(1 - np.sqrt(1 / 4), abs=1e-4)
    assert skill(bar, bar, lots) == 0.0
    below = AssayedLots.of(toy_quality_seed, np.full((2, 3), -0.5), np.ones((2, 1)))
    assert np.isnan(skill(raw, bar, below))


def test_who_always_says_the_limit_of_what_is_hardly_ever_seen_has_no_skill(toy_quality_seed):
    """Of the contents above the limit alone the one who knows the law errs more: nobody could expect them."""
    n, limit, middle = 2000, 0.5, np.log(0.3)
    content = np.exp(np.random.default_rng(3).normal(middle, 0.4, n))
    reported = np.full((n, 3), NAN)
    reported[:, 0] = np.where(content < limit, -limit, content)
    lots = AssayedLots.of(toy_quality_seed, reported, np.full((n, 1), NAN))
    law, bar = np.full((n, 4), middle), np.full((n, 4), np.log(limit))
    logs = np.log(reported[reported[:, 0] > 0, 0])
    assert np.mean((logs - middle) ** 2) > 2 * np.mean((logs - np.log(limit)) ** 2)
    assert skill(law, bar, lots) > 0.1
    assert skill(bar, law, lots) < 0


# ---- probabilities of the grade


def test_the_calibration_error_is_the_known_miscalibration():
    """Lots that keep their grade with p² where p is told: the mean of p - p² for p even between 0 and 1 is 1/6."""
    rng = np.random.default_rng(3)
    p = rng.random(60_000)
    off = (rng.random(60_000) < p**2).astype(float)
    assert calibration_error(p, off) == pytest.approx(1 / 6, abs=0.006)
    right = (rng.random(60_000) < p).astype(float)
    assert calibration_error(p, right) < 0.008


def test_the_calibration_error_of_a_worked_example():
    """In each of 15 groups of two lots one keeps its grade, where 0.9 was told of both."""
    retained = np.tile([1.0, 0.0], 15)
    assert calibration_error(np.full(30, 0.9), retained) == pytest.approx(0.4, rel=1e-12)
    assert calibration_error(np.append(np.full(30, 0.9), [0.1, 0.2]), np.append(retained, [NAN, NAN])) == pytest.approx(
        0.4
    )
    assert calibration_error(np.array([0.25]), np.array([1.0])) == 0.75
    assert np.isnan(calibration_error(np.array([0.2, 0.3]), np.array([NAN, NAN])))


def test_groups_of_reliability_have_equal_size_and_rising_probability():
    rng = np.random.default_rng(4)
    share, predictions, seen = reliability(rng.random(3000), np.ones(3000))
    assert share == pytest.approx(np.full(15, 1 / 15))
    assert (np.diff(predictions) > 0).all()
    assert (seen == 1).all()


# ---- all together


def test_measured_figures_are_those_of_their_parts(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    model = grader(toy_quality_seed)
    result, assessed = measured(model, toy_quality_seed, raw, lots, None), model.assessed(raw)
    p, within_grade = assessed.keeps[:, 0], lots.kept[:, 0]
    assert result["grade_violation_rate"] == pytest.approx(1 - within_grade.mean())
    assert result["grade_brier"] == pytest.approx(brier_score_loss(within_grade, p), rel=1e-9)
    assert result["grade_ece"] == calibration_error(p, within_grade)
    assert result["crack_brier"] == pytest.approx(
        brier_score_loss(lots.defects[:, 0], assessed.defects[:, 0]), rel=1e-9
    )
    assert result["crack_auc"] == pytest.approx(roc_auc_score(lots.defects[:, 0], assessed.defects[:, 0]), rel=1e-9)
    assert result["lot_loss"] == lot_loss(raw, lots, model.scatter.spread)
    expected = costs_of(assessed.decided, lots.kept, model.costs)
    assert {name: result[name] for name in expected} == pytest.approx(expected)
    assert result["released"] + result["downgraded"] + result["assayed_share"] == pytest.approx(1)
    assert not [name for name in result if name.startswith("truth")]


def test_lots_of_which_nothing_is_known_change_no_figure(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    few = np.arange(len(raw)) % 5 == 0
    reported, defects = lots.reported.copy(), lots.defects.copy()
    reported[few, :2], defects[few] = NAN, NAN  # r bounds no grade
    gaps, model = AssayedLots.of(toy_quality_seed, reported, defects), grader(toy_quality_seed)
    with_gaps = measured(model, toy_quality_seed, raw, gaps, None)
    without = measured(model, toy_quality_seed, raw[~few], lots[~few], None)
    for name in (
        "cost",
        "cost_assay_none",
        "grade_violation_rate",
        "grade_ece",
        "grade_brier",
        "crack_auc",
        "crack_brier",
        "p_rmse",
    ):
        assert with_gaps[name] == pytest.approx(without[name], rel=1e-12), name
    for name in ("released", "false_release", "released_unassayed", "q_r2", "q_below_limit"):
        assert with_gaps[name] == pytest.approx(without[name], rel=1e-12, nan_ok=True), name


def test_what_no_lot_tells_is_nan_without_a_warning(toy_quality_seed):
    raw, lots = made(toy_quality_seed, n=40)
    reported = np.column_stack([lots.reported[:, 0], np.full((40, 2), NAN)])
    reported[:, 0] = np.minimum(np.abs(reported[:, 0]), 5.0)  # p keeps its limit, so q would have to say
    unknown = AssayedLots.of(toy_quality_seed, reported, np.full((40, 1), NAN))
    result = measured(grader(toy_quality_seed), toy_quality_seed, raw, unknown, None)
    for name in (
        "cost",
        "grade_violation_rate",
        "grade_ece",
        "grade_brier",
        "crack_auc",
        "crack_brier",
        "q_rmse",
        "r_below_limit",
    ):
        assert np.isnan(result[name]), name
    assert np.isfinite([result[name] for name in ("lot_loss", "coverage_90", "p_rmse")]).all()


def test_limits_and_the_intended_grade_are_those_of_the_seed(toy_quality_seed):
    """A model that learnt with one seed is measured by what another one says of its grades."""
    raw, lots = made(toy_quality_seed)
    rules = toy_quality_seed.quality.model_copy(update={"intended": "second"})
    other = toy_quality_seed.model_copy(update={"quality": rules})
    result = measured(grader(toy_quality_seed), other, raw, lots, None)
    assert result["grade_violation_rate"] == pytest.approx(1 - lots.kept[:, 1].mean())
    assert result["downgraded"] == pytest.approx(np.mean(grader(toy_quality_seed).assessed(raw).decided.grade > 1))


def test_truth_adds_its_figures_and_changes_no_other(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    model, truth = grader(toy_quality_seed), np.exp(raw[:, :3] + [0.1, -0.2, 0.3])
    without = measured(model, toy_quality_seed, raw, lots, None)
    result = measured(model, toy_quality_seed, raw, lots, truth)
    assert {name: result[name] for name in without} == pytest.approx(without, nan_ok=True, rel=0, abs=0)
    assert result["truth_rmse"] == pytest.approx(0.2, rel=1e-9)
    assert (model.scatter.joint.half_width(0.9) * model.scatter.spread > 0.3).all()
    assert result["truth_coverage_90"] == 1.0
    exact = costs_of(model.assessed(raw).decided, Limits.of(toy_quality_seed).kept(truth), model.costs)
    assert result["truth_false_release"] == exact["false_release"]
    assert result["truth_cost"] == exact["cost"]


def test_truth_is_looked_at_where_it_is_known(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    model, truth = grader(toy_quality_seed), np.exp(raw[:, :3] + 0.2)
    truth[100:, 1] = NAN
    truth[:100] *= np.exp(0.1)
    assert measured(model, toy_quality_seed, raw, lots, truth)["truth_rmse"] == pytest.approx(0.3, rel=1e-9)
    nowhere = measured(model, toy_quality_seed, raw, lots, np.full((400, 3), NAN))
    assert not [name for name in nowhere if name.startswith("truth")]


def test_a_model_that_may_release_nothing_sends_lots_to_the_laboratory(toy_quality_seed):
    raw, lots = made(toy_quality_seed)
    result = measured(grader(toy_quality_seed, threshold=NAN), toy_quality_seed, raw, lots, None)
    assert result["released"] == result["released_unassayed"] == 0
    assert np.isnan(result["false_release"])
    assert result["cost"] >= 0


# ---- by value


def test_a_true_content_at_the_end_of_its_interval_is_covered_and_all_of_a_lot_must_be(toy_quality_seed, monkeypatch):
    """The third lot's q lies below its interval, the fourth's r above it."""
    truth = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 0.5, 2.0], [2.0, 2.0, 3.5]])
    answer = Answer(np.full(4, 2.0), np.full(4, 1.0), np.full(4, 3.0))
    calls = []
    monkeypatch.setattr(
        evaluate, "costs_of", lambda *arguments: calls.append(arguments) or {"false_release": 0.25, "cost": 3.0}
    )
    off = np.array([[0.1, 0.2, 0.3], [-0.1, 0.2, -0.3], [0.1, -0.2, 0.3], [-0.1, -0.2, 0.3]])
    evaluated = SimpleNamespace(logs=np.log(truth) + off, decided="decided")
    assert _against_truth(toy_quality_seed, evaluated, [answer] * 3, truth) == {
        "truth_rmse": pytest.approx(0.2),
        "truth_coverage_90": 0.5,
        "truth_false_release": 0.25,
        "truth_cost": 3.0,
    }
    assert calls[0][0] == "decided"
    assert calls[0][1].tolist() == [[1.0, 1.0, 1.0]] * 4


def test_the_area_under_the_curve_counts_pairs():
    """Lots with a defect at 0.9 and 0.5, without at 0.1, 0.5 and 0.7: three pairs and a half, and a half of one tie."""
    predicted = np.array([0.9, 0.5, 0.1, 0.5, 0.7, 0.3])
    seen = np.array([1.0, 1.0, 0.0, 0.0, 0.0, np.nan])
    assert area_under_curve(predicted, seen) == pytest.approx((3 + 1 + 0.5) / 6)
    assert area_under_curve(np.array([0.2, 0.8]), np.array([1.0, 0.0])) == 0.0


def test_fewer_lots_than_groups_stand_each_alone():
    share, predicted, seen = reliability(np.array([0.5, 0.25, 0.75]), np.array([1.0, np.nan, 0.0]))
    assert share.tolist() == [0.5, 0.5]
    assert (predicted.tolist(), seen.tolist()) == ([0.5, 0.75], [1.0, 0.0])
    assert len(reliability(np.linspace(0, 1, 31), np.ones(31))[0]) == 15
