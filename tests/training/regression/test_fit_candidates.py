"""What candidates learn from, and what they must not."""

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from models.uncertainty.error_scale import by_others
from training.core.dataset import dataset_of
from training.core.evaluate import rmse
from training.core.fitting import STEPS, best_of, fit_candidate
from training.core.splits import split
from training.regression.fit import RegressionLearner

LEARNER = RegressionLearner()


def silent(description):
    pass


def fit_all(seed, frame, truth=None):
    data = dataset_of(check(frame, seed), seed, truth)
    parts = split(data)
    result, baseline = {}, None
    for name, estimator in build(seed).items():
        result[name] = fit_candidate(LEARNER, name, estimator, data, parts, {}, baseline, silent, curve=True)
        baseline = result[name].predictions if baseline is None else baseline
    return data, parts, result


def test_every_candidate_has_the_same_metric_names(toy_seed, toy_frame):
    _, _, result = fit_all(toy_seed, toy_frame())
    assert len(result) >= 4
    names = {frozenset(candidate.metrics) for candidate in result.values()}
    assert len(names) == 1
    assert {"calibrate_rmse", LEARNER.selected_by, "fit_seconds"} < next(iter(names))
    for part in ("test", "holdout", "holdout_all"):
        assert {f"{part}_{m}" for m in ("mae", "rmse", "bias", "r2", "coverage_90", "width_90", "skill")} < next(
            iter(names)
        )


def test_truth_adds_its_metrics_and_nothing_else(toy_seed, toy_frame):
    frame = toy_frame()
    truth = frame[["unit", "period_start"]].assign(y=90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4))
    _, _, plain = fit_all(toy_seed, frame)
    data, parts, predictions = fit_all(toy_seed, frame, truth)
    for name, candidate in plain.items():
        with_truth = predictions[name]
        assert np.array_equal(candidate.answers.value, with_truth.answers.value)
        same = {m: v for m, v in candidate.metrics.items() if m != "fit_seconds"}
        assert same == {m: with_truth.metrics[m] for m in same}
    floor = predictions["linear"].metrics["test_noise_floor"]
    assert floor == pytest.approx(np.std(data.y[parts.test] - data.truth[parts.test]))
    assert predictions["linear"].metrics["test_truth_rmse"] < predictions["linear"].metrics["test_rmse"]


def test_no_late_column_reaches_a_model(toy_seed, toy_frame):
    frame = toy_frame()
    rng = np.random.default_rng(9)
    changed = frame.assign(tapped=rng.uniform(0, 6000, len(frame)))
    _, _, before = fit_all(toy_seed, frame)
    _, _, after = fit_all(toy_seed, changed)
    for name in before:
        assert np.array_equal(before[name].answers.value, after[name].answers.value)
        assert np.array_equal(before[name].answers.high, after[name].answers.high)


def test_labels_after_the_learnt_periods_change_no_model(toy_seed, toy_frame):
    frame = toy_frame()
    parts = split(dataset_of(check(frame, toy_seed), toy_seed))
    newest = frame["period_start"] >= parts.test_from
    changed = frame.assign(y=frame["y"].where(~newest, 70.0))
    data, _, before = fit_all(toy_seed, frame)
    _, _, after = fit_all(toy_seed, changed)
    for name, candidate in before.items():
        X = data.X[parts.learnt]
        assert np.array_equal(candidate.model.predict(X), after[name].model.predict(X))
        assert np.array_equal(candidate.model.conformal.scores, after[name].model.conformal.scores)


def test_labels_of_held_out_units_change_no_model(toy_seed, toy_frame):
    frame = toy_frame()
    parts = split(dataset_of(check(frame, toy_seed), toy_seed))
    changed = frame.assign(y=frame["y"].where(~frame["unit"].isin(parts.units), 70.0))
    data, _, before = fit_all(toy_seed, frame)
    _, _, after = fit_all(toy_seed, changed)
    for name, candidate in before.items():
        X = data.X[parts.learnt]
        assert np.array_equal(candidate.model.predict(X), after[name].model.predict(X))


def test_residuals_come_from_models_that_know_only_what_is_older(toy_seed, toy_frame):
    data, parts, result = fit_all(toy_seed, toy_frame())
    known, messages = parts.train, []
    for block in parts.calibrate:
        older = build(toy_seed)["linear"].fit(data.X[known], data.y[known])
        messages.append(older.predict(data.X[block]))
        known = np.concatenate([known, block])
    predicted, block = np.concatenate(messages), np.repeat(np.arange(3), [len(one) for one in messages])
    errors = predicted - data.y[np.concatenate(parts.calibrate)]
    scores = np.sort(np.abs(errors) / by_others(predicted, errors, block))
    assert np.allclose(result["linear"].model.conformal.scores, scores, rtol=1e-12)
    assert result["linear"].metrics["calibrate_rmse"] == pytest.approx(rmse(errors), rel=1e-12)


def test_the_best_is_chosen_without_the_test_rows(toy_seed, toy_frame):
    _, _, result = fit_all(toy_seed, toy_frame())
    best = best_of(LEARNER, result)
    assert best.metrics[LEARNER.selected_by] == min(c.metrics[LEARNER.selected_by] for c in result.values())
    assert best.name != "persistence"


def test_intervals_cover_new_periods_and_unseen_units_as_promised(toy_seed, toy_frame):
    """Rows of the toy law are nearly exchangeable, so the promise must hold within its sampling error."""
    _, parts, result = fit_all(toy_seed, toy_frame(units=200, periods=40))
    assert len(parts.test) == 960
    for name, candidate in result.items():
        for part in ("test", "holdout_all"):
            assert candidate.metrics[f"{part}_coverage_90"] == pytest.approx(0.9, abs=0.03), (name, part)


def test_importance_names_the_inputs_of_the_law(toy_seed, toy_frame):
    _, _, result = fit_all(toy_seed, toy_frame(units=60))
    previous_y, x_set, z = result["lightgbm"].importance
    assert z > x_set > 5 * abs(previous_y)
    assert len(toy_frame(units=60)) < LEARNER.importance_rows


def test_the_learning_curve_ends_at_the_served_model(toy_seed, toy_frame):
    _, _, result = fit_all(toy_seed, toy_frame())
    curve = result["linear"].curve
    assert curve.periods == (2, 5, 10, 20)
    assert curve.error[-1] == result["linear"].metrics["test_rmse"]


def test_each_step_is_reported(toy_seed, toy_frame):
    reported = []
    data = dataset_of(check(toy_frame(), toy_seed), toy_seed)
    fit_candidate(
        LEARNER,
        "linear",
        build(toy_seed)["linear"],
        data,
        split(data),
        {},
        None,
        reported.append,
    )
    assert len(reported) == STEPS


def test_rows_without_a_label_are_left_out_and_counted(toy_seed, toy_frame):
    frame = toy_frame()
    frame.loc[frame.index % 10 == 0, "y"] = np.nan
    data = dataset_of(check(frame, toy_seed), toy_seed)
    assert data.unlabelled_rows == 48
    assert len(data.table) == 432
    assert len(data.checked) == 480
    assert np.isfinite(data.y).all()


def test_a_plant_that_was_another_one_at_first_does_not_register_the_baseline(toy_seed, toy_frame):
    """The oldest 40 % of the periods had another set-point, and a response six times as strong.

    The line errs much in the first block, which it predicts by these periods alone, and little in all that are newer.
    """
    frame = toy_frame()
    early = frame["period_start"] < np.sort(frame["period_start"].unique())[8]
    frame = frame.assign(
        x_set=frame["x_set"] + np.where(early, 0.0, 2.0),
        y=frame["y"] + np.where(early, 2.5 * (frame["x_set"] - 10), 0.0),
    )
    data = dataset_of(check(frame, toy_seed), toy_seed)
    parts = split(data)
    result = {
        name: fit_candidate(LEARNER, name, build(toy_seed)[name], data, parts, {}, None, silent)
        for name in ("persistence", "linear")
    }
    pooled, error = (
        {name: one.metrics[metric] for name, one in result.items()} for metric in ("calibrate_rmse", "test_rmse")
    )
    assert pooled["persistence"] < pooled["linear"]
    assert error["linear"] < 0.6 * error["persistence"]
    assert best_of(LEARNER, result).name == "linear"
