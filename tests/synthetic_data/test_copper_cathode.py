"""The simulated tankhouse: statistics in their bands, what groups share, crew, regimes and faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from seeds import Grade, Seed
from synthetic_data import SimulatedRun, replay
from synthetic_data.engine.options import plan_run
from synthetic_data.tankhouse.circuit import stretches
from tests.synthetic_data.graded import GradedPlant, setpoints_of

DEFECTS = ["nodules", "soiling"]
YEARS = 3


@pytest.fixture(scope="module")
def works(graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded("copper_cathode")


@pytest.fixture(scope="module")
def plant(works: GradedPlant) -> SimulatedRun:
    """The tankhouse over its three years."""
    return works.whole


def keeps(contents: pd.DataFrame, grade: Grade) -> pd.Series:
    """Whether lots keep the limits of a grade."""
    within_limits = pd.Series(True, index=contents.index)
    for element, limit in grade.limits.items():
        within_limits &= contents[element] <= limit.value
    for total in grade.sums:
        within_limits &= contents[total.of].sum(axis=1) <= total.value
    return within_limits


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
    result = {name: table[column].mean() for name, column in means.items()}
    result |= {name: table[column].std() for name, column in spreads.items()}
    together = np.log(table[["anode_as", "anode_sb", "anode_bi"]]).corr()
    result |= {
        "arsenic and antimony of anodes correlation": together.loc["anode_as", "anode_sb"],
        "arsenic and bismuth of anodes correlation": together.loc["anode_as", "anode_bi"],
        "antimony and bismuth of anodes correlation": together.loc["anode_sb", "anode_bi"],
    }
    result["suspended solids median"] = table["suspended_solids"].median()
    return result


def of_lots(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
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
    result = {f"{name} median": truth[column].median() for name, column in names.items()}
    for name in ("arsenic", "antimony", "selenium", "lead", "nickel"):
        result[f"{name} geometric sd"] = float(np.exp(np.log(truth[names[name]]).std()))
    for name, column in (("silver", "ag"), ("sulphur", "s")):
        result |= {f"{name} mean": table[column].mean(), f"{name} sd": truth[column].std()}
    rejected = table[DEFECTS].any(axis=1)
    intended = next(grade for grade in seed.grades if grade.name == seed.quality_rules.intended)
    return result | {
        "polarisation mean": truth["true_polarisation"].mean(),
        "lots rejected at inspection": rejected.mean(),
        "lots that break the intended grade": (rejected | ~keeps(truth, intended)).mean(),
        "selenium below detection": (table["se"] < 0).mean(),
        "silver below detection": (table["ag"] < 0).mean(),
        "correlation of successive lots in nickel": successive(table, "ni"),
        "correlation of successive lots in silver": successive(table, "ag"),
        "bleed": truth["bleed"].mean(),
    }


def of_laboratory(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
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


def of_causes(works: GradedPlant) -> dict[str, float]:
    truth, table = works.whole.truth, works.whole.table
    typical = setpoints_of(works.seed, works.history).assign(current_density=300.0, electrolyte_temperature=64.0)
    little, much = (works.replayed(typical.assign(chloride=chloride)).truth["ag"].mean() for chloride in (30.0, 60.0))
    warm = works.moved(electrolyte_temperature=1.0).truth["ag"].mean() / works.history.truth["ag"].mean() - 1.0
    few, many = truth["true_solids"].between(1.5, 2.2), truth["true_solids"].between(6.0, 8.8)
    ratio = table["anode_as"] / 74.92 / (table["anode_sb"] / 121.76 + table["anode_bi"] / 208.98)
    after = table.groupby("group")["glue_dose"].diff()
    shorts = np.log(table.groupby("group")["short_rate"].shift().clip(lower=0.1))
    setpoints, limits = setpoints_of(works.seed, works.whole), works.seed.column("glue_dose").limits
    less = replay(
        works.seed, setpoints=setpoints.assign(glue_dose=(setpoints["glue_dose"] - 20.0).clip(*limits))
    ).truth["s"]
    return {
        "silver at 30 mg/L chloride": little,
        "silver at 60 mg/L chloride": much,
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


def of_events(plant: SimulatedRun) -> dict[str, float]:
    count = plant.events["kind"].value_counts() / YEARS
    return {"filter failures": count["filter"], "dosing faults": count["glue_pump"] + count["chloride_pump"]}


def test_statistics_of_three_years_lie_in_their_bands(
    works: GradedPlant, plant: SimulatedRun, outside_bands: Callable[..., list[str]]
) -> None:
    result = of_inputs(plant.table) | of_lots(works.seed, plant) | of_laboratory(works.seed, plant) | of_events(plant)
    result |= of_causes(works)
    assert outside_bands("copper_cathode", result) == []


# ---------------------------------------------------------------- table and truth


def test_ages_and_weather_are_never_missing(works: GradedPlant) -> None:
    assert works.never_missing == {"anode_age", "group_age", "ambient_temperature"}


def test_all_groups_share_the_electrolyte_and_the_suppliers(plant: SimulatedRun) -> None:
    weeks = plant.table.groupby("crop_start")
    assert (weeks["electrolyte_ni"].nunique() <= 1).all()
    assert (weeks["anode_ni"].nunique() > 10).all()


def test_groups_of_other_blocks_share_the_electrolyte_too(works: GradedPlant) -> None:
    two = replay(works.seed, units=70, years=0.3).table
    assert two["electrolyte_ni"].groupby(two["crop_start"]).nunique().max() == 1


def test_anodes_last_three_crops(plant: SimulatedRun) -> None:
    same = plant.table.groupby("group")["anode_ni"].diff().eq(0)
    whole = plant.table["anode_ni"].notna() & plant.table.groupby("group")["anode_ni"].shift().notna()
    assert same[whole & (plant.table["anode_age"] > 0)].all()
    assert not same[whole & (plant.table["anode_age"] == 0)].all()


def test_crew_raises_the_bleed_when_nickel_and_arsenic_are_high(works: GradedPlant, plant: SimulatedRun) -> None:
    weeks = plant.table.assign(bleed=plant.truth["bleed"]).groupby("crop_start").first()
    nickel, arsenic = works.value("nickel_wanted"), works.value("arsenic_wanted")
    assert (weeks["electrolyte_ni"] / nickel + weeks["electrolyte_as"] / arsenic).corr(weeks["bleed"]) > 0.95


def test_another_spectrometer_moves_reports_and_not_the_metal(works: GradedPlant, plant: SimulatedRun) -> None:
    high = np.log(plant.table["ag"] / plant.truth["ag"])
    after = plant.table["crop_start"] >= works.began("new_spectrometer")
    expected = np.log(works.changed("new_spectrometer", "laboratory_offset"))
    assert high[after].mean() - high[~after].mean() == pytest.approx(expected, abs=0.02)


def test_faults_are_of_groups_or_of_the_circuit(plant: SimulatedRun) -> None:
    events = plant.events
    assert {"filter", "wash_water", "contamination", "bent_plates", "short_detection"} <= set(events["kind"])
    of_groups = events["kind"].isin(["contamination", "bent_plates", "short_detection"])
    assert (events["unit"].notna() == of_groups).all()


def test_contamination_shows_in_iron_while_it_lasts(plant: SimulatedRun) -> None:
    events = plant.events[(plant.events["kind"] == "contamination") & (plant.events["onset"] > "2023-01-01")]
    rows = plant.truth.merge(events[["unit", "onset", "end"]], left_on="group", right_on="unit")
    whole = (rows["crop_start"] >= rows["onset"]) & (rows["crop_start"] + pd.Timedelta(days=7) <= rows["end"])
    assert whole.any()
    assert rows.loc[whole, "fe"].min() > 5 * plant.truth["fe"].median()


# ---------------------------------------------------------------- how a run is cut


def test_a_shorter_run_is_the_beginning_of_a_longer_one(works: GradedPlant) -> None:
    short, long = replay(works.seed, units=works.units, years=0.4).table, works.history.table
    assert_frame_equal(short, long[long["crop_start"] <= short["crop_start"].max()].reset_index(drop=True))


# ---------------------------------------------------------------- levers


def test_set_point_tests_show_that_chloride_keeps_silver_out(plant: SimulatedRun) -> None:
    test = plant.truth["chloride_test"]
    down, up = (np.log(plant.table["ag"])[step].mean() for step in (test < 0, test > 0))
    assert up < down
