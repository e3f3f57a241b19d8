import numpy as np
import pytest
from sklearn.metrics import confusion_matrix
from sklearn.metrics import log_loss as theirs

from training.core.class_losses import confusion, log_loss, log_losses

A, B, C = range(3)


def test_log_loss_of_a_worked_example():
    p = np.array([[0.5, 0.5], [0.9, 0.1]])
    assert log_loss(p, np.array([0, 1]), np.array([3.0, 1.0])) == pytest.approx((3 * np.log(2) + np.log(10)) / 4)
    assert log_losses(p, np.array([0, 1])) == pytest.approx([np.log(2), np.log(10)])


def test_log_loss_is_scikit_learns():
    rng = np.random.default_rng(1)
    p, codes, weight = rng.dirichlet(np.ones(4), 50), rng.integers(0, 4, 50), rng.random(50)
    expected = theirs(codes, p, sample_weight=weight, labels=range(4))
    assert log_loss(p, codes, weight) == pytest.approx(expected, rel=1e-9)


def test_a_probability_is_taken_as_1e_15_at_least_and_as_1_at_most():
    p = np.array([[0.0, 1.0 + 1e-9]])
    assert log_loss(p, np.array([0]), np.ones(1)) == pytest.approx(15 * np.log(10))
    assert log_loss(p, np.array([1]), np.ones(1)) == 0.0


def test_confusion_keeps_the_weight_of_every_class():
    cells = confusion(np.array([A, B, B]), np.array([A, A, C]), np.array([1.0, 2.0, 4.0]), 4)
    assert cells[A].tolist() == [1, 2, 0, 0]
    assert cells[C].tolist() == [0, 4, 0, 0]
    assert cells.sum() == 7


def test_confusion_is_scikit_learns():
    rng = np.random.default_rng(2)
    lines, codes, weight = rng.integers(0, 3, 40), rng.integers(0, 3, 40), rng.random(40)
    expected = confusion_matrix(codes, lines, labels=range(3), sample_weight=weight)
    np.testing.assert_allclose(confusion(lines, codes, weight, 3), expected, rtol=1e-12)
