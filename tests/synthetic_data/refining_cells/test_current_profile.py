"""A crop by the hour: charge, energy and copper add up to those of the crop."""

import numpy as np
import pytest

from physics.electrochemistry import COPPER_EQUIVALENT
from seeds import load
from synthetic_data.engine.current_profile import play
from synthetic_data.engine.running import begin
from tests.synthetic_data.stated import typical_plant

SEED = typical_plant(load("copper_electrorefining"))
CELLS, HOURS = 20.0, 168


@pytest.fixture(scope="module")
def plant():
    return begin(SEED, units=6, years=0.2)


def swung(share):
    return 34.0 * np.tile(np.repeat([1.0 + share, 1.0 - share], 12), 7)


def test_hours_add_up_to_the_crop(plant):
    step, result = play(plant.fork(), swung(0.08))
    truth = step.truth
    assert result["current"].shape == (HOURS, 6)
    np.testing.assert_allclose(result["current"].sum(axis=0), truth["charge"])
    np.testing.assert_allclose(CELLS * result["metal"].sum(axis=0) / 1000.0, truth["cathode_mass"])
    energy = CELLS * (result["current"] * result["cell_voltage"]).sum(axis=0) / 7.0
    np.testing.assert_allclose(energy, truth["energy"])
    made = 0.01 * COPPER_EQUIVALENT * truth["current_efficiency"] * truth["charge"]
    np.testing.assert_allclose(result["metal"].sum(axis=0), made)


def test_a_profile_of_the_tariffs_classes_is_the_swing(plant):
    # valley, flat and peak hours of a swing of 6 %, played by the hour and run by its classes
    shares = np.tile(np.repeat([1.06, 1.0, 0.94], 8), 7)
    step, _ = play(plant.fork(), 34.1 * shares)
    manual_setpoints = plant.plan().assign(current_density=310.0, current_swing=6.0)
    by_classes = plant.fork().step(manual_setpoints)
    for name in ("energy", "current_efficiency", "cell_voltage", "short_loss", "passive"):
        np.testing.assert_allclose(step.truth[name], by_classes.truth[name], rtol=1e-9)


def test_a_swing_takes_more_energy_and_makes_more_shorts(plant):
    steady, moved = (play(plant.fork(), swung(share))[0].truth for share in (0.0, 0.1))
    assert (moved["energy"] > steady["energy"]).all()
    assert (moved["short_loss"] > steady["short_loss"]).all()
