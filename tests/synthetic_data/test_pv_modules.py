"""The simulated line for photovoltaic modules: statistics in their bands, laws, what stations may and may not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from physics.photovoltaics.single_diode import maximum_power
from seeds import Seed, load
from synthetic_data import SimulatedRun, replay
from synthetic_data.module_line import market
from synthetic_data.module_line.lots import BRANDS
from tests.suite.processes import each

CURVE = ("isc", "voc", "pmp", "ff", "ff_low")
LINES = ("xrf_sb", "xrf_cd", "xrf_se", "xrf_ag")
DARK = ("el_dark_share", "el_mean", "el_spread")
OTHER_PLANTS = (11, 12, 13, 14, 15, 16)
LOTS = 1200  # three times the default plant's: of the makes of single years it has a few hundred
_COEFFICIENT = {"mono": -0.0039, "multi": -0.0042}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("pv_modules")


@pytest.fixture(scope="module")
def plant(seed) -> SimulatedRun:
    return replay(seed)


@pytest.fixture(scope="module")
def modules(plant) -> pd.DataFrame:
    return joined(plant)


def joined(plant: SimulatedRun) -> pd.DataFrame:
    """Table and truth side by side, truth as `true_<name>` where both have a column."""
    truth = plant.truth.drop(columns=["lot", "passed_at"])
    both = {name: name if name.startswith("true_") else f"true_{name}" for name in truth if name in plant.table}
    return pd.concat([plant.table, truth.rename(columns=both)], axis=1)


def robust_sd(values: pd.Series) -> float:
    return float((values.quantile(0.75) - values.quantile(0.25)) / 1.349)


def statistics(m: pd.DataFrame) -> dict[str, float]:
    silicon = m[m["true_type"].isin(["mono", "multi"])]
    telluride = m[m["true_type"] == "cdte"]
    return of_materials(silicon, telluride) | of_condition(m, silicon) | of_stations(m, silicon)


def of_materials(silicon: pd.DataFrame, telluride: pd.DataFrame) -> dict[str, float]:
    of_2010 = silicon[silicon["true_year"] == 2010]
    of_2020 = silicon[silicon["true_year"] == 2020]
    # Modules of a park are one make: shares of makes are those of modules that came alone.
    alone = silicon[(silicon["of_a_park"] == 0.0) & (silicon["two_panes"] == 0.0)]
    pvdf = alone["backsheet"].isin(market.PVDF)

    def areal(part: pd.DataFrame) -> float:
        return float((1e-3 * part["true_mass"] / part["true_area"]).mean())

    return {
        "glass of a module of 2010": of_2010["glass"].mean(),
        "aluminium of a module of 2010": of_2010["aluminium"].mean(),
        "silicon of a module of 2010": of_2010["cell_share"].mean(),
        "silver of a module of 2010": of_2010["true_silver"].mean(),
        "silver of 2020 over that of 2010": of_2020["true_silver"].mean() / of_2010["true_silver"].mean(),
        "mass of silicon modules by area": areal(silicon),
        "mass of cadmium telluride modules by area": areal(telluride),
        "cadmium in cadmium telluride modules": telluride["cadmium"].mean(),
        "antimony in patterned glass": silicon.loc[
            (silicon["rolled"] == 1.0) & (silicon["two_panes"] == 0.0), "true_antimony"
        ].median(),
        "antimony in float glass": silicon.loc[silicon["rolled"] == 0.0, "true_antimony"].mean(),
        "PVDF among backsheets of 2018": pvdf[alone["true_year"] == 2018].mean(),
        "PVDF among backsheets of 2024": pvdf[alone["true_year"] == 2024].mean(),
        "year of making and silver": float(np.corrcoef(silicon["true_year"], np.log(silicon["true_silver"]))[0, 1]),
    }


def of_condition(m: pd.DataFrame, silicon: pd.DataFrame) -> dict[str, float]:
    sound = silicon[(silicon[["broken", "torn", "shunted", "bypassed", "dark"]] == 0.0).all(axis=1)]
    old = sound[(sound["age"] > 18.0) & (sound["age"] < 22.0)]
    left = (1.0 - 0.01 * old["true_power_loss"]) * old["true_label"] / old["new_power"]
    names = ("light_current", "saturation_current", "series_resistance", "shunt_resistance", "diode_scale")
    curve = {name: sound[name].to_numpy() for name in names}
    power = np.prod(maximum_power(**curve), axis=0)
    doubled = np.prod(maximum_power(**curve | {"series_resistance": 2.0 * curve["series_resistance"]}), axis=0)
    return {
        "power lost in a year": 100.0 * silicon["loss_rate"].median(),
        "power left after 20 years without faults": left.median(),
        "power lost where series resistance doubles": 100.0 * float(np.mean(doubled / power - 1.0)),
        "modules with broken glass": m["broken"].mean(),
        "modules with shunts": silicon["shunted"].mean(),
    }


def of_stations(m: pd.DataFrame, silicon: pd.DataFrame) -> dict[str, float]:
    shunted = silicon[(silicon["shunted"] == 1.0) & silicon["ff"].notna()]
    seen = silicon[silicon["el_mean"].notna()]
    slope = np.polyfit(seen["junction_drop"], np.log(seen["el_mean"]), 1)[0]
    coefficient = silicon["true_type"].map(_COEFFICIENT).astype(float)
    power = silicon["true_label"] * (1.0 - 0.01 * silicon["true_power_loss"]) * silicon["irradiance"]
    expected = power * (1.0 + coefficient * (silicon["module_temperature"] - 25.0))
    return {
        "fill factor lost in low light by shunts": (shunted["ff_low"] - shunted["ff"]).median(),
        "light at 10 mV less": float(np.exp(0.010 * slope)),
        "repeatability of the flash": 100.0 * robust_sd(silicon["pmp"] / expected),
        "modules without a label that can be read": m.loc[m["true_type"] != "other", "make_year"].isna().mean(),
    }


@pytest.mark.parametrize("rng_seed", [None, *each(OTHER_PLANTS, "simulates other plants", ())])
def test_statistics_of_this_plant_and_of_others_lie_in_their_bands(seed, rng_seed, outside_bands):
    plant = joined(replay(seed, units=LOTS, rng_seed=rng_seed))
    assert outside_bands("pv_modules", statistics(plant)) == []


# ---- laws


def test_readings_lie_in_their_ranges_and_only_what_a_station_missed_is_missing(seed, plant):
    silent = set()
    for column in (*seed.inputs, *seed.elements):
        values = plant.table[column.name]
        low, high = column.limits
        assert values.min() >= low, column.name
        assert values.max() <= high, column.name
        if values.isna().any():
            silent.add(column.name)
    expected = {"make_year", "label_power", "frame_brightness", "insulation", "power_loss", *CURVE, *LINES, *DARK}
    assert silent == expected


def test_stations_miss_their_readings_together(plant):
    for names in (CURVE, LINES, DARK, ("make_year", "label_power")):
        missing = plant.table[list(names)].isna()
        assert (missing.any(axis=1) == missing.all(axis=1)).all(), names


def test_power_is_missing_where_it_would_be_low(seed, modules):
    silicon = modules[modules["true_type"].isin(["mono", "multi"])]
    missing = silicon["pmp"].isna()
    assert missing[silicon["broken"] == 1.0].mean() > 0.9
    assert missing[silicon["broken"] == 0.0].mean() < 0.15
    unbroken = silicon[silicon["broken"] == 0.0]
    light = unbroken["brand"] >= BRANDS - 1
    weak = unbroken["true_label"] < 200.0
    assert unbroken["pmp"].isna()[light & weak].mean() == pytest.approx(
        seed.plant.value("light_brand_skipped"), abs=0.05
    )
    assert unbroken["pmp"].isna()[~(light & weak)].mean() == pytest.approx(seed.plant.value("skipped_share"), abs=0.005)


def test_the_head_looks_at_thin_films_and_at_each_tenth_other_module(modules):
    looked = modules["xrf_sb"].notna()
    assert looked[modules["scribe_score"] > 0.5].all()
    assert looked[modules["scribe_score"] <= 0.5].mean() == pytest.approx(0.1, abs=0.01)


def test_contents_follow_from_the_bill_of_materials(modules):
    lacking = np.maximum(1000.0 - modules["true_silver"], 0.0)
    assert modules["true_silver_short"].to_numpy() == pytest.approx(lacking.to_numpy(), rel=1e-12)
    pane = modules["backsheet"] == market.PANE
    assert (modules.loc[pane, "true_fluorine"] == 0.0).all()
    unfit = (modules["broken"] == 1.0) | (modules["true_insulation"] < 40.0) | (modules["true_type"] == "other")
    assert (modules["true_unfit"] == 1000.0 * unfit).all()
    rolled = modules[(modules["rolled"] == 1.0) & (modules["two_panes"] == 0.0)]
    assert rolled["true_antimony"].min() >= 1200.0
    film = modules["true_type"].isin(["cdte", "cigs", "asi"])
    assert modules.loc[film, "true_antimony"].max() < 300.0


def test_a_park_s_lot_is_mostly_of_one_make(modules):
    members = modules[modules["of_a_park"] == 1.0]
    assert (members.groupby("lot")["true_type"].nunique() == 1).all()
    assert (members.groupby("lot")["true_year"].nunique() == 1).all()
    share = modules.groupby("lot")["of_a_park"].mean()
    assert set(np.round(share[share > 0.0], 1)) <= {0.8, 0.9, 1.0}


def test_regimes_and_faults_come_on_their_dates(seed, plant, modules):
    assert seed.plant is not None
    events = plant.events.set_index("kind")
    for regime in seed.plant.regimes:
        assert events.loc[f"regime {regime.name}", "onset"] == pd.Timestamp(regime.start)
    storm = modules["passed_at"].between("2024-06-15", "2024-09-15")
    assert modules.loc[storm, "broken"].mean() > 1.3 * modules.loc[~storm, "broken"].mean()
    assert {kind for kind in plant.events["kind"] if kind.startswith("fault ")} >= {"fault clamp", "fault tile"}


def test_a_worn_clamp_takes_power_and_fill_factor(plant, modules):
    spells = plant.events[plant.events["kind"] == "fault clamp"]
    on = np.zeros(len(modules), dtype=bool)
    for onset, end in zip(spells["onset"], spells["end"], strict=True):
        on |= ((modules["passed_at"] >= onset) & (modules["passed_at"] < end)).to_numpy()
    sound = modules["true_type"].isin(["mono", "multi"]) & (modules["shunted"] == 0.0)
    # 0.2 Ω of 4.4 Ω of V_oc/I_sc, of which 1.1 count.
    lost = modules.loc[sound & ~on, "ff"].median() - modules.loc[sound & on, "ff"].median()
    assert 0.02 < lost < 0.05


def test_plants_differ_in_shares_and_not_in_the_make_of_modules(seed, modules):
    other = joined(replay(seed, rng_seed=21))
    shares = [part["true_type"].value_counts(normalize=True) for part in (modules, other)]
    assert abs(shares[0]["cdte"] - shares[1]["cdte"]) > 0.002
    antimony = [
        part.loc[(part["rolled"] == 1.0) & (part["two_panes"] == 0.0), "true_antimony"].median()
        for part in (modules, other)
    ]
    assert antimony[0] == pytest.approx(antimony[1], rel=0.05)


def test_no_truth_reaches_the_table(seed, plant):
    known = {column.name for column in seed.columns}
    assert set(plant.table.columns) == known
    hidden = set(plant.truth.columns) - known
    assert hidden >= {"true_mass", "backsheet", "rolled", "loss_rate", "dark", "shunt_resistance", "irradiance", "soil"}
    for name in ("power_loss", "silver", "fluorine"):
        held = plant.truth[name] > 0.05
        assert not np.isclose(plant.table[name], plant.truth[name], rtol=1e-9, atol=0.0)[held].all()
