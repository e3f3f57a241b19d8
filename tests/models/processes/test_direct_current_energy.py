"""What every account of direct current keeps, and worked values."""

import numpy as np
import pytest

from models.energy.account import account, flow
from models.interfaces.energy import AUXILIARIES, COMPREHENSIVE, ELECTRICITY, GRID_FACTOR
from models.processes import direct_current_energy
from models.processes.direct_current_energy import ALTERNATING, DIRECT, STEAM
from models.processes.lookup import energy_of, needed_physics_of
from seeds import load, load_all

PROCESSES = [
    one for one, seed in load_all().items() if getattr(energy_of(seed), "KIND", None) is direct_current_energy.KIND
]


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


def test_rectifier_and_auxiliaries_are_those_of_the_seed(process, columns, efficiency, economics):
    result = account(energy_of(load(process)), columns, efficiency, economics).boundaries
    np.testing.assert_allclose(result[ALTERNATING] * economics["rectifier_efficiency"], result[DIRECT])
    assert (result[COMPREHENSIVE] >= result[ALTERNATING] + economics["auxiliary_energy"] - 1e-9).all()


def test_accounts_say_what_derived_targets_say(process, seed, columns, efficiency, economics):
    """By Faraday's law and by the balances of greenhouse gases."""
    of = account(energy_of(load(process)), columns, efficiency, economics)
    derived = needed_physics_of(load(process)).derived(columns, efficiency, economics)
    np.testing.assert_allclose(of.boundaries[DIRECT], derived["specific_energy"], rtol=1e-12)
    np.testing.assert_allclose(of.scopes["total"], derived["co2e"], rtol=1e-12)
    assert (seed.targets["specific_energy"].unit, seed.targets["co2e"].unit) == ("kWh/t", "tCO2e/t")


def test_auxiliaries_go_elsewhere_and_so_does_steam_that_is_bought(process, columns, efficiency, economics):
    physics = energy_of(load(process))
    result = flow(physics, columns, efficiency, economics)
    assert (result.outside[AUXILIARIES] == economics["auxiliary_energy"]).all()
    assert (STEAM in result.outside) == ("steam_heat" in physics.FACTORS)


def test_what_the_process_itself_emits_does_not_depend_on_the_efficiency(process, columns, efficiency, economics):
    one, other = (
        account(energy_of(load(process)), columns, e, economics).scopes for e in (efficiency, efficiency - 1.0)
    )
    np.testing.assert_array_equal(one["scope_1"], other["scope_1"])


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
    assert energy_of(load(process)).direct(columns, np.array([efficiency])) == pytest.approx(expected, abs=half_digit)


def test_greenhouse_gases_of_electricity_as_worked_by_hand():
    # 13,350 kWh/t by the national factor of 2023 and in Yunnan
    for factor, expected in ((0.5306, 7.084), (0.1073, 1.432)):
        seed = load("aluminium_reduction")
        economics = {name: one.value for name, one in seed.economics.items()}
        economics |= {"rectifier_efficiency": 1.0, "auxiliary_energy": 0.0, GRID_FACTOR: factor}
        columns = {column.name: np.zeros(1) for column in seed.inputs} | {"cell_voltage": np.array([13350 / 2980.0])}
        of = account(energy_of(seed), columns, np.array([100.0]), economics)
        assert of.scope_2[ELECTRICITY] == pytest.approx(expected, abs=0.001)
