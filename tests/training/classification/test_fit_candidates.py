"""Candidates that are fitted to the toy ores, whose law is known."""

import numpy as np
import pytest

from models.estimators.temperature import tempered
from models.table.contract import check
from models.tasks import build
from training.classification.card import sections
from training.classification.fit import ClassificationLearner
from training.classification.task import TASK
from training.core.class_losses import log_losses
from training.core.dataset import dataset_of
from training.core.fitting import best_of, fit_candidate, out_of_time_predictions
from training.core.gate import gate
from training.core.splits import split

LEARNER = ClassificationLearner()

MEANS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0]])
SHARES = np.array([0.6, 0.37, 0.03])


def fitted_to(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    parts, result = split(data), {}
    for name, estimator in build(seed).items():
        baseline = next(iter(result.values())).predictions if result else None
        result[name] = fit_candidate(
            LEARNER, name, estimator, data, parts, {}, baseline, lambda action: None, curve=True
        )
    return result, data, parts


@pytest.fixture(scope="module")
def fitted(toy_class_seed, toy_class_frame):
    """All candidates of the toy ores, their data set and split."""
    return fitted_to(toy_class_seed, toy_class_frame(periods=80))


def exact(data, rows):
    """Probabilities by the law that the rows were drawn from; a colour that is missing says nothing."""
    signals = data.table[["grain", "colour"]].to_numpy()[rows]
    squares = np.nan_to_num((signals[:, None] - MEANS) ** 2)
    score = np.log(SHARES) - 0.5 * squares.sum(axis=2)
    p = np.exp(score - score.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def test_the_line_comes_near_the_law(fitted):
    """The log loss of the best is at most 0.03 above that of the law itself; that of the shares is 0.78."""
    result, data, parts = fitted
    rows = parts.test
    law = float(np.mean(log_losses(exact(data, rows), data.y[rows].astype(int))))
    assert result["majority"].metrics["test_log_loss"] == pytest.approx(0.78, abs=0.08)
    for name in ("linear", "lightgbm"):
        assert law - 0.01 < result[name].metrics["test_log_loss"] < law + 0.1, name
    assert result["linear"].metrics["test_log_loss"] < law + 0.03
    assert best_of(LEARNER, result).name in ("linear", "lightgbm")


def test_the_temperature_and_the_score_are_those_of_predictions_out_of_time(fitted):
    result, data, parts = fitted
    rows = np.concatenate(parts.calibrate)
    p = out_of_time_predictions(result["linear"].model.estimator, data, parts, LEARNER.predict)
    line = result["linear"]
    expected = log_losses(tempered(p, line.model.temperature), data.y[rows].astype(int)).mean()
    assert line.metrics["calibrate_log_loss"] == pytest.approx(expected, rel=1e-6)
    assert len(line.model.conformal.scores) == len(rows)
    assert 0.5 < line.model.temperature < 2


def test_inputs_that_say_something_are_important_and_the_other_is_not(fitted):
    result, data, _ = fitted
    names = [column.name for column in data.seed.inputs]
    rise = dict(zip(names, result["linear"].importance, strict=True))
    assert rise["grain"] > 0.2
    assert rise["colour"] > 0.02
    assert abs(rise["tonnes"]) < 0.01


def test_sets_hold_the_class_of_rows_that_nobody_learnt(fitted):
    result, _, parts = fitted
    for name, candidate in result.items():
        for part in parts.evaluated:
            assert candidate.metrics[f"{part}_coverage_90"] > 0.85, (name, part)


def test_the_best_passes_the_gate_and_the_baseline_does_not(fitted):
    result, data, parts = fitted
    bar, best = result["majority"], best_of(LEARNER, result)
    assert gate(TASK.assessor.evidence(best, bar, data, parts), False, None).passed
    refused = gate(TASK.assessor.evidence(bar, bar, data, parts), True, None)
    assert len(refused.reasons) == 1
    assert "the baseline is best" in refused.reasons[0]


def test_a_class_that_comes_only_in_the_test_has_a_finite_loss_and_is_pointed_out(toy_class_seed, toy_class_frame):
    frame = toy_class_frame()
    late = frame["day"] >= np.sort(frame["day"].unique())[-6]
    result, data, parts = fitted_to(toy_class_seed, frame[late | (frame["ore"] != "rare")])
    assert not (data.y[parts.learnt] == 2).any()
    assert (data.y[parts.test] == 2).any()
    for candidate in result.values():
        assert np.isfinite([candidate.metrics[f"test_{name}"] for name in ("log_loss", "brier", "ece")]).all()
        assert not candidate.answers.p[:, 2].any()
    card = "\n".join(sections(result, result["linear"], data, parts))
    assert "Without training rows, so that the probability is always 0: `rare`." in card


def test_a_class_that_is_missing_in_some_block_breaks_nothing(toy_class_seed, toy_class_frame):
    frame = toy_class_frame()
    days = np.sort(frame["day"].unique())
    early, middle = frame["day"] < days[16], (frame["day"] >= days[16]) & (frame["day"] < days[22])
    only = frame[~(early & (frame["ore"] != "oxide")) & ~(middle & (frame["ore"] == "oxide"))]
    result, data, parts = fitted_to(toy_class_seed, only)
    assert set(data.y[parts.train]) == {0.0}  # one class alone to train
    for candidate in result.values():
        assert np.isfinite(candidate.metrics["test_log_loss"])
        assert np.isfinite(candidate.curve.error).all()
