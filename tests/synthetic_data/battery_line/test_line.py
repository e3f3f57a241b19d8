"""What the line for retired cells may and may not show, its crew, its faults and its market."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.processes.retired_batteries.physics import CLASSES
from synthetic_data import another_plant, replay
from synthetic_data.battery_line.market import PROPERTIES, BatteryMarket
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError


def test_every_number_lies_in_its_columns_range_and_only_labels_and_x_rays_are_silent(seed, plant):
    silent = set()
    for column in seed.inputs:
        values = plant.table[column.name]
        low, high = column.limits
        assert values.min() >= low, column.name
        assert values.max() <= high, column.name
        if values.isna().any():
            silent.add(column.name)
    assert silent == {"label_voltage", "label_capacity", "label_resistance", "xrt_low", "xrt_ratio"}


def test_a_lot_is_packs_of_modules_whose_cells_are_of_one_make(seed, cells):
    assert seed.plant is not None
    lots = cells.groupby("lot")
    assert len(lots) == seed.plant.units
    each = [seed.plant.value(name) for name in ("packs_per_lot", "modules_per_pack", "cells_per_module")]
    assert (lots.size() == np.prod(each)).all()
    assert (cells.groupby(["lot", "pack"])["make"].nunique() == 1).all()
    assert (cells.groupby(["lot", "module"])["pack"].nunique() == 1).all()
    assert (cells.groupby("lot")["passed_at"].diff().dropna() > pd.Timedelta(0)).all()


def test_cells_of_a_pack_are_alike_in_health_and_packs_differ(cells):
    sound = cells[cells["hazard"] == "none"]
    within = sound.groupby(["lot", "pack"])["true_fade"].std().median()
    assert within < 0.5 * sound.groupby(["lot", "pack"])["true_fade"].mean().std()


def test_resistance_follows_fade_closely_in_some_makes_and_hardly_in_others(cells):
    """Within four makes of PulseBat the correlation is -0.50 to 0.87; 0.97 to 0.99 would be a law that no plant has."""
    sound = cells[(cells["hazard"] == "none") & (cells["cathode"] != "LTO")]
    makes = [make for _, make in sound.groupby("make") if len(make) > 200]
    result = np.array([make["true_fade"].corr(make["true_resistance_growth"]) for make in makes])
    assert len(result) > 30
    assert result.min() < 0.3
    assert 0.7 < result.max() < 0.95
    assert 0.3 < np.median(result) < 0.7


def test_cells_of_a_pack_share_a_part_of_what_resistance_has_apart_from_fade(seed, cells):
    sound = cells[(cells["hazard"] == "none") & (cells["true_fade"] > 10.0)]
    largest = sound[sound["make"] == sound["make"].value_counts().index[0]]
    line = np.polyfit(largest["true_fade"], np.log(largest["ohmic"]), 1)
    apart = np.log(largest["ohmic"]) - np.polyval(line, largest["true_fade"])
    pack = largest["lot"] + largest["pack"].astype(str)
    within = apart.groupby(pack).var().mean()
    assert 1.0 - within / apart.var() == pytest.approx(seed.plant.value("scatter_of_packs"), abs=0.15)


def test_a_make_is_the_same_in_every_plant_and_bought_in_other_shares(seed):
    first, second = (
        BatteryMarket.of_plan(plan, plan.plant_stream()) for plan in (plan_run(seed), plan_run(another_plant(seed, 5)))
    )
    for name in PROPERTIES:
        np.testing.assert_array_equal(first.of[name], second.of[name])
    np.testing.assert_array_equal(first.label_resistance, second.label_resistance)
    ratio = second.share / first.share
    assert ratio.max() > 2.0 * ratio.min()
    assert first.share.sum() == pytest.approx(1.0, abs=1e-12)


def test_cathodes_share_sizes(seed, cells):
    size = cells["kind"].astype(int).map(lambda k: seed.plant.materials[k].name.rsplit(" ", 1)[0])
    mass = cells.groupby([size, "cathode"])["true_mass"].sum().unstack(fill_value=0.0)
    assert ((mass > 0.0).sum(axis=1) >= 2).all()
    # Who guesses by the size alone is right of no more than two thirds.
    assert mass.max(axis=1).sum() < 0.75 * mass.to_numpy().sum()


def test_no_column_gives_the_cathode_away(seed, cells):
    """The best of them is far from what all of them reach; the oldest half of the rows is learnt."""
    old = np.arange(len(cells)) < len(cells) // 2
    right = {}
    for column in seed.inputs:
        values = cells[column.name]
        cell = np.searchsorted(np.unique(values[old].quantile(np.linspace(0.02, 0.98, 49))), values)
        most_probable = pd.crosstab(cell[old], cells["true_chemistry"][old]).idxmax(axis=1)
        predicted = pd.Series(cell[~old]).map(most_probable).to_numpy()
        mass = cells["true_mass"][~old]
        right[column.name] = float(np.average(predicted == cells["true_chemistry"][~old].to_numpy(), weights=mass))
    assert max(right.values()) < 0.92, max(right, key=lambda name: right[name])


def test_the_crew_tests_what_looks_good_and_a_few_of_all(cells):
    tested = cells["fade"].notna()
    assert (tested == cells["resistance_growth"].notna()).all()
    damaged = cells["hazard"] != "none"
    assert not tested[damaged].any()
    sound = cells[~damaged]
    share = tested[~damaged].groupby([sound["drawn"], sound["looked_good"]]).mean()
    assert share[1.0].tolist() == [1.0, 1.0]
    assert share[0.0, 0.0] == 0.0
    assert 0.55 < share[0.0, 1.0] < 0.82
    by_crew = sound[tested[~damaged] & (sound["drawn"] == 0.0)]["true_fade"].mean()
    assert by_crew < sound["true_fade"].mean() - 1.0
    drawn = sound[sound["drawn"] == 1.0]["true_fade"]
    assert drawn.mean() == pytest.approx(sound["true_fade"].mean(), abs=4.0 * drawn.std() / np.sqrt(len(drawn)))


def test_what_no_column_shows_decides_too(cells):
    """Of cells that look good, those whose packs have a bad record are tested half as often."""
    good = cells[(cells["looked_good"] == 1.0) & (cells["drawn"] == 0.0) & (cells["hazard"] == "none")]
    bad = good["record"] > 38.0
    share = good["fade"].notna().groupby(bad).mean()
    assert share[True] == pytest.approx(0.5 * share[False], rel=0.12)


def test_the_bench_errs_little_and_without_bias(seed, cells):
    same = cells["chemistry"] == cells["true_chemistry"]
    assert 0.99 < same.mean() < 1.0
    known = cells[cells["fade"].notna()]
    error = known["fade"] - known["true_fade"]
    assert error.median() == pytest.approx(0.0, abs=0.05)
    assert error[error.abs() < 5.0].std() == pytest.approx(seed.plant.value("bench_fade_sd"), rel=0.05)


def test_a_manipulated_lot_has_wrong_labels_and_a_usual_one_hardly_any(cells, plant):
    manipulated = set(plant.events.loc[plant.events["kind"] == "manipulated labels", "unit"])
    wrong = 1.0 - cells.groupby("lot")["label_right"].mean()
    assert manipulated
    assert wrong[list(manipulated)].mean() > 0.15
    assert wrong.drop(list(manipulated)).mean() < 0.02


def test_a_worn_probe_adds_to_what_comes_at_once_and_to_nothing_else(cells):
    worn, sound = cells["contact"] > 0.05, cells["contact"] < 0.05
    assert 0.001 < worn.mean() < 0.3
    big = cells["form"] == "prismatic"
    excess = cells["z_1khz_re"] - cells["ohmic"]
    assert excess[worn & big].median() > excess[sound & big].median() + 0.08
    makes = set(cells.loc[worn & big, "make"])
    later = cells[big & cells["make"].isin(makes) & (cells["hazard"] == "none") & cells["charge"].between(0.3, 0.9)]
    slow = (
        (later["pulse_r5s"] - later["pulse_r1s"]).groupby([later["make"], later["contact"] > 0.05]).median().unstack()
    )
    assert (slow[True] / slow[False]).median() == pytest.approx(1.0, abs=0.1)


def test_a_crashed_cars_cells_are_full(cells, plant):
    crashed = set(plant.events.loc[plant.events["kind"] == "crashed cars", "unit"])
    others = cells[~cells["lot"].isin(crashed)]
    assert others["charge"].mean() < 0.45
    for lot in crashed:
        assert cells.loc[cells["lot"] == lot, "charge"].mean() > 0.6


def test_regimes_come_on_their_dates(seed, plant, cells):
    assert seed.plant is not None
    dates = {f"regime {regime.name}": pd.Timestamp(regime.start) for regime in seed.plant.regimes}
    onsets = plant.events.set_index("kind")["onset"]
    assert {kind: onsets[kind] for kind in dates} == dates
    later = cells["passed_at"] >= dates["regime more_lfp"]
    lfp = (cells["cathode"] == "LFP") * cells["true_mass"]
    share = [lfp[part].sum() / cells.loc[part, "true_mass"].sum() for part in (later, ~later)]
    assert share[0] > share[1]
    after = cells["passed_at"] >= dates["regime fire_rule"]
    swollen = cells["swelling"].between(5.5, 7.5) & (cells["hazard"] == "none") & (cells["drawn"] == 0.0)
    assert not cells.loc[after & swollen, "fade"].notna().any()


def test_no_truth_reaches_the_table(seed, plant):
    known = {column.name for column in seed.columns}
    assert set(plant.table.columns) == known
    assert seed.classes == CLASSES
    hidden = set(plant.truth.columns) - known
    assert hidden >= {"true_mass", "make", "charge", "hazard", "record", "drawn", "core_temperature", "bare_ratio"}


def test_a_seed_without_a_property_or_with_an_unknown_form_is_refused(seed):
    first, *others = seed.plant.materials
    lacking = first.model_copy(update={"properties": {"length": first.properties["length"]}, "feed": "button"})
    plant = seed.plant.model_copy(update={"materials": [lacking, *others]})
    with pytest.raises(SimulationError, match=r"(?s)properties: capacity_density, .* missing.*feed: got 'button'"):
        replay(seed.model_copy(update={"plant": plant}), units=1)
