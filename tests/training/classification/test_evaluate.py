"""Metrics of classes, worked out by hand and beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss

from training.classification.evaluate import Classified, against_label, brier, evaluate, recalls

P = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
INSIDE = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
CLASSES = np.array([0, 1, 1, 0])


def test_a_worked_example():
    result = against_label(CLASSES, Classified(P, INSIDE))
    assert result["accuracy"] == 0.5
    assert result["balanced_accuracy"] == 0.5  # half of each of the two classes that occur
    assert result["log_loss"] == pytest.approx(-np.log([0.7, 0.4, 0.8, 0.2]).mean())
    squares = [0.09 + 0.04 + 0.01, 0.25 + 0.36 + 0.01, 0.01 + 0.04 + 0.01, 0.64 + 0.04 + 0.36]
    assert result["brier"] == pytest.approx(np.mean(squares))
    assert result["ece"] == pytest.approx(np.mean([0.3, 0.5, 0.2, 0.6]))  # each row is a group of its own
    assert (result["coverage_90"], result["set_size_90"]) == (0.75, 1.25)


def test_figures_are_scikit_learns():
    rng = np.random.default_rng(0)
    p, classes = rng.dirichlet(np.ones(4), 200), rng.integers(0, 4, 200)
    result = against_label(classes, Classified(p, p > 0.2))
    assert result["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(classes, p.argmax(axis=1)), rel=1e-12)
    assert brier(p, classes) == pytest.approx(brier_score_loss(classes, p, scale_by_half=False), rel=1e-12)


def test_a_class_without_rows_has_no_share_and_does_not_count():
    result = recalls(np.array([0, 2, 2]), np.array([0, 0, 2]), 4)
    np.testing.assert_array_equal(result, [0.5, np.nan, 1.0, np.nan])


def test_a_class_that_was_ruled_out_has_a_finite_loss():
    result = against_label(np.array([1]), Classified(np.array([[1.0, 0.0]]), np.array([[True, False]])))
    assert result["log_loss"] == pytest.approx(15 * np.log(10))


def test_skill_is_the_share_of_the_baselines_log_loss_that_is_avoided():
    even = np.full((4, 3), 1 / 3)
    assert evaluate(CLASSES, Classified(even, INSIDE), even)["skill"] == 0.0
    loss = -np.log([0.7, 0.4, 0.8, 0.2]).mean()
    assert evaluate(CLASSES, Classified(P, INSIDE), even)["skill"] == pytest.approx(1 - loss / np.log(3))
    sure = np.eye(3)[CLASSES]
    assert np.isnan(evaluate(CLASSES, Classified(sure, INSIDE), sure)["skill"])


def test_some_rows_keep_what_belongs_to_them():
    subset = Classified(P, INSIDE)[np.array([2, 1])]
    assert subset.likeliest.tolist() == [1, 0]
    assert subset.covered(np.array([0, 1])).tolist() == [False, True]
