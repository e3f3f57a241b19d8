"""Where the fuel of a precipitation line's tonne goes, and what burning it emits."""

import numpy as np
import pytest

from models.energy.account import account
from models.processes.lookup import energy_of
from seeds import load

SEED = load("alumina_refining")
energy = energy_of(SEED)
ECONOMICS = {name: one.value for name, one in SEED.economics.items()}


def typical(**changed):
    result = {column.name: np.array([column.typical_value]) for column in (*SEED.inputs, *SEED.primaries)}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_parts_by_hand():
    columns = typical(flow=1500, precipitation_yield=80, steam_digestion=132, steam_evaporation=60, calciner_fuel=3.0)
    result = energy.uses(columns, np.array([9.0]), ECONOMICS | {"steam_heat": 2.2, "boiler_efficiency": 0.88})
    assert result["calcination"] == 3.0
    assert result["digestion"] == pytest.approx(132 * 2.2 / 120, rel=1e-12)  # 120 t/h
    assert result["evaporation"] == pytest.approx(1.1, rel=1e-12)
    assert result["boilers and pipes"] == pytest.approx(3.52 * (1 / 0.88 - 1), rel=1e-12)
    assert result["other fuel"] == pytest.approx(9.0 - 3.0 - 4.0, rel=1e-12)


def test_the_reaction_holds_what_enthalpies_of_formation_say():
    (held,) = energy.bound(typical(), np.array([9.0])).values()
    assert held == pytest.approx((-1675.7 - 3 * 241.8 + 2 * 1293.1) / 101.961 + 0.2, rel=1e-12)


def test_emission_by_hand():
    factors = ECONOMICS | {"fuel_emission_factor": 0.092, "calciner_emission_factor": 0.056, "electricity": 220.0}
    result = energy.emitted(typical(calciner_fuel=3.0), np.array([9.0]), factors)
    assert result["boilers"] == pytest.approx(0.552, rel=1e-12)
    assert result["calciner"] == pytest.approx(0.168, rel=1e-12)
    of = account(energy, typical(calciner_fuel=3.0), np.array([9.0]), factors | {"grid_emission_factor": 0.5})
    assert of.scopes["total"] == pytest.approx(0.552 + 0.168 + 0.11, rel=1e-9)


def test_a_calciner_that_burns_all_leaves_boilers_none():
    assert energy.emitted(typical(calciner_fuel=6.0), np.array([5.0]), ECONOMICS)["boilers"] == 0.0


def test_alumina_by_hand():
    columns = typical(flow=1500, precipitation_yield=75)
    assert energy.made(columns, np.array([9.0]), 24.0) == pytest.approx(2700.0, rel=1e-12)
    assert energy.made(columns, np.array([9.0]), 12.0) == pytest.approx(1350.0, rel=1e-12)
