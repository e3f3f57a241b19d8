"""What a replay asks for and sends: nothing before it is known, each row once."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays.plant import ReplayError, plant_of
from seeds import load
from synthetic_data import simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("plant")
    simulate(load("aluminium_reduction"), place, units=6, years=1)
    return place


@pytest.fixture
def plant(folder):
    return plant_of(load("aluminium_reduction"), folder, dt.datetime(2022, 6, 1), 60)


def test_history_and_steps_hold_each_row_once_and_in_order(plant):
    steps = list(plant.steps())
    assert len(plant.history) + sum(len(step.table) for step in steps) == len(plant.table)
    assert (plant.history["period_start"] < plant.begin).all()
    for step in steps:
        within = (step.table["period_start"] >= step.start) & (step.table["period_start"] < step.start + plant.length)
        assert within.all()
    assert [step.start for step in steps] == sorted({step.start for step in steps})


def test_the_truth_is_that_of_the_row(plant, folder):
    truth = pd.read_parquet(folder / "truth.parquet").set_index(["unit", "period_start"])["current_efficiency"]
    for step in plant.steps():
        expected = truth.loc[pd.MultiIndex.from_frame(step.table[["unit", "period_start"]])]
        np.testing.assert_array_equal(step.truth, expected)


def test_a_request_holds_nothing_that_is_known_later_and_an_outcome_nothing_else(plant):
    step = next(plant.steps())
    later = {column.name for column in plant.seed.by_role("late", "target")}
    requested, outcomes = plant.asked(step.table), plant.outcomes(step.table)
    assert len(requested) == len(step.table)
    assert not later & set(requested[0])
    assert set(requested[0]) == {"unit", "period_start", *(column.name for column in plant.seed.inputs)}
    assert not any(isinstance(value, float) and math.isnan(value) for row in requested for value in row.values())
    assert len(outcomes) == step.table["current_efficiency"].notna().sum()
    assert all(set(one) == {"unit", "period_start", "current_efficiency"} for one in outcomes)


def test_pieces_are_asked_for_by_lot_and_instant_and_no_lot_is_cut(tmp_path):
    seed = load("aluminium_scrap")
    simulate(seed, tmp_path, units=24)
    plant = plant_of(seed, tmp_path, None, None)
    steps = list(plant.steps())
    lots = [set(step.table["lot"]) for step in steps]
    assert sum(map(len, lots)) == len(set().union(*lots))
    for step in steps:
        requested, outcomes = plant.asked(step.table), plant.outcomes(step.table)
        assert len({(one["lot"], one["passed_at"]) for one in requested}) == len(requested)
        assert [pd.Timestamp(one["passed_at"]) for one in requested] == list(step.table["passed_at"])
        assert {one["alloy_class"] for one in outcomes} <= set(seed.classes)
        assert {column.name for column in seed.elements} <= set(outcomes[0])
        assert np.isfinite(step.truth).all()


def test_the_truth_of_a_lot_is_that_of_its_contents(tmp_path):
    seed = load("zinc_ingot")
    simulate(seed, tmp_path, units=2, years=0.5)
    names = [column.name for column in seed.elements]
    plant = plant_of(seed, tmp_path, None, None)
    identity = [column.name for column in seed.identity]
    truth = pd.read_parquet(tmp_path / "truth.parquet").set_index(identity)[names]
    step = next(plant.steps())
    np.testing.assert_array_equal(step.truth, truth.loc[pd.MultiIndex.from_frame(step.table[identity])])
    assert all(set(one) <= {*identity, *names, *seed.defects} for one in plant.outcomes(step.table))


def test_what_cannot_be_played_is_named(folder, tmp_path):
    seed = load("aluminium_reduction")
    with pytest.raises(ReplayError, match=r"--from: got 2030-01-01, expected after 20.* and by 20"):
        plant_of(seed, folder, dt.datetime(2030, 1, 1), None)
    with pytest.raises(
        ReplayError, match="retired_batteries_pulse: its table has no time, so there is nothing to play"
    ):
        plant_of(load("retired_batteries_pulse"), folder, None, None)
    (tmp_path / "table.parquet").write_bytes((folder / "table.parquet").read_bytes())
    with pytest.raises(ReplayError, match=r"no truth\.parquet: only a simulated plant can be replayed"):
        plant_of(seed, tmp_path, None, None)
