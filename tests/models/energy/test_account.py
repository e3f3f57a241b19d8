"""Laws that the energy of every process keeps, and worked values; modules are found by their files."""

from pathlib import Path

import numpy as np
import pytest

import models.processes.energy
from models.energy.account import (
    ALTERNATING,
    AUXILIARIES,
    BOUNDARIES,
    COMPREHENSIVE,
    DIRECT,
    ELECTRICITY,
    GRID_FACTOR,
    STEAM,
    account,
    check_factors,
    factors_of,
    flow,
)
from models.energy.process import energy_of
from models.processes.lookup import needed_physics_of
from seeds import load

FOLDER = Path(models.processes.energy.__path__[0])
PROCESSES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
# Derived targets by Faraday's law and by the balances of greenhouse gases, which accounts must not contradict.
SAME = {"specific_energy": DIRECT, "co2e": "total"}


class Recording(dict):
    """Columns that remember which of them were read."""

    def __init__(self, columns):
        super().__init__(columns)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)


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
        for column in seed.inputs
    }


@pytest.fixture
def efficiency(seed):
    typical = seed.target.typical
    return np.random.default_rng(4).normal(typical.mean, typical.sd, 300)


def test_every_electrolysis_is_accounted_for():
    assert set(PROCESSES) >= {"aluminium_reduction", "copper_electrorefining", "zinc_electrowinning"}
    assert energy_of("zinc_leach_filter") is None


def test_boundaries_contain_each_other(process, columns, efficiency, economics):
    found = account(energy_of(process), columns, efficiency, economics).boundaries
    assert list(found) == list(BOUNDARIES)
    np.testing.assert_allclose(found[ALTERNATING] * economics["rectifier_efficiency"], found[DIRECT])
    assert (found[DIRECT] < found[ALTERNATING]).all()
    assert (found[COMPREHENSIVE] >= found[ALTERNATING] + economics["auxiliary_energy"] - 1e-9).all()


def test_accounts_say_what_derived_targets_say(process, seed, columns, efficiency, economics):
    of = account(energy_of(process), columns, efficiency, economics)
    derived = needed_physics_of(process).derived(columns, efficiency, economics)
    assert set(SAME) <= set(derived)
    np.testing.assert_allclose(of.boundaries[DIRECT], derived["specific_energy"], rtol=1e-12)
    np.testing.assert_allclose(of.scopes["total"], derived["co2e"], rtol=1e-12)
    assert (seed.targets["specific_energy"].unit, seed.targets["co2e"].unit) == ("kWh/t", "tCO2e/t")


def test_scopes_are_the_sums_of_what_they_come_from(process, columns, efficiency, economics):
    of = account(energy_of(process), columns, efficiency, economics)
    assert list(of.scope_1) == list(energy_of(process).EMITTED)
    for scope, parts in (("scope_1", of.scope_1), ("scope_2", of.scope_2)):
        np.testing.assert_allclose(of.scopes[scope], sum(parts.values(), np.zeros(300)), rtol=1e-12)
    np.testing.assert_allclose(of.scopes["total"], of.scopes["scope_1"] + of.scopes["scope_2"], rtol=1e-12)


def test_the_grid_moves_bought_electricity_alone(process, columns, efficiency, economics):
    physics = energy_of(process)
    usual = account(physics, columns, efficiency, economics)
    hydro = account(physics, columns, efficiency, economics | {GRID_FACTOR: 0.0})
    assert (hydro.scope_2[ELECTRICITY] == 0).all()
    np.testing.assert_array_equal(hydro.scopes["scope_1"], usual.scopes["scope_1"])
    np.testing.assert_array_equal(hydro.coal_equivalent, usual.coal_equivalent)
    half = account(physics, columns, efficiency, economics | {GRID_FACTOR: economics[GRID_FACTOR] / 2})
    np.testing.assert_allclose(half.scope_2[ELECTRICITY], usual.scope_2[ELECTRICITY] / 2, rtol=1e-12)


def test_coal_equivalent_is_that_of_the_comprehensive_energy(process, columns, efficiency, economics):
    of = account(energy_of(process), columns, efficiency, economics)
    # 3.6 MJ over 29.3076 MJ a kilowatt-hour; the factor of the standard is rounded
    np.testing.assert_allclose(of.coal_equivalent, of.boundaries[COMPREHENSIVE] * 3.6 / 29.3076, rtol=1e-3)


def test_where_the_energy_goes_closes(process, columns, efficiency, economics):
    physics = energy_of(process)
    of, found = account(physics, columns, efficiency, economics), flow(physics, columns, efficiency, economics)
    assert list(found.cells) == list(physics.USES)
    assert list(found.bound) == list(physics.BOUND)
    direct = of.boundaries[DIRECT]
    np.testing.assert_allclose(sum(found.cells.values()), direct, rtol=1e-12)
    np.testing.assert_allclose(found.heat + sum(found.bound.values(), np.zeros(300)), direct, rtol=1e-12)
    whole = sum(found.cells.values()) + sum(found.outside.values())
    np.testing.assert_allclose(whole, of.boundaries[COMPREHENSIVE], rtol=1e-12)
    assert (STEAM in found.outside) == ("steam_heat" in physics.FACTORS)


def test_nothing_rises_where_the_efficiency_rises(process, seed, columns, economics):
    physics, typical = energy_of(process), seed.target.typical
    rising = np.linspace(typical.mean - 4 * typical.sd, min(typical.mean + 3 * typical.sd, 100), 40)
    one = {name: np.full(40, values[0]) for name, values in columns.items()}
    of = account(physics, one, rising, economics)
    for name, values in {**of.boundaries, **of.scopes, "coal equivalent": of.coal_equivalent}.items():
        steps = np.diff(values)
        assert (steps <= 1e-12).all(), name
        assert (steps < 0).all() == (name != "scope_1")


def test_of_a_row_with_a_column_missing_energy_is_known_where_it_does_not_need_it(process, columns, economics, seed):
    physics = energy_of(process)
    recording = Recording(columns)
    whole = account(physics, recording, np.full(300, seed.target.typical.mean), economics)
    assert recording.read <= set(physics.NEEDED)
    for name in physics.NEEDED:
        holed = columns | {name: np.where(np.arange(300) == 0, np.nan, columns[name])}
        of = account(physics, holed, np.full(300, seed.target.typical.mean), economics)
        np.testing.assert_array_equal(of.scopes["total"][1:], whole.scopes["total"][1:])
    assert set(physics.NEEDED) <= {column.name for column in seed.inputs}


def test_only_inputs_of_a_prediction_are_read(process, columns, efficiency, economics, seed):
    recording = Recording(columns)
    flow(energy_of(process), recording, efficiency, economics)
    assert recording.read <= {column.name for column in seed.inputs}


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_a_factor_that_cannot_be_is_named(process, columns, efficiency, economics, wrong):
    physics = energy_of(process)
    for name in factors_of(physics):
        with pytest.raises(ValueError, match=rf"economics\.{name}: got .*: expected a number"):
            account(physics, columns, efficiency, economics | {name: wrong})
        with pytest.raises(ValueError, match=rf"economics\.{name}: missing"):
            account(physics, columns, efficiency, {key: one for key, one in economics.items() if key != name})


def test_energy_in_another_unit_is_refused(process, seed):
    physics = energy_of(process)
    check_factors(physics, seed.economics)
    assert set(factors_of(physics)) <= set(seed.economics)
    wrong = seed.economics["auxiliary_energy"].model_copy(update={"value": 0.25, "unit": "MWh/t"})
    with pytest.raises(ValueError, match=r"economics\.auxiliary_energy\.unit: got 'MWh/t': expected 'kWh/t'"):
        check_factors(physics, seed.economics | {"auxiliary_energy": wrong})


def test_a_rectifier_that_gives_nothing_is_refused(process, columns, efficiency, economics):
    with pytest.raises(ValueError, match="rectifier_efficiency: got 0: expected a number above 0"):
        account(energy_of(process), columns, efficiency, economics | {"rectifier_efficiency": 0.0})


# ---- worked values


@pytest.mark.parametrize(
    ("process", "volts", "efficiency", "expected", "half_digit"),
    [
        ("aluminium_reduction", 1.0, 100.0, 2980.0, 0.5),  # a volt
        ("aluminium_reduction", 4.0, 93.0, 12817.0, 1.0),
        ("copper_electrorefining", 1.0, 100.0, 843.5, 0.05),
        ("zinc_electrowinning", 1.0, 100.0, 819.9, 0.05),
        ("zinc_electrowinning", 3.35, 90.0, 3052.0, 0.5),
    ],
)
def test_direct_current_energy_as_worked_by_hand(process, volts, efficiency, expected, half_digit):
    columns = {column.name: np.zeros(1) for column in load(process).inputs} | {"cell_voltage": np.array([volts])}
    assert energy_of(process).direct(columns, np.array([efficiency])) == pytest.approx(expected, abs=half_digit)


def test_greenhouse_gases_of_electricity_as_worked_by_hand():
    # 13,350 kWh/t by the national factor of 2023 and in Yunnan
    for factor, expected in ((0.5306, 7.084), (0.1073, 1.432)):
        seed = load("aluminium_reduction")
        economics = {name: one.value for name, one in seed.economics.items()}
        economics |= {"rectifier_efficiency": 1.0, "auxiliary_energy": 0.0, GRID_FACTOR: factor}
        columns = {column.name: np.zeros(1) for column in seed.inputs} | {"cell_voltage": np.array([13350 / 2980.0])}
        of = account(energy_of(seed.process.name), columns, np.array([100.0]), economics)
        assert of.scope_2[ELECTRICITY] == pytest.approx(expected, abs=0.001)


def test_auxiliaries_are_those_of_the_seed(process, columns, efficiency, economics):
    found = flow(energy_of(process), columns, efficiency, economics)
    assert (found.outside[AUXILIARIES] == economics["auxiliary_energy"]).all()
