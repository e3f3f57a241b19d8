"""The simulated shredding lines: mass closes, levers work, replays move what they should, readings are a line's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from seeds import Seed, load
from synthetic_data import Replay, replay
from synthetic_data.shredding.crew import REVIEW, TESTED

KEYS = ["line", "lot_start"]
ELEMENTS = ("ni", "co", "mn", "li", "cu", "al", "fe", "f", "f_water", "p", "pb", "cd", "cr")
DEFECTS = ("metallic_specks", "oversize")
COUNTED = {"campaign_lots", "screen_days", "mill_stops", "blended_share"}
SMALL = {"units": 12, "years": 0.7}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("black_mass")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> Replay:
    """The lines over all of their time."""
    return replay(seed)


@pytest.fixture(scope="module")
def history(seed: Seed) -> Replay:
    """Eight months of them, to be replayed."""
    return replay(seed, **SMALL)


def by_hand(seed: Seed, history: Replay, **moves: float) -> Replay:
    """The history with all knobs held as they were, but for those moved."""
    knobs = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]].copy()
    for name, by in moves.items():
        knobs[name] = (knobs[name] + by).clip(*seed.column(name).limits)
    return replay(seed, knobs=knobs, **SMALL)


# ---------------------------------------------------------------- mass


def test_the_silo_keeps_every_gram(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    exchange, truth = seed.plant.value("silo_exchange"), plant.truth
    for element in ELEMENTS:
        gained = truth[f"silo_{element}"] - truth.groupby("line")[f"silo_{element}"].shift()
        assert (gained - exchange * (truth[f"made_{element}"] - truth[f"silo_{element}"])).abs().max() < 1e-9 * 1000.0


def test_what_is_held_back_comes_back_in_the_next_three_lots(plant: Replay) -> None:
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


def test_blending_keeps_the_copper_of_all_lots_together(plant: Replay) -> None:
    truth = plant.truth
    bagged, made = (truth["cu"] * truth["relative_mass"]).sum(), truth["silo_cu"].sum()
    assert bagged == pytest.approx(made, rel=2e-3)  # what is held back at the ends of the run
    assert truth["cu"].std() < truth["silo_cu"].std()


def test_lithium_of_a_lot_is_that_of_its_cathodes_metals_less_what_is_washed_out(plant: Replay) -> None:
    truth = plant.truth
    layered = 6.94 * (truth["made_ni"] / 58.693 + truth["made_co"] / 58.933 + truth["made_mn"] / 54.938)
    phosphate = 100.0 * 6.94 / 157.755 * truth["active_share"] * truth["true_lfp_share"]
    before = truth["made_li"] / (1.0 - 0.008 * truth["true_wash"])
    # A spinel holds an atom of lithium for two of manganese, a hundredth or two of the cathodes.
    missing = (layered + phosphate + 0.15 - before) / before
    assert 0.0 < missing.median() < 0.02
    assert (missing > 0.0).all()


# ---------------------------------------------------------------- table and truth


def test_table_has_the_seeds_columns_within_their_ranges(seed: Seed, plant: Replay) -> None:
    made_by_reader = {column.name for column in seed.columns if column.is_made}
    assert set(plant.table.columns) == {column.name for column in seed.columns} - made_by_reader
    for column in seed.columns:
        if column.is_number and column.name not in made_by_reader:
            low, high = column.limits
            assert plant.table[column.name].dropna().abs().between(low, high).all(), column.name
    pd.testing.assert_frame_equal(plant.table[KEYS], plant.truth[KEYS])
    assert not plant.table.duplicated(KEYS).any()
    assert (plant.table.groupby("line")["lot_start"].diff().dropna() == pd.Timedelta(days=1)).all()


def test_only_contents_are_censored_and_only_at_their_limits(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    for column in seed.columns:
        if not column.is_number or column.name not in plant.table.columns:
            continue
        negative = plant.table.loc[plant.table[column.name] < 0, column.name]
        if column.role == "target" and column.censored:
            assert set(negative) <= {-seed.plant.value(f"limit_{column.name}")}, column.name
        else:
            assert negative.empty, column.name
    assert all((plant.table[name] < 0).any() for name in ("pb", "cd"))


def test_a_censored_content_is_mostly_below_its_limit(seed: Seed, plant: Replay) -> None:
    for element in ("pb", "cd"):
        reported, real, limit = plant.table[element], plant.truth[element], seed.plant.value(f"limit_{element}")
        assert (real[reported < 0] < limit * 1.6).mean() > 0.97
        assert (real[reported > limit * 1.5] > limit * 0.8).mean() > 0.95


def test_truth_is_finite_and_chances_are_never_certain(plant: Replay) -> None:
    assert np.isfinite(plant.truth.drop(columns=KEYS).to_numpy()).all()
    assert (plant.truth[list(ELEMENTS)] > 0).all(axis=None)
    assert plant.truth["f_water"].lt(plant.truth["f"]).all()
    for defect in DEFECTS:
        assert plant.truth[defect].between(1e-7, 1 - 1e-7).all()
        assert set(plant.table[defect]) == {0.0, 1.0}
        expected, seen = plant.truth[defect].sum(), plant.table[defect].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected)


def test_no_truth_reaches_the_table(plant: Replay) -> None:
    for element in ELEMENTS:
        assert not np.isclose(plant.table[element], plant.truth[element], rtol=1e-12, atol=0.0).any()


def test_readings_are_missing_and_what_is_counted_set_or_reported_never(seed: Seed, plant: Replay) -> None:
    never = {column.name for column in seed.by_role("knob", "target")} | COUNTED
    assert not plant.table[sorted(never)].isna().any().any()
    for column in seed.by_role("before", "during"):
        if not column.is_made and column.name not in never:
            assert 0.01 < plant.table[column.name].isna().mean() < 0.03, column.name


# ---------------------------------------------------------------- repeatability


def test_lines_of_a_block_know_nothing_of_those_beyond(seed: Seed) -> None:
    alone, among = replay(seed, units=12, years=0.4), replay(seed, units=17, years=0.4)
    for one, many in ((alone.table, among.table), (alone.truth, among.truth)):
        pd.testing.assert_frame_equal(one, many[many["line"].isin(one["line"])].reset_index(drop=True))


def test_another_seed_of_randomness_is_another_plant(seed: Seed, history: Replay) -> None:
    other = replay(seed, rng_seed=7, **SMALL)
    assert not np.isclose(history.table["ni"], other.table["ni"]).mean() > 0.05


def test_a_history_set_by_hand_is_the_history(seed: Seed, history: Replay) -> None:
    again = by_hand(seed, history)
    pd.testing.assert_frame_equal(again.table, history.table)
    pd.testing.assert_frame_equal(again.truth, history.truth)


def test_a_replay_moves_one_line_from_its_day_on(seed: Seed, history: Replay) -> None:
    rows = history.table[(history.table["line"] == "S-003") & (history.table["lot_start"] >= "2023-12-01")]
    other = replay(seed, knobs=rows[KEYS].assign(wash_ratio=5.0), **SMALL)
    same = ~other.table.index.isin(rows.index)
    pd.testing.assert_frame_equal(other.table[same], history.table[same])
    assert (other.truth.loc[~same, "f"] < history.truth.loc[~same, "f"]).mean() > 0.95
    kept = ["cu", "al", "ni", "pb", "foil", "binder", "true_lfp_share"]
    pd.testing.assert_frame_equal(other.truth.loc[~same, kept], history.truth.loc[~same, kept])


# ---------------------------------------------------------------- levers


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("mill_time", 20, ("ni", "li"), ("cu", "al", "true_yield", "metallic_specks")),
        ("screen_aperture", 0.05, (), ("cu", "al", "metallic_specks", "oversize")),
        ("air_velocity", 0.5, ("cu", "al", "metallic_specks"), ()),
        ("wash_ratio", 0.5, ("f", "f_water", "li"), ()),
        ("pyrolysis_time", 10, ("f", "f_water"), ("true_yield",)),
        ("pyrolysis_temperature", 15, ("f", "f_water"), ("al", "true_yield")),
    ],
)
def test_levers_work_the_right_way(
    seed: Seed, history: Replay, knob: str, by: float, falls: tuple[str, ...], rises: tuple[str, ...]
) -> None:
    other = by_hand(seed, history, **{knob: by})
    for name in falls:
        assert other.truth[name].mean() < history.truth[name].mean(), name
    for name in rises:
        assert other.truth[name].mean() > history.truth[name].mean(), name


# ---------------------------------------------------------------- crews


def test_crews_grind_longer_after_a_low_yield(plant: Replay) -> None:
    table = plant.table.assign(review=plant.table.groupby("line").cumcount() // REVIEW)
    means = table.groupby(["line", "review"])[["powder_yield", "mill_time"]].mean()
    lines = means.groupby("line")
    step = means["mill_time"] - lines["mill_time"].shift()
    worse = lines["powder_yield"].shift() - lines["powder_yield"].shift(2)
    assert step.corr(worse) < -0.4


def test_history_shows_more_of_the_time_in_the_mill_than_a_replay(seed: Seed, history: Replay) -> None:
    table = history.table
    slope = np.polyfit(table["mill_time"], np.log(history.truth["made_cu"]), 1)[0]
    other = by_hand(seed, history, mill_time=20.0)
    moved = np.log(other.truth["made_cu"] / history.truth["made_cu"]).mean() / 20.0
    assert moved == pytest.approx(0.65 / 130.0, rel=0.02)
    assert slope > 1.15 * moved  # cells with little powder are ground longer and hold more foil


def test_wet_feed_gets_a_wider_screen_and_holds_more_foil(plant: Replay) -> None:
    wet = plant.table["feed_moisture"] > 3.5
    assert plant.table.loc[wet, "screen_aperture"].mean() > 1.05 * plant.table.loc[~wet, "screen_aperture"].mean()
    assert plant.truth.loc[wet, "cu"].median() > plant.truth.loc[~wet, "cu"].median()


def test_the_furnace_is_run_colder_after_a_fire(seed: Seed, plant: Replay) -> None:
    fires = plant.events[plant.events["kind"] == "fire"]
    table = plant.table.set_index(KEYS)["pyrolysis_temperature"]
    usual = plant.table.groupby("line")["pyrolysis_temperature"].median()
    days = [(one.unit, one.onset + pd.Timedelta(days=2)) for one in fires.itertuples()]
    days = [day for day in days if day in table.index]
    colder = [table[day] - usual[day[0]] for day in days]
    assert len(colder) >= 20
    assert np.mean(colder) < -15.0


def test_set_point_tests_run_on_a_few_lines_and_know_nothing_of_the_state(seed: Seed, plant: Replay) -> None:
    for knob in TESTED:
        steps = plant.truth[f"{knob}_test"]
        testing = steps.abs().groupby(plant.truth["line"]).max() > 0
        assert 0 < testing.sum() <= 6
        assert steps[steps != 0].abs().unique().tolist() == [seed.plant.value(f"test_{knob}")]
        assert abs(steps[steps != 0].corr(plant.truth["made_ni"])) < 0.1


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates_and_change_nothing_before(seed: Seed, plant: Replay) -> None:
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    assert plant.events[plant.events["kind"].isin(dates)].set_index("kind")["onset"].to_dict() == dates
    plain = replay(seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})}))
    start = plant.table["lot_start"]
    first = start < min(dates.values())
    pd.testing.assert_frame_equal(plant.table[first], plain.table[first])
    after = start >= dates["regime import_rule"]
    washed = plant.table["wash_ratio"] - plain.table["wash_ratio"]
    assert washed[after].mean() == pytest.approx(0.4, abs=0.01)
    assert washed[~after].abs().max() < 1e-12
    milled = (plant.table["mill_time"] - plain.table["mill_time"])[start >= dates["regime new_mill"]]
    assert milled.mean() == pytest.approx(-6.0, abs=1.5)


def test_another_laboratory_moves_reports_and_not_the_powder(seed: Seed, plant: Replay) -> None:
    plain = replay(seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})}))
    after = plant.table["lot_start"] >= pd.Timestamp(2024, 11, 4)
    before = plant.table["lot_start"] < pd.Timestamp(2024, 5, 6)
    shift = {}
    for element in ("ni", "li", "f"):
        error = np.log(plant.table[element] / plant.truth[element])
        own = np.log(plain.table[element] / plain.truth[element])
        shift[element] = error[after].mean() - own[after].mean()
        assert error[before].mean() == pytest.approx(own[before].mean(), abs=1e-12)
    assert all(abs(one) > 1e-4 for one in shift.values())
    assert max(abs(one) for one in shift.values()) < 0.15


def test_faults_show_where_they_fall(plant: Replay) -> None:
    truth = plant.truth.set_index(KEYS)
    for kind, column, factor in (("torn", "made_cu", 1.7), ("batch", "made_p", 1.7), ("pump", "made_f_water", 2.0)):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 5
        assert (events["onset"] < events["detected"]).all()
        assert (events["detected"] <= events["end"]).all()
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert truth.loc[at, column].median() > factor * truth[column].median(), kind


def test_leaks_burn_carbon_and_enrich_the_powder(plant: Replay) -> None:
    events = plant.events[plant.events["kind"] == "leak"]
    truth = plant.truth.set_index(KEYS)
    at = [(one.unit, one.onset) for one in events.itertuples()]
    assert truth.loc[at, "active_share"].median() > 1.02 * truth["active_share"].median()
    oxygen = plant.table.set_index(KEYS)["off_gas_o2"]
    assert oxygen.loc[at].median() > oxygen.median() + 1.5
