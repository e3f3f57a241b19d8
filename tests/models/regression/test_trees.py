import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from models.estimators.boosting import FEWEST_HELD_BACK
from models.regression.trees import BoostedTrees

SIGNS = (1, -1, 0, 0)


def made(n: int = 600, rng_seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose true direction is against SIGNS for column 0, with gaps."""
    rng = np.random.default_rng(rng_seed)
    X = rng.normal(size=(n, 4))
    y = -X[:, 0] - X[:, 1] ** 3 + X[:, 2] ** 2 + X[:, 0] * X[:, 3] + rng.normal(size=n)
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, y


SIGNED = BoostedTrees(signs=SIGNS, n_jobs=1).fit(*made())


@given(
    row=st.lists(st.one_of(st.floats(-5, 5), st.just(float("nan"))), min_size=4, max_size=4),
    steps=st.lists(st.floats(0, 10), min_size=2, max_size=2),
)
def test_signs_hold_everywhere(row: list[float], steps: list[float]) -> None:
    low, high = sorted(steps)
    for column, sign in enumerate(SIGNS):
        ends = np.array([row, row])
        ends[:, column] = -5 + low, -5 + high
        before, after = SIGNED.predict(ends)
        assert sign * (after - before) >= 0


def trees_in(fitted: BoostedTrees) -> int:
    return fitted.booster_.num_trees()


def test_number_of_trees_is_chosen_on_the_newest_rows() -> None:
    X, y = made()
    newest = int(0.2 * len(y))
    reversed_end = y.copy()
    reversed_end[-newest:] = -reversed_end[-newest:]
    assert trees_in(BoostedTrees(n_jobs=1).fit(X, y)) > 20
    assert trees_in(BoostedTrees(n_jobs=1).fit(X, reversed_end)) < 5


def test_all_rows_are_learnt_once_the_number_is_chosen() -> None:
    X, y = made()
    fitted = BoostedTrees(n_jobs=1).fit(X, y)
    left_over = lightgbm.Dataset(X, y - fitted.line_.predict(X))
    again = lightgbm.train(fitted._settings(), left_over, num_boost_round=trees_in(fitted))
    np.testing.assert_array_equal(fitted.predict(X), fitted.line_.predict(X) + again.predict(X))


def test_trees_add_to_the_line_what_is_bent() -> None:
    (X, y), (X_new, y_new) = made(4000), made(1000, rng_seed=1)
    fitted = BoostedTrees(n_jobs=1).fit(X, y)
    line_alone = np.mean((fitted.line_.predict(X_new) - y_new) ** 2)
    assert np.mean((fitted.predict(X_new) - y_new) ** 2) < 0.5 * line_alone


def test_a_straight_plant_with_noisy_labels_is_met_by_the_line() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 10))
    truth = X @ np.linspace(-0.5, 0.5, 10)
    fitted = BoostedTrees(n_jobs=1).fit(X, truth + 2 * rng.normal(size=3000))
    assert np.sqrt(np.mean((fitted.predict(X) - truth) ** 2)) < 0.25 * truth.std()


@pytest.mark.parametrize("n", [2, 30, 5 * FEWEST_HELD_BACK - 1])
def test_few_rows_are_met_by_the_line_nearly_alone(n: int) -> None:
    X, y = made(n)
    fitted = BoostedTrees(n_jobs=1).fit(X, y)
    assert trees_in(fitted) == 1
    assert np.isfinite(fitted.predict(X)).all()


def test_threads_do_not_change_the_trees() -> None:
    X, y = made(5000)
    one, two = (BoostedTrees(n_jobs=n, most_trees=60).fit(X, y).predict(X) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_row_does_not_depend_on_the_others() -> None:
    X, _ = made(1000, rng_seed=1)
    one_by_one = np.concatenate([SIGNED.predict(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_array_equal(one_by_one, SIGNED.predict(X))


def test_one_sign_a_column_is_asked() -> None:
    with pytest.raises(ValueError, match="signs: got 2, expected one for each of 4 columns"):
        BoostedTrees(signs=(1, 0)).fit(*made(50))


def test_learning_tells_nothing_on_the_console(capfd: pytest.CaptureFixture[str]) -> None:
    X, y = made(50)
    X[:, 2] = 1.0
    X[:, 3] = np.nan
    clone(SIGNED).fit(X, y)
    assert capfd.readouterr() == ("", "")
