"""Splits follow time and whole units."""

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.table.contract import Checked, check
from seeds import Seed
from seeds.format.loader import parse
from training.core.dataset import Dataset, dataset_of
from training.core.splits import SplitError, _check_rows, held_out_units, some_units, split


def data_of(table: pd.DataFrame, seed: Seed) -> Dataset:
    return dataset_of(Checked(table, pd.DataFrame(columns=["file", "row"]), ()), seed)


@pytest.fixture
def table(toy_seed, toy_frame):
    return check(toy_frame(units=30, periods=40), toy_seed).table


def test_shares_are_of_distinct_periods(table, toy_seed):
    parts = split(data_of(table, toy_seed))
    period = table["period_start"]
    count = {
        "train": period.iloc[parts.train].nunique(),
        "calibrate": [period.iloc[block].nunique() for block in parts.calibrate],
        "test": period.iloc[parts.test].nunique(),
    }
    assert count == {"train": 16, "calibrate": [6, 6, 6], "test": 6}


def test_each_part_is_newer_than_the_one_before_and_none_is_shared(table, toy_seed):
    parts = split(data_of(table, toy_seed))
    period = table["period_start"].to_numpy()
    steps = [parts.train, *parts.calibrate, parts.test]
    for older, newer in pairwise(steps):
        assert period[older].max() < period[newer].min()
    assert period[parts.test].min() == parts.test_from
    assert period[parts.calibrate[0]].min() == parts.calibrate_from
    learnt_or_judged = np.concatenate([*steps, parts.holdout_all])
    assert np.array_equal(np.sort(learnt_or_judged), np.arange(len(table)))


def test_rows_stand_oldest_first(table, toy_seed):
    parts = split(data_of(table, toy_seed))
    period = table["period_start"].to_numpy()
    for rows in (parts.learnt, parts.test, parts.holdout_all):
        assert (np.diff(period[rows]) >= np.timedelta64(0, "ns")).all()


def test_held_out_units_are_learnt_nowhere(table, toy_seed):
    parts = split(data_of(table, toy_seed))
    unit = table["unit"].to_numpy()
    assert len(parts.units) == 6
    assert set(unit[parts.holdout_all]) == set(parts.units)
    assert not set(unit[parts.learnt]) & set(parts.units)
    assert not set(unit[parts.test]) & set(parts.units)
    assert (table["period_start"].to_numpy()[parts.holdout] >= parts.test_from).all()


def test_held_out_units_depend_on_names_alone(table, toy_seed):
    shuffled = table.sample(frac=1, random_state=3, ignore_index=True)
    other = shuffled.assign(y=shuffled["y"].to_numpy()[::-1], z=0.0)
    assert split(data_of(table, toy_seed)).units == split(data_of(other, toy_seed)).units


def test_adding_units_moves_few_in_or_out_of_the_held_out():
    before = set(held_out_units([f"A-{i:03d}" for i in range(200)]))
    after = set(held_out_units([f"A-{i:03d}" for i in range(210)]))
    assert len(before - after) <= 2


def test_few_units_hold_none_out(toy_seed, toy_frame):
    parts = split(dataset_of(check(toy_frame(units=9, periods=40), toy_seed), toy_seed))
    assert parts.units == ()
    assert list(parts.evaluated) == ["test"]


def test_a_table_of_one_unit_has_no_unseen_part(toy_seed):
    text = toy_seed.text.replace('unit_key = "unit"\n', "").replace(
        '[[columns]]\nname = "unit"\nrole = "key"\ndescription = "cell"\n', ""
    )
    seed = parse(text, Path("toy_cells.toml"))
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"period_start": pd.date_range("2020-01-01", periods=400, freq="30D"), "y": rng.random(400)})
    parts = split(data_of(table.assign(**dict.fromkeys(seed.input_names, 0.0)), seed))
    assert parts.units == ()
    assert len(parts.test) == 60


def test_judging_from_a_given_period_keeps_the_proportions_of_the_older(table, toy_seed):
    start = np.sort(table["period_start"].unique())[-3]
    parts = split(data_of(table, toy_seed), test_from=pd.Timestamp(start))
    period = table["period_start"]
    assert period.iloc[parts.test].nunique() == 3
    assert [period.iloc[block].nunique() for block in parts.calibrate] == [7, 7, 7]


def test_too_few_periods_are_told_with_their_number(toy_seed, toy_frame):
    with pytest.raises(SplitError, match=r"7 labelled periods: .* at least 8"):
        split(dataset_of(check(toy_frame(units=30, periods=7), toy_seed), toy_seed))


def test_too_few_rows_are_told_part_by_part(toy_seed, toy_frame):
    with pytest.raises(
        SplitError, match=r"8 labelled rows to train, expected 50; .* 3 labelled rows to test, expected 20"
    ):
        split(dataset_of(check(toy_frame(units=1, periods=20), toy_seed), toy_seed))


def test_a_judge_part_that_leaves_nothing_to_learn_is_refused(table, toy_seed):
    with pytest.raises(SplitError, match="2 periods before the 38 to judge on leave none to learn from"):
        split(data_of(table, toy_seed), test_from=pd.Timestamp(np.sort(table["period_start"].unique())[2]))


def test_no_part_shares_a_lot_with_another(toy_sorting_seed, toy_sorting_frame):
    data = dataset_of(check(toy_sorting_frame(lots=40), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    result = [set(data.units[rows]) for rows in (parts.train, *parts.calibrate, parts.test, parts.holdout_all)]
    assert sum(map(len, result)) == len(set().union(*result)) == 40
    for older, newer in pairwise(result[:5]):
        assert max(older) < min(newer)  # lots are numbered as they came


def test_the_bounds_are_first_periods_of_their_parts(table, toy_seed):
    starts = np.sort(table["period_start"].unique())
    parts = split(data_of(table, toy_seed))
    bounds = (parts.train_from, parts.calibrate_from, parts.test_from, parts.last)
    assert bounds == tuple(pd.Timestamp(starts[i]) for i in (0, 16, 34, 39))
    assert list(parts.evaluated) == ["test", "holdout", "holdout_all"]


def test_a_single_newest_period_may_judge_and_none_may_not(table, toy_seed):
    newest = pd.Timestamp(table["period_start"].max())
    one = split(data_of(table, toy_seed), test_from=newest)
    assert one.test_from == one.last == newest
    assert len(one.test) == 24
    with pytest.raises(SplitError, match=r"^40 periods before the 0 to judge on leave none to learn from$"):
        split(data_of(table, toy_seed), test_from=newest + pd.Timedelta(days=1))


def test_one_period_to_learn_from_is_enough(table, toy_seed):
    """Of 4 periods before the test, three calibrate; of 3, none is left."""
    starts = np.sort(table["period_start"].unique())
    wide = table[table["period_start"].isin(starts[-8:])].reset_index(drop=True)
    more = pd.concat([wide, wide.assign(unit="B" + wide["unit"]), wide.assign(unit="C" + wide["unit"])])
    more = more.reset_index(drop=True)
    parts = split(data_of(more, toy_seed), test_from=pd.Timestamp(starts[-4]))
    assert [more["period_start"].iloc[rows].nunique() for rows in (parts.train, *parts.calibrate)] == [1, 1, 1, 1]
    with pytest.raises(SplitError, match=r"^3 periods before the 5 to judge on leave none to learn from$"):
        split(data_of(more, toy_seed), test_from=pd.Timestamp(starts[-5]))


def test_eight_periods_are_enough(toy_seed, toy_frame):
    parts = split(dataset_of(check(toy_frame(units=30, periods=8), toy_seed), toy_seed))
    assert [len(rows) for rows in (parts.train, *parts.calibrate, parts.test)] == [96, 24, 24, 24, 24]


@pytest.mark.parametrize(("units", "count"), [(9, 0), (10, 2), (12, 2), (13, 3)])
def test_a_fifth_of_ten_units_or_more_is_held_out_by_their_names_digest(units, count):
    names = [f"A-{i:03d}" for i in range(units)]
    lowest = sorted((hashlib.sha256(name.encode()).hexdigest(), name) for name in names)[:count]
    assert held_out_units(names) == tuple(sorted(name for _, name in lowest))


def test_rows_of_each_part_are_counted_to_the_last(table, toy_seed):
    parts = split(data_of(table, toy_seed))
    subset = replace(parts, train=parts.train[:50], calibrate=(parts.test[:20], parts.test[:30]), test=parts.test[:20])
    _check_rows(subset)
    fewer = replace(subset, train=parts.train[:49], calibrate=(parts.test[:20], parts.test[:29]), test=parts.test[:19])
    with pytest.raises(SplitError) as raised:
        _check_rows(fewer)
    assert str(raised.value) == (
        "too few rows: 49 labelled rows to train, expected 50; 49 labelled rows to calibrate, expected 50; "
        "19 labelled rows to test, expected 20 or more"
    )
    with pytest.raises(SplitError, match=r"^too few rows: 19 labelled rows to test, expected 20 or more$"):
        _check_rows(replace(subset, test=parts.test[:19]))


@pytest.fixture
def timeless(toy_seed, tmp_path):
    """Toy seed without time, and so without what is made from it."""
    text = toy_seed.text.replace('period = { value = 30, unit = "d" }\n', "")
    for name in ("period_start", "previous_y"):
        text = text.replace("[[columns]]" + next(p for p in text.split("[[columns]]") if f'name = "{name}"' in p), "")
    return parse(text, tmp_path / "toy_cells.toml")


def test_without_time_whole_units_are_learnt_or_judged(timeless, toy_frame):
    table = check(toy_frame(units=30, periods=20).drop(columns="period_start"), timeless).table
    result = split(data_of(table, timeless))
    units = [set(table["unit"].iloc[rows]) for rows in (result.train, *result.calibrate, result.test)]
    assert sum(map(len, units)) == len(set.union(*units)) == 30
    assert [len(part) for part in units] == [11, 5, 5, 5, 4]  # of 30: 15 % judge, 3 x 15 % calibrate
    assert (result.units, len(result.holdout_all)) == ((), 0)


def test_without_time_or_units_the_order_of_the_rows_counts(timeless, toy_frame, tmp_path):
    text = timeless.text.replace('unit_key = "unit"\n', "")
    key = next(part for part in text.split("[[columns]]") if 'name = "unit"' in part)
    alone = parse(text.replace("[[columns]]" + key, ""), tmp_path / "toy_cells.toml")
    table = check(toy_frame(units=20, periods=20).drop(columns=["period_start", "unit"]), alone).table
    data = data_of(table, alone)
    result = split(data)
    rows = np.concatenate([result.train, *result.calibrate, result.test])
    assert rows.tolist() == list(range(400))
    assert data.shown(result.test_from) == f"row {result.test[0] + 1}"
    assert (data.facts["first_period"], data.facts["last_period"]) == ("row 1", "row 400")


def test_a_unit_that_stands_for_a_period_is_shown_as_one(timeless, toy_frame):
    data = dataset_of(check(toy_frame(units=30, periods=20).drop(columns="period_start"), timeless), timeless)
    assert (data.facts["first_period"], data.facts["last_period"]) == ("unit 1", "unit 30")


def test_of_a_large_table_whole_units_are_taken_those_held_out_last(table, toy_seed):
    units = sorted(table["unit"].unique())
    assert some_units(table, toy_seed, len(table)) is table
    subset = some_units(table, toy_seed, 10 * 40 + 39)
    retained = set(subset["unit"])
    assert (len(subset), len(retained)) == (10 * 40, 10)
    pd.testing.assert_frame_equal(subset, table[table["unit"].isin(retained)])
    assert not retained & set(held_out_units(units))
    more = set(some_units(table, toy_seed, 24 * 40)["unit"])
    assert retained < more == set(units) - set(held_out_units(units))
    assert set(some_units(table[::-1], toy_seed, 400)["unit"]) == retained
    assert some_units(table, toy_seed, 1)["unit"].nunique() == 1


def test_units_of_unlike_length_are_taken_up_to_the_rows(table, toy_seed):
    order = sorted(table["unit"].unique(), key=lambda unit: hashlib.sha256(unit.encode()).hexdigest(), reverse=True)
    short = table[(table["unit"] != order[0]) | (table["period_start"] == table["period_start"].min())]
    assert set(some_units(short, toy_seed, 81)["unit"]) == set(order[:3])
    assert set(some_units(short, toy_seed, 80)["unit"]) == set(order[:2])
