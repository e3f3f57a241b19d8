from typing import Any

import numpy as np
import pytest

from models.estimators.class_baselines import ClassShares, FirstPrinciplesClasses
from models.interfaces.physics import AnyPhysics
from tests.suite.physics import physics_of_functions

MEANS = np.array([0.0, 3.0, 6.0])


def physics() -> AnyPhysics:
    """Physics of a made-up process: four times the log-likelihood of three normal classes, and a fourth ruled out."""

    def class_scores(columns: Any) -> np.ndarray:
        scores = -2.0 * (columns["s"][:, None] - MEANS) ** 2
        return np.column_stack([np.where(columns["s"][:, None] > 50, -np.inf, scores), np.full(len(scores), -np.inf)])

    return physics_of_functions(class_scores=class_scores)


def made(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    codes = rng.choice(3, n, p=[0.7, 0.2, 0.1])
    return np.column_stack([MEANS[codes] + rng.normal(size=n), rng.normal(size=n)]), codes.astype(float)


def first_principles() -> FirstPrinciplesClasses:
    return FirstPrinciplesClasses(physics(), ("s", "other"), (1.0, 0.0), 4)


def test_shares_are_told_whatever_is_seen() -> None:
    fitted = ClassShares(4).fit(np.zeros((4, 1)), [0, 2, 2, 0])
    np.testing.assert_array_equal(fitted.predict_proba(np.array([[9.0], [np.nan]])), [[0.5, 0, 0.5, 0]] * 2)


@pytest.mark.parametrize("label", [-1.0, 3.0, 0.5])
def test_labels_that_are_no_classes_are_refused(label: float) -> None:
    with pytest.raises(ValueError, match=rf"y: got .*{label}.*: expected numbers of classes, 0 to 2"):
        ClassShares(3).fit(np.zeros((2, 1)), [0.0, label])


def test_first_principles_are_trusted_as_far_as_they_are_right() -> None:
    X, codes = made()
    fitted = first_principles().fit(X, codes)
    assert fitted.temperature_ == pytest.approx(4, rel=0.1)
    shares = np.bincount(codes.astype(int), minlength=3) / len(codes)
    density = shares * np.exp(-0.5 * (X[:, :1] - MEANS) ** 2)
    p = fitted.predict_proba(X)
    np.testing.assert_allclose(p[:, :3], density / density.sum(axis=1, keepdims=True), atol=0.02)
    np.testing.assert_array_equal(p[:, 3], 0.0)
    np.testing.assert_array_equal(fitted.predict(X), p.argmax(axis=1))


def test_what_physics_cannot_tell_is_told_the_shares() -> None:
    fitted = first_principles().fit(*made())
    np.testing.assert_allclose(fitted.predict_proba(np.array([[99.0, 0.0]])), fitted.shares_[None], rtol=1e-12)


def test_a_missing_signal_counts_as_the_median_of_training() -> None:
    X, codes = made()
    fitted = first_principles().fit(X, codes)
    median = np.array([[np.median(X[:, 0]), 0.0]])
    np.testing.assert_array_equal(fitted.predict_proba(np.array([[np.nan, 0.0]])), fitted.predict_proba(median))
    X[:, 0] = np.nan
    assert first_principles().fit(X, codes).fill_[0] == 1.0


def test_wrong_number_of_columns_is_told() -> None:
    with pytest.raises(ValueError, match="X has 1 columns, expected 2"):
        first_principles().fit(np.zeros((3, 1)), [0, 1, 2])


def test_what_physics_cannot_compute_rules_a_class_out() -> None:
    """Scores of a row: none that is a number for the first class; for a row without any the shares alone speak."""

    def class_scores(columns: Any) -> np.ndarray:
        gap = np.where(columns["s"] > 0, np.nan, 0.0)
        return np.column_stack([gap, np.where(columns["s"] > 5, np.nan, 1.0), np.full(len(gap), np.nan)])

    fitted = FirstPrinciplesClasses(physics_of_functions(class_scores=class_scores), ("s",), (1.0,), 3)
    fitted.fit(np.array([[-1.0], [-1.0], [-2.0], [1.0]]), [0.0, 1.0, 1.0, 1.0])
    assert fitted.shares_.tolist() == [0.25, 0.75, 0.0]
    p = fitted.predict_proba(np.array([[1.0], [9.0], [-1.0]]))
    np.testing.assert_allclose(p[:2], [[0.0, 1.0, 0.0], [0.25, 0.75, 0.0]], atol=1e-12)
    first = 0.25 / (0.25 + 0.75 * np.exp(1.0 / fitted.temperature_))
    np.testing.assert_allclose(p[2], [first, 1 - first, 0.0], rtol=1e-9)


def test_a_class_is_known_by_its_number_and_the_first_of_equals_is_told() -> None:
    fitted = ClassShares(3).fit(np.zeros((4, 2)), [2, 1, 1, 2])
    assert fitted.classes_.tolist() == [0, 1, 2]
    assert fitted.predict(np.zeros((2, 2))).tolist() == [1, 1]
    assert fitted.__sklearn_tags__().input_tags.allow_nan is True


def test_one_piece_tells_nothing_and_two_do() -> None:
    with pytest.raises(ValueError, match="minimum of 2"):
        ClassShares(2).fit(np.zeros((1, 2)), [1])
    assert ClassShares(2).fit(np.zeros((2, 2)), [1, 1]).shares_.tolist() == [0.0, 1.0]
