"""Units that are left out, and pairs of units whose labels were exchanged, stop and are named."""

from dataclasses import replace

import numpy as np
import pytest

from training.labels import job
from training.labels.job import check_labels
from training.labels.quantities import numbers, rows_of
from training.labels.reference_windows import windows
from training.labels.units import best_pair


def lines(result, subject):
    return [one for one in result.reasons if one.startswith(f"labels, {subject}")]


def of_rows(data, retained, is_new):
    subset = replace(data, table=data.table[retained].reset_index(drop=True), X=data.X[retained], y=data.y[retained])
    return check_labels(subset, numbers(subset), is_new[retained])


@pytest.fixture(scope="module")
def honest(plant):
    return plant(lambda y: y[:, 1:], late=True)


@pytest.fixture(scope="module")
def new(honest):
    return np.asarray(honest.periods >= np.sort(honest.periods.unique())[24])


def test_a_third_of_the_units_left_out_stops_and_the_first_ten_are_named(honest, new):
    left_out = np.unique(honest.units)[::3]
    result = of_rows(honest, ~(new & np.isin(honest.units, left_out)), new)
    (line,) = lines(result, "missing units")
    assert "35.0% of the usual rows have no label" in line
    assert ": A-000, A-003, A-006, A-009, A-012, A-015, A-018; expected at most 10.0%" in line


def test_the_best_quarter_alone_stops_though_each_unit_is_reported_at_times(honest, new):
    y = honest.table["y"]
    best = np.asarray(y >= y.groupby(honest.table["period_start"]).transform(lambda one: one.quantile(0.75)))
    result = of_rows(honest, ~new | best, new)
    assert len(set(honest.units[new & best])) > 15
    assert lines(result, "missing units")


def test_a_unit_that_is_out_passes(honest, new):
    result = of_rows(honest, ~(new & np.isin(honest.units, ["A-003", "A-009"])), new)
    assert result.passed


def test_periods_whose_labels_are_not_due_are_not_missing(honest, new, monkeypatch):
    monkeypatch.setattr(job, "moment", lambda: honest.periods.max())
    newest = np.asarray(honest.periods == honest.periods.max())
    known = ~new | (newest & np.isin(honest.units, ["A-001"]))
    assert not lines(of_rows(honest, known, newest), "missing units")
    monkeypatch.undo()
    assert lines(of_rows(honest, known, newest), "missing units")


@pytest.mark.parametrize("late", [True, False])
def test_exchanged_units_are_named(plant, late):
    """Of two cells that differ by far; late columns tell any two apart."""
    honest = plant(lambda y: y[:, 1:], late=late)
    levels = honest.table.groupby(honest.units)["y"].mean()
    pair = sorted([levels.idxmin(), levels.idxmax()])
    table = honest.table.copy()
    new = np.asarray(honest.periods >= np.sort(honest.periods.unique())[24])
    at = [np.flatnonzero(new & (honest.units == one)) for one in pair]
    table.loc[at[0], "y"], table.loc[at[1], "y"] = table["y"].to_numpy()[at[1]], table["y"].to_numpy()[at[0]]
    forged = replace(honest, table=table, y=table["y"].to_numpy())
    result = check_labels(forged, numbers(forged), new)
    exchanged = [one.measured for one in result.conditions if one.what.startswith("labels, exchanged")]
    assert all(" and ".join(pair) in one or " and ".join(pair[::-1]) in one for one in exchanged)
    assert lines(result, "exchanged units")


def test_the_best_pair_is_found_whatever_the_order(honest, new):
    rows = rows_of(honest, numbers(honest), new)
    (_, *_), (block, *_) = windows(rows)
    assert block.balanced is not None
    gain, _ = best_pair(rows, block, block.balanced, np.array([1.0]))
    labels = rows.labels.values.copy()
    one, other = (block.rows[rows.unit[block.rows] == unit] for unit in (3, 7))
    labels[one], labels[other] = labels[other].copy(), labels[one].copy()
    forged = replace(rows, labels=replace(rows.labels, values=labels))
    more, pair = best_pair(forged, block, block.balanced, np.array([1.0]))
    assert sorted(pair.tolist()) == [3, 7]
    assert more > gain


def test_a_wrong_label_is_no_exchange(honest, new):
    """Halfway to another unit's label squared errors fall by half when the two are exchanged: that is no exchange."""
    rows = rows_of(honest, numbers(honest), new)
    (_, *_), (block, *_) = windows(rows)
    given = rows.labels.values.copy()
    labels = given.copy()
    (one, other) = (block.rows[rows.unit[block.rows] == unit][0] for unit in (3, 7))
    labels[one] += 2 * (given[other] - given[one])
    wrong = replace(rows, labels=replace(rows.labels, values=labels))
    assert best_pair(wrong, block, given, np.array([1.0]))[0] == 0.0
    labels[one], labels[other] = given[other], given[one]
    exchanged = replace(rows, labels=replace(rows.labels, values=labels))
    assert sorted(best_pair(exchanged, block, given, np.array([1.0]))[1].tolist()) == [3, 7]
