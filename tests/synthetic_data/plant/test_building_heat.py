"""Heat of a section in its hall: what comes is what goes."""

from types import SimpleNamespace

import numpy as np

from synthetic_data.plant.building_heat import heat

HALL = SimpleNamespace(
    **{"ambient_mean": 15.0, "hall_mean": 24.0, "hall_per_ambient": 0.5, "hall_humidity": 0.6},
    **{"cells": 16.0, "open_surface": 5.0, "heat_conductance": 0.14, "steam_heat": 2.1},
)


def pressure(t):
    return 0.6112 * np.exp(17.62 * t / (243.12 + t))


def test_steam_makes_the_heat_close():
    temperature, ambient, energy = np.array([40.0, 44.0]), np.array([5.0, 25.0]), np.array([1200.0, 1500.0])
    result, hall = heat(HALL, temperature, ambient, energy), 24.0 + 0.5 * (ambient - 15.0)
    evaporated = 0.09 * 80.0 * (pressure(temperature) - 0.6 * pressure(hall))
    walls = 16.0 * 0.14 * (temperature - hall)
    np.testing.assert_allclose(result["heat_evaporated"], evaporated, rtol=1e-6)
    np.testing.assert_allclose(result["heat_walls"], walls, rtol=1e-12)
    np.testing.assert_allclose(result["heat_joule"], energy / 24.0, rtol=1e-12)
    missing = evaporated + walls - energy / 24.0
    assert (missing > 0).all()
    np.testing.assert_allclose(result["steam"], missing * 3.6 / 2.1, rtol=1e-6)
    assert (result["heat_cooled"] == 0).all()


def test_what_the_current_brings_too_much_is_cooled():
    hot = heat(HALL, np.array([40.0]), np.array([30.0]), np.array([9000.0]))
    assert hot["steam"] == 0
    np.testing.assert_allclose(hot["heat_cooled"], 375.0 - hot["heat_evaporated"] - hot["heat_walls"], rtol=1e-12)
