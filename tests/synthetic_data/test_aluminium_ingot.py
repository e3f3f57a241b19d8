"""The simulated cast house: mass closes, levers work, replays move what they should, readings are a plant's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from physics.melt.metal_balance import alumina_contribution, closed_loop_recovery
from seeds import Quantity, Seed, load
from synthetic_data import Replay, replay
from synthetic_data.cast_house.crew import REVIEW, TESTED
from synthetic_data.cast_house.failures import Failures
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import STRETCH, supplies
from synthetic_data.engine.plan import Block, plan_run
from synthetic_data.plant.walks import Delay, Pool

KEYS = ["furnace", "cast_start"]
ELEMENTS = ("fe", "si", "ga", "v", "zn", "cu", "mg", "ni", "na")
DEFECTS = ("porosity", "inclusions", "surface")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("aluminium_ingot")


@pytest.fixture(scope="module")
def plant(seed: Seed) -> Replay:
    """The cast house over its two years."""
    return replay(seed)


@pytest.fixture(scope="module")
def history(seed: Seed) -> Replay:
    """Four months of it, to be replayed."""
    return replay(seed, years=0.35)


def by_hand(seed: Seed, history: Replay, **moves: float) -> Replay:
    """The history with all knobs held as they were, but for those moved."""
    knobs = history.table[[*KEYS, *(column.name for column in seed.by_role("knob"))]].copy()
    for name, by in moves.items():
        knobs[name] = (knobs[name] + by).clip(*seed.column(name).limits)
    return replay(seed, years=0.35, knobs=knobs)


# ---------------------------------------------------------------- mass


def test_iron_and_silicon_of_the_pools_close(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    exchange = seed.plant.value("pool_exchange")
    truth = plant.truth.groupby("furnace")
    for name in ("iron", "silicon"):
        for group in ("high_purity", "ordinary"):
            pool, feed = plant.truth[f"{name}_pool_{group}"], plant.truth[f"{name}_feed_{group}"]
            gained = pool - truth[f"{name}_pool_{group}"].shift()
            assert (gained - exchange * (feed - pool)).abs().max() < 1e-9 * pool.mean()


def test_iron_of_a_charge_is_that_of_pots_scrap_and_tools_less_nothing(plant: Replay) -> None:
    truth = plant.truth
    came = sum(truth[f"iron_from_{source}"] for source in ("pots", "failing", "scrap", "tools"))
    assert np.allclose(truth["fe"] * (1.0 - 0.01 * truth["melt_loss"]), came, rtol=1e-9)


def test_raw_materials_reach_the_metal_by_the_recovery_of_the_scrubbers_loop(seed: Seed) -> None:
    """Over two years the metal gets what the loop's balance says, whenever it comes back."""
    told = list(supplies(plan_run(seed)))
    brought = np.concatenate([supply.brought["zn"] for supply in told])
    share = 65.38 / (65.38 + 15.999)
    fed = alumina_contribution(np.concatenate([supply.assays["alumina_zno"] for supply in told]), share)
    recovery = closed_loop_recovery(seed.plant.value("metal_share_zn"), seed.plant.value("scrubber_return"))
    assert brought.mean() / fed.mean() == pytest.approx(float(recovery), rel=0.03)  # assays err by 5 %


def test_a_pool_keeps_every_gram_and_goes_on_between_stretches() -> None:
    feed = np.random.default_rng(1).lognormal(6.0, 0.5, (2, 3, 60))
    whole, parted = Pool(0.07), Pool(0.07)
    contents = whole.go(feed)
    pieces = np.concatenate([parted.go(feed[..., :25]), parted.go(feed[..., 25:])], axis=-1)
    assert np.allclose(contents, pieces, rtol=1e-12)
    before = np.concatenate([feed[..., :1], contents[..., :-1]], axis=-1)  # begun in balance with the first feed
    assert np.allclose(contents - before, 0.07 * (feed - contents), rtol=1e-9, atol=1e-9)


def test_a_delay_gives_what_was() -> None:
    series = np.arange(20.0).reshape(1, 20)
    delay = Delay(3)
    late = np.concatenate([delay.go(series[:, :8]), delay.go(series[:, 8:])], axis=1)
    assert late[0].tolist() == [0.0, 0.0, 0.0, *range(17)]


# ---------------------------------------------------------------- table and truth


def test_table_has_the_seeds_columns_within_their_ranges(seed: Seed, plant: Replay) -> None:
    made_by_reader = {column.name for column in seed.columns if column.previous is not None}
    assert set(plant.table.columns) == {column.name for column in seed.columns} - made_by_reader
    for column in seed.columns:
        if column.is_number and column.name not in made_by_reader:
            low, high = column.limits
            assert plant.table[column.name].dropna().abs().between(low, high).all(), column.name
    pd.testing.assert_frame_equal(plant.table[KEYS], plant.truth[KEYS])
    assert not plant.table.duplicated(KEYS).any()
    assert (plant.table.groupby("furnace")["cast_start"].diff().dropna() == pd.Timedelta(hours=12)).all()
    assert plant.table["cast_start"].max() < pd.Timestamp(2025, 11, 1)


def test_only_contents_are_censored_and_only_at_their_limits(seed: Seed, plant: Replay) -> None:
    assert seed.plant is not None
    for column in seed.columns:
        if not column.is_number or column.name not in plant.table.columns or column.name == "air_temperature":
            continue
        negative = plant.table.loc[plant.table[column.name] < 0, column.name]
        if column.censored:
            assert set(negative) <= {-seed.plant.value(f"limit_{column.name}")}, column.name
        else:
            assert negative.empty, column.name
    assert all((plant.table[element] < 0).any() for element in ("zn", "cu", "mg", "v", "na"))


def test_a_censored_content_is_mostly_below_its_limit(seed: Seed, plant: Replay) -> None:
    for element in ("zn", "cu", "mg"):
        told, real, limit = plant.table[element], plant.truth[element], seed.plant.value(f"limit_{element}")
        assert (real[told < 0] < limit * 1.3).mean() > 0.97
        assert (real[told > 0] > limit * 0.7).mean() > 0.99


def test_truth_is_finite_and_chances_are_never_certain(plant: Replay) -> None:
    assert np.isfinite(plant.truth.drop(columns=KEYS).to_numpy()).all()
    assert (plant.truth[list(ELEMENTS)] > 0).all(axis=None)
    for defect in DEFECTS:
        assert plant.truth[defect].between(1e-7, 1 - 1e-7).all()
        assert set(plant.table[defect]) == {0.0, 1.0}
        assert plant.table[defect].mean() == pytest.approx(plant.truth[defect].mean(), rel=0.25)


def test_rejects_come_as_often_as_their_chances_say(plant: Replay) -> None:
    for defect in DEFECTS:
        likely = plant.truth[defect] > 0.1
        expected, seen = plant.truth.loc[likely, defect].sum(), plant.table.loc[likely, defect].sum()
        assert abs(seen - expected) < 4 * np.sqrt(expected)


def test_no_truth_reaches_the_table(plant: Replay) -> None:
    for element in ELEMENTS:
        assert not np.isclose(plant.table[element], plant.truth[element], rtol=1e-12, atol=0.0).any()


def test_readings_are_missing_and_knobs_and_assays_never(seed: Seed, plant: Replay) -> None:
    never = [*(column.name for column in seed.by_role("knob", "target")), "filter_age", "rotor_age", "tool_age"]
    assert not plant.table[[*never, "pots_apart"]].isna().any().any()
    for column in seed.by_role("before", "during"):
        if column.previous is None and column.name not in (*never, "pots_apart"):
            assert 0.02 < plant.table[column.name].isna().mean() < 0.04, column.name


# ---------------------------------------------------------------- repeatability


def test_furnaces_of_a_block_know_nothing_of_those_beyond(seed: Seed) -> None:
    alone, among = replay(seed, units=12, years=0.2), replay(seed, units=17, years=0.2)
    for one, many in ((alone.table, among.table), (alone.truth, among.truth)):
        pd.testing.assert_frame_equal(one, many[many["furnace"].isin(one["furnace"])].reset_index(drop=True))


def test_another_seed_of_randomness_is_another_house(seed: Seed, history: Replay) -> None:
    other = replay(seed, years=0.35, rng_seed=7)
    assert not np.isclose(history.table["fe"], other.table["fe"]).mean() > 0.05


def test_a_history_set_by_hand_is_the_history(seed: Seed, history: Replay) -> None:
    again = by_hand(seed, history)
    pd.testing.assert_frame_equal(again.table, history.table)
    pd.testing.assert_frame_equal(again.truth, history.truth)


def test_a_replay_moves_one_furnace_from_its_day_on(seed: Seed, history: Replay) -> None:
    rows = history.table[(history.table["furnace"] == "F-003") & (history.table["cast_start"] >= "2023-11-01")]
    other = replay(seed, years=0.35, knobs=rows[KEYS].assign(degasser_gas=2.5))
    same = ~other.table.index.isin(rows.index)
    pd.testing.assert_frame_equal(other.table[same], history.table[same])
    assert (
        other.truth.loc[~same, "true_hydrogen_after"] > history.truth.loc[~same, "true_hydrogen_after"]
    ).mean() > 0.9
    kept = [*ELEMENTS, "true_hydrogen_before", "share_charged", "surface"]
    pd.testing.assert_frame_equal(other.truth.loc[~same, kept], history.truth.loc[~same, kept])


# ---------------------------------------------------------------- levers


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("high_purity_share", 10, ("fe", "si"), ()),
        ("scrap_return", 1, (), ("fe", "si", "zn", "cu", "mg", "true_inclusions", "inclusions")),
        ("flux_dose", 0.3, ("na", "mg", "true_inclusions", "inclusions"), ()),
        ("settling_time", 10, ("na", "true_inclusions", "inclusions"), ("melt_loss",)),
        ("melt_temperature", 8, (), ("melt_loss", "true_hydrogen_before", "fe", "porosity")),
        ("degasser_gas", 0.5, ("true_hydrogen_after", "porosity"), ()),
        ("degasser_rotor", 40, ("true_hydrogen_after", "porosity"), ()),
        ("cast_speed", 2, (), ("true_hydrogen_after", "porosity")),
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


def test_moulds_are_best_neither_cold_nor_hot(seed: Seed, history: Replay) -> None:
    usual = history.truth["surface"].mean()
    for by in (-40, 40):
        assert by_hand(seed, history, mould_temperature=by).truth["surface"].mean() > 1.2 * usual
    assert np.array_equal(by_hand(seed, history, mould_temperature=40).truth["fe"], history.truth["fe"])


# ---------------------------------------------------------------- crews


def test_crews_thin_dirty_metal_so_that_history_shows_the_wrong_sign(plant: Replay) -> None:
    table = plant.table
    assert table["high_purity_share"].corr(table["pot_iron_ordinary"]) > 0.3
    assert table["fe"].corr(table["high_purity_share"]) > 0.0


def test_crews_degas_harder_after_high_density_indices_and_in_moist_air(plant: Replay) -> None:
    table = plant.table.assign(review=plant.table.groupby("furnace").cumcount() // REVIEW)
    means = table.groupby(["furnace", "review"])[["density_index", "degasser_gas"]].mean()
    furnaces = means.groupby("furnace")
    step = means["degasser_gas"] - furnaces["degasser_gas"].shift()
    worse = furnaces["density_index"].shift() - furnaces["density_index"].shift(2)
    assert step.corr(worse) > 0.4
    month = table["cast_start"].dt.month
    assert table.loc[month == 7, "degasser_gas"].mean() > table.loc[month == 1, "degasser_gas"].mean() + 0.3


def test_set_point_tests_run_on_a_few_furnaces_and_know_nothing_of_the_state(seed: Seed, plant: Replay) -> None:
    for knob in TESTED:
        steps = plant.truth[f"{knob}_test"]
        testing = steps.abs().groupby(plant.truth["furnace"]).max() > 0
        assert 0 < testing.sum() <= 6
        sizes = steps[steps != 0].abs().unique()
        assert sizes.tolist() == [seed.plant.value(f"test_{knob}")]
        assert abs(steps[steps != 0].corr(plant.truth["iron_pool_ordinary"])) < 0.1


# ---------------------------------------------------------------- regimes and events


def test_regimes_show_from_their_dates(seed: Seed, plant: Replay) -> None:
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    assert plant.events[plant.events["kind"].isin(dates)].set_index("kind")["onset"].to_dict() == dates
    table = plant.table
    for kind, element, factor in (("regime alumina_source", "ga", 1.05), ("regime coke_source", "ni", 1.1)):
        after = table["cast_start"] > dates[kind] + pd.Timedelta(days=60)  # raw materials and pools take their time
        before = table["cast_start"] < dates[kind]
        assert table.loc[after, element].mean() > factor * table.loc[before, element].mean()


def test_another_calibration_moves_reports_and_not_the_metal(seed: Seed, plant: Replay) -> None:
    ratio = np.log(plant.table["fe"] / plant.truth["fe"])
    after = plant.table["cast_start"] >= pd.Timestamp(seed.plant.regimes[-1].start)
    factor = seed.plant.regimes[-1].change["spectrometer"].value
    assert ratio[after].mean() - ratio[~after].mean() == pytest.approx(np.log(factor), abs=0.002)


def test_failing_pots_are_found_late_and_tapped_apart(plant: Replay) -> None:
    events = plant.events[plant.events["kind"] == "failing_pot"]
    assert len(events) > 50
    assert (events["onset"] < events["detected"]).all()
    assert (events["detected"] <= events["end"]).all()
    assert (plant.table["pots_apart"] > 0).any()
    early = (plant.truth["iron_from_failing"] > 300) & (plant.table["pots_apart"] == 0)
    assert early.sum() > 50
    usual = plant.table["pot_iron_worst"].median()
    assert plant.table.loc[early, "pot_iron_worst"].median() > 2 * usual


def test_a_failing_pot_creeps_then_steps_and_is_in_every_other_cast(seed: Seed) -> None:
    run = plan_run(seed)
    failures, rng = Failures(Block(0, 0, 12), run.period_days), np.random.default_rng(2)
    p = CastHouseParameters.on_days(run, np.zeros(STRETCH))
    p.failures_a_year = np.full(STRETCH, 0.3)  # so few that two hardly ever meet
    iron = np.concatenate([failures.go(p, i * STRETCH, STRETCH, rng).iron for i in range(6)], axis=1)
    tapped = iron > 0
    assert not (tapped[:, 1:] & tapped[:, :-1]).any()
    assert iron.max() > 7000
    assert 0.001 < tapped.mean() < 0.05


def test_a_regime_with_an_unknown_parameter_is_refused(seed: Seed) -> None:
    regime = seed.plant.regimes[0].model_copy(
        update={"change": {"alumina_colour": Quantity(value=1, unit="1", source="assumed: test")}}
    )
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": [regime]})})
    with pytest.raises(ValueError, match=r"alumina_source: changes alumina_colour, unknown in plant\.parameters"):
        replay(other, units=2, years=0.1)
