"""The simulated melting house: mass closes, levers work, replays move what they should, readings are a works'."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from seeds import Seed, load
from synthetic_data import Replay, replay
from synthetic_data.melting_house.crew import REVIEW, TESTED

KEYS = ["furnace", "heat_start"]
ELEMENTS = ("pb", "cd", "fe", "cu", "sn", "al")
DEFECTS = ("dross", "surface")
SMALL = {"units": 12, "years": 0.35}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("zinc_ingot")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> Replay:
    """The works over all of their time."""
    return replay(seed)


@pytest.fixture(scope="module")
def history(seed: Seed) -> Replay:
    """Four months of them, to be replayed."""
    return replay(seed, **SMALL)


def by_hand(seed: Seed, history: Replay, **moves: float) -> Replay:
    """The history with all knobs held as they were, but for those moved."""
    knobs = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]].copy()
    for name, by in moves.items():
        knobs[name] = (knobs[name] + by).clip(*seed.column(name).limits)
    return replay(seed, knobs=knobs, **SMALL)


# ---------------------------------------------------------------- mass


def test_the_bath_keeps_every_gram(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    exchange, truth = seed.plant.value("bath_exchange"), plant.truth
    for element in ELEMENTS:
        gained = truth[element] - truth.groupby("furnace")[element].shift()
        assert (gained - exchange * (truth[f"fed_{element}"] - truth[element])).abs().max() < 1e-9 * 100.0


def test_lead_of_a_heat_is_that_of_cathodes_stock_scrap_and_lining(seed: Seed, history: Replay) -> None:
    """Cathodes alone, of all that is charged, can hold less than the stock; what is fed lies between the two."""
    truth, table = history.truth, history.table
    kept = 1.0 - 0.01 * seed.plant.value("dross_zinc") * truth["true_dross"]
    share, scrap = 0.01 * table["stock_share"], 0.01 * table["scrap_share"]
    own = truth["fed_pb"] * kept - (1.0 - scrap) * (1.0 - share) * truth["true_cathode_pb"]
    rest = own / (scrap * seed.plant.value("scrap_pb") + share * 11.0 + seed.plant.value("lining_lead"))
    assert rest.median() == pytest.approx(1.0, abs=0.1)
    assert (own > 0.0).all()


def test_dross_thickens_the_metal_and_cadmium_leaves_it(seed: Seed, history: Replay) -> None:
    hotter = by_hand(seed, history, furnace_temperature=10.0)
    assert (hotter.truth["true_dross"] > history.truth["true_dross"]).all()
    assert (hotter.truth["pb"] > history.truth["pb"]).mean() > 0.99
    assert (hotter.truth["cd"] < history.truth["cd"]).mean() > 0.99


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
    assert (plant.table.groupby("furnace")["heat_start"].diff().dropna() == pd.Timedelta(hours=8)).all()


def test_only_contents_are_censored_and_only_at_their_limits(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    for column in seed.columns:
        if not column.is_number or column.name not in plant.table.columns:
            continue
        negative = plant.table.loc[plant.table[column.name] < 0, column.name]
        if column.role == "target" and column.censored:
            assert set(negative) <= {-seed.plant.value(f"limit_{column.name}")}, column.name
        elif column.censored:
            assert set(negative) <= {-seed.plant.value("composite_limit")}, column.name
        else:
            assert negative.empty, column.name
    assert all((plant.table[name] < 0).any() for name in ("sn", "al", "cathode_fe"))


def test_a_censored_content_is_mostly_below_its_limit(seed: Seed, plant: Replay) -> None:
    for element in ("sn", "al"):
        told, real, limit = plant.table[element], plant.truth[element], seed.plant.value(f"limit_{element}")
        assert (real[told < 0] < limit * 1.6).mean() > 0.97
        # Of tin next to nothing is there, so what is reported is in part what the analysis is off by.
        assert (real[told > limit * (1 if element == "al" else 2)] > limit * 0.5).mean() > 0.95


def test_truth_is_finite_and_chances_are_never_certain(plant: Replay) -> None:
    assert np.isfinite(plant.truth.drop(columns=KEYS).to_numpy()).all()
    assert (plant.truth[list(ELEMENTS)] > 0).all(axis=None)
    for defect in DEFECTS:
        assert plant.truth[defect].between(1e-7, 1 - 1e-7).all()
        assert set(plant.table[defect]) == {0.0, 1.0}
        expected, seen = plant.truth[defect].sum(), plant.table[defect].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected)


def test_no_truth_reaches_the_table(plant: Replay) -> None:
    for element in ELEMENTS:
        assert not np.isclose(plant.table[element], plant.truth[element], rtol=1e-12, atol=0.0).any()


def test_readings_are_missing_and_what_is_counted_set_or_certified_never(seed: Seed, plant: Replay) -> None:
    never = {column.name for column in seed.by_role("knob", "target")}
    never |= {name for name in plant.table if name.startswith("cathode_")}
    never |= {"anode_clean_days", "strip_hours", "lining_days", "clip_age"}
    assert not plant.table[sorted(never)].isna().any().any()
    for column in seed.by_role("before", "during"):
        if not column.is_made and column.name not in never:
            assert 0.01 < plant.table[column.name].isna().mean() < 0.03, column.name


def test_a_composite_is_that_of_the_cathodes_of_a_day_before(plant: Replay) -> None:
    lead = np.log(plant.truth["true_cathode_pb"]).groupby(plant.truth["furnace"])
    errors = [(np.log(plant.table["cathode_pb"]) - lead.shift(periods)).std() for periods in (2, 3, 4)]
    assert errors[1] < 0.12  # sampling and analysis
    assert min(errors[0], errors[2]) > 2.0 * errors[1]


# ---------------------------------------------------------------- repeatability


def test_furnaces_of_a_block_know_nothing_of_those_beyond(seed: Seed) -> None:
    alone, among = replay(seed, units=12, years=0.2), replay(seed, units=17, years=0.2)
    for one, many in ((alone.table, among.table), (alone.truth, among.truth)):
        pd.testing.assert_frame_equal(one, many[many["furnace"].isin(one["furnace"])].reset_index(drop=True))


def test_another_seed_of_randomness_is_another_works(seed: Seed, history: Replay) -> None:
    other = replay(seed, rng_seed=7, **SMALL)
    assert not np.isclose(history.table["pb"], other.table["pb"]).mean() > 0.05


def test_a_history_set_by_hand_is_the_history(seed: Seed, history: Replay) -> None:
    again = by_hand(seed, history)
    pd.testing.assert_frame_equal(again.table, history.table)
    pd.testing.assert_frame_equal(again.truth, history.truth)


def test_a_replay_moves_one_furnace_from_its_day_on(seed: Seed, history: Replay) -> None:
    rows = history.table[(history.table["furnace"] == "M-003") & (history.table["heat_start"] >= "2024-02-01")]
    other = replay(seed, knobs=rows[KEYS].assign(srco3_dose=4.0), **SMALL)
    same = ~other.table.index.isin(rows.index)
    pd.testing.assert_frame_equal(other.table[same], history.table[same])
    assert (other.truth.loc[~same, "pb"] < history.truth.loc[~same, "pb"]).mean() > 0.95
    kept = ["true_cathode_cd", "thin_share", "dissolved_without_strontium", "true_temperature"]
    pd.testing.assert_frame_equal(other.truth.loc[~same, kept], history.truth.loc[~same, kept])


# ---------------------------------------------------------------- levers


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("srco3_dose", 0.5, ("pb",), ()),
        ("stock_share", 10, ("pb",), ()),
        ("scrap_share", 1, (), ("pb", "fe", "cu", "sn", "al")),
        ("furnace_temperature", 5, ("cd",), ("fe", "true_dross", "true_power", "dross")),
        ("nh4cl_dose", 0.2, ("true_dross", "dross"), ()),
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


def test_surfaces_are_best_from_metal_neither_cold_nor_hot(seed: Seed, history: Replay) -> None:
    usual = history.truth["surface"].mean()
    for by in (-15, 15):
        assert by_hand(seed, history, furnace_temperature=by).truth["surface"].mean() > 1.2 * usual


# ---------------------------------------------------------------- crews


def test_crews_dose_and_thin_after_high_lead_so_that_history_shows_the_wrong_sign(plant: Replay) -> None:
    table = plant.table
    assert table["srco3_dose"].corr(table["cathode_pb"]) > 0.1
    assert table["stock_share"].corr(table["cathode_pb"]) > 0.3
    assert table["pb"].corr(table["stock_share"]) > 0.0


def test_the_dose_answers_the_composites_of_the_review_before(plant: Replay) -> None:
    table = plant.table.assign(review=plant.table.groupby("furnace").cumcount() // REVIEW)
    means = table.groupby(["furnace", "review"])[["cathode_pb", "srco3_dose"]].mean()
    furnaces = means.groupby("furnace")
    step = means["srco3_dose"] - furnaces["srco3_dose"].shift()
    worse = furnaces["cathode_pb"].shift() - furnaces["cathode_pb"].shift(2)
    assert step.corr(worse) > 0.4


def test_thin_cathodes_are_melted_hotter_and_leave_more_dross_all_the_same(plant: Replay) -> None:
    thin = plant.truth["thin_share"]
    assert thin.corr(plant.table["furnace_temperature"]) > 0.1
    assert thin.corr(plant.table["nh4cl_dose"]) > 0.1
    assert thin.corr(plant.truth["true_dross"]) > 0.2


def test_set_point_tests_run_on_a_few_lines_and_know_nothing_of_the_state(seed: Seed, plant: Replay) -> None:
    for knob in TESTED:
        steps = plant.truth[f"{knob}_test"]
        testing = steps.abs().groupby(plant.truth["furnace"]).max() > 0
        assert 0 < testing.sum() <= 6
        assert steps[steps != 0].abs().unique().tolist() == [seed.plant.value(f"test_{knob}")]
        assert abs(steps[steps != 0].corr(plant.truth["dissolved_without_strontium"])) < 0.1


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates_and_change_nothing_before(seed: Seed, plant: Replay) -> None:
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    assert plant.events[plant.events["kind"].isin(dates)].set_index("kind")["onset"].to_dict() == dates
    plain = replay(seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})}))
    start = plant.table["heat_start"]
    first = start < min(dates.values())
    pd.testing.assert_frame_equal(plant.table[first], plain.table[first])
    after = start >= dates["regime secondary_oxide"]
    ratio = plant.truth["true_chloride"] / plain.truth["true_chloride"]
    assert ratio[after].to_numpy() == pytest.approx(200 / 180, rel=1e-9)
    assert ratio[~after].to_numpy() == pytest.approx(1.0, rel=1e-12)
    current = plant.table["current_density"] - plain.table["current_density"]
    assert current[start >= dates["regime higher_current"]].mean() == pytest.approx(20.0, rel=1e-3)


def test_another_calibration_moves_reports_and_not_the_metal(seed: Seed, plant: Replay) -> None:
    ratio = np.log(plant.table["pb"] / plant.truth["pb"])
    regime = next(regime for regime in seed.plant.regimes if regime.name == "spectrometer")
    after = plant.table["heat_start"] >= pd.Timestamp(regime.start)
    factor = regime.change["spectrometer"].value
    assert ratio[after].mean() - ratio[~after].mean() == pytest.approx(np.log(factor), abs=0.006)


def test_faults_show_where_they_fall(plant: Replay) -> None:
    truth = plant.truth.set_index(["furnace", "heat_start"])
    usual = truth[[f"fed_{name}" for name in ELEMENTS]].median()
    for kind, column, factor in (("clip", "fed_cu", 5.0), ("scraper", "fed_fe", 1.8), ("slip", "fed_cd", 2.0)):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 5
        assert (events["onset"] < events["detected"]).all()
        assert (events["detected"] <= events["end"]).all()
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert truth.loc[at, column].median() > factor * usual[column], kind


def test_badly_conditioned_anodes_bleed_more_lead_than_others_after_cleaning(plant: Replay) -> None:
    events = plant.events[plant.events["kind"] == "poor_conditioning"]
    truth = plant.truth.set_index(["furnace", "heat_start"])["lead_by_cleaning"]
    poor = truth.loc[[(one.unit, one.onset) for one in events.itertuples()]]
    fresh = plant.truth.loc[plant.table["anode_clean_days"] == 0.0, "lead_by_cleaning"]
    assert poor.median() > 1.25 * fresh.median()
    assert len(poor) < 0.2 * len(fresh)
