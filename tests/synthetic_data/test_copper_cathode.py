"""The simulated tankhouse: statistics in their bands, levers by replay, and what instruments may know."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seeds import Grade, Seed, load
from synthetic_data import Replay, replay
from synthetic_data.engine.plan import plan_run
from synthetic_data.tankhouse.circuit import stretches
from synthetic_data.tankhouse.crops import ELEMENTS

KEYS = ["group", "crop_start"]
DEFECTS = ["nodules", "soiling"]
YEARS = 3
SMALL = {"units": 20, "years": 1.0}


@cache
def seed_of() -> Seed:
    return load("copper_cathode")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return seed_of()


@pytest.fixture(scope="module")
def plant(seed: Seed) -> Replay:
    return replay(seed)


@pytest.fixture(scope="module")
def small(seed: Seed) -> Replay:
    return replay(seed, **SMALL)


def keeps(contents: pd.DataFrame, grade: Grade) -> pd.Series:
    """Whether lots keep the limits of a grade."""
    kept = pd.Series(True, index=contents.index)
    for element, limit in grade.limits.items():
        kept &= contents[element] <= limit.value
    for total in grade.sums:
        kept &= contents[total.of].sum(axis=1) <= total.value
    return kept


def with_knobs(seed: Seed, history: Replay, size: dict[str, float], **knobs: float) -> pd.DataFrame:
    """Truth of the same crops with knobs set by hand in all of them and the other knobs held."""
    held = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]]
    return replay(seed, knobs=held.assign(**knobs), **size).truth


def moved(seed: Seed, history: Replay, size: dict[str, float], knob: str, by: float) -> pd.DataFrame:
    """Truth of the same crops with one knob moved by a step."""
    low, high = seed.column(knob).limits
    values = (history.table[knob] + by).clip(low, high)
    held = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]]
    return replay(seed, knobs=held.assign(**{knob: values}), **size).truth


def slope(x: pd.Series, y: pd.Series) -> float:
    return float(np.polyfit(x, y, 1)[0])


def successive(frame: pd.DataFrame, column: str) -> float:
    """Correlation of a content with that of the group's last lot, on a logarithmic scale, mean over groups."""
    logs = np.log(frame[column].abs())
    return float(logs.groupby(frame["group"]).apply(lambda values: values.autocorr()).mean())


# ---------------------------------------------------------------- bands


def of_inputs(table: pd.DataFrame) -> dict[str, float]:
    means = {
        "current density mean": "current_density",
        "electrolyte temperature mean": "electrolyte_temperature",
        "copper in the electrolyte mean": "electrolyte_cu",
        "acid mean": "electrolyte_h2so4",
        "nickel in the electrolyte mean": "electrolyte_ni",
        "arsenic in the electrolyte mean": "electrolyte_as",
        "antimony in the electrolyte mean": "electrolyte_sb",
        "bismuth in the electrolyte mean": "electrolyte_bi",
        "chloride mean": "chloride",
        "glue mean": "glue_dose",
        "thiourea mean": "thiourea_dose",
        "cell voltage mean": "cell_voltage",
        "short rate mean": "short_rate",
        "arsenic in anodes mean": "anode_as",
        "nickel in anodes mean": "anode_ni",
        "silver in anodes mean": "anode_ag",
    }
    spreads = {
        "current density sd": "current_density",
        "electrolyte temperature sd": "electrolyte_temperature",
        "copper in the electrolyte sd": "electrolyte_cu",
        "acid sd": "electrolyte_h2so4",
        "nickel in the electrolyte sd": "electrolyte_ni",
        "chloride sd": "chloride",
        "glue sd": "glue_dose",
        "thiourea sd": "thiourea_dose",
        "cell flow sd": "cell_flow",
        "cell voltage sd": "cell_voltage",
        "arsenic in anodes sd": "anode_as",
        "nickel in anodes sd": "anode_ni",
        "bismuth in anodes sd": "anode_bi",
    }
    found = {name: table[column].mean() for name, column in means.items()}
    found |= {name: table[column].std() for name, column in spreads.items()}
    found["suspended solids median"] = table["suspended_solids"].median()
    return found


def of_lots(seed: Seed, plant: Replay) -> dict[str, float]:
    table, truth = plant.table, plant.truth
    names = {
        "arsenic": "as",
        "antimony": "sb",
        "bismuth": "bi",
        "selenium": "se",
        "tellurium": "te",
        "lead": "pb",
        "nickel": "ni",
        "iron": "fe",
    }
    found = {f"{name} median": truth[column].median() for name, column in names.items()}
    for name in ("arsenic", "antimony", "selenium", "lead", "nickel"):
        found[f"{name} geometric sd"] = float(np.exp(np.log(truth[names[name]]).std()))
    for name, column in (("silver", "ag"), ("sulphur", "s")):
        found |= {f"{name} mean": table[column].mean(), f"{name} sd": truth[column].std()}
    rejected = table[DEFECTS].any(axis=1)
    intended = next(grade for grade in seed.grades if grade.name == seed.quality_rules.intended)
    return found | {
        "polarisation mean": truth["true_polarisation"].mean(),
        "lots rejected at inspection": rejected.mean(),
        "lots that break the intended grade": (rejected | ~keeps(truth, intended)).mean(),
        "selenium below detection": (table["se"] < 0).mean(),
        "silver below detection": (table["ag"] < 0).mean(),
        "correlation of successive lots in nickel": successive(table, "ni"),
        "correlation of successive lots in silver": successive(table, "ag"),
        "bleed": truth["bleed"].mean(),
    }


def of_laboratory(seed: Seed, plant: Replay) -> dict[str, float]:
    table, truth = plant.table, plant.truth
    read = [c.name for c in seed.by_role("before", "during") if c.previous is None and not c.name.endswith("_age")]
    read.remove("ambient_temperature")
    small = truth["as"].between(0.2, 1.0) & (table["as"] > 0)
    silver = truth["ag"].between(5, 20)
    weeks = np.concatenate([weeks.laboratory for weeks in stretches(plan_run(seed)) if weeks.first >= 0])
    return {
        "repeatability of silver": np.log((table["ag"] / truth["ag"])[silver]).std(),
        "repeatability of arsenic": np.log((table["as"] / truth["as"])[small]).std(),
        "bias of the laboratory": np.log(weeks / np.median(weeks)).std(axis=0).mean(),
        "missing readings": table[read].isna().to_numpy().mean(),
    }


def of_causes(seed: Seed, plant: Replay, small: Replay) -> dict[str, float]:
    truth, table = plant.truth, plant.table
    usual = {"current_density": 300.0, "electrolyte_temperature": 64.0}
    warm = moved(seed, small, SMALL, "electrolyte_temperature", 1.0)["ag"].mean() / small.truth["ag"].mean() - 1.0
    few, many = truth["true_solids"].between(1.5, 2.2), truth["true_solids"].between(6.0, 8.8)
    ratio = table["anode_as"] / 74.92 / (table["anode_sb"] / 121.76 + table["anode_bi"] / 208.98)
    after = table.groupby("group")["glue_dose"].diff()
    shorts = np.log(table.groupby("group")["short_rate"].shift().clip(lower=0.1))
    less = moved(seed, plant, {}, "glue_dose", -20.0)["s"]
    return {
        "silver at 30 mg/L chloride": with_knobs(seed, small, SMALL, chloride=30.0, **usual)["ag"].mean(),
        "silver at 60 mg/L chloride": with_knobs(seed, small, SMALL, chloride=60.0, **usual)["ag"].mean(),
        "silver a kelvin warmer": warm,
        "sulphur by 0.1 mL/kg": 0.1 * slope(truth["occluded_volume"], truth["s"]),
        "arsenic by 0.1 mL/kg": 0.1 * slope(truth["occluded_volume"], truth["as"]),
        "nodules of four times the solids": truth.loc[many, "nodules"].mean() / truth.loc[few, "nodules"].mean(),
        "antimony where anodes' As/(Sb+Bi) is below 2": truth.loc[ratio < 2, "sb"].mean()
        / truth.loc[ratio > 3, "sb"].mean(),
        "glue answers the last crop's shorts": after.corr(shorts),
        "silver by chloride in history": table["chloride"].corr(np.log(table["ag"])),
        "sulphur by 20 g/t less glue in history": -20.0 * slope(table["glue_dose"], np.log(truth["s"])),
        "sulphur by 20 g/t less glue replayed": np.log(less / truth["s"]).mean(),
    }


def of_events(plant: Replay) -> dict[str, float]:
    count = plant.events["kind"].value_counts() / YEARS
    return {"filter failures": count["filter"], "dosing faults": count["glue_pump"] + count["chloride_pump"]}


def test_statistics_of_three_years_lie_in_their_bands(
    seed: Seed, plant: Replay, small: Replay, outside_bands: Callable[..., list[str]]
) -> None:
    found = of_inputs(plant.table) | of_lots(seed, plant) | of_laboratory(seed, plant) | of_events(plant)
    found |= of_causes(seed, plant, small)
    assert outside_bands("copper_cathode", found) == []


def test_bands_are_many_sourced_and_narrower_than_anything_goes(
    read_bands: Callable[..., list[dict[str, str]]],
) -> None:
    bands = read_bands("copper_cathode")
    assert len(bands) >= 50
    assert len({band["statistic"] for band in bands}) == len(bands)
    for band in bands:
        assert band["source"].strip()
        assert float(band["low"]) < float(band["high"])


# ---------------------------------------------------------------- table and truth


def test_every_value_is_within_its_physical_range(seed: Seed, plant: Replay) -> None:
    for column in seed.columns:
        if column.is_number and column.previous is None:
            low, high = column.limits
            values = plant.table[column.name].dropna()
            assert values.abs().between(low, high).all() if column.censored else values.between(low, high).all()


def test_targets_and_knobs_are_never_missing_and_only_contents_are_negative(seed: Seed, plant: Replay) -> None:
    assert not plant.table[[c.name for c in seed.by_role("knob", "target")]].isna().any().any()
    numbers = plant.table.drop(columns=[*KEYS, "ambient_temperature"])
    negative = set(numbers.columns[(numbers < 0).any()])
    assert negative
    assert negative <= set(ELEMENTS)


def test_truth_is_finite_positive_and_never_in_the_table(plant: Replay) -> None:
    truth = plant.truth.drop(columns=KEYS)
    assert np.isfinite(truth.to_numpy()).all()
    assert (truth[[*ELEMENTS, *DEFECTS]] > 0).all().all()
    assert (truth[DEFECTS] < 1).all().all()
    for name in (*ELEMENTS, *DEFECTS):
        assert not (plant.table[name] == plant.truth[name]).any()


def test_inspection_finds_what_its_probability_says(plant: Replay) -> None:
    for name in DEFECTS:
        expected, found = plant.truth[name].sum(), plant.table[name].sum()
        assert set(plant.table[name].unique()) == {0.0, 1.0}
        assert abs(found - expected) < 3.5 * np.sqrt(expected)


def test_all_groups_share_the_electrolyte_and_the_suppliers(plant: Replay) -> None:
    weeks = plant.table.groupby("crop_start")
    assert (weeks["electrolyte_ni"].nunique() <= 1).all()
    assert (weeks["anode_ni"].nunique() > 10).all()


def test_anodes_last_three_crops(plant: Replay) -> None:
    same = plant.table.groupby("group")["anode_ni"].diff().eq(0)
    whole = plant.table["anode_ni"].notna() & plant.table.groupby("group")["anode_ni"].shift().notna()
    assert same[whole & (plant.table["anode_age"] > 0)].all()
    assert not same[whole & (plant.table["anode_age"] == 0)].all()


def test_crew_raises_the_bleed_when_nickel_and_arsenic_are_high(seed: Seed, plant: Replay) -> None:
    weeks = plant.table.merge(plant.truth[[*KEYS, "bleed"]], on=KEYS).groupby("crop_start").first()
    nickel, arsenic = (seed.plant.value(name) for name in ("nickel_wanted", "arsenic_wanted"))
    assert (weeks["electrolyte_ni"] / nickel + weeks["electrolyte_as"] / arsenic).corr(weeks["bleed"]) > 0.95


def test_regimes_begin_on_their_dates_and_show(seed: Seed, plant: Replay) -> None:
    events = plant.events[plant.events["kind"].str.startswith("regime")].set_index("kind")["onset"]
    for regime in seed.plant.regimes:
        assert 0 <= (events[f"regime {regime.name}"] - pd.Timestamp(regime.start)).days < 7
    high = np.log(plant.table["ag"] / plant.truth["ag"])
    after = plant.table["crop_start"] >= events["regime new_spectrometer"]
    offset = next(regime for regime in seed.plant.regimes if regime.name == "new_spectrometer")
    expected = np.log(offset.change["laboratory_offset"].value)
    assert high[after].mean() - high[~after].mean() == pytest.approx(expected, abs=0.02)


def test_events_have_onset_detection_and_end(plant: Replay) -> None:
    events = plant.events
    assert {"filter", "wash_water", "contamination", "bent_plates", "short_detection"} <= set(events["kind"])
    assert (events["onset"] <= events["detected"]).all()
    assert (events["detected"] <= events["end"]).all()
    of_groups = events["kind"].isin(["contamination", "bent_plates", "short_detection"])
    assert (events["unit"].notna() == of_groups).all()


def test_contamination_shows_in_iron_while_it_lasts(plant: Replay) -> None:
    events = plant.events[(plant.events["kind"] == "contamination") & (plant.events["onset"] > "2023-01-01")]
    rows = plant.truth.merge(events[["unit", "onset", "end"]], left_on="group", right_on="unit")
    whole = (rows["crop_start"] >= rows["onset"]) & (rows["crop_start"] + pd.Timedelta(days=7) <= rows["end"])
    assert whole.any()
    assert rows.loc[whole, "fe"].min() > 5 * plant.truth["fe"].median()


# ---------------------------------------------------------------- how a run is cut


def test_a_shorter_run_is_the_beginning_of_a_longer_one(seed: Seed, small: Replay) -> None:
    short = replay(seed, units=20, years=0.4)
    until = short.table["crop_start"].max()
    assert_frame_equal(short.table, small.table[small.table["crop_start"] <= until].reset_index(drop=True))


def test_groups_of_a_block_do_not_depend_on_later_blocks(seed: Seed) -> None:
    one, two = replay(seed, units=60, years=0.3), replay(seed, units=70, years=0.3)
    first = two.table["group"] <= "G-060"
    assert_frame_equal(one.table, two.table[first].reset_index(drop=True))
    assert two.table["electrolyte_ni"].groupby(two.table["crop_start"]).nunique().max() == 1


# ---------------------------------------------------------------- levers, by replay


def test_what_was_done_replayed_is_the_history(seed: Seed, small: Replay) -> None:
    knobs = small.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]]
    again = replay(seed, knobs=knobs, **SMALL)
    assert_frame_equal(again.table, small.table)
    assert_frame_equal(again.truth, small.truth)


def test_a_knob_in_one_crop_moves_that_group_alone_and_nothing_before(seed: Seed, small: Replay) -> None:
    crop = small.table["crop_start"].unique()[20]
    one = pd.DataFrame({"group": ["G-007"], "crop_start": [crop], "chloride": [75.0]})
    other = replay(seed, knobs=one, **SMALL)
    touched = (small.table["group"] == "G-007") & (small.table["crop_start"] >= crop)
    assert_frame_equal(other.truth[~touched], small.truth[~touched])
    own = (small.table["group"] == "G-007") & (small.table["crop_start"] == crop)
    assert other.truth.loc[own, "ag"].item() < 0.9 * small.truth.loc[own, "ag"].item()
    unmoved = [c.name for c in seed.by_role("before") if c.previous is None]
    assert_frame_equal(other.table[unmoved], small.table[unmoved])


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("chloride", 8.0, ["ag"], []),
        ("electrolyte_temperature", 1.0, ["true_polarisation"], ["ag"]),
        ("current_density", 15.0, [], ["true_polarisation", "s", "as", "ni", "pb", "nodules"]),
        ("glue_dose", 40.0, [], ["s", "as", "ni", "pb", "nodules", "true_squared_error"]),
        ("glue_dose", -35.0, [], ["s", "as", "ni", "pb", "nodules", "true_squared_error"]),
        ("thiourea_dose", 45.0, [], ["s", "nodules", "true_squared_error"]),
        ("cell_flow", 6.0, ["true_polarisation"], ["ag", "true_solids", "pb", "se"]),
    ],
)
def test_levers_act_as_physics_says(
    seed: Seed, small: Replay, knob: str, by: float, falls: list[str], rises: list[str]
) -> None:
    other, truth = moved(seed, small, SMALL, knob, by), small.truth
    for name in falls:
        assert other[name].mean() < 0.995 * truth[name].mean(), name
    for name in rises:
        assert other[name].mean() > 1.005 * truth[name].mean(), name
    assert np.array_equal(other["bleed"], truth["bleed"])


def test_set_point_tests_run_on_some_groups_and_do_not_look_at_the_state(seed: Seed, plant: Replay) -> None:
    truth, table = plant.truth, plant.table
    tested = truth["chloride_test"] != 0
    assert 0.02 < tested.groupby(truth["group"]).any().mean() < 0.2
    assert set(truth.loc[tested, "chloride_test"].abs()) == {seed.plant.value("test_chloride")}
    last = np.log(table["ag"]).groupby(table["group"]).shift()
    assert abs(truth.loc[tested, "chloride_test"].corr(last[tested])) < 0.12
    effect = np.log(table["ag"])[tested].groupby(truth["chloride_test"][tested]).mean()
    assert effect.iloc[1] < effect.iloc[0]
