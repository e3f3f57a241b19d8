"""What every account of fuel keeps, and worked values."""

import numpy as np
import pytest

from models.energy.account import account, flow
from models.energy.answers import energy_answers
from models.energy.grades import Norms
from models.interfaces.answers import Answer
from models.interfaces.energy import AUXILIARIES, COMPREHENSIVE, ELECTRICITY, GRID_FACTOR
from models.processes import fuel_energy
from models.processes.lookup import energy_of
from seeds import load, names

PROCESSES = [
    one for one in names() if (account_of := energy_of(load(one))) is not None and account_of.KIND is fuel_energy.KIND
]


@pytest.fixture(scope="module", params=PROCESSES)
def process(request):
    return request.param


def given(process, **changed):
    """Columns of a usual day and the seed's factors, some of them changed."""
    seed = load(process)
    columns = {column.name: np.array([column.typical_value]) for column in (*seed.inputs, *seed.primaries)}
    return columns, {name: one.value for name, one in seed.economics.items()} | changed


def test_fuel_and_electricity_as_coal_equivalent(process):
    """9.2 GJ of fuel and 220 kWh a tonne are 340.9 kgce/t."""
    columns, economics = given(process, electricity=220.0)
    of = account(energy_of(load(process)), columns, np.array([9.2]), economics)
    assert of.coal_equivalent == pytest.approx(340.9, abs=0.05)
    assert of.boundaries[COMPREHENSIVE] == pytest.approx(9.2 + 0.792, rel=1e-12)  # 220 kWh are 0.792 GJ
    assert of.boundaries[fuel_energy.FUEL] == 9.2


def test_electricity_counts_as_bought(process):
    columns, economics = given(process, electricity=220.0, **{GRID_FACTOR: 0.5306})
    of = account(energy_of(load(process)), columns, np.array([9.2]), economics)
    assert of.scope_2[ELECTRICITY] == pytest.approx(0.11673, abs=5e-6)
    without = account(energy_of(load(process)), columns, np.array([9.2]), economics | {"electricity": 0.0})
    assert without.scopes["scope_2"] == 0.0
    assert without.boundaries[COMPREHENSIVE] == without.boundaries[fuel_energy.FUEL]


def test_electricity_beside_the_fuel_goes_to_auxiliaries(process):
    columns, economics = given(process)
    result = flow(energy_of(load(process)), columns, np.array([9.0]), economics)
    assert result.outside[AUXILIARIES] == pytest.approx(0.0036 * economics["electricity"], rel=1e-12)


def test_more_fuel_is_more_of_what_meters_do_not_hold(process):
    columns, economics = given(process)
    less, more = (flow(energy_of(load(process)), columns, np.array([one]), economics).uses for one in (8.8, 9.8))
    (changed,) = (name for name in less if not np.array_equal(less[name], more[name]))
    assert more[changed] - less[changed] == pytest.approx(1.0, rel=1e-9)


def test_ends_of_the_fuel_are_ends_of_the_energy(process):
    seed, physics = load(process), energy_of(load(process))
    columns, economics = given(process)
    value = np.array([8.5, 9.2])
    wide = {name: np.repeat(values, 2) for name, values in columns.items()}
    result = energy_answers(physics, wide, Answer(value, value - 0.3, value + 0.5), economics, Norms(seed.norms))
    low, mean, high = (account(physics, wide, value + end, economics) for end in (-0.3, 0.0, 0.5))
    for end, of in (("low", low), ("value", mean), ("high", high)):
        np.testing.assert_array_equal(getattr(result.coal_equivalent, end), of.coal_equivalent)
        for name, one in result.boundaries.items():
            np.testing.assert_array_equal(getattr(one, end), of.boundaries[name])
        for name, one in result.scopes.items():
            np.testing.assert_array_equal(getattr(one, end), of.scopes[name])
    for standing in result.standings:
        limits = {grade.name: grade.at_most for grade in standing.norm.grades}
        for name, energy in ((standing.best[1], low), (standing.grade[1], mean), (standing.worst[1], high)):
            assert energy.coal_equivalent[1] <= limits[name]
