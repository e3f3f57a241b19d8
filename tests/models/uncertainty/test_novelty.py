import json
import math

import numpy as np
import pytest

from models.table.standard_scale import StandardScale
from models.uncertainty.novelty import NOVELTY, Novelty

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


def test_rounding_makes_no_distance_negative() -> None:
    """At the classes' own means, which lie so far out that their squares are rounded to whole numbers."""
    X = np.random.default_rng(7).normal(size=(60, 3))
    unit = Novelty(StandardScale(np.zeros(3), np.ones(3)), 1e8 * np.eye(3), 1e8 * np.arcsinh(X), math.inf)
    result = unit.distance(X)
    assert (result >= 0.0).all()
    assert (result == 0.0).any()


def test_distance_and_threshold_by_hand() -> None:
    """Two classes at 0 and 3 of one signal whose unit is a half; a piece at the threshold is none of the novel."""
    unit = Novelty(StandardScale(np.zeros(1), np.ones(1)), np.array([[2.0]]), np.array([[0.0], [6.0]]), 4.0)
    at = np.sinh(np.array([[0.0], [1.0], [1.25], [1.75], [3.0], [4.5]]))
    np.testing.assert_allclose(unit.distance(at), [0.0, 4.0, 6.25, 6.25, 0.0, 9.0], atol=1e-9)
    assert unit.novel(np.sinh(np.array([[0.99], [1.01], [4.5]]))).tolist() == [False, True, True]


def test_a_fit_by_hand() -> None:
    """Two classes whose pieces lie symmetrically about their means: the inverse root of the covariance whitens them."""
    rng = np.random.default_rng(8)
    X = np.vstack([rng.normal([0.0, 0.0], [1.0, 2.0], (400, 2)), rng.normal([5.0, -5.0], [1.0, 2.0], (400, 2))])
    codes = np.repeat([2, 7], 400)
    fitted = Novelty.fit(X, codes, X[::2])
    scores = fitted.scale.scores(X)
    means = np.array([scores[:400].mean(axis=0), scores[400:].mean(axis=0)])
    np.testing.assert_allclose(fitted.means, means @ fitted.whitening, rtol=1e-9)
    white = np.vstack([scores[:400] - means[0], scores[400:] - means[1]]) @ fitted.whitening
    # Shrunk a little towards a sphere, as Ledoit and Wolf do.
    np.testing.assert_allclose(white.T @ white / 800, np.eye(2), atol=0.05)
    # Of 400 calibration pieces the ceil(0.99 * 401) = 397th nearest sets the threshold.
    assert fitted.threshold == np.sort(fitted.distance(X[::2]))[396]
    assert NOVELTY == 0.01
