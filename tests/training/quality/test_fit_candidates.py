"""What graders of lots learn from, what they must not, and what they may promise."""

import numpy as np
import pytest

from models.quality.grader import grader
from models.quality.outcomes import costs_of
from models.table.contract import check
from models.tasks import build
from models.uncertainty.guarantees import GuaranteeError, lots_needed
from training.core.dataset import dataset_of
from training.core.fitting import STEPS, best_of, fit_candidate
from training.core.splits import SplitError, split
from training.quality.evaluate import lot_loss
from training.quality.fit import QualityLearner, lots_of

LEARNER = QualityLearner()

PARTS = ("test", "holdout", "holdout_all")


def data_of(seed, frame, truth=None):
    data = dataset_of(check(frame, seed), seed, truth)
    return data, split(data)


def fit_all(seed, frame, truth=None, names=("persistence", "linear")):
    data, parts = data_of(seed, frame, truth)
    result, baseline = {}, None
    for name in names:
        result[name] = fit_candidate(
            LEARNER, name, build(seed)[name], data, parts, {}, baseline, lambda action: None, curve=True
        )
        baseline = result[name].predictions if baseline is None else baseline
    return data, parts, result


def ruled(seed, **rules):
    """The seed with other numbers in [quality]."""
    quality = seed.quality.model_copy(
        update={name: getattr(seed.quality, name).model_copy(update={"value": value}) for name, value in rules.items()}
    )
    return seed.model_copy(update={"quality": quality})


@pytest.fixture(scope="module")
def fitted(toy_quality_seed, toy_quality_frame):
    """All candidates of the toy lots; fitted once for all tests of this file."""
    return fit_all(toy_quality_seed, toy_quality_frame(), names=tuple(build(toy_quality_seed)))


def test_every_candidate_has_the_same_metric_names(fitted):
    _, _, result = fitted
    assert list(result) == ["persistence", "linear", "lightgbm"]
    names = {frozenset(candidate.metrics) for candidate in result.values()}
    assert len(names) == 1
    expected = {"calibrate_lot_loss", "threshold", "fit_seconds"}
    for part in PARTS:
        expected |= {
            f"{part}_{name}"
            for name in (
                *(
                    "lot_loss",
                    "skill",
                    "r2",
                    "coverage_90",
                    "width_90",
                    "grade_ece",
                    "grade_brier",
                    "grade_violation_rate",
                ),
                *(
                    "cost",
                    "cost_assay_all",
                    "cost_assay_none",
                    "released",
                    "downgraded",
                    "assayed_share",
                    "released_unassayed",
                ),
                *("false_release", "false_release_high", "p_rmse", "q_r2", "r_below_limit", "crack_auc", "crack_brier"),
            )
        }
    assert expected <= next(iter(names))


def test_the_bar_has_no_skill_and_the_law_is_found(fitted):
    """Of squared log errors of 0.09 + 2·0.16 (p) and 0.09 + 0.25 + 0.09 (q) a line leaves 0.09."""
    _, _, result = fitted
    for part in ("test", "holdout_all"):
        assert result["persistence"].metrics[f"{part}_skill"] == 0.0
        assert result["linear"].metrics[f"{part}_skill"] > 0.55
        assert result["linear"].metrics[f"{part}_p_rmse"] == pytest.approx(0.3, rel=0.1)
        assert result["linear"].metrics[f"{part}_crack_auc"] > 0.7
        assert result["linear"].metrics[f"{part}_coverage_90"] == pytest.approx(0.9, abs=0.05)
        assert result["linear"].metrics[f"{part}_grade_ece"] < 0.03


def test_a_good_grader_costs_less_than_the_better_simple_rule(fitted):
    _, _, result = fitted
    for part in ("test", "holdout_all"):
        m = result["linear"].metrics
        assert 0 < m[f"{part}_cost"] < min(m[f"{part}_cost_assay_all"], m[f"{part}_cost_assay_none"])
        assert m[f"{part}_released"] > 0.5
        assert m[f"{part}_false_release"] <= m[f"{part}_false_release_high"] < 0.04


def test_what_is_told_of_calibrate_lots_comes_from_models_that_know_only_older_ones(fitted, toy_quality_seed):
    data, parts, result = fitted
    known, reported = parts.train, []
    for block in parts.calibrate:
        reported.append(build(toy_quality_seed)["linear"].fit(data.X[known], data.labels[known]).predict(data.X[block]))
        known = np.concatenate([known, block])
    raw, lots = np.concatenate(reported), lots_of(data)[np.concatenate(parts.calibrate)]
    model = result["linear"].model
    training, X = data.X[parts.learnt], data.X[np.concatenate(parts.calibrate)]
    labels = lots.reported, lots.defects
    again = grader(toy_quality_seed, "linear", model.estimator, training, *labels, raw, {}, X, imputes=True)
    assert result["linear"].metrics["calibrate_lot_loss"] == pytest.approx(
        lot_loss(again.corrected(X, raw), lots, again.scatter.spread), rel=1e-9
    )
    assert model.threshold == again.threshold == result["linear"].metrics["threshold"]
    assert model.temperatures == pytest.approx(again.temperatures, rel=1e-9)


def test_truth_is_never_learnt(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lots=80)
    truth = frame[["line", "cast_at", "p", "q", "r"]].copy()
    truth[["p", "q", "r"]] = truth[["p", "q", "r"]].abs()
    _, _, plain = fit_all(toy_quality_seed, frame)
    for known in (truth, truth.assign(p=500.0, q=500.0, r=500.0)):
        _, _, predictions = fit_all(toy_quality_seed, frame, known)
        for name, candidate in plain.items():
            with_truth = predictions[name]
            assert np.array_equal(candidate.predictions, with_truth.predictions, equal_nan=True)
            assert candidate.model.state() == with_truth.model.state()
            same = {m: v for m, v in candidate.metrics.items() if m != "fit_seconds"}
            assert {m: with_truth.metrics[m] for m in same} == pytest.approx(same, nan_ok=True, rel=0, abs=0)
    assert predictions["linear"].metrics["test_truth_rmse"] > 5


def test_labels_of_judged_lots_change_no_model(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lots=80)
    data, parts, before = fit_all(toy_quality_seed, frame)
    evaluated = data.table.iloc[np.concatenate([parts.test, parts.holdout_all])][["line", "cast_at"]]
    where = frame.merge(evaluated, how="left", indicator=True)["_merge"].eq("both").to_numpy()
    assert where.sum() == len(set(evaluated.index))
    changed = frame.copy()
    changed.loc[where, ["q", "r"]] = 400.0  # p lends its last assay to the inputs
    changed.loc[where, "crack"] = 1.0
    _, _, after = fit_all(toy_quality_seed, changed)
    for name, candidate in before.items():
        assert np.array_equal(candidate.predictions, after[name].predictions, equal_nan=True)
        late = {"level": None, "usual": None, "setpoints": None}
        own, other = (one.model.state() | late for one in (candidate, after[name]))
        assert own == other  # the level goes on with their assays, set-points learn from them: after they were judged
        assert candidate.metrics["calibrate_lot_loss"] == after[name].metrics["calibrate_lot_loss"]
        assert after[name].metrics["test_grade_violation_rate"] == 1.0


def test_only_lots_that_nobody_learnt_are_graded(fitted):
    _, parts, result = fitted
    evaluated = np.zeros(len(result["linear"].predictions), dtype=bool)
    evaluated[np.concatenate([parts.test, parts.holdout_all])] = True
    for candidate in result.values():
        assert (np.isfinite(candidate.predictions).all(axis=1) == evaluated).all()
        assert (np.isnan(candidate.predictions).all(axis=1) == ~evaluated).all()


def test_the_best_is_chosen_without_the_test_lots(fitted):
    _, _, result = fitted
    best = best_of(LEARNER, result)
    assert best.metrics["calibrate_lot_loss"] == min(c.metrics["calibrate_lot_loss"] for c in result.values())
    assert best.name != "persistence"


def test_importance_names_the_inputs_of_the_law(fitted):
    data, _, result = fitted
    assert [column.name for column in data.seed.inputs] == ["u", "v", "setpoint", "p_last"]
    u, v, setpoint, last = result["linear"].importance
    assert u > setpoint > v > abs(last)
    bar = result["persistence"].importance
    assert np.array_equal(bar[:3], np.zeros(3))
    assert bar[3] != 0


def test_the_learning_curve_ends_at_the_served_model(fitted, toy_quality_seed):
    data, parts, result = fitted
    curve = result["linear"].curve
    periods = data.periods[parts.learnt]
    count = periods.nunique()
    assert curve.periods == (round(0.25 * count), round(0.5 * count), count)
    assert curve.error[-1] == pytest.approx(result["linear"].metrics["test_lot_loss"], rel=1e-12)
    newest = parts.learnt[periods >= np.sort(periods.unique())[-curve.periods[0]]]
    short = build(toy_quality_seed)["linear"].fit(data.X[newest], data.labels[newest])
    model, X = result["linear"].model, data.X[parts.test]
    expected = lot_loss(short.predict(model.filled(X)), lots_of(data)[parts.test], model.scatter.spread)
    assert curve.error[0] == pytest.approx(expected, rel=1e-9)


def test_each_step_is_reported(toy_quality_seed, toy_quality_frame):
    reported = []
    data, parts = data_of(toy_quality_seed, toy_quality_frame(lots=60))
    fit_candidate(
        LEARNER, "persistence", build(toy_quality_seed)["persistence"], data, parts, {}, None, reported.append
    )
    assert len(reported) == STEPS


# ---- what may be promised


def test_too_few_lots_for_the_promise_are_told_with_the_number_needed(toy_quality_seed, toy_quality_frame):
    """One bad lot in a hundred at most, with 95 % confidence: 299 good lots show it, 298 do not."""
    seed = ruled(toy_quality_seed, alpha=0.01)
    assert lots_needed(0.01, 0.95) == 299
    data, parts = data_of(seed, toy_quality_frame(lots=60))
    lots = sum(map(len, parts.calibrate))
    assert lots < 299
    with pytest.raises(GuaranteeError, match=rf"^{lots} lots to calibrate, expected 299 or more: that at most 1% of"):
        LEARNER.check_split(data, parts)
    with pytest.raises(GuaranteeError, match="expected 299 or more"):
        fit_candidate(LEARNER, "linear", build(seed)["linear"], data, parts, {}, None, lambda action: None)
    LEARNER.check_split(*data_of(seed, toy_quality_frame(lots=120)))


def test_lots_of_unknown_grades_promise_nothing(toy_quality_seed, toy_quality_frame):
    """Without q four of five lots do not say whether they are prime, unless p has broken it already."""
    frame = toy_quality_frame(lots=60)
    LEARNER.check_split(*data_of(toy_quality_seed, frame))
    frame.loc[frame.index % 5 != 0, "q"] = np.nan
    data, parts = data_of(toy_quality_seed, frame)
    rows = np.concatenate(parts.calibrate)
    known = int((~np.isnan(lots_of(data)[rows].kept).any(axis=1)).sum())
    assert known < 0.3 * len(rows)
    with pytest.raises(GuaranteeError, match=rf"^{known} lots to calibrate, expected 149 or more"):
        LEARNER.check_split(data, parts)


@pytest.mark.parametrize(
    ("name", "which", "newer"), [("r", "oldest", False), ("r", "newest", True), ("crack", "newest", True)]
)
def test_a_target_that_the_laboratory_began_or_ceased_to_tell_is_named(
    toy_quality_seed, toy_quality_frame, name, which, newer
):
    frame = toy_quality_frame(lots=60)
    _, parts = data_of(toy_quality_seed, frame)
    where = frame["cast_at"] >= parts.calibrate_from
    frame.loc[where == newer, name] = np.nan
    with pytest.raises(SplitError, match=rf"^{name}: no label in the {which} \d+ lots to learn from, 2024-"):
        LEARNER.check_split(*data_of(toy_quality_seed, frame))


def test_where_a_claim_costs_more_than_any_chance_of_it_nothing_is_released(toy_quality_seed, toy_quality_frame):
    seed = ruled(toy_quality_seed, claim_cost=1e9)
    _, _, result = fit_all(seed, toy_quality_frame(lots=60), names=("linear",))
    candidate = result["linear"]
    assert np.isnan(candidate.model.threshold)
    assert candidate.metrics["threshold"] == 0.0
    for part in PARTS:
        assert candidate.metrics[f"{part}_released_unassayed"] == 0
        assert np.isnan(candidate.metrics[f"{part}_false_release"])
        assert candidate.metrics[f"{part}_cost"] <= candidate.metrics[f"{part}_cost_assay_all"] + 1e-9


def test_the_promise_holds_on_lots_of_many_plants(toy_quality_seed, toy_quality_frame):
    """With a confidence of 95 % more than 3 of 10 plants would break it by chance once in a thousand times.

    Claims are so cheap that the threshold decides, and some 660 lots set it where 299 good ones are the fewest.
    """
    seed, shares = ruled(toy_quality_seed, alpha=0.01, claim_cost=60), []
    for plant in range(10):
        data, parts = data_of(seed, toy_quality_frame(lots=150, rng_seed=100 + plant))
        lots, X = lots_of(data)[np.concatenate(parts.calibrate)], data.X[parts.train]
        estimator = build(seed)["linear"].fit(X, data.labels[parts.train])
        raw = estimator.predict(data.X[np.concatenate(parts.calibrate)])
        model = grader(seed, "linear", estimator, X, lots.reported, lots.defects, raw, {})
        new, _ = data_of(seed, toy_quality_frame(lots=300, rng_seed=500 + plant))
        shares.append(costs_of(model.assess(new.X).decided, lots_of(new).kept, model.costs)["false_release"])
    assert np.isfinite(shares).sum() >= 7  # of the others no lot is released: their few lots show too little
    assert np.nansum(np.array(shares) > 0.01) <= 3


# ---- defects


def test_a_defect_that_no_lot_has_is_told_as_rare(toy_quality_seed, toy_quality_frame):
    _, parts, result = fit_all(toy_quality_seed, toy_quality_frame(lots=60).assign(crack=0.0), names=("linear",))
    m = result["linear"].metrics
    assert np.isnan(m["test_crack_auc"])
    assert m["test_crack_brier"] < 1e-4
    assert result["linear"].model.assessed(result["linear"].predictions[parts.test]).defects.max() < 0.01


def test_lots_that_nobody_inspected_have_no_figure_of_defects(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lots=60)
    _, parts = data_of(toy_quality_seed, frame)
    frame.loc[frame["cast_at"] >= parts.test_from, "crack"] = np.nan
    _, _, result = fit_all(toy_quality_seed, frame, names=("linear",))
    assert np.isnan(result["linear"].metrics["test_crack_brier"])
    assert np.isnan(result["linear"].metrics["test_crack_auc"])
    assert np.isfinite(result["linear"].metrics["holdout_all_crack_brier"])
    assert np.isfinite(result["linear"].metrics["test_lot_loss"])
