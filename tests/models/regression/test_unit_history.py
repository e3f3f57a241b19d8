"""Deviation of a unit: shrunk mean of its known errors, relative to those of all units."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.regression.unit_errors import WINDOW, UnitErrors
from models.regression.unit_history import (
    LONG_AGO,
    LONGEST,
    REACH,
    TargetHistory,
    UnitHistory,
    age_of,
    built,
    measured_inputs,
    new_line,
)
from models.table.inputs import input_names, matrix
from seeds import load

DAY = 86_400_000_000
PERIOD = 30 * DAY  # of the toy process, whose labels are known one period after theirs has ended


def at(period):
    return np.datetime64("2022-01-01", "us").astype(np.int64) + period * PERIOD


def history(seed, errors, shrinkage=2.0):
    """History of the labels' deviations from 90; `errors` by unit and number of the period."""
    rows = [(unit, at(i), error) for unit, one in errors.items() for i, error in one.items()]
    units, start, error = zip(*rows, strict=True)
    known = UnitErrors.of(units, np.array(start), np.array(error))
    return TargetHistory(seed, "labels", 90.0, None, shrinkage, 5.0, known)


def test_a_deviation_is_the_mean_shrunk_by_the_number_of_errors(toy_seed):
    one = history(toy_seed, {"A-1": dict.fromkeys(range(4), 3.0), "A-2": dict.fromkeys(range(4), -3.0)})
    wait = toy_seed.wait("y")
    assert one.deviation("A-1", at(3 + wait))[0] == pytest.approx(4 / (4 + 2.0) * 3.0)
    assert one.deviation("A-2", at(3 + wait))[0] == pytest.approx(4 / (4 + 2.0) * -3.0)
    assert one.deviation("A-1", at(wait))[0] == pytest.approx(1 / (1 + 2.0) * 3.0)


def test_a_shift_of_all_units_is_no_deviation(toy_seed):
    one = history(toy_seed, {name: dict.fromkeys(range(6), 1.5) for name in ("A-1", "A-2", "B-1")})
    assert one.deviation("A-1", at(8))[0] == pytest.approx(0.0, abs=1e-12)


def test_labels_that_are_not_known_when_a_period_starts_do_not_count(toy_seed):
    wait = toy_seed.wait("y")
    before = history(toy_seed, {"A-1": {0: 1.0}, "A-2": {0: -1.0}})
    later = history(toy_seed, {"A-1": {0: 1.0, 1: 5.0, 9: 5.0}, "A-2": {0: -1.0, 1: -5.0}})
    assert later.deviation("A-1", at(wait))[0] == before.deviation("A-1", at(wait))[0] != 0
    assert later.deviation("A-1", at(1 + wait))[0] > before.deviation("A-1", at(wait))[0]


def test_errors_before_a_rebuilding_do_not_count_nor_do_those_of_long_ago(toy_seed):
    one = history(toy_seed, {"A-1": dict.fromkeys(range(6), 3.0), "A-2": dict.fromkeys(range(6), -3.0)})
    assert one.deviation("A-1", at(8), since=at(5))[0] == pytest.approx(1 / 3 * 3.0)
    assert one.deviation("A-1", at(8), since=at(7))[0] == pytest.approx(0.0)  # that of its group: a new unit
    assert np.isnan(one.deviation("A-1", at(6 + LONGEST + toy_seed.wait("y")))[0])


def test_a_unit_without_labels_starts_from_its_group(toy_seed):
    errors = {
        f"{line}-{i}": dict.fromkeys(range(5), shift) for line, shift in (("A", 2.0), ("B", -2.0)) for i in (1, 2)
    }
    one = history(toy_seed, errors)
    assert one.deviation("A-9", at(7))[0] == pytest.approx(5 / 7 * 2.0)
    assert one.deviation("B-9", at(7))[0] == pytest.approx(5 / 7 * -2.0)
    assert one.deviation("C-1", at(7))[0] == 0.0
    assert np.isnan(one.deviation("A-9", at(0))[0])
    assert np.isnan(replace(one, errors=UnitErrors()).deviation("A-1", at(7))[0])


def test_many_deviations_are_those_one_by_one(toy_seed):
    rng = np.random.default_rng(3)
    names = [f"{line}-{i}" for line in "AB" for i in range(4)]
    one = history(toy_seed, {name: {int(i): rng.normal() for i in rng.choice(40, 20)} for name in names})
    units = np.array([*names, "A-8", "C-1"] * 12, dtype=object)
    start, since = (np.array([at(int(i)) for i in rng.choice(60, len(units))]) for _ in range(2))
    since[::2] = LONG_AGO
    many, count = one.deviations(units, start, since)
    single = [one.deviation(unit, int(a), int(b)) for unit, a, b in zip(units, start, since, strict=True)]
    np.testing.assert_allclose(np.column_stack([many, count]), single, rtol=1e-9, atol=1e-12)
    assert np.isnan(many).any()
    assert (np.abs(many) > 0.1).any()


def test_errors_beyond_reach_are_those_of_another_unit_of_measure(toy_seed):
    one = history(toy_seed, {"A-1": {0: 1.0}})
    errors = one.errors_of(np.zeros((3, 3)), np.array([90.5, 0.905, 90.0 + 1.01 * REACH * 5.0]))
    np.testing.assert_allclose(errors, [0.5, np.nan, np.nan])


def test_a_shift_that_all_units_of_a_period_share_is_plausible(toy_seed):
    """Labels of the second period are 20 lower. One of the first, and those of a period of two, are beyond reach."""
    one = history(toy_seed, {"A-1": {0: 1.0}})
    errors = np.array([0.0, 0.5, -0.5, 0.2, 0.1, -20.0, -20.0, -20.5, -19.5, -20.2, -40.0, -20.0, -20.0])
    start = np.array([0] * 6 + [1] * 5 + [2] * 2)
    known = [0.0, 0.5, -0.5, 0.2, 0.1, np.nan, -20.0, -20.5, -19.5, -20.2, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(one.plausible(errors, start), known)


def table_of(toy_frame, toy_seed, **sizes):
    from models.table.contract import check

    return check(toy_frame(**sizes), toy_seed).table


def test_a_table_is_filled_from_its_own_earlier_labels_alone(toy_seed, toy_frame):
    table = table_of(toy_frame, toy_seed)
    one = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 2.0, 9.0)})
    made = one.filled(table)[one.names[0]].to_numpy()
    cut = table["period_start"] > table["period_start"].unique()[10]
    later = one.filled(table.assign(y=table["y"].where(~cut)))[one.names[0]].to_numpy()
    wait = toy_seed.wait("y")
    same = table["period_start"].to_numpy() <= table["period_start"].unique()[10 + wait]
    np.testing.assert_array_equal(made[same], later[same])
    assert np.nanmax(np.abs(made - later)[~same]) > 0.05
    offset = (table["y"] - 90 - 0.5 * (table["x_set"] - 10) + 2 * (table["z"] - 4)).groupby(table["unit"]).mean()
    last = one.filled(table).groupby("unit")[one.names[0]].last()
    assert np.corrcoef(offset, last[offset.index])[0, 1] > 0.7


def test_labels_of_a_table_continue_the_stored_ones(toy_seed, toy_frame):
    table = table_of(toy_frame, toy_seed)
    one = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 2.0, 9.0)})
    is_old = (table["period_start"] < table["period_start"].unique()[14]).to_numpy()
    in_two_steps = one.learned(table[is_old]).newest().filled(table[~is_old])[one.names[0]]
    np.testing.assert_allclose(in_two_steps, one.filled(table)[one.names[0]][~is_old], rtol=1e-9, atol=1e-12)
    without_labels = one.learned(table).filled(table.drop(columns="y"))[one.names[0]]
    np.testing.assert_allclose(without_labels, one.filled(table)[one.names[0]], rtol=1e-9, atol=1e-12)
    assert one.filled(table[:0]).columns.tolist() == [*table.columns, one.names[0]]


def test_a_history_is_the_same_from_its_state(toy_seed, toy_frame):
    table = table_of(toy_frame, toy_seed)
    X, y = matrix(table, toy_seed), table["y"].to_numpy()
    line = new_line(toy_seed).fit(X[:, measured_inputs(toy_seed)], y)
    errors = UnitErrors.of(table["unit"], table["period_start"].to_numpy().astype("<M8[us]").astype(np.int64), y - 90.0)
    one = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "residuals", 90.0, line, 2.0, 9.0, errors.newest())})
    again = UnitHistory.from_state(json.loads(json.dumps(one.state())), toy_seed)
    pd.testing.assert_frame_equal(again.filled(table), one.filled(table))
    assert again.extended.input_names == (*input_names(toy_seed), "unit_deviation_y")
    assert len(again.targets["y"].errors.start) <= WINDOW * table["unit"].nunique()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"form": "means"}, "form: got 'means'"),
        ({"form": "residuals"}, "form: got 'residuals'"),
        ({"shrinkage": 0.0}, "shrinkage > 0"),
        ({"largest": float("nan")}, "finite numbers"),
    ],
)
def test_a_state_that_is_none_is_refused(toy_seed, change, message):
    state = history(toy_seed, {"A-1": {0: 1.0}}).state()
    with pytest.raises(ValueError, match=message):
        UnitHistory.from_state({"y": state | change}, toy_seed)


def test_a_state_of_another_target_is_refused(toy_seed):
    state = history(toy_seed, {"A-1": {0: 1.0}}).state()
    with pytest.raises(ValueError, match="got 'x_set', expected some of y"):
        UnitHistory.from_state({"x_set": state}, toy_seed)


def test_a_pot_begins_anew_when_it_is_relined():
    seed = load("aluminium_reduction")
    age = age_of(seed)
    assert age == ("pot_age", 1e6 * 86_400)
    start = np.array([at(10), at(10)])
    moments = built(start, np.array([60.0, np.nan]), age[1], seed)
    assert at(8) - PERIOD < moments[0] <= at(8)
    assert moments[1] == LONG_AGO


def test_a_table_in_parts_is_learned_as_in_whole(toy_seed, toy_frame):
    """Some labels of a period are beyond reach, which the other units of the period show."""
    table = table_of(toy_frame, toy_seed)
    table.loc[table.index[::17], "y"] = np.nan
    table.loc[table.index[5::40], "y"] = 60.0
    one = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 2.0, 9.0)})
    parts = [
        table.iloc[:7],
        table.iloc[7:200],
        table.iloc[200:200],
        table.iloc[200:].assign(y=np.nan),
        table.iloc[200:],
    ]
    in_parts = one.learned_of(iter(parts)).described(table)
    pd.testing.assert_frame_equal(in_parts, one.filled(table), check_exact=True)
