"""What is in hand when a period starts: nothing of it that comes later, and nothing of another unit."""

import numpy as np
import pandas as pd
import pytest

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.features import columns_of, known
from seeds import Seed, load, load_all
from tests.models.warnings.conftest import event

WARNED = sorted(name for name, seed in load_all().items() if seed.warnings)


def table_of(seed: Seed, units: int = 3, periods: int = 18) -> pd.DataFrame:
    """Rows about normal production."""
    rng = np.random.default_rng(3)
    assert seed.key is not None
    n = units * periods
    start = pd.date_range("2024-01-01", periods=periods, freq=pd.Timedelta(seed.period)).to_numpy()
    columns = {
        seed.key.name: np.repeat([f"U-{i}" for i in range(units)], periods),
        seed.clock.name: np.tile(start, units),
    }
    for column in seed.columns:
        if column.is_number:
            low, high = column.limits
            values = column.typical.mean + column.typical.sd * rng.standard_normal(n)
            columns[column.name] = np.clip(values, max(low, 1e-3), high)
    return pd.DataFrame(columns)


def shaken(table: pd.DataFrame, names: list[str], rows: np.ndarray) -> pd.DataFrame:
    """The table with other values in some columns of some rows."""
    other = table.copy()
    other.loc[rows, names] = 1.07 * other.loc[rows, names].to_numpy() + 0.01
    return other


@pytest.mark.parametrize("process", WARNED)
def test_nothing_that_comes_later_is_in_hand(process):
    seed, coming = load(process), 14
    table = table_of(seed)
    number = np.tile(np.arange(18), 3)
    grid = UnitPeriodGrid.of(table, seed)
    at = known(grid, seed)
    row = at.periods == coming
    unknown_from = {
        "during": coming,
        "late": 0,
        "target": coming + 1 - seed.wait(seed.target.name),
        "before": coming + 1,
        "setpoint": coming + 1,
    }
    for role, first in unknown_from.items():
        names = [column.name for column in seed.by_role(role) if column.is_number and not column.is_made]
        if names:
            other = known(UnitPeriodGrid.of(shaken(table, names, number >= first), seed), seed)
            np.testing.assert_array_equal(other.values[row], at.values[row], err_msg=f"{role} from {first} on")
            changed = other.values[at.periods > coming + 2] != at.values[at.periods > coming + 2]
            assert role == "late" or changed.any(), f"{role} counts for nothing at all"


@pytest.mark.parametrize("process", WARNED)
def test_a_unit_hangs_on_its_own_rows_alone(process):
    seed = load(process)
    table = table_of(seed)
    at = known(UnitPeriodGrid.of(table, seed), seed)
    alone = known(UnitPeriodGrid.of(table[table[seed.key.name] == "U-1"], seed), seed)
    np.testing.assert_array_equal(alone.values, at.values[at.units == 1])


@pytest.mark.parametrize("process", WARNED)
def test_each_column_is_made_from_one_that_people_know(process):
    seed = load(process)
    at = known(UnitPeriodGrid.of(table_of(seed), seed), seed)
    assert len(set(at.names)) == len(at.names) == len(at.about) == at.values.shape[1]
    assert np.isfinite(at.values[at.age >= 6]).mean() > 0.9


def test_what_is_relative_sees_rises_alone(seed_with):
    low = seed_with(event("below_usual = 1")).warnings[0]
    high = seed_with(event("at_least = 1")).warnings[0]
    names = ("z last", "z last rise", "x_set", "x_set rise")
    assert columns_of(low, names).tolist() == [False, True, False, True]
    assert columns_of(high, names).all()


def test_age_counts_periods_without_a_gap(toy_seed, remembering):
    table = remembering(toy_seed, units=2, periods=8)
    first = table[toy_seed.key.name] == table[toy_seed.key.name].iloc[0]
    gap = table.drop(table.index[first][3])
    at = known(UnitPeriodGrid.of(gap, toy_seed), toy_seed)
    assert at.age[at.units == 0].tolist() == [0, 1, 2, 0, 1, 2, 3]
    assert at.age[at.units == 1].tolist() == list(range(8))
