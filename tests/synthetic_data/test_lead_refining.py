"""The simulated lead refinery: balances that close, slime from crop to crop, crews, levers by replay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from physics.electrochemistry import LEAD_EQUIVALENT, specific_energy
from seeds import Seed, load
from synthetic_data import SimulatedRun, economic_value, replay
from tests.synthetic_data.graded import setpoints_of

KEYS = ["section", "crop_start"]
SMALL = {"units": 9, "years": 0.8}
DAYS, HOURS = 3.0, 24.0


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("lead_refining")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> SimulatedRun:
    return replay(seed, **SMALL)


def moved(seed: Seed, plant: SimulatedRun, **setpoints: float) -> pd.DataFrame:
    """Truth of the same crops with set-points moved by a step and the others held."""
    held = setpoints_of(seed, plant)
    return replay(
        seed, setpoints=held.assign(**{name: held[name] + by for name, by in setpoints.items()}), **SMALL
    ).truth


# ---------------------------------------------------------------- balances


def test_charge_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    parts = truth[["charge_metal", "charge_short", "charge_stray", "charge_dissolved"]]
    assert (parts > 0).all(axis=None)
    np.testing.assert_allclose(parts.sum(axis=1), truth["charge"], rtol=1e-12)
    np.testing.assert_allclose(100.0 * parts["charge_metal"] / truth["charge"], truth["current_efficiency"], rtol=1e-12)


def test_lead_closes(seed: Seed, plant: SimulatedRun) -> None:
    truth, cells = plant.truth, seed.plant.value("cells")
    by_faraday = cells * truth["charge_metal"] * LEAD_EQUIVALENT / 1000.0
    np.testing.assert_allclose(truth["cathode_mass"], by_faraday, rtol=1e-12)
    # what anodes lose is in the cathodes or in the electrolyte
    np.testing.assert_allclose(truth["anode_lead"], truth["cathode_mass"] + truth["electrolyte_lead"], rtol=1e-12)


def test_lead_of_the_circuit_closes(seed: Seed, plant: SimulatedRun) -> None:
    crop = plant.truth.groupby("crop_start").first()
    rise = seed.plant.value("electrolyte_volume") * (crop["pb_end"] - crop["pb_start"]) / DAYS
    np.testing.assert_allclose(crop["lead_excess"] - crop["stripped"], rise, atol=1e-9)
    np.testing.assert_allclose(crop["pb_end"].iloc[:-1], crop["pb_start"].iloc[1:], rtol=1e-12)


def test_heat_closes(seed: Seed, plant: SimulatedRun) -> None:
    truth = plant.truth
    steam = truth["steam"] * seed.plant.value("steam_heat") / 3.6  # kg/h and MJ/kg
    came, left = truth["heat_joule"] + steam, truth["heat_evaporated"] + truth["heat_walls"] + truth["heat_cooled"]
    np.testing.assert_allclose(came, left, rtol=1e-12)
    np.testing.assert_allclose(truth["heat_joule"] * HOURS, truth["energy"], rtol=1e-12)


def test_energy_is_voltage_times_charge(seed: Seed, plant: SimulatedRun) -> None:
    truth, cells = plant.truth, seed.plant.value("cells")
    np.testing.assert_allclose(truth["energy"] * DAYS, cells * truth["charge"] * truth["cell_voltage"], rtol=1e-12)
    known = specific_energy(truth["cell_voltage"], truth["current_efficiency"], LEAD_EQUIVALENT)
    np.testing.assert_allclose(truth["energy"] * DAYS / truth["cathode_mass"], known, rtol=1e-12)


# ---------------------------------------------------------------- slime


def test_slime_stays_on_the_anodes_but_for_what_falls(seed: Seed, plant: SimulatedRun) -> None:
    truth, age = plant.truth, plant.table["anode_age"]
    assert set(age) == {0.0, 3.0, 6.0}
    assert (truth.loc[age == 0.0, "slime_start"] == 0).all()
    left = (truth["slime_end"] * (1.0 - truth["shed"])).groupby(truth["section"]).shift()
    stays = (age > 0) & left.notna()
    np.testing.assert_allclose(truth.loc[stays, "slime_start"], left[stays], rtol=1e-12)
    np.testing.assert_allclose(
        truth["slime_end"] - truth["slime_start"], seed.plant.value("slime_share") * truth["recessed"], rtol=1e-9
    )


def test_more_voltage_over_old_slime_brings_bismuth_and_no_silver(seed: Seed, plant: SimulatedRun) -> None:
    third = (plant.table["anode_age"] == 6.0).to_numpy()
    more, base = moved(seed, plant, current_density=15.0)[third], plant.truth[third]
    risen = (more["bi"] / base["bi"]) / (more["ag"] / base["ag"])
    assert (more["slime_drop_end"] > base["slime_drop_end"]).all()
    assert (risen > 1.0).mean() > 0.95
    assert risen.mean() > 1.03


def test_a_slough_soils_the_lead_and_bares_the_anodes(seed: Seed) -> None:
    big = replay(seed, units=40, years=1.0)
    truth = big.truth.set_index(KEYS)
    start = big.truth["crop_start"].min()
    sloughs = big.events[big.events["kind"] == "slough"]
    assert len(sloughs) > 20
    crops = [
        (one.unit, start + pd.Timedelta(days=DAYS) * int((one.onset - start) / pd.Timedelta(days=DAYS)))
        for one in sloughs.itertuples()
    ]
    hit = truth.loc[[crop for crop in crops if crop in truth.index]]
    assert hit["shed"].mean() > 3.0 * truth["shed"].mean()
    assert hit["bi"].median() > 1.2 * truth["bi"].median()


# ---------------------------------------------------------------- levers


def test_replay_with_the_operators_own_setpoints_changes_nothing(seed: Seed, plant: SimulatedRun) -> None:
    again = moved(seed, plant)
    tests = [name for name in again if name.endswith("_test")]
    assert_frame_equal(again.drop(columns=tests), plant.truth.drop(columns=tests))


def test_heat_lowers_voltage_takes_steam_and_loses_acid(seed: Seed, plant: SimulatedRun) -> None:
    warm, base = moved(seed, plant, electrolyte_temperature=1.0), plant.truth
    assert (warm["cell_voltage"] < base["cell_voltage"] + 0.01).all()
    assert (warm["cell_voltage"] - base["cell_voltage"]).mean() < -0.003
    assert (warm["steam"] >= base["steam"]).all()
    assert (warm["dissolution_loss"] > base["dissolution_loss"]).all()
    lost = warm["acid_used"] / warm["cathode_mass"] / (base["acid_used"] / base["cathode_mass"])
    np.testing.assert_allclose(lost, np.exp(seed.plant.value("acid_loss_per_kelvin")), rtol=1e-9)


def test_current_thickens_the_slime_and_makes_lead(seed: Seed, plant: SimulatedRun) -> None:
    more, base = moved(seed, plant, current_density=10.0), plant.truth
    assert (more["cathode_mass"] > base["cathode_mass"]).all()
    assert (more["slime_end"] > base["slime_end"]).all()
    assert (more["voltage_end"] > base["voltage_end"]).all()
    assert (more["transfer"] > base["transfer"]).all()


def test_glue_far_from_the_best_roughens_either_way(seed: Seed, plant: SimulatedRun) -> None:
    base = plant.truth["roughness"].mean()
    for by in (-250.0, 350.0):
        assert moved(seed, plant, glue_dose=by)["roughness"].mean() > 1.1 * base


def test_crews_cut_the_current_where_the_last_crop_ended_high(seed: Seed) -> None:
    table = replay(seed, units=24, years=1.0).table
    last = table.groupby("section")["voltage_end"].shift()
    third = table["anode_age"] == 6.0
    order = table["current_density"] - table.groupby("crop_start")["current_density"].transform("median")
    high = third & (last > last[third].quantile(0.8))
    assert order[high].mean() < order[third & (last < last[third].median())].mean() - 2.0


def test_moves_and_flows_are_paid(seed: Seed, plant: SimulatedRun) -> None:
    result, truth = economic_value(seed, plant.truth), plant.truth
    np.testing.assert_allclose(result["product"], 1000.0 * truth["cathode_mass"] / DAYS)
    costs = {column.name: column.move_cost.value for column in seed.by_role("setpoint")}
    one = plant.table["section"] == "L-002"
    moves = sum(cost * plant.table.loc[one, name].diff().abs() for name, cost in costs.items()) / DAYS
    np.testing.assert_allclose(result.loc[one, "move_cost"].iloc[1:], moves.iloc[1:], rtol=1e-9, atol=1e-9)
    worse = truth.assign(downgraded=truth["downgraded"] + 1.0)
    np.testing.assert_allclose(result["margin"] - economic_value(seed, worse)["margin"], 30.0, rtol=1e-9)


# ---------------------------------------------------------------- what instruments may know


def test_instruments_err_and_truth_stays_apart(plant: SimulatedRun) -> None:
    table, truth = plant.table, plant.truth
    assert not (table["current_efficiency"] == truth["current_efficiency"]).any()
    assert not set(table) & {"shorted", "shed", "slime_end", "transfer", "short_loss", "roughness"}
    assert (table["charge"] / truth["charge"] - 1.0).std() == pytest.approx(0.0019, rel=0.2)


def test_a_label_is_the_weight_over_the_charge(seed: Seed, plant: SimulatedRun) -> None:
    table, cells = plant.table.dropna(subset=["charge"]), seed.plant.value("cells")
    again = 100.0 * 1000.0 * table["cathode_mass"] / (cells * table["charge"] * LEAD_EQUIVALENT)
    np.testing.assert_allclose(table["current_efficiency"], again, atol=0.01)  # as written down


def test_tests_are_held_for_an_anodes_life_and_are_of_few_sections(seed: Seed) -> None:
    truth = replay(seed, units=60, years=0.4).truth
    test = truth.pivot(index="crop_start", columns="section", values="glue_dose_test")
    tested = test.loc[:, (test != 0.0).any()]
    assert 0 < tested.shape[1] <= 14
    assert set(np.unique(np.abs(tested.to_numpy()))) == {60.0}
    changes = np.flatnonzero((np.diff(tested.to_numpy(), axis=0) != 0.0).any(axis=1))
    assert len(changes) > 5
    assert (np.diff(changes) % 3 == 0).all()
