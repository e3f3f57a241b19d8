"""Single labels far from all others are set aside and listed; many of them stop the job."""

from dataclasses import replace

import numpy as np
import pytest

from training.labels.outliers import suspicious
from training.labels.quantities import numbers, rows_of
from training.labels.reference_windows import windows


def with_one(value, unit=3, period=5):
    def change(y):
        y = y[:, 1:].copy()
        y[unit, period] = value
        return y

    return change


def test_a_label_against_all_neighbours_is_set_aside_with_its_reason(checked, plant):
    result = checked(with_one(75.0), late=True)
    assert result.passed
    assert result.aside[["unit", "column", "value"]].to_numpy().tolist() == [["A-003", "y", 75.0]]
    (reason,) = result.aside["reason"]
    assert reason.startswith("outlier, excluded: -")
    assert " from what inputs, unit and the other rows let expect, where the past reaches " in reason


def test_a_label_that_late_columns_contradict_is_set_aside(checked):
    """Its size is one that the plant has; only the tapped metal says that it cannot be."""
    result = checked(with_one(93.0), late=False)
    assert "A-003" in result.aside["unit"].tolist()


def slipped(data, periods):
    """Rows of the new periods, the labels of one cell a hundred times too small in the first of them."""
    starts = np.sort(data.periods.unique())
    new = np.asarray(data.periods >= starts[24])
    off = new & (data.units == "A-007") & (data.periods < starts[24 + periods])
    labels = numbers(data)
    labels = replace(labels, values=np.where(off[:, None], labels.values / 100, labels.values))
    return rows_of(data, labels, new), set(np.flatnonzero(off).tolist())


@pytest.mark.parametrize("periods", [1, 11])
def test_labels_of_a_unit_off_by_a_power_of_ten_are_named_so(plant, periods):
    rows, off = slipped(plant(lambda y: y[:, 1:]), periods)
    result = suspicious(rows, *windows(rows))
    assert {one.row for one in result} == off
    assert all(one.reason.endswith(": about 100 times too small, a slip of units?") for one in result)


def test_many_far_labels_are_no_single_ones(checked):
    def change(y):
        y = y[:, 1:].copy()
        y[::3] = 60.0
        return y

    result = checked(change, late=True)
    assert result.aside.empty
    (line,) = [one for one in result.reasons if "single ones" in one]
    assert "84 of 240 rows" in line


@pytest.mark.parametrize("rng_seed", range(3))
def test_what_all_rows_have_in_common_makes_no_single_label_far(checked, rng_seed):
    result = checked(lambda y: y[:, 1:] + 5.0, late=True, rng_seed=rng_seed)
    assert result.aside.empty
    assert not result.passed
