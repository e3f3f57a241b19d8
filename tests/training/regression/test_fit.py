"""A number's part in fitting, by value, with estimators and models that say what they are to say."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from models.interfaces.answers import Answer
from training.regression import fit
from training.regression.fit import RegressionLearner

LEARNER = RegressionLearner()


class Twice:
    """An estimator that says twice the first input."""

    def predict(self, X):
        return 2 * X[:, 0]


@dataclass(frozen=True)
class Made:
    """A model of nothing but what it has followed."""

    adaptive: object = None
    usual: object = None
    followed: object = None
    unfollowed: object = None
    history: object = None

    def corrected(self, X, predicted):
        """Predictions as they are."""
        return predicted


def data_with(**more):
    target = SimpleNamespace(name="y")
    return SimpleNamespace(
        seed=SimpleNamespace(target=target, time="there is one", place=0, warnings=[], log_floor=None),
        X=np.array([[1.0], [2.0], [3.0], [4.0]]),
        y=np.array([1.0, 5.0, 6.0, 6.0]),
        truth=None,
        history=None,
        **more,
    )


def test_shares_of_the_curve_and_effort_on_the_importance_are_those_of_the_documents():
    assert (LEARNER.importance_rows, LEARNER.importance_repeats, LEARNER.curve_shares) == (2000, 3, (0.1, 0.25, 0.5))


def test_a_prediction_is_made_of_floats():
    predictions = LEARNER.predict(Twice(), np.array([[1], [2]]))
    assert (predictions.tolist(), predictions.dtype) == ([2.0, 4.0], np.float64)
    assert LEARNER.check_split(None, None) is None


def test_a_model_is_calibrated_by_its_errors_on_the_calibrate_rows(monkeypatch):
    """Of the last two rows 9 and 2 are said where 6 is measured: errors of 3 and -4, each in a block of its own."""
    given = []
    calls = []
    monkeypatch.setattr(fit, "conformalised", lambda *arguments: given.append(arguments) or Made())
    monkeypatch.setattr(fit, "follow", lambda *arguments: calls.append(arguments) or ("state", "usual", "answers"))
    monkeypatch.setattr(fit, "without_outcomes", lambda *arguments: calls.append(arguments) or "others")
    data, rows, message = data_with(), np.array([2, 3]), np.array([9.0, 2.0])
    parts = SimpleNamespace(learnt=np.array([0, 2]), calibrate=(np.array([2]), np.array([3])))
    model, metrics = LEARNER.calibrated("line", "estimator", data, parts, rows, message, {"from": "here"})
    assert model == Made("state", "usual", "answers", "others")
    blocks = {"calibrate_rmse_over_blocks": pytest.approx(3 ** (1 / 3) * 4 ** (2 / 3)), "calibrate_newest_rmse": 4.0}
    assert metrics == {"calibrate_mae": 3.5, "calibrate_rmse": pytest.approx(np.sqrt(12.5))} | blocks
    ((seed, name, estimator, trained, labels, predictions, info, block, calibrated),) = given
    assert block.tolist() == [0, 1]
    assert calls == 2 * [(Made(), data, parts, rows, message, block)]
    assert (seed, name, estimator, info) == (data.seed, "line", "estimator", {"from": "here"})
    assert (trained.tolist(), calibrated.tolist()) == ([[1.0], [3.0]], data.X[rows].tolist())
    assert (labels.tolist(), predictions.tolist()) == ([6.0, 6.0], [9.0, 2.0])


def test_a_logarithm_is_selected_by_its_own_errors(monkeypatch):
    """Of a floor of 2, 14 said where 6 is measured is a factor of 2, and 2 a half."""
    monkeypatch.setattr(fit, "conformalised", lambda *arguments: Made())
    data, rows = data_with(), np.array([2, 3])
    data.seed.time, data.seed.log_floor = None, 2.0
    parts = SimpleNamespace(learnt=np.array([0, 2]), calibrate=(np.array([2]), np.array([3])))
    _, metrics = LEARNER.calibrated("line", "estimator", data, parts, rows, np.array([14.0, 2.0]), {})
    scaled = dict.fromkeys(
        ("calibrate_rmse", "calibrate_rmse_over_blocks", "calibrate_newest_rmse"), pytest.approx(np.log(2))
    )
    assert metrics == {"calibrate_mae": 6.0} | scaled


def test_a_table_without_time_follows_nothing(monkeypatch):
    monkeypatch.setattr(fit, "conformalised", lambda *arguments: Made())
    data, rows = data_with(), np.array([2, 3])
    data.seed.time = None
    parts = SimpleNamespace(learnt=np.array([0, 2]), calibrate=(np.array([2]), np.array([3])))
    model, _ = LEARNER.calibrated("line", "estimator", data, parts, rows, np.array([9.0, 2.0]), {})
    assert model == Made(None, None)


def test_the_error_of_an_estimator_is_its_rmse():
    loss = LEARNER.error(SimpleNamespace(filled=lambda X: X), None, None)
    # 2 and 4 are said of 5 and 0
    assert loss(Twice(), np.array([[1.0], [2.0]]), np.array([5.0, 0.0])) == pytest.approx(np.sqrt((9 + 16) / 2))


def test_answers_for_many_rows_are_made_in_blocks(monkeypatch):
    blocks = []

    def fixed(X, coverage):
        blocks.append(len(X))
        return Answer(X[:, 0], X[:, 0] - coverage, X[:, 0] + coverage)

    monkeypatch.setattr(fit, "ROWS_AT_ONCE", 3)
    data = SimpleNamespace(X=np.arange(8.0).reshape(-1, 1), history=None)
    result = LEARNER.answers(SimpleNamespace(fixed=fixed, history=None), data, None)
    assert blocks == [3, 3, 2]
    assert isinstance(result, Answer)
    assert result.value.tolist() == list(range(8))
    assert result.low.tolist() == [i - 0.9 for i in range(8)]


def test_answers_are_of_the_target_for_the_whole_table():
    calls = []
    model = SimpleNamespace(fixed=lambda X, coverage: calls.append((len(X), coverage)) or "its", history=None)
    assert LEARNER.answers(model, data_with(), None) == "its"
    assert calls == [(4, 0.9)]
    value = np.array([1.0])
    assert LEARNER.predictions_of(Answer(value, value - 1, value + 1)) is value


def test_evaluated_rows_are_compared_with_labels_baseline_and_truth():
    data, rows = data_with(), np.array([1, 3])
    value = np.array([0.0, 4.0, 0.0, 8.0])
    lines, baseline = Answer(value, value - 1, value + 1), np.array([0.0, 3.0, 0.0, 2.0])
    model = SimpleNamespace(followed=None, unfollowed=None)
    result = LEARNER.evaluated(model, lines, data, rows, baseline)
    # 4 and 8 of 5 and 6: errors -1 and 2; the baseline's are -2 and -4
    assert (result["mae"], result["bias"], result["skill"]) == (1.5, 0.5, pytest.approx(1 - 2.5 / 10))
    assert "truth_mae" not in result
    data.truth = np.array([0.0, 4.5, 0.0, np.nan])
    assert LEARNER.evaluated(model, lines, data, rows, baseline)["truth_mae"] == 0.5
    # 4 and 7 of 5 and 6 while outcomes come in; of the first row nothing was asked
    followed = np.array([np.nan, 4.0, np.nan, 7.0])
    model.followed = Answer(followed, followed - 1, followed + 0.5)
    result = LEARNER.evaluated(model, lines, data, rows, baseline)
    assert (result["adaptive_mae"], result["adaptive_bias"], result["adaptive_width_90"]) == (1.0, 0.0, 1.5)
    assert result["adaptive_coverage_90"] == 0.5
    assert not any(
        name.startswith("adaptive") for name in LEARNER.evaluated(model, lines, data, np.array([0, 1]), baseline)
    )
