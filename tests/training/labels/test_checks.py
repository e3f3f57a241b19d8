"""Labels that do not go with the past are named; those that do pass, also where the inputs have changed."""

from dataclasses import replace

import numpy as np
import pytest

from models.table.contract import check
from training.core.dataset import dataset_of
from training.labels.job import ShiftError, check_labels, stopped
from training.labels.quantities import numbers

RNG = np.random.default_rng(7)


def subjects(result):
    return {line.split(" of y")[0].removeprefix("labels, ").split(":")[0] for line in result.reasons}


@pytest.mark.parametrize("rng_seed", range(4))
def test_labels_of_the_same_law_pass(checked, rng_seed):
    result = checked(lambda y: y[:, 1:], late=True, rng_seed=rng_seed)
    assert result.reasons == []
    assert result.aside.empty


FORGERIES = {
    "constant": (lambda y: np.full_like(y[:, 1:], 95.0), "most common labels"),
    "two points up": (lambda y: y[:, 1:] + 4.0, "level"),
    "shuffled": (lambda y: RNG.permutation(y[:, 1:].ravel()).reshape(y[:, 1:].shape), "link to the inputs"),
    "a period late": (lambda y: y[:, :-1], "copied labels"),
    "of another unit": (lambda y: np.repeat(y[:1, 1:], len(y), axis=0), "repeated labels"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("late", [True, False])
def test_each_forgery_is_named_whether_late_columns_are_forged_with_it_or_not(checked, forgery, late):
    labels, subject = FORGERIES[forgery]
    result = checked(labels, late=late)
    assert subject in subjects(result)
    assert any(one.startswith("balance") for one in subjects(result)) != late


def test_a_plant_whose_inputs_have_moved_passes(toy_seed, toy_frame, plant):
    """The law holds on; set-points, and with them the labels, have moved farther than ever before."""
    frame = toy_frame(periods=36, rng_seed=3)
    is_new = frame["period_start"] >= np.sort(frame["period_start"].unique())[24]
    moved = np.where(is_new, 0.8, 0.0)
    frame = frame.assign(x_set=frame["x_set"] + moved, y=frame["y"] + 0.5 * moved)
    frame["tapped"] = 30 * frame["y"] + 300
    data = dataset_of(check(frame, toy_seed), toy_seed)
    new = np.asarray(data.periods >= np.sort(data.periods.unique())[24])
    assert check_labels(data, numbers(data), new).passed


def test_a_line_says_what_was_measured_where_and_what_the_past_allows(checked):
    (line,) = [one for one in checked(lambda y: y[:, 1:] + 4.0).reasons if one.startswith("labels, level")]
    assert line.startswith("labels, level of y: on average +")
    assert "20 rows of 20 units; expected -" in line
    assert line.endswith("by 12 windows of the past")
    text = stopped("toy_cells", checked(lambda y: y[:, 1:] + 4.0))
    assert text.startswith(
        "toy_cells: no model was trained, the new labels are inconsistent with history:\n  - labels, "
    )
    assert text.endswith("--accept-label-shift REASON")
    assert issubclass(ShiftError, ValueError)


@pytest.mark.parametrize(("early", "passed"), [(0, True), (60, True), (61, False)])
def test_rows_of_periods_that_are_not_over_are_set_aside_up_to_a_fifth(checked, early, passed):
    """Beside 240 new rows; more are no single ones."""
    (result,) = [one for one in checked(lambda y: y[:, 1:], early=early).conditions if "future" in one.what]
    assert result.passed is passed
    assert result.line == (
        f"labels, from the future: {early} of {240 + early} rows are of periods that are not over; expected at most "
        "20%, which are excluded"
    )


def test_a_past_of_few_periods_says_nothing_and_the_check_says_so(toy_seed, toy_frame):
    data = dataset_of(check(toy_frame(periods=8), toy_seed), toy_seed)
    new = np.asarray(data.periods == data.periods.max())
    result = check_labels(data, numbers(data), new)
    assert result.passed
    assert result.conditions[-1].line == (
        "labels, past: 7 periods: too few to hold new labels against; "
        "expected a history of 8 periods to hold labels against"
    )


def test_rows_of_few_units_pass_as_the_whole_plant_does(toy_seed, plant):
    """A file of two cells for one period: alike by chance, and farther off by chance; the others' rows are known."""
    data = plant(lambda y: y[:, 1:], late=True)
    newest = np.asarray(data.periods == data.periods.max()) & np.isin(data.units, ["A-001", "A-002"])
    retained = (data.periods < np.sort(data.periods.unique())[24]) | (data.periods == data.periods.max())
    subset = replace(data, table=data.table[retained].reset_index(drop=True), X=data.X[retained], y=data.y[retained])
    assert check_labels(subset, numbers(subset), newest[retained]).passed


def test_of_few_units_of_which_the_others_are_not_known_the_missing_ones_alone_stop(toy_seed, plant):
    data = plant(lambda y: y[:, 1:], late=True)
    newest = np.asarray(data.periods == data.periods.max()) & np.isin(data.units, ["A-001", "A-002"])
    retained = (data.periods < np.sort(data.periods.unique())[24]) | newest
    subset = replace(data, table=data.table[retained].reset_index(drop=True), X=data.X[retained], y=data.y[retained])
    (line,) = check_labels(subset, numbers(subset), newest[retained]).reasons
    assert line.startswith("labels, missing units: 90.0% of the usual rows have no label, ")


def test_a_content_that_nobody_has_ever_assayed_says_nothing(plant):
    """A second number of which no label is known, in the past or in the new rows."""
    data = plant(lambda y: y[:, 1:])
    new = np.asarray(data.periods >= np.sort(data.periods.unique())[24])
    one = numbers(data)
    two = replace(
        one,
        columns=("y", "y"),
        names=("y", "never"),
        values=np.column_stack([one.values, np.full(len(one.values), np.nan)]),
    )
    result = check_labels(data, two, new)
    assert result.passed
    assert [one.measured for one in result.conditions if "level of y" in one.what]
