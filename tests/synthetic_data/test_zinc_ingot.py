"""The simulated melting house: mass closes, crews answer what they see, regimes and faults show where they fall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from synthetic_data import SimulatedRun
from synthetic_data.melting_house.operators import REVIEW
from tests.synthetic_data.graded import GradedPlant

ELEMENTS = ("pb", "cd", "fe", "cu", "sn", "al")


@pytest.fixture(scope="module")
def works(graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded("zinc_ingot")


@pytest.fixture(scope="module")
def plant(works: GradedPlant) -> SimulatedRun:
    """The works over all of their time."""
    return works.whole


# ---------------------------------------------------------------- mass


def test_the_bath_keeps_every_gram(works: GradedPlant, plant: SimulatedRun) -> None:
    exchange, truth = works.value("bath_exchange"), plant.truth
    for element in ELEMENTS:
        gained = truth[element] - truth.groupby("furnace")[element].shift()
        assert (gained - exchange * (truth[f"fed_{element}"] - truth[element])).abs().max() < 1e-9 * 100.0


def test_lead_of_a_heat_is_that_of_cathodes_stock_scrap_and_lining(works: GradedPlant) -> None:
    """Cathodes alone, of all that is charged, can hold less than the stock; what is fed lies between the two."""
    truth, table = works.history.truth, works.history.table
    metal_share = 1.0 - 0.01 * works.value("dross_zinc") * truth["true_dross"]
    share, scrap = 0.01 * table["stock_share"], 0.01 * table["scrap_share"]
    own = truth["fed_pb"] * metal_share - (1.0 - scrap) * (1.0 - share) * truth["true_cathode_pb"]
    ratio = own / (scrap * works.value("scrap_pb") + share * 11.0 + works.value("lining_lead"))
    assert ratio.median() == pytest.approx(1.0, abs=0.1)
    assert (own > 0.0).all()


def test_dross_thickens_the_metal_and_cadmium_leaves_it(works: GradedPlant) -> None:
    hotter, typical = works.moved(furnace_temperature=10.0).truth, works.history.truth
    assert (hotter["true_dross"] > typical["true_dross"]).all()
    assert (hotter["pb"] > typical["pb"]).mean() > 0.99
    assert (hotter["cd"] < typical["cd"]).mean() > 0.99


# ---------------------------------------------------------------- readings


def test_what_is_counted_or_certified_is_never_missing_and_traces_are_below_limits(works: GradedPlant) -> None:
    table, counted = works.whole.table, {"anode_clean_days", "strip_hours", "lining_days", "clip_age"}
    counted |= {f"cathode_{name}" for name in ("pb", "cd", "cu", "fe")}
    assert works.never_missing == counted
    assert all((table[name] < 0).any() for name in ("sn", "al", "cathode_fe"))


def test_a_composite_is_that_of_the_cathodes_of_a_day_before(plant: SimulatedRun) -> None:
    lead = np.log(plant.truth["true_cathode_pb"]).groupby(plant.truth["furnace"])
    errors = [(np.log(plant.table["cathode_pb"]) - lead.shift(periods)).std() for periods in (2, 3, 4)]
    assert errors[1] < 0.12  # sampling and analysis
    assert min(errors[0], errors[2]) > 2.0 * errors[1]


def test_surfaces_are_best_from_metal_neither_cold_nor_hot(works: GradedPlant) -> None:
    typical = works.history.truth["surface"].mean()
    for by in (-15, 15):
        assert works.moved(furnace_temperature=by).truth["surface"].mean() > 1.2 * typical


# ---------------------------------------------------------------- crews


def test_crews_dose_and_thin_after_high_lead_so_that_history_shows_the_wrong_sign(plant: SimulatedRun) -> None:
    table = plant.table
    assert table["srco3_dose"].corr(table["cathode_pb"]) > 0.1
    assert table["stock_share"].corr(table["cathode_pb"]) > 0.3
    assert table["pb"].corr(table["stock_share"]) > 0.0


def test_the_dose_answers_the_composites_of_the_review_before(plant: SimulatedRun) -> None:
    table = plant.table.assign(review=plant.table.groupby("furnace").cumcount() // REVIEW)
    means = table.groupby(["furnace", "review"])[["cathode_pb", "srco3_dose"]].mean()
    furnaces = means.groupby("furnace")
    step = means["srco3_dose"] - furnaces["srco3_dose"].shift()
    worse = furnaces["cathode_pb"].shift() - furnaces["cathode_pb"].shift(2)
    assert step.corr(worse) > 0.4


def test_thin_cathodes_are_melted_hotter_and_leave_more_dross_all_the_same(plant: SimulatedRun) -> None:
    thin = plant.truth["thin_share"]
    assert thin.corr(plant.table["furnace_temperature"]) > 0.1
    assert thin.corr(plant.table["nh4cl_dose"]) > 0.1
    assert thin.corr(plant.truth["true_dross"]) > 0.2


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates(works: GradedPlant, plant: SimulatedRun) -> None:
    start = plant.table["heat_start"]
    after = start >= works.began("secondary_oxide")
    ratio = plant.truth["true_chloride"] / works.plain.truth["true_chloride"]
    assert ratio[after].to_numpy() == pytest.approx(200 / 180, rel=1e-9)
    assert ratio[~after].to_numpy() == pytest.approx(1.0, rel=1e-12)
    current = plant.table["current_density"] - works.plain.table["current_density"]
    assert current[start >= works.began("higher_current")].mean() == pytest.approx(20.0, rel=1e-3)


def test_another_calibration_moves_reports_and_not_the_metal(works: GradedPlant, plant: SimulatedRun) -> None:
    ratio = np.log(plant.table["pb"] / plant.truth["pb"])
    after = plant.table["heat_start"] >= works.began("spectrometer")
    factor = works.changed("spectrometer", "spectrometer")
    assert ratio[after].mean() - ratio[~after].mean() == pytest.approx(np.log(factor), abs=0.006)


def test_faults_show_where_they_fall(works: GradedPlant, plant: SimulatedRun) -> None:
    truth = plant.truth.set_index(works.keys)
    typical = truth[[f"fed_{name}" for name in ELEMENTS]].median()
    for kind, column, factor in (("clip", "fed_cu", 5.0), ("scraper", "fed_fe", 1.8), ("slip", "fed_cd", 2.0)):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 5
        assert (events["onset"] < events["detected"]).all()
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert truth.loc[at, column].median() > factor * typical[column], kind


def test_badly_conditioned_anodes_bleed_more_lead_than_others_after_cleaning(
    works: GradedPlant, plant: SimulatedRun
) -> None:
    events = plant.events[plant.events["kind"] == "poor_conditioning"]
    truth = plant.truth.set_index(works.keys)["lead_by_cleaning"]
    poor = truth.loc[[(one.unit, one.onset) for one in events.itertuples()]]
    fresh = plant.truth.loc[plant.table["anode_clean_days"] == 0.0, "lead_by_cleaning"]
    assert poor.median() > 1.25 * fresh.median()
    assert len(poor) < 0.2 * len(fresh)
