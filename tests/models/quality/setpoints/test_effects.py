"""Effects of set-point moves on lots of a known law: physics compared with history."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.quality.setpoints import effects as module
from models.quality.setpoints.effects import Effects, candidate_moves, learn_effects
from seeds import Seed
from tests.suite.physics import physics_type, state_process

NOTHING = np.zeros((1, 4))
History = Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]
Learn = Callable[..., Effects]


def moved_up(X: np.ndarray, by: float) -> np.ndarray:
    turned = X.copy()
    turned[:, 2] += by
    return turned


@pytest.fixture(scope="module")
def confounded(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Operators turn the set-point up so much where u is high that q rises with it in the table."""
    lots = history(per_u=4.0, sd=2.0)
    X, Y = lots[0], lots[1]
    assert np.corrcoef(X[:, 2], np.log(np.abs(Y[:, 1])))[0, 1] > 0.2
    return lots


@pytest.fixture
def fit_effects(physics: Callable[[float], Any], monkeypatch: pytest.MonkeyPatch) -> Learn:
    """Learner of effects from lots, with physics of a slope."""

    def make(seed: Seed, lots: Any, slope: float) -> Effects:
        state_process(monkeypatch, "toy_lots", physics=physics(slope))
        return learn_effects(seed, *lots)

    return make


def test_what_operators_react_to_is_taken_out(toy_quality_seed: Seed, confounded: Any, fit_effects: Learn) -> None:
    """The law says -0.06 a degree; what physics says of it here is more, so that history is the less favourable."""
    effects = fit_effects(toy_quality_seed, confounded, slope=-0.2)
    X = confounded[0][:20]
    shift = effects.of_moves(X, moved_up(X, 5.0), NOTHING)[0]
    np.testing.assert_allclose(shift[:, 1], -0.3, atol=0.04)
    # p and r do not feel the set-point; of r physics says nothing, so at most a small rise is left of noise.
    assert np.abs(shift[:, [0, 2]]).max() < 0.04
    assert (shift[:, 2:] >= 0).all()


def test_a_fall_counts_no_more_than_physics_says_and_a_rise_whoever_says_it(
    toy_quality_seed: Seed, confounded: Any, fit_effects: Learn
) -> None:
    X = confounded[0][:20]
    weak = fit_effects(toy_quality_seed, confounded, slope=-0.02)
    np.testing.assert_allclose(weak.of_moves(X, moved_up(X, 5.0), NOTHING)[0, :, 1], -0.1, rtol=1e-9)
    np.testing.assert_allclose(weak.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1], 0.3, atol=0.04)
    wrong = fit_effects(toy_quality_seed, confounded, slope=0.05)
    assert wrong.of_moves(X, moved_up(X, 5.0), NOTHING)[0, :, 1] == pytest.approx(0.25, rel=1e-9)
    assert (wrong.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1] > 0.2).all()


def test_without_physics_nothing_falls(
    toy_quality_seed: Seed, confounded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_process(monkeypatch, "toy_lots", physics=physics_type())
    effects = learn_effects(toy_quality_seed, *confounded)
    X = confounded[0][:20]
    assert (effects.of_moves(X, moved_up(X, 5.0), NOTHING) >= 0).all()
    np.testing.assert_allclose(effects.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1], 0.3, atol=0.04)


@pytest.mark.long("learns from many histories")
def test_the_deviation_is_as_large_as_the_error_over_many_histories(
    toy_quality_seed: Seed, history: History, fit_effects: Learn
) -> None:
    """The error over its deviation scatters about 0 with 1: of twelve histories their mean square is 1 within 0.85."""
    ratios = []
    for rng_seed in range(12):
        lots = history(6.0, rng_seed)
        effects = fit_effects(toy_quality_seed, lots, slope=-0.2)
        X = lots[0][:1]
        shift = effects.of_moves(X, moved_up(X, 5.0), np.array([[0.0] * 4, [1.0] * 4]))[:, 0, 1]
        ratios.append((shift[0] + 0.3) / (shift[1] - shift[0]))
    assert 0.3 < np.mean(np.square(ratios)) < 1.85


def test_lots_that_err_together_count_as_one() -> None:
    """Five lots of each group alike: a sum of five alike scatters as 25 and not as five."""
    rng = np.random.default_rng(0)
    terms, pull = np.repeat(rng.standard_normal((200, 2)), 5, axis=0), np.repeat(rng.standard_normal(200), 5)
    groups = np.repeat(np.arange(200), 5)
    assert module._lots_for_one(terms, pull, [groups]) == pytest.approx(5.0, rel=1e-12)
    assert module._lots_for_one(terms, pull, [np.arange(1000)]) == 1.0
    assert module._lots_for_one(0 * terms, pull, [groups]) == 1.0


def test_moves_stay_within_a_step_bounds_and_history(toy_quality_seed: Seed) -> None:
    X = np.tile([0.0, 0.0, 50.0, 2.2], (3, 1))
    X[:, 2] = [50.0, 66.0, 35.0]
    result = list(candidate_moves(toy_quality_seed, X, np.array([33.0]), np.array([80.0])))
    values = np.array([moved[:, 2] for moved in result])
    assert np.unique(values[:, 0]).tolist() == [40.0, 45.0, 47.5, 52.5, 55.0, 60.0]
    assert np.unique(values[:, 1]).tolist() == [56.0, 61.0, 63.5, 66.0, 68.5]  # 70 is the bound
    assert np.unique(values[:, 2]).tolist() == [35.0, 37.5, 40.0, 45.0]  # 33 is the lowest that history supports
    assert all((np.delete(moved, 2, axis=1) == np.delete(X, 2, axis=1)).all() for moved in result)


def test_support_counts_lots_that_stood_as_far_off_what_was_to_be_expected(
    toy_quality_seed: Seed, confounded: Any, fit_effects: Learn
) -> None:
    """The set-point scatters by 2 about what operators answer to u, in 3000 lots; a step is 10."""
    effects = fit_effects(toy_quality_seed, confounded, slope=-0.06)
    counts = [effects.support(0, move) for move in (1.25, 2.5, 5.0, 10.0)]
    assert counts == sorted(counts, reverse=True)
    beyond = 3000 * np.array([0.266, 0.106, 0.0062])  # of a normal distribution, beyond 0.625, 1.25 and 2.5 sd
    np.testing.assert_allclose(counts[:3], beyond, rtol=0.15, atol=12)
    np.testing.assert_allclose(effects.support(0, -2.5), beyond[1], rtol=0.15)
    assert effects.support(0, 2.4) == effects.support(0, 2.5)
    assert (effects.support(0, 0.0), effects.support(0, 1000.0)) == (0, 0)


def test_effects_come_back_from_json_as_they_were(toy_quality_seed: Seed, confounded: Any, fit_effects: Learn) -> None:
    effects = fit_effects(toy_quality_seed, confounded, slope=-0.06)
    again = Effects.from_state(json.loads(json.dumps(effects.state(), allow_nan=False)), toy_quality_seed)
    X, normals = confounded[0][:20], np.random.default_rng(0).standard_normal((5, 4))
    np.testing.assert_array_equal(
        again.of_moves(X, moved_up(X, 3.0), normals), effects.of_moves(X, moved_up(X, 3.0), normals)
    )
    assert again.support(0, 2.5) == effects.support(0, 2.5)
