"""Rows without labels whose inputs differ from those of labelled rows stop; labels missing by chance do not."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from training.core.dataset import dataset_of
from training.labels import job
from training.labels.job import check_labels, is_due
from training.labels.quantities import numbers
from training.labels.unlabelled import all_rows, inputs_alone, left_out, selected

UNITS, PERIODS, FIRST_NEW = 20, 36, 24


def rows_of(seed, frame):
    """All rows of a table beside what a right model predicts of them; a person accepted the first periods' model."""
    data = dataset_of(check(frame, seed), seed)
    table = data.checked
    starts = pd.DatetimeIndex(table["period_start"])
    is_after = np.asarray(starts >= pd.Timestamp("2022-01-01") + FIRST_NEW * pd.Timedelta(days=30))
    return all_rows(data, is_after, is_due(starts, seed), {"y": predicted(table)})


def predicted(table):
    return 90 + 0.5 * (table["x_set"].to_numpy() - 10) - 2 * (table["z"].to_numpy() - 4)


@pytest.fixture(scope="module")
def toy(toy_seed, toy_frame):
    """What is found of a toy plant some of whose rows have no label."""

    def make(is_without, rng_seed=3, units=UNITS, periods=PERIODS, changed=lambda frame: frame):
        frame = toy_frame(units=units, periods=periods, rng_seed=rng_seed)
        number = np.tile(np.arange(periods), units)
        without = is_without(frame, number, np.random.default_rng(rng_seed))
        frame = changed(frame.assign(y=frame["y"].where(~without)))
        return left_out(rows_of(toy_seed, frame))

    return make


def worst(share, column=predicted):
    """Rows of the new periods whose value is among the lowest of their period."""

    def without(frame, number, rng):
        value = pd.Series(column(frame))
        return np.asarray((number >= FIRST_NEW) & (value.groupby(number).rank(pct=True) <= share))

    return without


def by_chance(share, first=FIRST_NEW):
    return lambda frame, number, rng: (number >= first) & (rng.random(len(frame)) < share)


def stopped(conditions):
    return [one.what for one in conditions if not one.passed]


def test_the_worst_quarter_without_labels_stops_by_what_is_predicted(toy):
    (line,) = [one for one in toy(worst(0.25)) if one.what == "labels, unlabelled rows by predictions"]
    assert not line.passed
    assert line.measured.startswith("the predicted y is 90.6 on average where there is a label and 88.66 where")
    assert line.measured.endswith(", 2023-12-22 to 2024-05-20, 120 rows of 20 units, 30 of them without a label")
    assert line.expected.startswith("-0.25 to +0.25, by ")


def test_rows_left_out_by_one_input_name_it(toy):
    conditions = toy(worst(0.25, lambda frame: frame["x_set"]))
    (line,) = [one for one in conditions if one.what == "labels, unlabelled rows by inputs"]
    assert not line.passed
    assert line.measured.startswith("x_set is 10.")


def test_labels_missing_by_chance_pass(toy):
    """One in five rows, without one in the past."""
    for rng_seed in range(40):
        assert stopped(toy(by_chance(0.2), rng_seed)) == []


def test_most_labels_missing_by_chance_stops(toy):
    assert stopped(toy(by_chance(0.75))) == ["labels, unlabelled rows"]


def test_a_routine_of_half_the_rows_passes_and_the_better_half_does_not(toy):
    routine = by_chance(0.5, first=0)

    def better(frame, number, rng):
        return np.where(number < FIRST_NEW, routine(frame, number, rng), worst(0.5)(frame, number, rng))

    for rng_seed in range(40):
        assert stopped(toy(routine, rng_seed)) == []
    assert "labels, unlabelled rows by predictions" in stopped(toy(better))


def test_a_routine_that_goes_by_an_input_passes_and_its_opposite_does_not(toy):
    """A laboratory that always looks at the upper half alone is no news."""
    low = lambda frame: np.asarray(frame["z"] < 4)  # noqa: E731

    assert stopped(toy(lambda frame, number, rng: low(frame))) == []
    turned = toy(lambda frame, number, rng: low(frame) ^ (number >= FIRST_NEW))
    assert "labels, unlabelled rows by inputs" in stopped(turned)


def test_labels_that_are_still_to_come_are_not_looked_at(toy, monkeypatch):
    assert toy(lambda frame, number, rng: number >= PERIODS - 2) == ()
    assert toy(lambda frame, number, rng: number >= FIRST_NEW) == ()
    late = lambda frame, number, rng: (number == PERIODS - 1) & (np.asarray(frame["z"]) > 4)  # noqa: E731
    assert len(toy(late)) == 3
    last = pd.Timestamp("2022-01-01") + PERIODS * pd.Timedelta(days=30)
    monkeypatch.setattr(job, "moment", lambda: last - pd.Timedelta(days=1))
    assert toy(late) == ()


def test_a_laboratory_that_was_out_of_order_for_a_time_passes(toy):
    assert stopped(toy(lambda frame, number, rng: np.isin(number, [27, 28]))) == []


def test_no_row_without_a_label_or_a_short_past_is_no_check(toy):
    assert toy(lambda frame, number, rng: number < 0) == ()
    assert toy(lambda frame, number, rng: number < 10) == ()  # of the past alone
    recent = lambda frame: frame[frame["period_start"] >= frame["period_start"].max() - pd.Timedelta(days=18 * 30)]  # noqa: E731
    assert toy(worst(0.25), changed=lambda frame: recent(frame).reset_index(drop=True)) == ()


def test_units_out_of_service_without_inputs_pass(toy):
    def out(frame):
        return frame.assign(**{name: frame[name].where(frame["y"].notna()) for name in ("x_set", "z")})

    without = lambda frame, number, rng: (number >= FIRST_NEW) & frame["unit"].isin(["A-001", "A-002"])  # noqa: E731
    conditions = toy(without, changed=out)
    assert stopped(conditions) == []
    assert [one.measured for one in conditions][1:] == ["not to be measured on these rows"] * 2


def test_a_few_rows_tell_nothing(toy):
    """Of three units the worst row of each period."""
    assert stopped(toy(worst(0.34), units=3, periods=FIRST_NEW + 1)) == []


def test_the_order_of_rows_is_none_of_its_concern(toy):
    mixed = toy(worst(0.25), changed=lambda frame: frame.sample(frac=1.0, random_state=1).reset_index(drop=True))
    assert mixed == toy(worst(0.25))


def test_the_checks_of_labels_hold_it_too(toy_seed, toy_frame):
    frame = toy_frame(units=UNITS, periods=PERIODS, rng_seed=3)
    without = worst(0.25)(frame, np.tile(np.arange(PERIODS), UNITS), None)
    data = dataset_of(check(frame.assign(y=frame["y"].where(~without)), toy_seed), toy_seed)
    is_new = np.asarray(data.periods >= np.sort(data.periods.unique())[FIRST_NEW])
    result = check_labels(data, numbers(data), is_new, others=rows_of(toy_seed, data.checked))
    assert [one.what for one in result.conditions][-3:] == [
        "labels, unlabelled rows",
        "labels, unlabelled rows by inputs",
        "labels, unlabelled rows by predictions",
    ]
    assert result.stops


def test_what_is_made_from_labels_counts_as_usual(toy_seed):
    X = np.array([[90.0, 10.0, 4.0], [np.nan, 11.0, 5.0], [92.0, 12.0, np.nan]])
    alone = inputs_alone(X, toy_seed)
    assert alone[:, 0].tolist() == [91.0, 91.0, 91.0]
    assert np.array_equal(alone[:, 1:], X[:, 1:], equal_nan=True)
    assert np.isnan(X[1, 0])


def test_rows_are_held_against_those_of_their_own_period():
    """In a period with few labels values are high for all rows: that is no choice."""
    values = np.array([[0.0], [1.0], [10.0], [11.0], [10.0], [11.0]])
    has = np.array([True, True, True, True, False, False])
    period, unit = np.array([0, 0, 1, 1, 1, 1]), np.arange(6)
    assert selected(values, has, period, unit)[0] == pytest.approx([0.0])
    chosen = replace_last(has, [False, True, False, True])
    assert selected(values, chosen, period, unit)[0] == pytest.approx([0.25])  # twice 0.5 of four labelled rows


def replace_last(has, last):
    return np.concatenate([has[:2], last])


def test_periods_without_any_label_are_held_against_the_others():
    values, unit = np.array([[1.0], [1.0], [4.0], [4.0]]), np.zeros(4, dtype=np.int64)
    bias, error = selected(values, np.array([True, True, False, False]), np.array([0, 1, 2, 3]), unit)
    assert bias == pytest.approx([-1.5])
    assert error == pytest.approx([np.sqrt(1 - 1 / 2)])  # one stretch of two


def test_chance_of_whole_units_counts_units():
    unit, period = np.repeat(np.arange(10), 50), np.tile(np.arange(50), 10)
    values = np.random.default_rng(1).standard_normal((500, 2))
    _, of_units = selected(values, unit < 5, period, unit)
    _, of_rows = selected(values, (unit + period) % 2 == 0, period, unit)
    assert of_units == pytest.approx([np.sqrt(1 / 5 - 1 / 10)] * 2)
    assert of_rows == pytest.approx([np.sqrt(1 / 250 - 1 / 500)] * 2)


def test_a_missing_input_counts_in_no_mean():
    values = np.array([[1.0, np.nan], [3.0, 2.0], [5.0, 6.0], [np.nan, np.nan]])
    has, one = np.array([True, True, False, False]), np.zeros(4, dtype=np.int64)
    bias, _ = selected(values, has, one, np.arange(4))
    assert bias == pytest.approx([-1.0, -2.0])
    assert np.isnan(selected(values, ~np.isnan(values[:, 0]), one, np.arange(4))[0]).all()
