"""What the past lets expect: the line learns what is older alone, and finds a law that is there."""

from dataclasses import replace

import numpy as np
import pytest

from training.labels.job import check_labels
from training.labels.quantities import numbers, rows_of
from training.labels.reference_windows import line, windows


def test_a_line_finds_a_law_and_each_units_own_part():
    rng = np.random.default_rng(1)
    X, unit = rng.standard_normal((400, 2)), np.repeat(np.arange(4), 100)
    y = 3 + 2 * X[:, :1] + np.array([0.0, 1.0, -1.0, 0.0])[unit][:, None]
    older = np.tile(np.arange(100) < 80, 4)
    result = line(X, y, unit, older, ~older)
    assert np.isnan(result[older]).all()
    inside = ~older & (np.abs(X) < 2).all(axis=1)
    assert np.corrcoef(y[inside, 0], result[inside, 0])[0, 1] > 0.995


def test_a_guess_ends_where_what_was_learnt_ends_and_a_computation_goes_on():
    X = np.linspace(0, 1, 101)[:, None]
    y, older = 5 * X, np.arange(101) < 100
    X[100] = 10.0
    one = np.zeros(101, dtype=int)
    assert line(X, y, one, older, ~older)[100, 0] == pytest.approx(5 * 0.985, rel=0.02)
    assert line(X, y, one, older, ~older, computed=True)[100, 0] == pytest.approx(50, rel=0.01)


def test_windows_are_compared_with_what_is_older_and_not_new(plant):
    data = plant(lambda y: y[:, 1:])
    new = np.asarray(data.periods >= np.sort(data.periods.unique())[24])
    rows = rows_of(data, numbers(data), new)
    known, blocks = windows(rows)
    assert len(known) == 12
    for window in known:
        assert not new[window.rows].any()
        assert rows.period[window.older].max() < rows.period[window.rows].min()
    assert np.sort(np.concatenate([one.rows for one in blocks])).tolist() == np.flatnonzero(new).tolist()
    assert all(not (one.older & new).any() for one in blocks)


def test_no_input_is_made_from_labels(plant, toy_seed):
    data = plant(lambda y: y[:, 1:])
    rows = rows_of(data, numbers(data), np.zeros(len(data.table), dtype=bool))
    made = [i for i, column in enumerate(toy_seed.inputs) if column.name == "previous_y"]
    assert made == [0]
    assert np.array_equal(rows.X, data.X[:, 1:])


def test_from_an_accepted_shift_on_labels_have_a_level_of_their_own(plant):
    """Labels are 5 lower from the 19th period on: once that was accepted the same level passes and no other does."""
    data = plant(lambda y: y[:, 1:])
    begins, new = (np.asarray(data.periods >= np.sort(data.periods.unique())[at]) for at in (18, 24))
    start = data.periods[begins].min()
    table = data.table.assign(y=data.table["y"] - 5.0 * begins)
    moved = replace(data, table=table, y=table["y"].to_numpy())
    again = table.assign(y=table["y"] - 3.0 * new)
    twice = replace(data, table=again, y=again["y"].to_numpy())
    assert rows_of(moved, numbers(moved), new, shifts=[start]).X[:, -1].tolist() == begins.tolist()
    known, _ = windows(rows_of(moved, numbers(moved), new, shifts=[start]))
    starts = {data.periods[one.rows].min() for one in known}
    assert start not in starts
    assert max(starts) > start
    assert check_labels(moved, numbers(moved), new, shifts=[start]).passed
    reasons = check_labels(twice, numbers(twice), new, shifts=[start]).reasons
    assert any(one.startswith("labels, level of y: on average -") for one in reasons)
    assert not any(one.startswith("labels, level") for one in check_labels(twice, numbers(twice), new).reasons)
