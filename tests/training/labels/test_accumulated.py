"""Shifts that pass file by file add up against the model that a person accepted, and stop; a plant's own do not."""

from dataclasses import replace

import numpy as np
import pytest

from models.table.contract import check
from tests.suite.processes import each
from training.core.dataset import dataset_of
from training.labels.accumulated import cusum
from training.labels.job import check_labels
from training.labels.quantities import numbers

ACCEPTED, PERIODS = 24, 36


@pytest.fixture(scope="module")
def sequence(toy_seed, toy_frame):
    """Maker of what is found of each of twelve files that came one by one, and were accepted if they passed."""

    def make(labels=lambda y, after: y, is_fixed=True, rng_seed=3):
        frame = toy_frame(units=40, periods=PERIODS, rng_seed=rng_seed).assign(previous_y=np.nan)
        periods = np.unique(frame["period_start"], return_inverse=True)[1]
        after = np.maximum(periods - ACCEPTED + 1, 0)
        frame["y"] = labels(frame["y"].to_numpy(), after)
        data = dataset_of(check(frame.drop(columns="previous_y"), toy_seed), toy_seed)
        period = np.unique(data.periods, return_inverse=True)[1]
        result = []
        for number in range(ACCEPTED, PERIODS):
            subset = period <= number
            known = replace(data, table=data.table[subset].reset_index(drop=True), X=data.X[subset], y=data.y[subset])
            is_new = period[subset] == number
            is_after = period[subset] >= ACCEPTED if is_fixed else is_new
            result.append(check_labels(known, numbers(known), is_new, is_after=is_after))
        return result

    return make


@pytest.mark.parametrize("rng_seed", each(range(3), "learns file by file", (0,)))
def test_an_honest_plant_passes_file_by_file(sequence, rng_seed):
    assert [one.reasons for one in sequence(rng_seed=rng_seed)] == [[]] * (PERIODS - ACCEPTED)


@pytest.mark.long("learns file by file")
def test_a_slow_ramp_stops_as_it_has_added_up_and_passes_where_the_reference_moves_on(sequence):
    def ramp(y, after):
        return y + 0.08 * after

    fixed, moving = sequence(ramp), sequence(ramp, is_fixed=False)
    stopped = [place for place, one in enumerate(fixed) if any("accumulated shift" in line for line in one.reasons)]
    assert fixed[0].passed
    assert stopped
    assert all(not any("accumulated" in line for line in one.reasons) for one in moving)


def test_a_line_says_since_when_and_by_how_much(sequence):
    result = sequence(lambda y, after: y + 0.2 * after)[-1]
    (line,) = [one for one in result.reasons if "accumulated" in one]
    assert line.startswith("labels, accumulated shift of y: a sum of +")
    assert "in each of 12 blocks since a person accepted a model" in line
    assert line.endswith("in size, by 5 runs of the past")


def test_a_cumulative_sum_forgets_what_was_taken_back():
    up = np.array([[1.0], [1.0], [-5.0], [1.0], [np.nan]])
    assert cusum(up).tolist() == [-5.0]
    assert cusum(-up).tolist() == [5.0]
    assert cusum(np.array([[1.0, -1.0], [2.0, -2.0]])).tolist() == [3.0, -3.0]


def test_of_many_quantities_one_may_go_as_far_as_another_went_for_its_errors(toy_seed, toy_frame):
    """A step of y that stops where y is the only label, and passes beside one that always wandered."""
    frame = toy_frame(units=40, periods=PERIODS, rng_seed=3).assign(previous_y=np.nan)
    period = np.unique(frame["period_start"], return_inverse=True)[1]
    wandering = frame["y"] + 1.5 * np.sin(np.arange(PERIODS) / 3)[period]
    frame["y"] += 0.6 * (period >= ACCEPTED)
    data = dataset_of(check(frame.drop(columns="previous_y"), toy_seed), toy_seed)
    is_new = np.asarray(data.periods >= np.sort(data.periods.unique())[ACCEPTED])
    alone = numbers(data)
    values = np.column_stack([alone.values, wandering.to_numpy()])
    both = replace(alone, columns=("y", "w"), names=("y", "w"), values=values)
    assert any(one.startswith("labels, accumulated") for one in check_labels(data, alone, is_new).reasons)
    assert not any(one.startswith("labels, accumulated") for one in check_labels(data, both, is_new).reasons)
