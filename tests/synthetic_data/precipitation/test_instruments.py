"""Readings, product and labels of a line's day, with their errors written out."""

import numpy as np
import pytest

from synthetic_data.precipitation import instruments

SHAPE = (3, 4)


@pytest.fixture
def rng():
    return np.random.default_rng(2)


@pytest.fixture
def truth(rng):
    names = (
        *("spent", "alumina_3", "alumina_8", "temperature_3", "end", "seed_fines", "surface", "calciner_fuel"),
        *("soda_mud", "overflow_solids", "precipitation_yield", "thermal_energy", "soda_loss", *instruments.LATE),
    )
    result = {name: rng.uniform(20.0, 60.0, SHAPE) for name in names}
    heat = {name: rng.uniform(0.3, 2.0, SHAPE) for name in ("heat_digestion", "heat_mud", "heat_slurry")}
    return result | heat | {
        "heat_evaporation": rng.uniform(1.0, 1.5, SHAPE),
        "caustic": np.full(SHAPE, 235.0),
        "alumina": np.full(SHAPE, 2640.0),
    }  # fmt: skip


def test_readings_by_hand(p, rng, truth):
    titrator, z = rng.normal(0.0, 0.002, SHAPE), rng.standard_normal((len(instruments.READ), *SHAPE))
    result = instruments.during(p, truth, titrator, z)
    assert set(result) == set(instruments.READ)
    of = dict(zip(instruments.READ, z, strict=True))
    np.testing.assert_allclose(
        result["spent_liquor_ac"],
        np.round(truth["spent"] / 235.0 + titrator + 0.0025 * of["spent_liquor_ac"], 4),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        result["last_tank_temperature"], np.round(truth["end"] + 0.3 * of["last_tank_temperature"], 1), rtol=1e-12
    )
    heat = truth["heat_digestion"] + truth["heat_mud"] + truth["heat_slurry"]
    steam = 2640.0 / 24.0 / 2.2 * heat * (1.0 + 0.02 * of["steam_digestion"])
    np.testing.assert_allclose(result["steam_digestion"], np.round(steam, 1), rtol=1e-12)
    mud = truth["soda_mud"] / 2.0 * (1.0 + 0.1 * of["mud_wash_soda"])
    np.testing.assert_allclose(result["mud_wash_soda"], np.round(mud, 2), rtol=1e-12)
    over = truth["overflow_solids"] * np.exp(0.3 * of["overflow_solids"])
    np.testing.assert_allclose(result["overflow_solids"], np.round(over, 2), rtol=1e-12)


def test_readings_are_in_the_order_in_which_they_are_lost(p, rng, truth):
    """Chances go with names by their order."""
    result = instruments.during(p, truth, np.zeros(SHAPE), rng.standard_normal((len(instruments.READ), *SHAPE)))
    assert tuple(result) == instruments.READ
    limits = dict.fromkeys(instruments.READ, (-1e9, 1e9))
    probabilities = np.ones((len(instruments.READ), *SHAPE))
    probabilities[5] = 0.0
    lost = instruments.lose(p, result, limits, probabilities)
    assert np.isnan(lost["seed_fines"]).all()
    assert all(np.isfinite(values).all() for name, values in lost.items() if name != "seed_fines")


def test_labels_by_hand(p, rng, truth):
    meter, z = np.full(SHAPE, 1.01), rng.standard_normal((3, *SHAPE))
    labels = instruments.labels(p, truth, meter, z)
    harvest = truth["precipitation_yield"] * (1.0 + 0.0125 * z[0]) / 1.01
    np.testing.assert_allclose(labels["precipitation_yield"], np.round(harvest, 2), rtol=1e-12)
    np.testing.assert_allclose(labels["thermal_energy"], np.round(truth["thermal_energy"] + 0.25 * z[1], 3), rtol=1e-12)
    np.testing.assert_allclose(labels["soda_loss"], np.round(truth["soda_loss"] + 4.0 * z[2], 1), rtol=1e-12)


def test_the_product_is_analysed_with_a_relative_error(p, rng, truth):
    z = rng.standard_normal((len(instruments.LATE), *SHAPE))
    result = instruments.late(p, truth, z)
    assert tuple(result) == instruments.LATE
    at = instruments.LATE.index("na2o")
    np.testing.assert_allclose(result["na2o"], np.round(truth["na2o"] * (1.0 + 0.04 * z[at]), 3), rtol=1e-12)
