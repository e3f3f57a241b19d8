"""The simulated sections: balances that close, one tankhouse with the lots' table, levers by replay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from physics.electrochemistry import COPPER_EQUIVALENT, specific_energy
from seeds import Seed, load
from synthetic_data import SimulatedRun, replay
from synthetic_data.tankhouse.parameters import GrowthParameters
from tests.synthetic_data.graded import setpoints_of
from tests.synthetic_data.stated import with_parameters

KEYS = ["section", "crop_start"]
SMALL = {"units": 9, "years": 1.2}
DAYS, HOURS = 7.0, 24.0
SETPOINTS_OF_BOTH = [
    *("current_density", "electrolyte_temperature", "chloride", "glue_dose", "thiourea_dose", "cell_flow"),
]


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("copper_electrorefining")


@pytest.fixture(scope="module")
def lots() -> Seed:
    return load("copper_cathode")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> SimulatedRun:
    return replay(seed, **SMALL)


def moved(seed: Seed, plant: SimulatedRun, **setpoints: float) -> pd.DataFrame:
    """Truth of the same crops with set-points moved by a step and the others held."""
    held = setpoints_of(seed, plant)
    return replay(
        seed, setpoints=held.assign(**{name: held[name] + by for name, by in setpoints.items()}), **SMALL
    ).truth


# ---------------------------------------------------------------- ends of the seed's own ranges


def test_without_usual_passivation_anodes_turn_passive_by_faults_alone(seed: Seed, plant: SimulatedRun) -> None:
    never = replay(with_parameters(seed, usual_passive=0.0, passivation_rate=0.0), **SMALL).truth
    assert np.isfinite(never.select_dtypes("number")).all(axis=None)
    assert (never["passive"] == 0.0).all()
    assert (plant.truth["passive"] > 0.0).all()


def test_who_wants_no_nickel_bleeds_all_that_the_liberators_take(seed: Seed, plant: SimulatedRun) -> None:
    none = replay(with_parameters(seed, nickel_wanted=0.0, start_ni=0.0), **SMALL)
    assert np.isfinite(none.truth.select_dtypes("number")).all(axis=None)
    assert (none.truth["bleed"] == seed.plant.value("bleed_high")).all()
    late = slice(-100, None)
    assert none.table["electrolyte_ni"][late].mean() < 0.7 * plant.table["electrolyte_ni"][late].mean()


def test_an_electrolyte_that_gets_no_nickel_has_none(seed: Seed) -> None:
    pure = replay(with_parameters(seed, nickel_wanted=0.0, start_ni=0.0, dissolved_ni=0.0), **SMALL)
    assert np.isfinite(pure.truth.select_dtypes("number")).all(axis=None)
    assert (pure.table["electrolyte_ni"].dropna() == 0.0).all()


# ---------------------------------------------------------------- balances


def test_charge_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    parts = truth[["charge_metal", "charge_short", "charge_stray", "charge_dissolved"]]
    assert (parts > 0).all(axis=None)
    np.testing.assert_allclose(parts.sum(axis=1), truth["charge"], rtol=1e-12)
    np.testing.assert_allclose(100.0 * parts["charge_metal"] / truth["charge"], truth["current_efficiency"], rtol=1e-12)


def test_metal_closes(seed: Seed, plant: SimulatedRun) -> None:
    truth, cells = plant.truth, seed.plant.value("cells")
    by_faraday = cells * truth["charge_metal"] * COPPER_EQUIVALENT / 1000.0
    np.testing.assert_allclose(truth["cathode_mass"], by_faraday, rtol=1e-12)
    # what anodes lose is in the cathodes or in the electrolyte
    np.testing.assert_allclose(truth["anode_copper"], truth["cathode_mass"] + truth["electrolyte_copper"], rtol=1e-12)
    # anodes lose more than they would by charge alone: 100.5 to 102 % of what passes the electrolyte
    passed = cells * (truth["charge_metal"] + truth["charge_dissolved"]) * COPPER_EQUIVALENT / 1000.0
    assert 1.0 < (truth["anode_copper"] / passed).mean() < 1.02


def test_copper_of_the_circuit_closes(seed: Seed, plant: SimulatedRun) -> None:
    week = plant.truth.groupby("crop_start").first()
    rise = seed.plant.value("electrolyte_volume") * (week["cu_end"] - week["cu_start"]) / DAYS
    np.testing.assert_allclose(week["copper_excess"] - week["liberated"] - week["bleed"] * week["cu"], rise, atol=1e-9)
    np.testing.assert_allclose(week["cu_end"].iloc[:-1], week["cu_start"].iloc[1:], rtol=1e-12)


def test_acid_of_the_circuit_closes(seed: Seed, plant: SimulatedRun) -> None:
    week = plant.truth.groupby("crop_start").first()
    rise = seed.plant.value("electrolyte_volume") * (week["h2so4"] - week["h2so4_start"]) / DAYS
    # 1.543 kg of acid for each kilogram of copper that air dissolves, and as much back from the liberators
    taken = 98.079 / 63.546 * (week["copper_excess"] - week["liberated"]) + week["bleed"] * week["h2so4"]
    np.testing.assert_allclose(week["acid_added"] - taken, rise, atol=1e-9)
    np.testing.assert_allclose(week["h2so4"].iloc[:-1], week["h2so4_start"].iloc[1:], rtol=1e-12)


def test_heat_closes(seed: Seed, plant: SimulatedRun) -> None:
    truth = plant.truth
    steam = truth["steam"] * seed.plant.value("steam_heat") / 3.6  # kg/h and MJ/kg
    came, left = truth["heat_joule"] + steam, truth["heat_evaporated"] + truth["heat_walls"] + truth["heat_cooled"]
    np.testing.assert_allclose(came, left, rtol=1e-12)
    np.testing.assert_allclose(truth["heat_joule"] * HOURS, truth["energy"], rtol=1e-12)


def test_energy_is_voltage_times_charge(seed: Seed, plant: SimulatedRun) -> None:
    truth, cells = plant.truth, seed.plant.value("cells")
    np.testing.assert_allclose(
        truth["energy_valley"] + truth["energy_flat"] + truth["energy_peak"], truth["energy"], rtol=1e-12
    )
    np.testing.assert_allclose(truth["energy"] * DAYS, cells * truth["charge"] * truth["cell_voltage"], rtol=1e-12)
    by_mass = truth["energy"] * DAYS / truth["cathode_mass"]
    known = specific_energy(truth["cell_voltage"], truth["current_efficiency"], COPPER_EQUIVALENT)
    np.testing.assert_allclose(by_mass, known, rtol=1e-12)


# ---------------------------------------------------------------- one tankhouse


def test_both_seeds_state_the_same_tankhouse(seed: Seed, lots: Seed) -> None:
    for name in GrowthParameters.names():
        assert seed.plant.parameters[name] == lots.plant.parameters[name], name
    assert (seed.plant.rng_seed, seed.plant.start) == (lots.plant.rng_seed, lots.plant.start)
    changes = {(regime.start, name): one for regime in lots.plant.regimes for name, one in regime.change.items()}
    own = {(regime.start, name): one for regime in seed.plant.regimes for name, one in regime.change.items()}
    assert {place: one for place, one in own.items() if place in changes} == {
        place: one for place, one in changes.items() if place[1] != "laboratory_offset"
    }
    for name in SETPOINTS_OF_BOTH:
        assert seed.column(name).bounds == lots.column(name).bounds


def test_efficiency_and_quality_are_of_the_same_crops(seed: Seed, lots: Seed) -> None:
    sections, groups = (replay(one, units=7, years=2.6) for one in (seed, lots))
    for name in ("temperature", "chloride", "polarisation", "solids", "roughness", "squared_error"):
        assert np.array_equal(sections.truth[f"true_{name}"], groups.truth[f"true_{name}"]), name
    for name in ("nodules", "soiling"):
        assert np.array_equal(sections.truth[f"true_{name}"], groups.truth[name]), name
    for name in (*SETPOINTS_OF_BOTH, "anode_age", "group_age", "anode_sb", "electrolyte_cu", "electrolyte_ni"):
        assert np.array_equal(sections.table[name], groups.table[name], equal_nan=True), name
    # rough crops lose current, and their lots enclose electrolyte
    loss, sulphur = sections.truth["short_loss"], groups.truth["s"]
    assert np.corrcoef(np.log(loss), np.log(sulphur))[0, 1] > 0.5
    passed = (1.0 - groups.truth["nodules"]) * (1.0 - groups.truth["soiling"])
    np.testing.assert_allclose(sections.truth["reject_share"], 100.0 * (1.0 - passed), rtol=1e-12)


# ---------------------------------------------------------------- levers


def test_replay_with_the_operators_own_setpoints_changes_nothing(seed: Seed, plant: SimulatedRun) -> None:
    again = moved(seed, plant)
    tests = [name for name in again if name.endswith("_test")]
    assert_frame_equal(again.drop(columns=tests), plant.truth.drop(columns=tests))


def test_more_patrols_lose_less_current(seed: Seed, plant: SimulatedRun) -> None:
    rare, base = moved(seed, plant, patrol_interval=4.0), plant.truth
    assert (rare["current_efficiency"] < base["current_efficiency"]).all()
    # by Little's law shorts grow as their lives do
    np.testing.assert_allclose(
        rare["short_loss"] / base["short_loss"], rare["mean_life"] / base["mean_life"], rtol=1e-9
    )
    # in the history crews patrol more where there are more shorts
    assert plant.table["patrol_interval"].corr(base["shorted"]) < 0.0


def test_swing_moves_energy_from_the_peak_to_the_valley_at_equal_charge(seed: Seed, plant: SimulatedRun) -> None:
    deep, base = moved(seed, plant, current_swing=4.0), plant.truth
    np.testing.assert_allclose(deep["charge"], base["charge"], rtol=1e-12)
    assert (deep["energy_peak"] < base["energy_peak"]).all()
    assert (deep["energy_valley"] > base["energy_valley"]).all()
    assert (deep["short_loss"] > base["short_loss"]).all()


def test_heat_lowers_voltage_and_takes_steam(seed: Seed, plant: SimulatedRun) -> None:
    warm, base = moved(seed, plant, electrolyte_temperature=1.0), plant.truth
    assert (warm["cell_voltage"] - base["cell_voltage"]).mean() < 0.0
    assert (warm["steam"] > base["steam"]).all()
    assert (warm["glue_content"] < base["glue_content"]).all()


def test_glue_is_short_where_its_pump_fails(seed: Seed, plant: SimulatedRun) -> None:
    content = np.log(plant.truth["glue_content"] / plant.table["glue_dose"])  # of what a gram a tonne leaves
    begins, failed = plant.truth["crop_start"], pd.Series(0.0, plant.truth.index)
    for one in plant.events[plant.events["kind"] == "glue_pump"].itertuples():
        hours = (begins + pd.Timedelta(days=7)).clip(upper=one.end) - begins.clip(lower=one.onset)
        failed += (hours / pd.Timedelta(days=7)).clip(lower=0.0)
    assert failed.max() > 0.3
    # 45 % of the dose is missing while it has failed
    assert np.polyfit(failed, content, 1)[0] == pytest.approx(-0.5, abs=0.25)


def test_current_wears_anodes_passivates_and_makes_copper(seed: Seed, plant: SimulatedRun) -> None:
    more, base = moved(seed, plant, current_density=10.0), plant.truth
    assert (more["cathode_mass"] > base["cathode_mass"]).all()
    assert (more["cell_voltage"] > base["cell_voltage"]).all()
    assert (more["gap"] >= base["gap"]).all()
    assert (more["passive"] > base["passive"]).all()


@pytest.mark.parametrize("end", [0, 1])
def test_a_plant_at_the_ends_of_its_setpoints_stays_a_plant(seed: Seed, plant: SimulatedRun, end: int) -> None:
    ends = {column.name: column.bounds[end] for column in seed.by_role("setpoint")}
    truth = replay(seed, setpoints=plant.table[KEYS].assign(**ends), **SMALL).truth
    # plausible cells: at most 99 % of the current makes copper, and the voltage is that of a cell that refines
    assert truth["current_efficiency"].between(40.0, 99.0).all()
    assert truth["cell_voltage"].between(0.15, 0.8).all()
    assert truth["gap"].between(20.0, 55.0).all()
    assert (2.0 * truth["recessed"] < seed.plant.value("anode_thickness")).all()
    assert (truth["steam"] >= 0.0).all()


@pytest.mark.parametrize("state", ["polarisation", "roughness"])
def test_rough_crops_lose_current(plant: SimulatedRun, state: str) -> None:
    # at equal patrols, what brings a crop near its limiting current, or roughens it, shorts it
    loss = plant.truth["short_loss"] / plant.truth["mean_life"]
    assert np.log(plant.truth[f"true_{state}"]).corr(np.log(loss)) > 0.1


def test_faults_show_where_they_are(seed: Seed, plant: SimulatedRun) -> None:
    truth, events = plant.truth, plant.events
    period = ((truth["crop_start"] - truth["crop_start"].min()).dt.days // 7).to_numpy()
    start = pd.Timestamp(seed.plant.start)
    onset = pd.to_datetime(events["onset"])
    for kind, shows in (("passivation", "passive"), ("leakage", "stray_loss")):
        faults = events[events["kind"] == kind]
        assert len(faults) > 0, kind
        for unit, fault_start in zip(faults["unit"], onset[faults.index], strict=True):
            crop = (fault_start - start).days // 7
            own = (truth["section"] == unit).to_numpy()
            outside = truth.loc[own & (period != crop) & (period != crop + 1) & (period != crop + 2), shows].median()
            during = truth.loc[own & ((period == crop) | (period == crop + 1)), shows].max()
            assert during > outside, (kind, unit, fault_start)


def test_hours_of_the_tariff_are_those_of_the_prices(seed: Seed) -> None:
    for name in ("valley", "peak"):
        assert seed.plant.value(f"{name}_hours") == seed.economics[f"hours_{name}"].value


# ---------------------------------------------------------------- what instruments may know


def test_instruments_err_and_truth_stays_apart(seed: Seed, plant: SimulatedRun) -> None:
    table, truth = plant.table, plant.truth
    assert not (table["current_efficiency"] == truth["current_efficiency"]).any()
    assert not set(table) & {"shorted", "mean_life", "passive", "gap", "energy_peak", "short_loss"}
    counted = np.hypot(seed.plant.value("counter_rsd"), seed.plant.value("counter_section_sd"))
    assert (table["charge"] / truth["charge"] - 1.0).std() == pytest.approx(counted, rel=0.2)


def test_a_label_is_the_weight_over_the_charge(seed: Seed, plant: SimulatedRun) -> None:
    table, cells = plant.table.dropna(subset=["charge"]), seed.plant.value("cells")
    again = 100.0 * 1000.0 * table["cathode_mass"] / (cells * table["charge"] * COPPER_EQUIVALENT)
    np.testing.assert_allclose(table["current_efficiency"], again, atol=0.011)  # as written down


def test_faults_are_in_order(plant: SimulatedRun) -> None:
    events = plant.events
    assert {"passivation", "rectifier"} <= set(events["kind"])
    assert ((events["onset"] <= events["detected"]) & (events["detected"] <= events["end"])).all()
    off = plant.truth["charge"] / plant.truth["charge"].groupby(plant.truth["crop_start"]).transform("median")
    assert off.min() < 0.98  # a rectifier that was off


def test_set_point_tests_are_held_and_are_of_few_sections(seed: Seed) -> None:
    truth = replay(seed, units=60, years=0.6).truth
    test = truth.pivot(index="crop_start", columns="section", values="patrol_interval_test")
    tested = test.loc[:, (test != 0.0).any()]
    assert 0 < tested.shape[1] <= 12
    held = tested.to_numpy()
    assert set(np.unique(np.abs(held))) == {2.0}
    changes = np.flatnonzero((np.diff(held, axis=0) != 0.0).any(axis=1))
    assert (np.diff(changes) % 3 == 0).all()
