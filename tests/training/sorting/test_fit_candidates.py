"""What classifiers learn from, what they must not, and that lots stay whole."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone

from models.estimators.temperature import tempered
from models.table.contract import check
from models.tasks import build
from models.uncertainty.guarantees import GuaranteeError
from training.core.class_losses import log_loss
from training.core.dataset import dataset_of
from training.core.fitting import STEPS, best_of, fit_candidate
from training.core.splits import split
from training.sorting.fit import SortingLearner, pieces_of, sort_lots

LEARNER = SortingLearner()

PARTS = ("test", "holdout_all")  # none of the held-out lots is among the newest of the toy


def fit_all(seed, frame, truth=None, names=("majority", "linear")):
    data = dataset_of(check(frame, seed), seed, truth)
    parts = split(data)
    result, baseline = {}, None
    for name in names:
        result[name] = fit_candidate(
            LEARNER, name, build(seed)[name], data, parts, {}, baseline, lambda action: None, curve=True
        )
        baseline = result[name].predictions if baseline is None else baseline
    return data, parts, result


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """All candidates of the toy scrap; fitted once for all tests of this file."""
    return fit_all(toy_sorting_seed, toy_sorting_frame(), names=tuple(build(toy_sorting_seed)))


def test_every_candidate_has_the_same_metric_names(fitted):
    _, _, result = fitted
    assert list(result) == ["majority", "linear", "lightgbm"]
    names = {frozenset(candidate.metrics) for candidate in result.values()}
    assert len(names) == 1
    expected = {"calibrate_log_loss", "temperature", "risk_price", "fit_seconds"}
    for part in PARTS:
        expected |= {
            f"{part}_{name}"
            for name in (
                *("accuracy", "accuracy_count", "log_loss", "ece", "value", "value_share", "purity", "recovery"),
                *("lots_over_limit", "refused_other", "skill", "coverage_90", "x_rmse", "z_rmse"),
                *("accuracy_low", "accuracy_high", "value_share_low", "value_share_high", "purity_low", "purity_high"),
                *("ece_low", "ece_high", "value_low", "value_high", "recovery_low", "recovery_high"),
            )
        }
    assert expected <= next(iter(names))


def test_the_bar_has_no_skill_and_the_law_is_found(fitted):
    _, _, result = fitted
    for part in PARTS:
        assert result["majority"].metrics[f"{part}_skill"] == 0.0
        assert result["linear"].metrics[f"{part}_skill"] > 0.6
        assert result["linear"].metrics[f"{part}_accuracy"] > 0.88
        assert result["linear"].metrics[f"{part}_ece"] < 0.06


def test_an_estimate_lies_within_its_interval_over_lots(fitted):
    _, _, result = fitted
    for candidate in result.values():
        m = candidate.metrics
        for name in ("accuracy", "ece", "value", "value_share", "purity", "recovery"):
            assert m[f"holdout_all_{name}_low"] <= m[f"holdout_all_{name}"] <= m[f"holdout_all_{name}_high"]


def test_an_element_that_no_signal_carries_is_not_told(fitted):
    _, _, result = fitted
    for candidate in result.values():
        assert np.isnan(candidate.metrics["test_z_rmse"])
        assert "z" not in candidate.answers.elements
    assert result["linear"].metrics["test_x_rmse"] < 1.0
    assert result["linear"].metrics["test_coverage_90"] == pytest.approx(0.9, abs=0.05)


def test_probabilities_of_calibrate_lots_come_from_models_that_know_only_older_ones(fitted):
    data, parts, result = fitted
    known, reported = parts.train, []
    for block in parts.calibrate:
        older = clone(result["linear"].model.estimator).fit(data.X[known], data.y[known])
        reported.append(older.predict_proba(data.X[block]))
        known = np.concatenate([known, block])
    pieces = pieces_of(data)[np.concatenate(parts.calibrate)]
    model = result["linear"].model
    expected = log_loss(tempered(np.concatenate(reported), model.temperature), pieces.classes, pieces.mass)
    assert result["linear"].metrics["calibrate_log_loss"] == pytest.approx(expected, rel=1e-9)


def test_truth_is_never_learnt(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame()
    truth = frame[["lot", "passed_at", "metal", "x", "z"]]
    spoilt = truth.assign(metal="c", x=50.0, z=50.0)
    _, _, plain = fit_all(toy_sorting_seed, frame)
    for known in (truth, spoilt):
        _, _, predictions = fit_all(toy_sorting_seed, frame, known)
        for name, candidate in plain.items():
            with_truth = predictions[name]
            assert np.array_equal(candidate.predictions, with_truth.predictions, equal_nan=True)
            assert np.array_equal(candidate.answers.bin, with_truth.answers.bin)
            same = {m: v for m, v in candidate.metrics.items() if m != "fit_seconds"}
            assert {m: with_truth.metrics[m] for m in same} == pytest.approx(same, nan_ok=True, rel=0, abs=0)
    assert predictions["linear"].metrics["test_label_errors"] > 0.5


def test_labels_of_judged_lots_change_no_model(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame()
    data, parts, before = fit_all(toy_sorting_seed, frame)
    evaluated = set(data.units[np.concatenate([parts.test, parts.holdout_all])])
    where = frame["lot"].isin(evaluated)
    changed = frame.assign(metal=frame["metal"].where(~where, "c"), x=frame["x"].where(~where, 90.0))
    _, _, after = fit_all(toy_sorting_seed, changed)
    for name, candidate in before.items():
        assert np.array_equal(candidate.predictions, after[name].predictions, equal_nan=True)
        assert np.array_equal(candidate.answers.bin, after[name].answers.bin)
        assert candidate.model.risk_price == after[name].model.risk_price


def test_only_lots_that_nobody_learnt_are_sorted(fitted):
    _, parts, result = fitted
    evaluated = np.zeros(len(result["linear"].predictions), dtype=bool)
    evaluated[np.concatenate([parts.test, parts.holdout_all])] = True
    for candidate in result.values():
        assert (np.isfinite(candidate.predictions).all(axis=1) == evaluated).all()
        assert ((candidate.answers.bin >= 0) == evaluated).all()


def test_a_lot_is_sorted_as_if_it_were_alone(fitted, toy_sorting_seed):
    data, parts, result = fitted
    model, whole = result["lightgbm"].model, result["lightgbm"].answers
    for lot in np.unique(data.units[parts.test])[:3]:
        rows = parts.test[data.units[parts.test] == lot]
        alone = sort_lots(model, data.X[rows], pieces_of(data)[rows], toy_sorting_seed)
        assert np.array_equal(alone.bin, whole.bin[rows])
        assert np.array_equal(alone.refused, whole.refused[rows])


def test_what_is_refused_stays_on_the_belt(fitted):
    _, parts, result = fitted
    decided = result["linear"].answers[parts.test]
    assert decided.refused.any()
    assert set(decided.bin[decided.refused]) == {2}


def test_a_piece_without_mass_counts_as_one_of_typical_mass(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame()
    frame.loc[frame.index % 7 == 0, "mass"] = np.nan
    data = dataset_of(check(frame, toy_sorting_seed), toy_sorting_seed)
    mass = pieces_of(data).mass
    measured = data.table[data.seed.sorting_rules.mass].to_numpy(dtype=float)
    assert (mass[np.isnan(measured)] == 35.0).all()
    assert mass[~np.isnan(measured)] == pytest.approx(measured[~np.isnan(measured)])


def test_the_best_is_chosen_without_the_test_lots(fitted):
    _, _, result = fitted
    best = best_of(LEARNER, result)
    assert best.metrics["calibrate_log_loss"] == min(c.metrics["calibrate_log_loss"] for c in result.values())
    assert best.name != "majority"


def test_importance_names_the_signals_of_the_law(fitted):
    _, _, result = fitted
    s1, s2, s3, mass = result["lightgbm"].importance
    assert min(s1, s2, s3) > 5 * abs(mass)
    assert np.array_equal(result["majority"].importance, np.zeros(4))


def test_the_learning_curve_ends_at_the_served_model(fitted):
    data, parts, result = fitted
    curve = result["linear"].curve
    assert len(set(data.units[parts.learnt])) == 39
    assert curve.periods == (4, 10, 39)  # a tenth, a quarter, all
    assert curve.error[-1] == pytest.approx(result["linear"].metrics["test_log_loss"], rel=1e-12)
    newest = parts.learnt[data.periods[parts.learnt] >= np.sort(data.periods[parts.learnt].unique())[-10]]
    short = clone(result["linear"].model.estimator).fit(data.X[newest], data.y[newest])
    test = pieces_of(data)[parts.test]
    X = data.X[parts.test]
    p = tempered(short.predict_proba(X), result["linear"].model.temperatures(X))
    assert curve.error[1] == pytest.approx(log_loss(p, test.classes, test.mass), rel=1e-9)


def test_each_step_is_reported(toy_sorting_seed, toy_sorting_frame):
    reported = []
    data = dataset_of(check(toy_sorting_frame(), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    fit_candidate(LEARNER, "majority", build(toy_sorting_seed)["majority"], data, parts, {}, None, reported.append)
    assert len(reported) == STEPS


def test_too_few_lots_for_the_promise_are_told_with_the_number_needed(fitted, toy_sorting_seed, toy_sorting_frame):
    data, parts, _ = fitted
    LEARNER.check_split(data, parts)
    few = dataset_of(check(toy_sorting_frame(lots=20), toy_sorting_seed), toy_sorting_seed)
    with pytest.raises(GuaranteeError, match=r"^\d lots to calibrate, expected 9 or more: that 0\.9 of the lots keep"):
        LEARNER.check_split(few, split(few))
    free = toy_sorting_seed.model_copy(
        update={"bins": [one.model_copy(update={"limits": {}}) for one in toy_sorting_seed.bins]}
    )
    LEARNER.check_split(replace(few, seed=free), split(few))
