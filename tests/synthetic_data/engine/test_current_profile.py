"""A current by the hour, played through a running plant."""

import numpy as np
import pandas as pd
import pytest

from physics.electrochemistry import ZINC_EQUIVALENT
from seeds import load
from synthetic_data.engine.current_profile import play
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.running import begin

ZINC = load("zinc_electrowinning")
HOURS = 48


@pytest.fixture(scope="module")
def plant():
    running = begin(ZINC, units=6, years=0.1)
    for _ in range(3):
        running.step()
    return running


def played(plant, profile):
    return play(plant.fork(), profile)


def test_the_current_is_the_profile_but_for_noise(plant):
    profile = np.linspace(60.0, 110.0, HOURS)
    _, result = played(plant, profile)
    assert result["current"].shape == (HOURS, 6)
    np.testing.assert_allclose(result["current"], np.repeat(profile[:, None], 6, axis=1), rtol=0.03)


def test_the_row_is_the_mean_of_its_hours(plant):
    step, result = played(plant, np.tile([110.0, 70.0], HOURS // 2))
    truth = step.truth
    np.testing.assert_allclose(truth["zinc_made"], result["metal"].mean(axis=0))
    np.testing.assert_allclose(truth["line_current"], result["current"].mean(axis=0))
    energy = (result["current"] * result["cell_voltage"]).mean(axis=0)
    np.testing.assert_allclose(truth["energy"], 24.0 * energy)
    made = 0.01 * ZINC_EQUIVALENT * truth["current_efficiency"] * truth["line_current"]
    np.testing.assert_allclose(truth["zinc_made"], made)


def test_hours_of_a_steady_current_make_what_steps_of_four_hours_make(plant):
    steady = plant.fork()
    target = steady.plan()["line_current_target"].iloc[0]
    _, result = play(steady, np.full(HOURS, target))
    _, quarters = played(plant, np.full(12, target))
    for name in ("metal", "cell_voltage", "cell_temperature", "zinc_in_cell"):
        np.testing.assert_allclose(result[name].mean(axis=0), quarters[name].mean(axis=0), rtol=0.012)


def test_a_profile_is_forgotten_and_the_plant_itself_is_not_moved(plant):
    one, other = plant.fork(), plant.fork()
    play(one, np.full(HOURS, 80.0))
    period = plant.period
    after = one.step()
    assert plant.period == period
    assert after.truth["line_current"].iloc[0] > 90.0
    pd.testing.assert_frame_equal(other.step().truth, plant.fork().step().truth)


def test_more_current_warms_no_cell_that_towers_can_cool_and_raises_its_voltage(plant):
    _, low = played(plant, np.full(HOURS, 80.0))
    _, high = played(plant, np.full(HOURS, 110.0))
    assert (high["cell_voltage"] > low["cell_voltage"]).all()
    assert (high["metal"] > low["metal"]).all()


def test_a_plant_that_plays_no_profile_says_so():
    seed = load("copper_cathode")
    with pytest.raises(SimulationError, match="simulates no hourly current"):
        play(begin(seed, units=4, years=0.1), np.full(HOURS, 80.0))
