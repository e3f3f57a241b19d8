"""What the truth says of moves, and who knows it."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints import oracle
from training.setpoints.choice import Choice
from training.setpoints.oracle import Oracle, _coefficients, _points, _surface, value


def setpoints(initialised, move):
    units = initialised.running.plan()["unit"].to_numpy(object)
    choice = Choice.without_interval(units, np.tile(move, (len(units), 1)), np.zeros(len(units)))
    return choice.setpoints(initialised.running.plan(), initialised.seed, initialised.reach.names)


def test_what_nobody_moves_is_worth_what_comes(initialised):
    result = value(initialised.running, None, initialised.simulator, initialised.true_seed, 2)
    copy = initialised.running.fork()
    truths = [copy.step().truth, copy.step().truth]
    margins = [
        initialised.simulator.economic_value(initialised.true_seed, truth)["margin"].set_axis(truth["unit"])
        for truth in truths
    ]
    pd.testing.assert_series_equal(result["margin"], pd.concat(margins).groupby(level=0).mean(), check_names=False)


def test_looking_ahead_moves_nothing(initialised):
    period = initialised.running.period
    before = value(initialised.running, None, initialised.simulator, initialised.true_seed, 1)
    value(
        initialised.running,
        setpoints(initialised, [0.05, 0.5, 1.0]),
        initialised.simulator,
        initialised.true_seed,
        1,
        future=3,
    )
    after = value(initialised.running, None, initialised.simulator, initialised.true_seed, 1)
    pd.testing.assert_frame_equal(before, after)
    assert initialised.running.period == period


def test_other_futures_are_others(initialised):
    one, two, again = (
        value(initialised.running, None, initialised.simulator, initialised.true_seed, 1, k) for k in (1, 2, 1)
    )
    assert not np.allclose(one["margin"], two["margin"])
    pd.testing.assert_frame_equal(one, again)


def test_an_oracle_is_measured_on_a_future_that_it_has_not_tried(initialised):
    assert None not in {future for tried in oracle.FUTURES.values() for future in tried}


def test_a_surface_is_exact_where_truth_is_a_surface(initialised, monkeypatch):
    """Margin with an optimum inside: the best move of the grid is known."""
    top = np.array([0.5, -0.5, 1.0])

    def linear_value(self, running, units, move):
        away = move / self.reach.steps - top
        return np.tile(100.0 - 10.0 * (away**2).sum(), (2, len(units)))

    monkeypatch.setattr(Oracle, "_worth", linear_value)
    wide = initialised.reach.__class__(
        initialised.reach.names,
        initialised.reach.steps,
        initialised.reach.low - 9,
        initialised.reach.high + 9,
        0 * initialised.reach.price,
    )
    result = Oracle(initialised.true_seed, wide, initialised.simulator, 1).foresee(
        initialised.running, initialised.hand.table(initialised.running)
    )
    assert result.moves == pytest.approx(np.tile(top * initialised.reach.steps, (len(result.units), 1)))
    assert result.gain == pytest.approx(10.0 * (top**2).sum())


def test_a_unit_of_which_no_truth_is_known_stays(initialised, monkeypatch):
    def unknown_value(self, running, units, move):
        return np.tile(np.where(np.arange(len(units)) == 0, np.nan, move.sum()), (2, 1))

    monkeypatch.setattr(Oracle, "_worth", unknown_value)
    result = Oracle(initialised.true_seed, initialised.reach, initialised.simulator, 3).foresee(
        initialised.running, initialised.hand.table(initialised.running)
    )
    assert not result.moves[0].any()
    assert result.gain[0] == 0


def test_what_futures_do_not_agree_on_is_drawn_to_the_line():
    """One set-point whose slope is 3 and 5 of two units in all futures: kept. Noise about 4 of both: the mean."""
    points = _points(1)
    slopes = np.array([[3.0, 5.0], [3.0, 5.0]])
    assert _coefficients(points, points[:, [0], None] * slopes)[0] == pytest.approx([3.0, 5.0])
    noisy = np.array([[3.0, 5.0], [5.0, 3.1]])
    assert _coefficients(points, points[:, [0], None] * noisy)[0] == pytest.approx([4.025, 4.025])
    assert _surface(points).shape == (5, 3)


def test_how_much_is_kept_follows_noise_and_spread():
    """Slopes 2 and 6 on average, each +-1 by future: spread 4, noise 2 / 2, so three quarters of the difference."""
    points = _points(1)
    slopes = np.array([[1.0, 5.0], [3.0, 7.0]])
    assert _coefficients(points, points[:, [0], None] * slopes)[0] == pytest.approx([4 - 1.5, 4 + 1.5])
