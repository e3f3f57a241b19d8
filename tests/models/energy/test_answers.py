"""Intervals of energy that follow from those of the current efficiency."""

import numpy as np
import pytest

from models.energy.account import account
from models.energy.answers import energy_answers
from models.energy.grades import Norms
from models.interfaces.answers import Answer
from models.processes.lookup import energy_of
from seeds import load

PROCESSES = ("aluminium_reduction", "copper_electrorefining", "zinc_electrowinning")


@pytest.mark.parametrize("process", PROCESSES)
def test_ends_of_the_efficiency_are_ends_of_the_energy(process):
    seed, physics = load(process), energy_of(load(process))
    columns = {column.name: np.full(3, column.typical.mean) for column in seed.inputs}
    economics = {name: one.value for name, one in seed.economics.items()}
    value = np.array([88.0, 92.0, 95.0])
    result = energy_answers(physics, columns, Answer(value, value - 2, value + 1), economics, Norms(seed.norms))
    low, mean, high = (account(physics, columns, end, economics) for end in (value + 1, value, value - 2))
    for name, one in result.boundaries.items():
        for end, of in (("low", low), ("value", mean), ("high", high)):
            np.testing.assert_array_equal(getattr(one, end), of.boundaries[name])
        assert (one.low < one.value).all()
        assert (one.value < one.high).all()
    np.testing.assert_array_equal(result.coal_equivalent.high, high.coal_equivalent)
    for name, one in result.scopes.items():
        np.testing.assert_array_equal(one.high, high.scopes[name])
        np.testing.assert_array_equal(one.low, low.scopes[name])
    assert [one.norm for one in result.standings] == seed.norms
    assert set(result.sources["scope_1"]) == set(physics.EMITTED)


def test_a_wider_interval_of_the_efficiency_is_a_wider_one_of_the_energy():
    seed, physics = load("zinc_electrowinning"), energy_of(load("zinc_electrowinning"))
    columns = {column.name: np.full(1, column.typical.mean) for column in seed.inputs}
    economics = {name: one.value for name, one in seed.economics.items()}
    value, before = np.array([90.0]), None
    for half in (0.5, 1.0, 3.0):
        result = energy_answers(
            physics, columns, Answer(value, value - half, value + half), economics, Norms(seed.norms)
        )
        one = result.standings[0].energy
        if before is not None:
            assert one.low < before.low < before.value == one.value < before.high < one.high
        before = one


def test_of_a_row_without_voltage_nothing_is_known():
    seed, physics = load("zinc_electrowinning"), energy_of(load("zinc_electrowinning"))
    columns = {column.name: np.full(2, column.typical.mean) for column in seed.inputs}
    columns["cell_voltage"] = np.array([np.nan, 3.35])
    economics = {name: one.value for name, one in seed.economics.items()}
    ends = Answer(*(np.full(2, one) for one in (90.0, 89.0, 91.0)))
    result = energy_answers(physics, columns, ends, economics, Norms(seed.norms))
    (first, second) = result.boundaries["direct"].value
    assert np.isnan(first)
    assert second == pytest.approx(3052, abs=0.5)
    assert [one.grade[0] for one in result.standings] == [None, None]
    assert all(grade is not None for one in result.standings for grade in one.grade[1:])
