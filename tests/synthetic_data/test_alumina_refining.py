"""The simulated alumina plant: balances that close, sizes and liquor from day to day, crews, levers by replay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from physics.bayer.heat import coldest_end
from seeds import Seed, load
from synthetic_data import SimulatedRun, alumina_refining, economic_value, replay
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.simulator import simulator_of
from tests.synthetic_data.graded import setpoints_of

SMALL = {"units": 8, "years": 0.35}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("alumina_refining")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> SimulatedRun:
    return replay(seed, **SMALL)


def moved(seed: Seed, plant: SimulatedRun, **setpoints: float) -> pd.DataFrame:
    """Truth of the same days with set-points moved by a step and the others held."""
    held = setpoints_of(seed, plant)
    return replay(
        seed, setpoints=held.assign(**{name: held[name] + by for name, by in setpoints.items()}), **SMALL
    ).truth


# ---------------------------------------------------------------- balances


def test_alumina_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    fallen = truth["alumina_in"] - truth["alumina_out"]
    np.testing.assert_allclose(fallen, truth["alumina"], rtol=1e-9)
    np.testing.assert_allclose(truth["alumina_product"] + truth["alumina_carried"], truth["alumina"], rtol=1e-12)
    # what is sold is what leaves the liquor, within two percent
    assert (truth["alumina_product"] / truth["alumina"] > 0.98).mean() > 0.95
    np.testing.assert_allclose(0.024 * truth["true_flow"] * truth["precipitation_yield"], truth["alumina"], rtol=1e-12)


def test_soda_closes(plant: SimulatedRun) -> None:
    parts = plant.truth[["soda_bound", "soda_mud", "soda_product", "soda_other"]]
    assert (parts > 0).all(axis=None)
    np.testing.assert_allclose(parts.sum(axis=1), plant.truth["soda_loss"], rtol=1e-12)
    by_molar_mass = 10.0 * 2.0 * 39.997 / 61.979
    np.testing.assert_allclose(parts["soda_product"], by_molar_mass * plant.truth["na2o"], rtol=1e-9)


def test_soda_in_the_liquor_is_made_up_and_water_alone_moves_its_content(seed: Seed, plant: SimulatedRun) -> None:
    truth = plant.truth
    soda = truth["caustic"] * truth["liquor_start"]
    held = seed.plant.value("caustic") * seed.plant.value("liquor_volume")
    np.testing.assert_allclose(soda, held, rtol=1e-9)


def test_water_closes(plant: SimulatedRun) -> None:
    truth = plant.truth
    gained = truth["water_in"] - truth["water_out"]
    np.testing.assert_allclose(truth["liquor_end"] - truth["liquor_start"], gained, atol=1e-6)
    next_start = truth.groupby("line")["liquor_start"].shift(-1)
    there = next_start.notna()
    np.testing.assert_allclose(next_start[there], truth.loc[there, "liquor_end"], rtol=1e-12)
    # over months evaporation takes what comes in
    assert truth["water_in"].sum() == pytest.approx(truth["water_out"].sum(), rel=0.02)


def test_heat_closes(seed: Seed, plant: SimulatedRun) -> None:
    truth, p = plant.truth, seed.plant
    steam = truth[["heat_digestion", "heat_mud", "heat_slurry", "heat_evaporation"]].sum(axis=1)
    np.testing.assert_allclose(steam, truth["heat_steam"], rtol=1e-12)
    burnt = steam / p.value("steam_efficiency") + truth["calciner_fuel"] + p.value("other_fuel")
    np.testing.assert_allclose(truth["thermal_energy"], burnt, rtol=1e-12)


# ---------------------------------------------------------------- from day to day


def test_fines_are_those_of_the_classes_and_change_slowly(plant: SimulatedRun) -> None:
    fines = plant.truth.pivot(index="day", columns="line", values="product_fines")
    assert fines.diff().abs().median().median() < 0.15 * fines.median().median()
    lasting = [fines[line].autocorr(1) for line in fines]
    assert min(lasting) > 0.8


def test_coolers_bound_the_end(plant: SimulatedRun) -> None:
    truth, expected = plant.truth, plant.table["end_temperature"]
    requested = np.maximum(expected, truth["coldest"])
    assert (truth["end"] - requested).quantile(0.5) == pytest.approx(0.0, abs=0.1)
    assert ((truth["end"] - requested).abs() < 8.0).all()


def test_scale_makes_the_end_warmer_until_it_is_cleaned(seed: Seed, plant: SimulatedRun) -> None:
    days = plant.table["days_since_descale"]
    assert days.max() < seed.plant.value("clean_days")
    truth, p = plant.truth, seed.plant
    water = plant.truth["coldest"]
    dirty, clean = water[days > 100].mean(), water[days < 20].mean()
    assert dirty > clean
    expected = coldest_end(
        p.value("fill_temperature"),
        p.value("ambient_mean"),
        p.value("transfer") * np.exp(-p.value("scaling") * np.array([10.0, 110.0])),
    )
    assert 0.2 < (dirty - clean) / (expected[1] - expected[0]) < 5.0
    assert len(truth) == len(days)


# ---------------------------------------------------------------- levers


def test_replay_with_the_operators_own_setpoints_changes_nothing(seed: Seed, plant: SimulatedRun) -> None:
    again = moved(seed, plant)
    tests = [name for name in again if name.endswith("_test")]
    assert_frame_equal(again.drop(columns=tests), plant.truth.drop(columns=tests))


def test_a_colder_end_wins_yield_and_costs_soda(seed: Seed, plant: SimulatedRun) -> None:
    cold, base = moved(seed, plant, end_temperature=-1.0), plant.truth
    free = cold["end"] < base["end"] - 0.95  # where coolers can
    assert free.mean() > 0.2
    assert (cold["precipitation_yield"] - base["precipitation_yield"])[free].mean() > 0.1
    assert (cold["na2o"] - base["na2o"])[free].mean() > 0.001
    assert (cold["end"] <= base["end"] + 1e-9).all()


def test_more_seed_wins_yield_and_purity_until_classifiers_let_it_go(seed: Seed, plant: SimulatedRun) -> None:
    base, more, most = plant.truth, *(moved(seed, plant, seed_solids=by) for by in (50.0, 150.0))
    assert (more["precipitation_yield"] > base["precipitation_yield"] - 0.3).all()
    assert 1.0 < (more["precipitation_yield"] - base["precipitation_yield"]).mean() < 2.6
    assert more["na2o"].mean() < base["na2o"].mean()
    first = (most["precipitation_yield"] - most["overflow_solids"]).mean()
    assert first < (more["precipitation_yield"] - more["overflow_solids"]).mean()


def test_a_hotter_fill_makes_fewer_fines_and_less_yield(seed: Seed, plant: SimulatedRun) -> None:
    hot, base = moved(seed, plant, fill_temperature=2.0), plant.truth
    late = base["day"] > base["day"].min() + pd.Timedelta(days=20)
    assert hot.loc[late, "births"].mean() < base.loc[late, "births"].mean()
    assert (hot["agglomeration"] > base["agglomeration"]).mean() > 0.9
    assert hot.loc[late, "seed_fines"].mean() < base.loc[late, "seed_fines"].mean()
    assert hot["na2o"].mean() < base["na2o"].mean()


def test_hotter_digestion_enriches_the_liquor_of_the_next_day(seed: Seed, plant: SimulatedRun) -> None:
    hot, base = moved(seed, plant, digestion_temperature=2.0), plant.truth
    first = base["day"] == base["day"].min()
    np.testing.assert_allclose(hot.loc[first, "ratio"], base.loc[first, "ratio"], rtol=1e-12)
    risen = (hot["ratio"] - base["ratio"])[~first]
    assert risen.mean() == pytest.approx(2.0 * seed.plant.value("digestion_approach") * 0.0033, rel=0.15)
    assert (hot["heat_digestion"] > base["heat_digestion"] * 0.99).all()


def test_evaporation_raises_caustic_and_steam(seed: Seed, plant: SimulatedRun) -> None:
    more, base = moved(seed, plant, evaporation_rate=0.1), plant.truth
    last = base["day"] == base["day"].max()
    assert (more.loc[last, "caustic"] > base.loc[last, "caustic"] + 5.0).all()
    steam = more["heat_evaporation"] - base["heat_evaporation"]
    per_tonne = seed.plant.value("steam_economy") * seed.plant.value("steam_enthalpy")
    np.testing.assert_allclose(steam, 0.1 * per_tonne, rtol=1e-6)


def test_a_cooler_calciner_saves_fuel_and_leaves_hydroxyl(seed: Seed, plant: SimulatedRun) -> None:
    cool, base = moved(seed, plant, calciner_temperature=-10.0), plant.truth
    np.testing.assert_allclose(
        cool["calciner_fuel"] - base["calciner_fuel"], -10.0 * seed.plant.value("calciner_per_kelvin"), rtol=1e-9
    )
    assert (cool["loi"] > base["loi"]).all()
    assert (cool["precipitation_yield"] == base["precipitation_yield"]).all()


def test_lime_binds_silica_without_soda(seed: Seed, plant: SimulatedRun) -> None:
    more, base, p = moved(seed, plant, lime_dose=5.0), plant.truth, seed.plant
    np.testing.assert_allclose(
        (more["soda_bound"] - base["soda_bound"])
        / (p.value("soda_per_silica") * 1000.0 * base["silica_fed"] / base["available_fed"]),
        -5.0 * p.value("soda_per_lime"),
        rtol=1e-9,
    )


# ---------------------------------------------------------------- crews


def test_crews_heat_and_feed_fine_seed_where_yesterdays_fines_were_many(seed: Seed) -> None:
    table = replay(seed, units=24, years=1.0).table
    yesterday = table.groupby("line")["product_fines"].shift()
    assert 0.05 < yesterday.corr(table["fill_temperature"]) < 0.6
    assert 0.05 < yesterday.corr(table["fine_seed_ratio"]) < 0.7


def test_tests_are_held_for_three_days_and_are_few(seed: Seed) -> None:
    truth = replay(seed, units=40, years=0.4).truth
    test = truth.pivot(index="day", columns="line", values="seed_solids_test")
    assert set(np.unique(np.abs(test.to_numpy()))) == {0.0, 25.0}
    assert 0.05 < (test != 0.0).to_numpy().mean() < 0.08
    changes = np.flatnonzero((np.diff(test.to_numpy(), axis=0) != 0.0).any(axis=1))
    assert (np.diff(changes) % 3 == 0).all()


def test_moves_and_flows_are_paid(seed: Seed, plant: SimulatedRun) -> None:
    result, truth = economic_value(seed, plant.truth), plant.truth
    np.testing.assert_allclose(result["product"], 1000.0 * truth["alumina_product"], rtol=1e-12)
    costs = {column.name: column.move_cost.value for column in seed.by_role("setpoint")}
    one = plant.table["line"] == "P-02"
    moves = sum(cost * plant.table.loc[one, name].diff().abs() for name, cost in costs.items())
    np.testing.assert_allclose(result.loc[one, "move_cost"].iloc[1:], moves.iloc[1:], rtol=1e-9, atol=1e-9)
    worse = truth.assign(downgraded=truth["downgraded"] + 1.0)
    np.testing.assert_allclose(result["margin"] - economic_value(seed, worse)["margin"], 12.0, rtol=1e-6)


# ---------------------------------------------------------------- what instruments may know


def test_instruments_err_and_truth_stays_apart(seed: Seed, plant: SimulatedRun) -> None:
    table, truth = plant.table, plant.truth
    assert (table["precipitation_yield"] == truth["precipitation_yield"]).mean() < 0.01
    assert not set(table) & {"sigma_first", "mean_square", "surface", "births", "ratio", "growth"}
    assert (table["thermal_energy"] - truth["thermal_energy"]).std() == pytest.approx(
        seed.plant.value("energy_sd"), rel=0.1
    )
    assert (table["soda_loss"] - truth["soda_loss"]).std() == pytest.approx(seed.plant.value("soda_sd"), rel=0.1)


def test_tables_and_events_do_not_depend_on_how_many_days_are_reckoned_at_once(seed, monkeypatch):
    result = []
    for most in (1, 15):
        monkeypatch.setattr(alumina_refining, "_MOST_STRETCHES", most)
        plan = plan_run(seed, units=3, years=0.65)  # a regime begins within
        (block,) = simulator_of(plan.seed).blocks(plan)
        result.append(list(alumina_refining.SIMULATOR.rows(plan, block)))
    assert len(result[0]) == len(result[1])
    for one, other in zip(*result, strict=True):
        assert (one.events, one.steps) == (other.events, other.steps)
        np.testing.assert_array_equal(one.starts, other.starts)
        for part in ("table", "truth"):
            for name, values in getattr(one, part).items():
                np.testing.assert_array_equal(values, getattr(other, part)[name])
