"""Physics of copper electrorefining as models use it: features, first principles, derived targets."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load
from tests.models.processes.rows import evaluated, needed, typical

SEED = load("copper_electrorefining")
physics = needed_physics_of(SEED)
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}
USED = {
    *("anode_age", "anode_as", "anode_bi", "anode_sb", "cell_flow", "cell_temperature", "cell_voltage", "charge"),
    *("chloride_assay", "current_density", "current_swing", "electrolyte_as", "electrolyte_cu", "electrolyte_fe"),
    *("electrolyte_h2so4", "electrolyte_ni", "glue_dose", "patrol_interval", "short_rate", "steam_flow"),
    *("suspended_solids", "thiourea_dose"),
}


@pytest.fixture
def columns():
    """Five hundred rows about the seed's typical values, all within range."""
    return typical(SEED, 500)


@pytest.fixture
def crop():
    return typical(SEED)


def test_what_is_needed_of_a_crop(crop):
    assert needed(lambda rows: evaluated(SEED, physics, rows), crop) == USED
    in_loss = {"short_rate", "cell_temperature", "current_density", "electrolyte_fe"}
    assert needed(lambda rows: {"efficiency": physics.first_principles(rows)}, crop) == in_loss


def test_an_efficiency_of_strange_crops_is_one():
    for end in (0, 1):
        ends = {column.name: np.array([float(column.limits[end])]) for column in SEED.inputs}
        assert 40.0 <= physics.first_principles(ends)[0] <= 100.0


def test_first_principles_is_the_balance_of_charge(crop, columns):
    # shorts 1.1 % x 2.5, leakage 0.6 points, dissolution 100/310 faster by 9 % at 63.9 °C, iron 0.8 g/L x 0.2
    kelvin = 1.0 / (63.9 + 273.15) - 1.0 / 335.15
    expected = 100.0 - 2.75 - 0.6 - 100.0 / 310.0 * np.exp(-40e3 / 8.314462618 * kelvin) - 0.16
    assert physics.first_principles(crop)[0] == pytest.approx(expected, rel=1e-9)
    assert 92.0 < expected < 98.0  # practice
    computed = physics.features(columns)
    assert physics.first_principles(columns) == pytest.approx(100.0 - computed["expected_loss"], rel=1e-14)
    parts = computed["short_loss"] + computed["dissolution_loss"] + 0.6
    assert computed["expected_loss"] == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize(
    ("column", "step", "sign"),
    [
        ("short_rate", 0.3, -1),
        ("cell_temperature", 2.0, -1),
        ("electrolyte_fe", 0.2, -1),
        ("current_density", 20.0, 1),  # what dissolves is a smaller part
    ],
    ids=str,
)
def test_levers_act_in_their_known_direction(columns, column, step, sign):
    after = columns | {column: columns[column] + step}
    assert np.all(sign * (physics.first_principles(after) - physics.first_principles(columns)) > 0.0)


def test_features_of_a_usual_crop(crop):
    result = {name: float(values[0]) for name, values in physics.features(crop).items()}
    assert result["polarisation"] == pytest.approx(0.30, abs=0.02)
    assert result["conductivity"] == pytest.approx(0.625, abs=0.01)  # 46 g/L, 180 g/L, 63.9 °C, 14 and 8 g/L
    assert result["expected_gap"] == pytest.approx(24.875 + 7.0 * 310.0 * 24.0 * 1.185494 / 8930.0, rel=1e-6)
    assert result["short_births"] == pytest.approx(24.0 * 1.1 / (12.0 * (0.5 + 0.15 / 0.85) + 2.0), rel=1e-9)
    assert abs(result["voltage_excess"]) < 0.03
    assert result["anode_ratio"] == pytest.approx(4.2, abs=0.05)
    assert result["passivation_time"] == pytest.approx(1.0, abs=0.2)


def test_energy_steam_and_emission_by_hand(crop):
    row = crop | {"cell_voltage": np.array([0.30]), "charge": np.array([5700.0]), "steam_flow": np.array([240.0])}
    result = {name: float(values[0]) for name, values in physics.derived(row, np.array([96.0]), ECONOMICS).items()}
    assert result["specific_energy"] == pytest.approx(264.0, abs=0.5)  # engineering notes: 0.30 V and 96 %
    copper = 20.0 * 5.7 * 1.185494 * 0.96
    assert result["specific_steam"] == pytest.approx(168.0 * 240.0 / copper, rel=1e-6)
    bought = result["specific_energy"] / 0.97 + 48.6
    assert 280.0 < bought < 400.0  # practice, auxiliaries included
    expected = bought * 0.5306e-3 + result["specific_steam"] / 1000.0 * 0.297
    assert result["co2e"] == pytest.approx(expected, rel=1e-9)
    # 350 kWh/t at the national factor: 0.19 t
    assert 350.0 * ECONOMICS["grid_emission_factor"] / 1000.0 == pytest.approx(0.19, abs=0.005)


def test_all_of_it_falls_when_the_efficiency_rises(columns):
    low, high = (physics.derived(columns, np.full(500, ce), ECONOMICS) for ce in (95.0, 96.0))
    assert all((high[name] < low[name]).all() for name in low)
    at = {name: np.full(1, column[0]) for name, column in columns.items()} | {"cell_voltage": np.array([0.29])}
    gain = [physics.derived(at, np.array([ce]), ECONOMICS)["specific_energy"][0] for ce in (96.0, 97.0)]
    assert gain[1] - gain[0] == pytest.approx(-2.6, abs=0.05)  # kWh/t a point by engineering notes


def test_money_by_hand(crop):
    """A section of 20 cells at an even current of 34 kA and 0.3 V, 95 %: what it earns, and what each part costs."""
    row = crop | {
        name: np.array([value])
        for name, value in {
            **{"charge": 5712.0, "current_efficiency": 95.0, "cell_voltage": 0.3, "current_swing": 0.0},
            **{"steam_flow": 250.0, "glue_dose": 60.0, "thiourea_dose": 50.0, "patrol_interval": 12.0},
            **{"reject_share": 2.0, "anode_age": 0.0, "current_density": 310.0},
        }.items()
    }
    copper = 20 * 5712.0 * 1.1855 * 0.95 / 1000.0 / 7.0  # t/d
    energy = 20 * 34.0 * 0.3 * 24.0  # kWh/d
    bought = energy / 0.97 + 48.6 * copper
    steam = 6.0  # t/d
    emitted = 0.5306 * bought / 1000.0 + 0.297 * steam
    standing = 20 * 55.0 * 0.047 * 8.93  # t
    expected = copper * (110.0 - 0.02 * 260.0 - 0.06 * 3.5 - 0.05 * 2.0 - 48.6 * 0.085)
    expected -= energy / 0.97 * (0.045 + 0.085 + 0.13) / 3.0 + steam * 16.0 + 2 * 14.0 + emitted * 12.0
    expected -= standing * 9500.0 * 0.08 / 365.25
    priced = ECONOMICS | {"carbon_price_indirect": 12.0}
    assert physics.money(row, priced)[0] == pytest.approx(expected, rel=2e-3)
    # A tenth more in the valley, as much less in the peak: a thirtieth of the energy moves from 13 to 4.5 cents.
    swung = physics.money(row | {"current_swing": np.array([10.0])}, ECONOMICS)[0]
    moved = energy / 0.97 / 30.0 * (0.13 - 0.045)
    assert moved < swung - physics.money(row, ECONOMICS)[0] < 2.1 * moved  # and the voltage with it
    assert np.isnan(physics.money(row | {"reject_share": np.array([np.nan])}, ECONOMICS)[0])


@pytest.mark.parametrize("name", ["hours_valley", "price_peak", "reject_cost", "patrol_cost"])
def test_a_price_that_money_lacks_is_named(crop, name):
    row = crop | {"current_efficiency": np.array([95.0]), "reject_share": np.array([2.0])}
    with pytest.raises(ValueError, match=f"economics.{name}"):
        physics.money(row, {one: value for one, value in ECONOMICS.items() if one != name})
    with pytest.raises(ValueError, match=f"economics.{name}"):
        physics.money(row, ECONOMICS | {name: -1.0})
