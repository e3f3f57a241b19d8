import json
import math

import numpy as np
import pytest

from models.sorting.novelty import NOVELTY, Novelty

CENTRES = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0]])
COVARIANCE = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])


def made(n: int, rng_seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(rng_seed)
    codes = rng.integers(3, size=n)
    X = CENTRES[codes] + rng.multivariate_normal(np.zeros(3), COVARIANCE, n)
    X[rng.random(X.shape) < 0.01] = np.nan
    return X, codes


@pytest.fixture(scope="module")
def novelty() -> Novelty:
    X, codes = made(5000, 0)
    return Novelty.fit(X, codes, made(5000, 1)[0])


def test_pieces_of_known_classes_are_called_novel_as_often_as_stated(novelty: Novelty) -> None:
    share = novelty.novel(made(20_000, 2)[0]).mean()
    # The calibration of 5000 and the 20 000 judged both err.
    sigma = math.sqrt(NOVELTY * (1 - NOVELTY) * (1 / 5000 + 1 / 20_000))
    assert abs(share - NOVELTY) < 4 * sigma


def test_a_piece_between_or_beyond_the_classes_is_novel(novelty: Novelty) -> None:
    assert novelty.novel(np.array([[6.0, 6.0, 0.0], [0.0, 0.0, 30.0], [-20.0, 0.0, 0.0]])).all()


def test_distance_counts_in_the_classes_own_spread(novelty: Novelty) -> None:
    # Along the correlation a step is short, across it long.
    along, across = novelty.distance(np.array([[1.5, 1.5, 0.0], [1.5, -1.5, 0.0]]))
    assert across > 3 * along


def test_a_missing_signal_is_not_novel_by_itself(novelty: Novelty) -> None:
    assert not novelty.novel(np.array([[0.0, 0.0, np.nan]]))[0]


def test_too_few_calibration_rows_call_nothing_novel() -> None:
    X, codes = made(500, 3)
    far = np.full((1, 3), 1e6)
    assert not Novelty.fit(X, codes, X[:98]).novel(far)[0]
    assert Novelty.fit(X, codes, X[:99]).novel(far)[0]


def test_columns_that_never_vary_are_survived() -> None:
    X, codes = made(500, 4)
    X[:, 2] = 5.0
    fitted = Novelty.fit(X, codes, X)
    assert np.isfinite(fitted.distance(X)).all()
    assert fitted.novel(X).mean() <= NOVELTY


def test_it_comes_back_from_json(novelty: Novelty) -> None:
    X = made(100, 5)[0]
    for one in (novelty, Novelty.fit(*made(200, 6), X[:10])):
        back = Novelty.from_state(json.loads(json.dumps(one.state(), allow_nan=False)))
        np.testing.assert_array_equal(back.distance(X), one.distance(X))
        assert back.threshold == one.threshold
