"""True margin of sections, by the prices of the seed."""

import numpy as np
import pytest

from seeds import load
from synthetic_data import economic_value, replay
from tests.synthetic_data.stated import typical_plant

SEED = typical_plant(load("copper_electrorefining"))


@pytest.fixture(scope="module")
def plant():
    return replay(SEED, units=4, years=0.5)


def test_a_section_earns_and_emits_what_its_copper_says(plant):
    result, truth = economic_value(SEED, plant.truth), plant.truth
    np.testing.assert_allclose(result["product"], 1000.0 * truth["cathode_mass"] / 7.0)
    np.testing.assert_allclose(result["energy"], truth["energy"])
    tonnes = truth["cathode_mass"] / 7.0
    assert 0.15 < (result["co2e"] / 1000.0 / tonnes).mean() < 0.40  # 350 kWh/t and 0.2-0.6 t of steam
    assert (result["move_cost"] >= 0.0).all()


def test_rejects_and_energy_by_the_hour_are_paid(plant):
    more = plant.truth.assign(reject_share=plant.truth["reject_share"] + 1.0)
    lost = economic_value(SEED, plant.truth)["margin"] - economic_value(SEED, more)["margin"]
    np.testing.assert_allclose(lost, 0.01 * plant.truth["cathode_mass"] / 7.0 * 260.0, rtol=1e-6)
    later = plant.truth.assign(
        energy_valley=plant.truth["energy_valley"] + 100.0, energy_peak=plant.truth["energy_peak"] - 100.0
    )
    gained = economic_value(SEED, later)["margin"] - economic_value(SEED, plant.truth)["margin"]
    np.testing.assert_allclose(gained, 100.0 * (0.13 - 0.045) / 0.97, rtol=1e-6)


def test_moving_setpoints_costs(plant):
    table, truth = plant.table, plant.truth
    costs = {column.name: column.move_cost.value for column in SEED.by_role("setpoint")}
    one = table["section"] == "S-002"
    moves = sum(cost * table.loc[one, name].diff().abs() for name, cost in costs.items()) / 7.0
    np.testing.assert_allclose(truth.loc[one, "setpoint_moves"].iloc[1:], moves.iloc[1:], rtol=1e-9, atol=1e-9)


def test_copper_in_the_cells_is_that_of_the_anodes_that_are_left(plant):
    new = plant.truth[plant.truth["recessed"] == 0.0]
    # 20 cells, 55 m² of anodes of 47 mm, 8.93 t/m³
    np.testing.assert_allclose(new["inventory"], 20 * 55.0 * 0.047 * 8.93, rtol=1e-9)
