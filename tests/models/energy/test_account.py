"""Laws that the energy of every process keeps, and worked values; modules are found by their files."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import models.processes
from models.energy.account import account, check_factors, factors_of, flow
from models.interfaces.energy import COMPREHENSIVE, ELECTRICITY, GRID_FACTOR
from models.processes.lookup import energy_of
from seeds import load
from tests.models.processes.rows import Recording

FOLDER = Path(models.processes.__path__[0])
PROCESSES = sorted(path.parent.name for path in FOLDER.glob("*/energy.py"))


@pytest.fixture(scope="module", params=PROCESSES)
def process(request):
    return request.param


@pytest.fixture
def seed(process):
    return load(process)


@pytest.fixture
def economics(seed):
    return {name: one.value for name, one in seed.economics.items()}


@pytest.fixture
def columns(seed):
    """Three hundred rows about the seed's typical values, all within range."""
    rng = np.random.default_rng(3)
    return {
        column.name: np.clip(rng.normal(column.typical.mean, column.typical.sd, 300), column.low, column.high)
        for column in (*seed.inputs, *seed.primaries)
    }


@pytest.fixture
def values(process, seed):
    """Of what energy follows from, about its typical value."""
    typical = seed.column(energy_of(load(process)).TARGET).typical
    return np.random.default_rng(4).normal(typical.mean, typical.sd, 300)


def test_every_electrolysis_and_every_boiler_house_is_accounted_for():
    assert set(PROCESSES) >= {"aluminium_reduction", "copper_electrorefining", "zinc_electrowinning"}
    assert "alumina_refining" in PROCESSES
    assert energy_of(load("zinc_leach_filter")) is None


def test_energy_follows_from_a_target_that_is_predicted(process, seed):
    assert energy_of(load(process)).TARGET in [column.name for column in seed.primaries]


def test_boundaries_contain_each_other(process, columns, values, economics):
    physics = energy_of(load(process))
    result = account(physics, columns, values, economics).boundaries
    assert list(result) == list(physics.KIND.boundaries)
    assert list(result)[-1] == COMPREHENSIVE
    for inner, outer in itertools.pairwise(result.values()):
        assert (inner < outer).all()


def test_scopes_are_the_sums_of_what_they_come_from(process, columns, values, economics):
    of = account(energy_of(load(process)), columns, values, economics)
    assert list(of.scope_1) == list(energy_of(load(process)).EMITTED)
    assert list(of.scope_2) == list(energy_of(load(process)).bought())
    for scope, parts in (("scope_1", of.scope_1), ("scope_2", of.scope_2)):
        np.testing.assert_allclose(of.scopes[scope], sum(parts.values(), np.zeros(300)), rtol=1e-12)
    np.testing.assert_allclose(of.scopes["total"], of.scopes["scope_1"] + of.scopes["scope_2"], rtol=1e-12)


def test_the_grid_moves_bought_electricity_alone(process, columns, values, economics):
    physics = energy_of(load(process))
    typical = account(physics, columns, values, economics)
    hydro = account(physics, columns, values, economics | {GRID_FACTOR: 0.0})
    assert (hydro.scope_2[ELECTRICITY] == 0).all()
    np.testing.assert_array_equal(hydro.scopes["scope_1"], typical.scopes["scope_1"])
    np.testing.assert_array_equal(hydro.coal_equivalent, typical.coal_equivalent)
    half = account(physics, columns, values, economics | {GRID_FACTOR: economics[GRID_FACTOR] / 2})
    np.testing.assert_allclose(half.scope_2[ELECTRICITY], typical.scope_2[ELECTRICITY] / 2, rtol=1e-12)


def test_coal_equivalent_is_that_of_the_comprehensive_energy(process, columns, values, economics):
    of = account(energy_of(load(process)), columns, values, economics)
    # 3.6 MJ a kilowatt-hour and 1000 MJ a gigajoule over 29.3076 MJ; the factors of the standard are rounded
    megajoules = {"kWh/t": 3.6, "GJ/t": 1000.0}[energy_of(load(process)).KIND.unit]
    np.testing.assert_allclose(of.coal_equivalent, of.boundaries[COMPREHENSIVE] * megajoules / 29.3076, rtol=1e-3)


def test_where_the_energy_goes_closes(process, columns, values, economics):
    physics = energy_of(load(process))
    of, result = account(physics, columns, values, economics), flow(physics, columns, values, economics)
    assert list(result.uses) == list(physics.USES)
    assert list(result.bound) == list(physics.BOUND)
    assert set(result.outside) <= set(physics.KIND.outside)
    first = of.boundaries[physics.KIND.first]
    np.testing.assert_allclose(sum(result.uses.values()), first, rtol=1e-12)
    np.testing.assert_allclose(result.heat + sum(result.bound.values(), np.zeros(300)), first, rtol=1e-12)
    whole = sum(result.uses.values()) + sum(result.outside.values())
    np.testing.assert_allclose(whole, of.boundaries[COMPREHENSIVE], rtol=1e-12)


def test_nothing_turns_where_the_target_rises(process, seed, columns, economics):
    """All of it falls with an efficiency and rises with fuel, so that the ends of an interval give those of all."""
    physics = energy_of(load(process))
    column, sign = seed.column(physics.TARGET), {"%": -1.0, "GJ/t": 1.0}[seed.targets[physics.TARGET].unit]
    typical = column.typical
    rising = np.linspace(typical.mean - 4 * typical.sd, min(typical.mean + 3 * typical.sd, column.high), 40)
    one = {name: np.full(40, values[0]) for name, values in columns.items()}
    of = account(physics, one, rising, economics)
    for values in (*of.boundaries.values(), *of.scopes.values(), of.coal_equivalent):
        assert (sign * np.diff(values) >= -1e-12).all()
    for values in (*of.boundaries.values(), of.scopes["total"], of.coal_equivalent):
        assert (sign * np.diff(values) > 0).all()


def test_what_a_unit_of_the_target_is_worth(process, seed, columns, economics):
    physics = energy_of(load(process))
    mean = seed.column(physics.TARGET).typical.mean
    one = {name: np.full(3, values[0]) for name, values in columns.items()}
    result = account(physics, one, mean + np.array([-1e-4, 0.0, 1e-4]), economics).boundaries[COMPREHENSIVE]
    assert physics.slope(result[1], mean, economics) == pytest.approx(abs(result[2] - result[0]) / 2e-4, rel=1e-4)


def test_of_a_row_with_a_column_missing_energy_is_known_where_it_does_not_need_it(process, columns, economics, seed):
    physics = energy_of(load(process))
    recording = Recording(columns)
    typical = np.full(300, seed.column(physics.TARGET).typical.mean)
    whole = account(physics, recording, typical, economics)
    assert recording.read <= set(physics.NEEDED)
    for name in physics.NEEDED:
        holed = columns | {name: np.where(np.arange(300) == 0, np.nan, columns[name])}
        of = account(physics, holed, typical, economics)
        np.testing.assert_array_equal(of.scopes["total"][1:], whole.scopes["total"][1:])
    assert set(physics.NEEDED) <= {column.name for column in seed.inputs}


def test_only_inputs_of_a_prediction_and_targets_are_read(process, columns, values, economics, seed):
    recording = Recording(columns)
    flow(energy_of(load(process)), recording, values, economics)
    assert recording.read <= {column.name for column in (*seed.inputs, *seed.primaries)}


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_a_factor_that_cannot_be_is_named(process, columns, values, economics, wrong):
    physics = energy_of(load(process))
    for name in factors_of(physics):
        with pytest.raises(ValueError, match=rf"economics\.{name}: got .*: expected a number"):
            account(physics, columns, values, economics | {name: wrong})
        with pytest.raises(ValueError, match=rf"economics\.{name}: missing"):
            account(physics, columns, values, {key: one for key, one in economics.items() if key != name})


def test_energy_in_another_unit_is_refused(process, seed):
    physics = energy_of(load(process))
    check_factors(physics, seed.economics)
    assert set(factors_of(physics)) <= set(seed.economics)
    electricity = next(name for name, unit in factors_of(physics).items() if unit == "kWh/t")
    wrong = seed.economics[electricity].model_copy(update={"value": 0.25, "unit": "MWh/t"})
    with pytest.raises(ValueError, match=rf"economics\.{electricity}\.unit: got 'MWh/t': expected 'kWh/t'"):
        check_factors(physics, seed.economics | {electricity: wrong})


def test_an_efficiency_of_0_is_refused(process, columns, values, economics):
    physics = energy_of(load(process))
    for name in set(physics.KIND.above_zero) & set(factors_of(physics)):
        with pytest.raises(ValueError, match=f"{name}: got 0: expected a number above 0"):
            account(physics, columns, values, economics | {name: 0.0})


def test_norms_of_what_an_account_lacks_are_refused(process, seed):
    physics = energy_of(load(process))
    check_factors(physics, seed.economics, seed.norms)
    own, unit = seed.norms[0], physics.KIND.unit
    boundary, other = {"GJ/t": ("direct", "kWh/t"), "kWh/t": ("fuel", "GJ/t")}[unit]
    expected = " or ".join(physics.KIND.boundaries)
    with pytest.raises(ValueError, match=rf"norms\.{own.name}\.boundary: got '{boundary}': expected {expected}"):
        check_factors(physics, seed.economics, [own.model_copy(update={"boundary": boundary})])
    with pytest.raises(ValueError, match=rf"norms\.{own.name}\.unit: got '{other}': expected {unit} or kgce/t"):
        check_factors(physics, seed.economics, [own.model_copy(update={"unit": other})])
