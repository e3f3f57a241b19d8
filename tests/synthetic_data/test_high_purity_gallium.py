"""The simulated crystallisers: mass closes, levers work, replays move what they should, readings are a refinery's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from physics.purification.vacuum import PRESSURES
from seeds import Seed, load
from synthetic_data import Replay, replay
from synthetic_data.crystallisers.crew import REVIEW, TESTED
from synthetic_data.crystallisers.lots import RETURN

KEYS = ["crystalliser", "lot_start"]
ELEMENTS = tuple(PRESSURES)
DEFECTS = ("oxide_skin", "inclusion")
COUNTED = {"ordered_nines", "scrap_share", "residue_share", "returned_share", "mould_uses"}
SMALL = {"units": 12, "years": 1.0}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("high_purity_gallium")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> Replay:
    """The refinery over all of its time."""
    return replay(seed)


@pytest.fixture(scope="module")
def history(seed: Seed) -> Replay:
    """A year of it, to be replayed."""
    return replay(seed, **SMALL)


def by_hand(seed: Seed, history: Replay, **moves: float) -> Replay:
    """The history with all knobs held as they were, but for those moved."""
    knobs = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]].copy()
    for name, by in moves.items():
        knobs[name] = (knobs[name] + by).clip(*seed.column(name).limits)
    return replay(seed, knobs=knobs, **SMALL)


# ---------------------------------------------------------------- mass


def test_no_crystal_holds_more_than_was_charged(plant: Replay) -> None:
    for element in ELEMENTS:
        assert (plant.truth[f"crystal_{element}"] < plant.truth[f"charged_{element}"]).all(), element
        assert (plant.truth[element] > plant.truth[f"crystal_{element}"]).all(), element


def test_what_the_vacuum_and_the_stages_leave_is_the_law_of_normal_freezing(plant: Replay) -> None:
    """Of lots that froze with a plane front, stage after stage."""
    truth, table = plant.truth, plant.table
    plane = (truth["trapped"] == 0.0) & (truth["sudden"] == 0.0)
    k, g, stages = truth["segregation_iron"][plane], table["fraction_frozen"][plane], table["stages"][plane]
    mean = (1.0 - (1.0 - g) ** k) / g
    expected = truth["charged_iron"][plane] * truth["vacuum_left_iron"][plane] * mean**stages
    np.testing.assert_allclose(truth["crystal_iron"][plane], expected, rtol=1e-9)


def test_melt_that_was_left_comes_back_five_weeks_later(seed: Seed) -> None:
    """Another fraction frozen changes charges of later lots alone: those of the first five weeks stay."""
    assert seed.plant is not None
    plain = replay(seed, **SMALL)
    faster = by_hand(seed, plain, fraction_frozen=0.05)
    lot = plain.truth.groupby("crystalliser").cumcount()
    changed = ~np.isclose(plain.truth["charged_iron"], faster.truth["charged_iron"], rtol=1e-12)
    first = lot[changed].min()
    assert RETURN * REVIEW <= first < (RETURN + 1) * REVIEW
    assert changed[lot >= (RETURN + 1) * REVIEW].all()


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
    assert (plant.table.groupby("crystalliser")["lot_start"].diff().dropna() == pd.Timedelta(hours=36)).all()


def test_only_contents_are_censored_and_only_at_their_limits(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    for column in seed.columns:
        if not column.is_number or column.name not in plant.table.columns:
            continue
        negative = plant.table.loc[plant.table[column.name] < 0, column.name]
        if not column.censored:
            assert negative.empty, column.name
        elif column.role == "target":
            assert set(negative) == {-seed.plant.value(f"limit_{column.name}")}, column.name
        else:
            assert set(negative) <= {-seed.plant.value("feed_limit")}, column.name


def test_most_figures_of_a_pure_metal_are_less_than_signs(plant: Replay) -> None:
    below = (plant.table[list(ELEMENTS)] < 0).mean()
    assert 0.4 < below.mean() < 0.75
    assert (below[["copper", "mercury", "zinc"]] > 0.95).all()
    assert (below[["iron", "silicon"]] < 0.2).all()


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
        charged = plant.truth[f"charged_{element}"]
        assert not np.isclose(plant.table[f"feed_{element}"], charged, rtol=1e-12, atol=0.0).any()


def test_readings_are_missing_and_what_is_counted_set_or_assayed_never(seed: Seed, plant: Replay) -> None:
    never = {column.name for column in seed.by_role("knob", "target")} | COUNTED
    never |= {f"feed_{name}" for name in ELEMENTS}
    assert not plant.table[sorted(never)].isna().any().any()
    for column in seed.by_role("before", "during", "late"):
        if not column.is_made and column.name not in never:
            assert 0.01 < plant.table[column.name].isna().mean() < 0.03, column.name


# ---------------------------------------------------------------- repeatability


def test_crystallisers_of_a_block_know_nothing_of_those_beyond(seed: Seed) -> None:
    alone, among = replay(seed, units=12, years=0.6), replay(seed, units=17, years=0.6)
    for one, many in ((alone.table, among.table), (alone.truth, among.truth)):
        pd.testing.assert_frame_equal(one, many[many["crystalliser"].isin(one["crystalliser"])].reset_index(drop=True))


def test_another_seed_of_randomness_is_another_refinery(seed: Seed, history: Replay) -> None:
    other = replay(seed, rng_seed=7, **SMALL)
    assert not np.isclose(history.table["iron"], other.table["iron"]).mean() > 0.05


def test_a_history_set_by_hand_is_the_history(seed: Seed, history: Replay) -> None:
    again = by_hand(seed, history)
    pd.testing.assert_frame_equal(again.table, history.table)
    pd.testing.assert_frame_equal(again.truth, history.truth)


def test_a_replay_moves_one_crystalliser_from_its_day_on(seed: Seed, history: Replay) -> None:
    rows = history.table[(history.table["crystalliser"] == "C-003") & (history.table["lot_start"] >= "2022-07-01")]
    other = replay(seed, knobs=rows[KEYS].assign(stages=7.0), **SMALL)
    same = ~other.table.index.isin(rows.index)
    pd.testing.assert_frame_equal(other.table[same], history.table[same])
    assert (other.truth.loc[~same, "crystal_iron"] < history.truth.loc[~same, "crystal_iron"]).mean() > 0.95
    kept = ["true_rate", "true_particles", "trapped", "segregation_iron"]
    early = ~same & (history.truth["lot_start"] < "2022-07-15")  # crews answer assays from the next review on
    pd.testing.assert_frame_equal(other.truth.loc[early, kept], history.truth.loc[early, kept])


# ---------------------------------------------------------------- levers


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("stages", 1.0, ("iron", "indium", "tin", "silicon", "lead"), ()),
        ("growth_rate", 1.0, (), ("iron", "indium", "tin", "silicon", "trapped", "inclusion")),
        ("fraction_frozen", 0.03, (), ("iron", "indium", "tin", "silicon")),
        ("stirring", 10.0, ("iron", "indium", "tin"), ()),
        ("coolant_temperature", -4.0, (), ("trapped", "inclusion")),
        ("vacuum_time", 1.0, ("lead", "vacuum_left_zinc", "vacuum_left_lead"), ()),
        ("vacuum_temperature", 20.0, ("lead", "vacuum_left_lead"), ()),
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


def test_crews_freeze_dirty_feed_more_often_and_more_slowly(plant: Replay) -> None:
    six = plant.table["ordered_nines"] == 6.0
    table = plant.table[six]
    dirt = np.log(table["feed_iron"].abs()) + np.log(table["feed_indium"].abs())
    assert table["stages"].corr(dirt) > 0.5
    assert table["growth_rate"].corr(dirt) < -0.1
    # The wrong sign, while a stage more lowers all contents.
    assert table["stages"].corr(np.log(table["indium"].abs())) > 0.0


def test_the_purer_grade_is_made_of_purer_metal_in_more_stages(plant: Replay) -> None:
    seven = plant.table["ordered_nines"] == 7.0
    assert 0.13 < seven.mean() < 0.21
    means = plant.table.groupby(seven)[["stages", "growth_rate", "feed_iron", "iron"]].mean()
    assert means.loc[True, "stages"] > means.loc[False, "stages"] + 1.2
    assert means.loc[True, "growth_rate"] < 0.6 * means.loc[False, "growth_rate"]
    assert means.loc[True, "iron"] < 0.3 * means.loc[False, "iron"]


def test_crews_freeze_less_after_failed_assays(seed: Seed, plant: Replay) -> None:
    limits = next(grade for grade in seed.grades if grade.name == "ga6n").limits
    sizes = plant.table[[*limits]].abs()
    failed = (sizes > [limit.value for limit in limits.values()]).any(axis=1)
    lot = plant.table.groupby("crystalliser").cumcount()
    by_review = pd.DataFrame(
        {
            "unit": plant.table["crystalliser"],
            "review": lot // REVIEW,
            "failed": failed.where(lot % REVIEW < 8),
            "fraction": plant.table["fraction_frozen"],
        }
    )
    means = by_review.groupby(["unit", "review"]).mean()
    before = means["failed"].groupby("unit").shift()
    habit = means["fraction"].groupby("unit").transform("mean")
    assert (means["fraction"] - habit).corr(before) < -0.4


def test_set_point_tests_run_on_a_few_crystallisers_and_know_nothing_of_the_feed(seed: Seed, plant: Replay) -> None:
    for knob in TESTED:
        steps = plant.truth[f"{knob}_test"]
        testing = steps.abs().groupby(plant.truth["crystalliser"]).max() > 0
        assert 0 < testing.sum() <= 7
        assert steps[steps != 0].abs().unique().tolist() == [seed.plant.value(f"test_{knob}")]
        assert abs(steps[steps != 0].corr(plant.truth["charged_iron"])) < 0.12


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates_and_change_nothing_before(seed: Seed, plant: Replay) -> None:
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    assert plant.events[plant.events["kind"].isin(dates)].set_index("kind")["onset"].to_dict() == dates
    plain = replay(seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})}))
    start = plant.table["lot_start"]
    first = start < min(dates.values())
    pd.testing.assert_frame_equal(plant.table[first], plain.table[first])
    after = start >= dates["regime cleaner_room"]
    ratio = plant.truth["true_particles"] / plain.truth["true_particles"]
    usual, clean = 3.4e5, 1.4e5
    assert ratio[after].to_numpy() == pytest.approx(clean / usual, rel=1e-9)
    assert ratio[~after].to_numpy() == pytest.approx(1.0, rel=1e-12)
    scrap = plant.table["scrap_share"] / plain.table["scrap_share"]
    assert scrap[start >= dates["regime more_scrap"]].median() == pytest.approx(0.36 / 0.28, rel=1e-9)


def test_another_spectrometer_moves_reports_and_not_the_metal(seed: Seed, plant: Replay) -> None:
    regime = next(regime for regime in seed.plant.regimes if regime.name == "spectrometer")
    after = plant.table["lot_start"] >= pd.Timestamp(regime.start)
    moved = []
    for name in ("iron", "silicon", "indium", "aluminium"):
        seen = (plant.table[name] > 0) & (plant.truth[name] > 3.0 * seed.plant.value(f"limit_{name}"))
        ratio = np.log(plant.table[name].abs() / plant.truth[name])
        moved.append(ratio[seen & after].median() - ratio[seen & ~after].median())
    # Each element by a factor of its own, the difference of two that are off by a fifth each.
    assert 0.05 < np.std(moved) < 0.6


def test_faults_show_where_they_fall(plant: Replay) -> None:
    truth = plant.truth.set_index(KEYS)
    table = plant.table.set_index(KEYS)
    for kind, values, factor in (
        ("sudden", table["interface_score"], 1.8),
        ("mould", truth["silicon"] - truth["crystal_silicon"], 1.8),
        ("leak", table["end_pressure"], 3.0),
    ):
        events = plant.events[plant.events["kind"] == kind]
        assert len(events) >= 10, kind
        assert (events["onset"] < events["detected"]).all()
        assert (events["detected"] <= events["end"]).all()
        at = [(one.unit, one.onset) for one in events.itertuples()]
        assert values.loc[at].median() > factor * values.median(), kind


def test_resistance_shows_what_assays_do_not(plant: Replay) -> None:
    """Among lots of which most figures are less-than signs it still falls with the true sum."""
    few = (plant.table[list(ELEMENTS)] < 0).sum(axis=1) >= 7
    total = plant.truth.loc[few, list(ELEMENTS)].sum(axis=1)
    assert np.log(plant.table.loc[few, "resistance_ratio"]).corr(np.log(total), method="spearman") < -0.3
