"""A potline by the hour: what the heat of some hours does, against what is known of pots."""

import numpy as np
import pytest

from physics.electrochemistry import ALUMINIUM_EQUIVALENT
from seeds import load
from synthetic_data.engine.current_profile import play, play_ahead
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.running import begin

SEED = load("aluminium_reduction")


@pytest.fixture(scope="module")
def plant():
    running = begin(SEED, units=12, years=0.5)
    running.step()
    return running


def test_nothing_moves(plant):
    before = plant.fork().step().truth
    play_ahead(plant, np.full(48, 410.0))
    assert before.equals(plant.fork().step().truth)


def test_a_steady_current_leaves_pots_where_they_are(plant):
    target = plant.plan()["line_current_target"].iloc[0]
    result = play_ahead(plant, np.full(72, target))
    drift = result["bath_temperature"][-1].mean() - result["bath_temperature"][0].mean()
    assert abs(drift) < 2.0
    truth = plant.fork().step().truth
    assert result["cell_voltage"].mean() == pytest.approx(truth["cell_voltage"].mean(), abs=0.05)


def test_metal_is_that_of_the_current(plant):
    result = play_ahead(plant, np.tile([390.0, 410.0], 24))
    share = result["metal"] / (ALUMINIUM_EQUIVALENT * result["current"])
    assert ((share > 0.85) & (share < 0.965)).all()


def test_more_current_warms_the_bath_and_thins_the_ledge_within_hours(plant):
    typical, more = (play_ahead(plant, np.full(24, current)) for current in (400.0, 412.0))
    warmer = (more["bath_temperature"] - typical["bath_temperature"]).mean(axis=1)
    assert 0.0 < warmer[0] < warmer[5] < warmer[-1] < 15.0
    assert warmer[5] > 0.6 * warmer[-1]  # most of it within six hours
    assert (more["ledge"][-1] < typical["ledge"][-1]).all()
    assert (more["cell_voltage"].mean(axis=1) > typical["cell_voltage"].mean(axis=1)).all()


def test_a_period_of_a_month_is_played_ahead_and_not_through(plant):
    with pytest.raises(SimulationError, match="simulates no hourly current"):
        play(plant.fork(), np.full(720, 400.0))
    with pytest.raises(SimulationError, match="simulates no hours ahead"):
        play_ahead(begin(load("zinc_electrowinning"), units=4, years=0.1), np.full(48, 100.0))
