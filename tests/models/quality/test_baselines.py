"""The baselines for lots."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from models.quality.baselines import FirstPrinciplesContents, LastAssay
from models.quality.losses import LEAST_SHARE
from tests.suite.physics import physics_of_functions

NAN = np.nan


class TestLastAssay:
    def test_the_last_assay_is_told(self) -> None:
        X = np.array([[7.0, 2.0, 0.3], [7.0, 4.0, 0.5]])
        Y = np.array([[1.0, 1.0, 0.0], [1.0, 4.0, 1.0]])
        predictions = LastAssay((2, 1), defects=1).fit(X, Y).predict(X)
        np.testing.assert_allclose(predictions[:, :2], np.log(X[:, [2, 1]]), rtol=1e-12)
        np.testing.assert_allclose(predictions[:, 2], 0.0, atol=1e-12)  # one lot of two is cracked

    def test_without_an_assay_the_mean_of_the_logarithms_is_told(self) -> None:
        X, Y = np.zeros((4, 1)), np.array([[1.0], [4.0], [NAN], [16.0]])
        mean = pytest.approx(np.log(4.0), rel=1e-9)
        assert LastAssay((-1,)).fit(X, Y).predict(X)[0, 0] == mean
        assert LastAssay((0,)).fit(X, Y).predict(np.array([[NAN]]))[0, 0] == mean
        # Of what is no content there is no logarithm.
        assert LastAssay((0,)).fit(X, Y).predict(np.array([[0.0]]))[0, 0] == mean
        assert LastAssay((0,)).fit(X, Y).predict(np.array([[-0.5]]))[0, 0] == mean
        assert LastAssay((0,)).fit(X, Y).predict(np.array([[0.5]]))[0, 0] == pytest.approx(np.log(0.5), rel=1e-12)
        assert LastAssay().fit(X, Y).predict(X)[0, 0] == mean

    def test_the_mean_is_that_of_contents_not_of_limits(self) -> None:
        logs = 0.4 * np.random.default_rng(0).standard_normal((4000, 1))
        reported = np.where(logs < 0.3, -np.exp(0.3), np.exp(logs))
        assert (reported < 0).mean() > 0.7
        assert LastAssay((-1,)).fit(logs, reported).predict(logs)[0, 0] == pytest.approx(0.0, abs=0.05)

    def test_a_defect_is_told_by_its_share(self) -> None:
        X, seen = np.zeros((10, 1)), np.array([[1.0], *[[0.0]] * 7, [NAN], [NAN]])
        predictions = LastAssay(defects=1).fit(X, seen).predict(X)
        assert 1 / (1 + np.exp(-predictions[0, 0])) == pytest.approx(1 / 8, rel=1e-9)
        never = LastAssay(defects=1).fit(X, np.zeros((10, 1))).predict(X)
        assert 1 / (1 + np.exp(-never[0, 0])) == pytest.approx(LEAST_SHARE, rel=1e-9)


def contents(columns: Any) -> dict[str, np.ndarray]:
    """Ag rises with the square of `a`; of Bi nothing is told where `b` is not positive; Te is never told."""
    return {"ag": 3 * columns["a"] ** 2, "bi": np.log(columns["b"]), "te": np.nan * columns["a"]}


PHYSICS = physics_of_functions(contents=contents)


class TestFirstPrinciples:
    def estimator(self, defects: int = 1) -> FirstPrinciplesContents:
        return FirstPrinciplesContents(PHYSICS, ("a", "b"), (2.0, 20.0), ("ag", "bi", "te", "fe"), defects)

    def lots(self, n: int = 500) -> tuple[np.ndarray, np.ndarray]:
        """The laboratory finds half of the Ag and twice the Bi that physics tells; Te is 4 and Fe 9 on average."""
        rng = np.random.default_rng(0)
        X = np.column_stack([rng.uniform(1, 4, n), rng.uniform(5, 50, n)])
        result = contents({"a": X[:, 0], "b": X[:, 1]})
        scatter = np.exp(0.05 * rng.standard_normal((n, 4)))
        labels = np.column_stack([0.5 * result["ag"], 2 * result["bi"], np.full(n, 4.0), np.full(n, 9.0)]) * scatter
        return X, np.column_stack([labels, np.arange(n) % 4 == 0])

    def test_one_factor_an_element_is_learnt(self) -> None:
        X, Y = self.lots()
        predictions = self.estimator().fit(X, Y).predict(X)
        expected = np.log(np.column_stack([1.5 * X[:, 0] ** 2, 2 * np.log(X[:, 1])]))
        np.testing.assert_allclose(predictions[:, :2], expected, atol=0.01)
        np.testing.assert_allclose(predictions[:, 2:4], np.log([[4.0, 9.0]] * len(X)), atol=0.01)
        np.testing.assert_allclose(predictions[:, 4], np.log(1 / 3), rtol=1e-9)

    def test_the_factor_is_that_of_contents_not_of_limits(self) -> None:
        X, Y = self.lots(3000)
        Y[:, 0] *= np.exp(0.4 * np.random.default_rng(1).standard_normal(len(Y)))
        limit = np.quantile(Y[:, 0], 0.7)
        Y[:, 0] = np.where(Y[:, 0] < limit, -limit, Y[:, 0])
        predictions = self.estimator().fit(X, Y).predict(X)
        np.testing.assert_allclose(predictions[:, 0], np.log(1.5 * X[:, 0] ** 2), atol=0.05)

    def test_missing_inputs_take_their_median_or_the_typical_mean(self) -> None:
        X, Y = self.lots()
        fitted = self.estimator().fit(X, Y)
        median = np.median(X, axis=0)
        np.testing.assert_array_equal(fitted.predict(np.full((1, 2), NAN)), fitted.predict(median[None]))
        X[:, 0] = NAN
        empty = self.estimator().fit(X, Y)
        np.testing.assert_array_equal(empty.fill_, [2.0, median[1]])

    def test_a_lot_for_which_physics_has_no_answer_gets_the_mean(self) -> None:
        X, Y = self.lots()
        fitted = self.estimator().fit(X, Y)
        predictions = fitted.predict(np.array([[2.0, -1.0]]))[0]
        assert predictions[1] == pytest.approx(fitted.predict(X)[:, 1].mean(), rel=1e-12)
        assert predictions[0] == pytest.approx(np.log(6.0), abs=0.01)

    def test_a_row_does_not_depend_on_the_others_and_nothing_is_mutated(self) -> None:
        X, Y = self.lots(60)
        X[3, 0] = NAN
        X_before, before = X.copy(), Y.copy()
        fitted = clone(self.estimator()).fit(X, Y)
        alone = np.vstack([fitted.predict(X[i : i + 1]) for i in range(len(X))])
        np.testing.assert_array_equal(fitted.predict(X), alone)
        np.testing.assert_array_equal(X, X_before)
        np.testing.assert_array_equal(Y, before)

    def test_without_defects_there_are_contents_alone(self) -> None:
        X, Y = self.lots()
        assert self.estimator(0).fit(X, Y[:, :4]).predict(X).shape == (500, 4)


def test_physics_without_contents_is_told() -> None:
    estimator = FirstPrinciplesContents(physics_of_functions(), ("a",), (1.0,), ("ag",))
    with pytest.raises(NotImplementedError, match=r"^ToyPhysics does not give contents$"):
        estimator.fit(np.ones((3, 1)), np.ones((3, 1)))
