"""Fitting and measuring a candidate, with estimators that say the mean of what they learnt."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from models.tasks import CANDIDATES
from training.core import fitting
from training.core.fitting import (
    FIXED,
    NEWEST,
    STEPS,
    Candidate,
    LearningCurve,
    best_of,
    evaluated_metrics,
    fit_candidate,
    importance,
    learning_curve,
    out_of_time_predictions,
    sample_rows,
    selected,
    with_few_threads,
)


def predict(estimator, X):
    return estimator.predict(X)


def error_of(model, data, rows):
    """Mean absolute error, at a scale that the model's calibration sets."""
    return lambda estimator, X, labels: model.scale * float(np.mean(np.abs(predict(estimator, X) - labels)))


def calibrated(name, estimator, data, parts, rows, predictions, info):
    model = SimpleNamespace(candidate=name, estimator=estimator, scale=2.0, info=info, predictions=predictions)
    return model, {"calibrate_error": float(np.mean(np.abs(predictions - data.labels[rows])))}


TASK = SimpleNamespace(
    fitting="fit and weigh",
    selected_by="calibrate_error",
    importance_rows=3,
    importance_repeats=4,
    curve_shares=(0.01, 0.02, 0.25, 0.5),
    predict=predict,
    calibrated=calibrated,
    answers=lambda model, data, parts: {"values": predict(model.estimator, data.X)},
    predictions_of=lambda answers: answers["values"],
    error=error_of,
    evaluated=lambda model, answers, data, rows, baseline: {
        "error": float(np.mean(np.abs(answers["values"][rows] - data.labels[rows]))),
        "gain": float(np.mean(baseline[rows] - answers["values"][rows])),
    },
)


@pytest.fixture
def plant():
    """Ten learnt periods of one row, labels 1 to 10, and two test rows of 20 and 22; the second input says nothing."""
    labels = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 20.0, 22.0])
    X = np.column_stack([labels, np.tile([0.0, 1.0], 6)])
    parts = SimpleNamespace(
        train=np.arange(4),
        calibrate=(np.array([4, 5]), np.array([6, 7]), np.array([8, 9])),
        learnt=np.arange(10),
        test=np.array([10, 11]),
        evaluated={"test": np.array([10, 11]), "holdout": np.array([11])},
    )
    return SimpleNamespace(X=X, labels=labels, periods=pd.date_range("2024-01-01", periods=12, freq="D")), parts


def test_each_block_is_predicted_by_what_is_older(plant):
    """Labels 1 to 4 have the mean 2.5, 1 to 6 have 3.5 and 1 to 8 have 4.5."""
    result = out_of_time_predictions(DummyRegressor(), *plant, predict)
    assert result.tolist() == [2.5, 2.5, 3.5, 3.5, 4.5, 4.5]


def test_the_model_has_learnt_all_and_is_calibrated_by_what_it_had_not(plant, monkeypatch):
    clock = iter([10.0, 12.5])
    monkeypatch.setattr(fitting, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    estimator = DummyRegressor()
    result = fit_candidate(TASK, "mean", estimator, *plant, {"from": "here"}, None, lambda action: None)
    model, metrics = result.model, result.metrics
    assert model.estimator.predict(plant[0].X[:1]) == [5.5]  # of 1 to 10
    assert (model.candidate, model.info) == ("mean", {"from": "here"})
    assert model.predictions.tolist() == [2.5, 2.5, 3.5, 3.5, 4.5, 4.5]
    # 5 and 6 against 2.5, 7 and 8 against 3.5, 9 and 10 against 4.5
    assert metrics["calibrate_error"] == pytest.approx((2.5 + 3.5 + 3.5 + 4.5 + 4.5 + 5.5) / 6)
    assert metrics["fit_seconds"] == 2.5
    assert not hasattr(estimator, "constant_")


def test_the_curve_learns_the_newest_periods_and_ends_at_the_model(plant):
    """The means of 10, of 9 and 10, of 6 to 10 and of all are 10, 9.5, 8 and 5.5; the test labels' mean is 21."""
    data, parts = plant
    model = SimpleNamespace(estimator=DummyRegressor().fit(data.X[:10], data.labels[:10]), scale=2.0)
    result = learning_curve(TASK, DummyRegressor(), model, data, parts)
    assert result == LearningCurve((1, 2, 5, 10), (22.0, 23.0, 26.0, 31.0))


def test_the_importance_is_the_rise_of_the_error_over_the_shuffles(plant):
    data, parts = plant
    data.labels[:] = np.arange(12.0) ** 2
    data.X[:, 0] = np.arange(12.0)
    parts.test = np.arange(3, 12)

    class First:
        """An estimator that knows the law of the first input."""

        def fit(self, X, y):
            return self

        def predict(self, X):
            return X[:, 0] ** 2

    result = importance(TASK, SimpleNamespace(estimator=First(), scale=2.0), data, parts)
    rows = np.sort(np.random.default_rng(20260101).choice(np.arange(3, 12), 3, replace=False))
    expected = permutation_importance(
        First(),
        data.X[rows],
        data.labels[rows],
        scoring=lambda estimator, X, y: -2.0 * np.mean(np.abs(X[:, 0] ** 2 - y)),
        n_repeats=4,
        random_state=20260101,
    )["importances_mean"]
    assert result.tolist() == expected.tolist()
    assert result[0] > 10.0
    assert result[1] == 0.0


def test_at_most_so_many_rows_are_drawn_in_their_order():
    rows = np.arange(100, 110)
    assert sample_rows(rows, 10) is rows
    assert sample_rows(rows, 11) is rows
    drawn = sample_rows(rows, 9)
    assert drawn.tolist() == sorted(np.random.default_rng(20260101).choice(rows, 9, replace=False))
    assert len(set(drawn)) == 9


def test_one_thread_is_enough_for_fewer_than_fifty_thousand_rows():
    plain = LinearRegression(n_jobs=4, fit_intercept=False)
    result = with_few_threads(plain, 49_999)
    assert result is not plain
    assert result.get_params() == plain.get_params() | {"n_jobs": 1}
    assert plain.n_jobs == 4
    assert with_few_threads(plain, 50_000) is plain
    assert with_few_threads(make_pipeline(plain), 10).get_params()["linearregression__n_jobs"] == 1


def test_metrics_are_named_by_their_part(plant):
    data, parts = plant
    answers, baseline = {"values": data.labels + 1.0}, data.labels + 3.0
    assert evaluated_metrics(TASK, None, answers, data, parts, baseline) == {
        "test_error": 1.0,
        "test_gain": 2.0,
        "holdout_error": 1.0,
        "holdout_gain": 2.0,
    }


def candidate(name, error):
    curve = LearningCurve((), ())
    return Candidate(SimpleNamespace(candidate=name), {"calibrate_error": error}, None, np.zeros(0), np.zeros(0), curve)


def test_the_best_has_the_lowest_calibrate_error_and_the_first_wins_a_tie():
    result = {name: candidate(name, error) for name, error in (("a", 2.0), ("b", 1.0), ("c", 1.0), ("d", 3.0))}
    assert best_of(TASK, result) is result["b"]
    assert result["b"].name == "b"


@pytest.mark.parametrize(
    ("newest", "best"),
    [
        ({"persistence": 2.0, "linear": 1.9, "trees": 1.0}, "linear"),  # the best that learns errs less there
        ({"persistence": 2.0, "linear": 2.0, "trees": 1.0}, "persistence"),
        ({"persistence": 2.0, "linear": 2.1, "trees": 1.0}, "persistence"),
    ],
)
def test_what_more_rows_make_no_better_is_selected_only_where_it_wins_the_newest_block_too(newest, best):
    errors = {"persistence": 1.0, "linear": 1.1, "trees": 1.2}
    metrics = {name: {"error": error, NEWEST: newest[name]} for name, error in errors.items()}
    assert selected("error", metrics) == best
    assert selected("error", {name: {"error": error} for name, error in errors.items()}) == "persistence"
    assert selected("error", {"persistence": metrics["persistence"]}) == "persistence"


def test_the_newest_block_has_no_say_among_those_that_learn():
    metrics = {"mean": {"error": 3.0, NEWEST: 0.1}, "linear": {"error": 1.0, NEWEST: 2.0}, "trees": {"error": 1.1}}
    assert selected("error", metrics) == "linear"


def test_every_baseline_is_among_those_that_more_rows_make_no_better():
    assert set(CANDIDATES) - FIXED == {"linear", "lightgbm", "lightgbm_physics"}


def test_a_candidate_is_fitted_in_steps_and_compared_with_the_baseline(plant):
    data, parts = plant
    steps = []
    bar = fit_candidate(TASK, "mean", DummyRegressor(), data, parts, {}, None, steps.append)
    assert steps == ["mean: fit and weigh", "mean: importance of the inputs"]
    assert len(steps) == STEPS == 2
    assert bar.name == "mean"
    assert bar.predictions.tolist() == [5.5] * 12
    assert bar.answers["values"] is bar.predictions
    assert bar.importance.tolist() == [0.0, 0.0]
    assert bar.curve is None
    assert set(bar.metrics) == {
        *("calibrate_error", "fit_seconds", "test_error", "test_gain", "holdout_error", "holdout_gain")
    }
    assert (bar.metrics["test_error"], bar.metrics["test_gain"]) == (15.5, 0.0)
    line = fit_candidate(TASK, "mean", DummyRegressor(), data, parts, {}, bar.predictions + 2.0, steps.append)
    assert line.metrics["test_gain"] == 2.0
    assert bar.metrics["fit_seconds"] >= 0.0


def test_a_learning_curve_is_measured_on_request_alone_in_fits_that_nothing_else_needs(plant, monkeypatch):
    fits = []
    fit = DummyRegressor.fit
    monkeypatch.setattr(DummyRegressor, "fit", lambda self, X, y: fits.append(len(y)) or fit(self, X, y))
    steps = []
    plain = fit_candidate(TASK, "mean", DummyRegressor(), *plant, {}, None, steps.append)
    without, fits[:], steps[:] = list(fits), [], []
    requested = fit_candidate(TASK, "mean", DummyRegressor(), *plant, {}, None, steps.append, curve=True)
    assert steps == ["mean: fit and weigh", "mean: importance of the inputs", "mean: learning curve"]
    assert requested.curve.periods == (1, 2, 5, 10)
    assert fits[: len(without)] == without
    assert len(fits) == len(without) + 3  # the last point is the model itself
    assert {name: value for name, value in requested.metrics.items() if name != "fit_seconds"} == {
        name: value for name, value in plain.metrics.items() if name != "fit_seconds"
    }


def test_settings_are_chosen_once_on_train_rows_alone(plant):
    data, parts = plant
    seen = []

    def choose(estimator, X, y):
        seen.append((X.tolist(), y.tolist()))
        return DummyRegressor(strategy="constant", constant=7.0)

    result = fit_candidate(TASK, "mean", DummyRegressor(), data, parts, {}, None, lambda step: None, choose)
    assert seen == [(data.X[:4].tolist(), [1.0, 2.0, 3.0, 4.0])]
    assert result.predictions.tolist() == [7.0] * 12
    assert result.model.predictions.tolist() == [7.0] * 6  # also those that calibrate
    assert result.settings == {}


def test_a_candidate_says_what_it_has_learnt_with(plant):
    class Penalised(DummyRegressor):
        alpha_ = 0.5

    result = fit_candidate(TASK, "line", Penalised(), *plant, {}, None, lambda step: None)
    assert result.settings == {"penalty": 0.5}
