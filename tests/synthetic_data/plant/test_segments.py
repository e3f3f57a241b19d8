"""Suppliers of plants whose stretches are drawn whole: how a run is cut, and its random numbers."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.plant.segments import PlantSupplier

HALF_A_DAY = 0.5  # d: the period of the cast house


class Days(PlantSupplier):
    """A supplier of days."""

    def advance(self):
        return self._next_days()


def run_of(periods):
    return plan_run(load("aluminium_ingot"), units=1, years=(periods + 0.5) * HALF_A_DAY / 365.25)


@pytest.mark.parametrize("periods", [1, 7, 8, 21])
def test_stretches_cover_the_run_after_one_that_warms_it_up(periods):
    supplier, result = Days(run_of(periods), 7), []
    assert supplier.first == -7
    while supplier.first < periods:
        result.append(supplier.advance())
    assert supplier.first == periods
    assert [first for first, _ in result] == [-7, *range(0, periods, 7)]
    assert np.concatenate([days for _, days in result]).tolist() == [HALF_A_DAY * t for t in range(-7, periods)]


def test_each_supplier_of_a_run_draws_the_numbers_that_all_units_share():
    run = run_of(10)
    expected = run.plant_stream().standard_normal(5)
    for _ in range(2):
        assert np.array_equal(PlantSupplier(run, 7).stream.standard_normal(5), expected)
