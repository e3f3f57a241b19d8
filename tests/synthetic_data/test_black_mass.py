"""The simulated shredding lines: mass closes, crews answer what they see, regimes and faults show where they fall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from synthetic_data import SimulatedRun
from synthetic_data.shredding.operators import REVIEW
from tests.synthetic_data.graded import GradedPlant

KEYS = ["line", "lot_start"]
ELEMENTS = ("ni", "co", "mn", "li", "cu", "al", "fe", "f", "f_water", "p", "pb", "cd", "cr")


@pytest.fixture(scope="module")
def works(graded: Callable[[str], GradedPlant]) -> GradedPlant:
    return graded("black_mass")


@pytest.fixture(scope="module")
def plant(works: GradedPlant) -> SimulatedRun:
    """The lines over all of their time."""
    return works.whole


# ---------------------------------------------------------------- mass


def test_the_silo_keeps_every_gram(works: GradedPlant, plant: SimulatedRun) -> None:
    exchange, truth = works.value("silo_exchange"), plant.truth
    for element in ELEMENTS:
        gained = truth[f"silo_{element}"] - truth.groupby("line")[f"silo_{element}"].shift()
        assert (gained - exchange * (truth[f"made_{element}"] - truth[f"silo_{element}"])).abs().max() < 1e-9 * 1000.0


def test_what_is_held_back_comes_back_in_the_next_three_lots(plant: SimulatedRun) -> None:
    truth = plant.truth[plant.truth["bag"] == 0.0]
    own = 1.0 - truth["held_back"]
    lines = plant.truth.groupby("line")
    assert truth["held_back"].max() > 0.05
    for element in ("cu", "ni", "pb"):
        back = plant.truth["held_back"] * plant.truth[f"silo_{element}"]
        later = sum(back.groupby(plant.truth["line"]).shift(lots) for lots in (1, 2, 3)) / 3.0
        came = sum(lines["held_back"].shift(lots) for lots in (1, 2, 3)) / 3.0
        mixed = (own * truth[f"silo_{element}"] + later.loc[truth.index]) / (own + came.loc[truth.index])
        known = mixed.notna()
        np.testing.assert_allclose(truth.loc[known, element], mixed[known], rtol=1e-9)
        np.testing.assert_allclose(truth.loc[known, "relative_mass"], (own + came.loc[truth.index])[known], rtol=1e-9)


def test_blending_keeps_the_copper_of_all_lots_together(plant: SimulatedRun) -> None:
    truth = plant.truth
    bagged, made = (truth["cu"] * truth["relative_mass"]).sum(), truth["silo_cu"].sum()
    assert bagged == pytest.approx(made, rel=2e-3)  # what is held back at the ends of the run
    assert truth["cu"].std() < truth["silo_cu"].std()


def test_lithium_of_a_lot_is_that_of_its_cathodes_metals_less_what_is_washed_out(plant: SimulatedRun) -> None:
    truth = plant.truth
    layered = 6.94 * (truth["made_ni"] / 58.693 + truth["made_co"] / 58.933 + truth["made_mn"] / 54.938)
    phosphate = 100.0 * 6.94 / 157.755 * truth["active_share"] * truth["true_lfp_share"]
    before = truth["made_li"] / (1.0 - truth["lithium_washed"])
    # A spinel holds an atom of lithium for two of manganese, a hundredth or two of the cathodes.
    missing = (layered + phosphate + 0.15 - before) / before
    assert 0.0 < missing.median() < 0.02
    assert (missing > 0.0).all()


def test_wash_water_takes_carbonate_that_it_dissolves_and_salts(works: GradedPlant, plant: SimulatedRun) -> None:
    truth, temperature = plant.truth, works.value("wash_temperature")
    before = truth["made_li"] / (1.0 - truth["lithium_washed"])
    salts = 0.15 * truth["true_wash"] / (works.value("wash_half") + truth["true_wash"])
    carbonate = before * truth["lithium_washed"] - salts
    carried = 0.1 * 0.18785 * works.value("wash_saturation") * (15.3 - 0.104 * temperature) * truth["true_wash"]
    assert (carbonate < carried * (1.0 + 1e-4)).all()
    # Nearly all lots hold more carbonate than the water dissolves.
    assert (carbonate > carried * (1.0 - 1e-4)).mean() > 0.99


# ---------------------------------------------------------------- readings


def test_what_is_counted_is_never_missing_and_traces_are_below_limits(works: GradedPlant, plant: SimulatedRun) -> None:
    assert works.never_missing == {"campaign_lots", "screen_days", "mill_stops", "blended_share"}
    assert all((plant.table[name] < 0).any() for name in ("pb", "cd"))


def test_what_dissolves_in_water_is_a_part_of_the_fluorine(plant: SimulatedRun) -> None:
    assert plant.truth["f_water"].lt(plant.truth["f"]).all()


# ---------------------------------------------------------------- crews


def test_crews_grind_longer_after_a_low_yield(plant: SimulatedRun) -> None:
    table = plant.table.assign(review=plant.table.groupby("line").cumcount() // REVIEW)
    means = table.groupby(["line", "review"])[["powder_yield", "mill_time"]].mean()
    lines = means.groupby("line")
    step = means["mill_time"] - lines["mill_time"].shift()
    worse = lines["powder_yield"].shift() - lines["powder_yield"].shift(2)
    assert step.corr(worse) < -0.4


def test_history_shows_more_of_the_time_in_the_mill_than_a_replay(works: GradedPlant) -> None:
    copper = works.history.truth["made_cu"]
    slope = np.polyfit(works.history.table["mill_time"], np.log(copper), 1)[0]
    moved = np.log(works.moved(mill_time=20.0).truth["made_cu"] / copper).mean() / 20.0
    assert moved == pytest.approx(0.65 / 130.0, rel=0.02)
    assert slope > 1.15 * moved  # cells with little powder are ground longer and hold more foil


def test_wet_feed_gets_a_wider_screen_and_holds_more_foil(plant: SimulatedRun) -> None:
    wet = plant.table["feed_moisture"] > 3.5
    assert plant.table.loc[wet, "screen_aperture"].mean() > 1.05 * plant.table.loc[~wet, "screen_aperture"].mean()
    assert plant.truth.loc[wet, "cu"].median() > plant.truth.loc[~wet, "cu"].median()


def test_the_furnace_is_run_colder_after_a_fire(plant: SimulatedRun) -> None:
    fires = plant.events[plant.events["kind"] == "fire"]
    table = plant.table.set_index(KEYS)["pyrolysis_temperature"]
    typical = plant.table.groupby("line")["pyrolysis_temperature"].median()
    days = [(one.unit, one.onset + pd.Timedelta(days=2)) for one in fires.itertuples()]
    days = [day for day in days if day in table.index]
    colder = [table[day] - typical[day[0]] for day in days]
    assert len(colder) >= 20
    assert np.mean(colder) < -15.0


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates(works: GradedPlant, plant: SimulatedRun) -> None:
    start, plain = plant.table["lot_start"], works.plain.table
    after = start >= works.began("import_rule")
    washed = plant.table["wash_ratio"] - plain["wash_ratio"]
    assert washed[after].mean() == pytest.approx(0.4, abs=0.01)
    assert washed[~after].abs().max() < 1e-12
    milled = (plant.table["mill_time"] - plain["mill_time"])[start >= works.began("new_mill")]
    assert milled.mean() == pytest.approx(-6.0, abs=1.5)


def test_another_laboratory_moves_reports_and_not_the_powder(works: GradedPlant, plant: SimulatedRun) -> None:
    plain, start = works.plain, plant.table["lot_start"]
    after, before = start >= works.began("laboratory"), start < works.began("new_mill")
    shift = {}
    for element in ("ni", "li", "f"):
        error = np.log(plant.table[element] / plant.truth[element])
        own = np.log(plain.table[element] / plain.truth[element])
        shift[element] = error[after].mean() - own[after].mean()
        assert error[before].mean() == pytest.approx(own[before].mean(), abs=1e-12)
    assert all(abs(one) > 1e-4 for one in shift.values())
    assert max(abs(one) for one in shift.values()) < 0.15


def test_faults_show_where_they_fall(plant: SimulatedRun) -> None:
    truth = plant.truth.set_index(KEYS)
    for kind, column, factor in (("torn", "made_cu", 1.7), ("batch", "made_p", 1.7), ("pump", "made_f_water", 2.0)):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 5
        assert (events["onset"] < events["detected"]).all()
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert truth.loc[at, column].median() > factor * truth[column].median(), kind


def test_leaks_burn_carbon_and_enrich_the_powder(plant: SimulatedRun) -> None:
    events = plant.events[plant.events["kind"] == "leak"]
    truth = plant.truth.set_index(KEYS)
    at = [(one.unit, one.onset) for one in events.itertuples()]
    assert truth.loc[at, "active_share"].median() > 1.02 * truth["active_share"].median()
    oxygen = plant.table.set_index(KEYS)["off_gas_o2"]
    assert oxygen.loc[at].median() > oxygen.median() + 1.5
