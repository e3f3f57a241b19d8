"""What history says of a response: free of the operators' habits, between physics and data as each is sure."""

import numpy as np
import pytest

from models.interfaces.response import Constant
from models.setpoints.evidence import Posterior, posterior
from models.setpoints.learning import left_over

SLOPE = 2.0


def _confounded(units=80, periods=40, seed=1):
    """Operators who move a set-point against what they see of a state that lowers the outcome."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    seen = rng.standard_normal(len(unit))
    move = -1.5 * seen + 0.3 * rng.standard_normal(len(unit))
    outcome = SLOPE * move + 4.0 * seen + rng.standard_normal(len(unit))
    return unit, seen[:, None], move, outcome


def test_what_is_left_of_moves_shows_the_effect_that_habits_hide(all_reasons):
    unit, seen, move, outcome = _confounded()
    everywhere = np.ones(len(unit), dtype=bool)
    plain = np.polyfit(move, outcome, 1)[0]
    assert abs(plain - SLOPE) > 1.5  # habits hide it
    x, y = (left_over(seen, values, unit, everywhere) for values in (move, outcome))
    slope = x @ y / (x @ x)
    error = np.std(y - slope * x) / np.sqrt(x @ x)
    assert abs(slope - SLOPE) < 3 * error + 0.1 * SLOPE  # trees leave a little of the habit


def test_rows_beside_those_asked_for_are_left_out():
    unit, seen, move, _ = _confounded(units=20)
    rows = unit < 15
    result = left_over(seen, move, unit, rows)
    assert np.isnan(result[~rows]).all()
    assert np.isfinite(result[rows]).all()


def _linear(prior, slope_of_physics, moves):
    def effects(theta):
        constants, steps = prior.values(theta), {"setpoint": moves}
        added = prior.shift(theta, steps).get("y", 0.0)
        return {"y": slope_of_physics * constants["c"] * moves + added}

    return effects


def _prior(doubt=0.3, offset=1.0):
    return Posterior.prior(
        (Constant("c", "1", 1.0, doubt, "slope", "assumed"),), [("y", "setpoint")], np.array([offset])
    )


def _nothing(theta):
    return np.zeros(1), 1e9


def test_without_information_the_prior_stays():
    moves, units = np.full(100, 1e-9), np.arange(100) % 10
    outcome = np.random.default_rng(2).standard_normal(100)
    prior = _prior()
    result = posterior(prior, _linear(prior, 1.0, moves), {"setpoint": moves}, {"y": outcome}, units, _nothing)
    np.testing.assert_allclose(result.mean, prior.mean, atol=1e-6)
    np.testing.assert_allclose(result.covariance, prior.covariance, rtol=1e-3, atol=1e-6)


def test_with_much_information_the_slope_is_that_of_the_data_and_its_doubt_small():
    rng = np.random.default_rng(3)
    moves, units = rng.standard_normal(20_000), np.arange(20_000) % 50
    outcome = 1.8 * moves + rng.standard_normal(20_000)
    prior = _prior()
    effects = _linear(prior, 1.0, moves)
    result = posterior(prior, effects, {"setpoint": moves}, {"y": outcome}, units, _nothing)
    slope = (effects(result.mean)["y"] @ moves) / (moves @ moves)
    assert slope == pytest.approx(1.8, abs=0.03)
    spread = [
        np.std([(effects(one)["y"] @ moves) / (moves @ moves) for one in belief.draws(400)])
        for belief in (prior, result)
    ]
    assert spread[1] < 0.1 * spread[0]


def test_a_belief_about_the_line_pulls_as_strongly_as_it_is_held():
    moves, units = np.random.default_rng(4).standard_normal(400), np.arange(400) % 20
    outcome = 2.0 * moves + 10.0 * np.random.default_rng(5).standard_normal(400)
    prior = _prior()

    def belief(near):
        return lambda theta: (np.array([prior.values(theta)["c"] + theta[1]]), near)

    def slope(near):
        result = posterior(prior, _linear(prior, 1.0, moves), {"setpoint": moves}, {"y": outcome}, units, belief(near))
        return result.values(result.mean)["c"] + result.mean[1]

    assert slope(0.01) == pytest.approx(0.0, abs=0.05)
    assert slope(0.01) < slope(1.0) < slope(100.0)


def test_errors_of_a_unit_that_are_alike_count_as_few():
    rng = np.random.default_rng(6)
    units = np.repeat(np.arange(20), 100)
    moves = np.repeat(rng.standard_normal(20), 100)  # one move a unit
    alike = np.repeat(rng.standard_normal(20), 100) + 0.1 * rng.standard_normal(2000)
    apart = rng.standard_normal(2000)
    prior = _prior(doubt=0.001, offset=10.0)
    doubts = []
    for outcome in (alike, apart):
        effects = _linear(prior, 1.0, moves)
        result = posterior(prior, effects, {"setpoint": moves}, {"y": outcome}, units, _nothing)
        doubts.append(float(np.std([effects(one)["y"][0] / moves[0] for one in result.draws(400)])))
    assert doubts[0] > 3 * doubts[1]


def test_two_meters_of_one_thing_teach_hardly_more_than_one():
    rng = np.random.default_rng(7)
    moves, units = rng.standard_normal(600), np.arange(600) % 30
    errors = 4.0 * rng.standard_normal(600)
    meter = 1.8 * moves + errors
    same = {"y": meter, "z": meter + 0.2 * rng.standard_normal(600)}
    other = {"y": meter, "z": 1.8 * moves + 4.0 * rng.standard_normal(600)}  # of errors of its own
    prior = Posterior.prior((Constant("c", "1", 1.0, 0.3, "slope", "assumed"),), [], np.array([]))

    def effects(theta):
        return dict.fromkeys(("y", "z"), prior.values(theta)["c"] * moves)

    def posterior_of(outcomes):
        return posterior(prior, effects, {"setpoint": moves}, outcomes, units, _nothing)

    one, two, apart = posterior_of({"y": meter}), posterior_of(same), posterior_of(other)
    assert two.values(two.mean)["c"] == pytest.approx(one.values(one.mean)["c"], abs=0.02)
    assert two.covariance[0, 0] > 0.85 * one.covariance[0, 0]
    assert apart.covariance[0, 0] < 0.75 * one.covariance[0, 0]


def test_an_outcome_that_is_missing_or_never_changes_does_no_harm():
    rng = np.random.default_rng(8)
    moves, units = rng.standard_normal(2000), np.arange(2000) % 40
    outcome = 1.8 * moves + rng.standard_normal(2000)
    holes = np.where(rng.random(2000) < 0.3, np.nan, rng.standard_normal(2000))
    prior = _prior()

    def effects(theta):
        return {"y": _linear(prior, 1.0, moves)(theta)["y"], "z": 0.0 * moves, "w": 0.0 * moves}

    result = posterior(
        prior, effects, {"setpoint": moves}, {"y": outcome, "z": holes, "w": np.full(2000, 3.0)}, units, _nothing
    )
    assert effects(result.mean)["y"] @ moves / (moves @ moves) == pytest.approx(1.8, abs=0.1)
