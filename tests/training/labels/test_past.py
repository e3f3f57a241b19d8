"""What the past lets expect: the line learns what is older alone, and finds a law that is there."""

import numpy as np
import pytest

from training.labels.past import line, windows
from training.labels.quantities import numbers, rows_of


def test_a_line_finds_a_law_and_each_units_own_part():
    rng = np.random.default_rng(1)
    X, unit = rng.standard_normal((400, 2)), np.repeat(np.arange(4), 100)
    y = 3 + 2 * X[:, :1] + np.array([0.0, 1.0, -1.0, 0.0])[unit][:, None]
    older = np.tile(np.arange(100) < 80, 4)
    found = line(X, y, unit, older, ~older)
    assert np.isnan(found[older]).all()
    inside = ~older & (np.abs(X) < 2).all(axis=1)
    assert np.corrcoef(y[inside, 0], found[inside, 0])[0, 1] > 0.995


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
