"""What counts as an event, worked out by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.events import counted, known_after, limits, reference_level
from seeds import Seed
from tests.models.warnings.conftest import event

NAN = np.nan


def grid_of(seed: Seed, values: list[float], column: str = "z") -> UnitPeriodGrid:
    start = pd.date_range("2024-01-01", periods=len(values), freq=pd.Timedelta(seed.period))
    columns = {seed.key.name: "A", seed.clock.name: start, column: values}
    return UnitPeriodGrid.of(pd.DataFrame(columns), seed)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ("at_least = 6", [0, 1, NAN, 1, 0]),
        ("at_most = 5", [1, 0, NAN, 0, 1]),
        # One period that counts is enough, and where none does all must be known; the last windows end too late.
        ("at_least = 6\nhorizon = 2", [1, 1, 1, 1, NAN]),
        ("at_most = 5\nhorizon = 2", [1, NAN, NAN, 1, 1]),
    ],
)
def test_a_limit_counts_from_its_value_on(seed_with, counts, expected):
    seed = seed_with(event(counts))
    result = counted(seed.warnings[0], grid_of(seed, [5, 6, NAN, 8, 4]), seed)
    np.testing.assert_array_equal(result, [expected])


def test_what_is_usual_is_the_mean_of_periods_in_hand(seed_with):
    seed = seed_with(event("above_usual = 2"))
    grid = grid_of(seed, [1, 2, 3, 4, 5, 6, NAN, 8, 9])
    result = reference_level(seed.warnings[0], grid, seed)[0]
    assert np.isnan(result[:5]).all()
    # Five values before the sixth period; the gap is passed over.
    assert result[5:].tolist() == pytest.approx([3, 3.5, 3.5, (21 + 8) / 7])
    assert limits(seed.warnings[0], grid, seed)[0, 5:].tolist() == pytest.approx([5, 5.5, 5.5, 29 / 7 + 2])
    np.testing.assert_array_equal(counted(seed.warnings[0], grid, seed)[0, 5:], [1, NAN, 1, 1])


def test_a_label_counts_for_what_is_usual_as_late_as_it_is_in_hand(seed_with, toy_seed):
    label = toy_seed.target.name
    seed = seed_with(event("below_usual = 1", column=label))
    values = [90.0] * 6 + [70.0] + [90.0] * 4
    wait = seed.wait(label)
    result = reference_level(seed.warnings[0], grid_of(seed, values, label), seed)[0]
    assert result[6 + wait - 1] == 90
    assert result[6 + wait] < 90


def test_the_data_show_a_label_later_than_a_reading(seed_with, toy_seed):
    label = toy_seed.target.name
    seed = seed_with(event("at_least = 6"), event("below_usual = 1", column=label, name="low"))
    high, low = seed.warnings
    assert known_after(high, seed) == seed.period
    assert known_after(low, seed) == seed.period + seed.delay > seed.period + dt.timedelta(0)
