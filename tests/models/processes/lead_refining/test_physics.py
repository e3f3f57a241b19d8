"""Physics of lead refining as models use it: features, first principles, derived targets, money."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load
from tests.models.processes.rows import evaluated, needed, typical

SEED = load("lead_refining")
physics = needed_physics_of(SEED)
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}
USED = {
    *("anode_age", "anode_as", "anode_sb", "cell_flow", "cell_temperature", "cell_voltage", "charge"),
    *("current_density", "electrolyte_h2sif6", "electrolyte_pb", "glue_dose", "lignin_dose", "short_rate"),
    *("steam_flow", "voltage_end", "voltage_start"),
}


@pytest.fixture
def columns():
    """Five hundred rows about the seed's typical values, all within range."""
    return typical(SEED, 500)


@pytest.fixture
def row():
    """A crop with no quantity at its usual value."""
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    values = {
        **{"anode_age": 6.0, "anode_sb": 0.5, "anode_as": 0.18, "electrolyte_pb": 80.0, "electrolyte_h2sif6": 90.0},
        **{"current_density": 190.0, "cell_temperature": 42.0, "cell_flow": 27.0, "glue_dose": 550.0},
        **{"lignin_dose": 500.0, "short_rate": 1.6, "voltage_start": 0.5, "voltage_end": 0.6, "cell_voltage": 0.55},
        **{"charge": 760.0, "steam_flow": 40.0},
    }
    return result | {name: np.array([value]) for name, value in values.items()}


def test_what_is_needed_of_a_crop():
    columns = typical(SEED)
    assert needed(lambda rows: evaluated(SEED, physics, rows), columns) == USED
    in_loss = {"short_rate", "cell_temperature", "current_density"}
    assert needed(lambda rows: {"efficiency": physics.first_principles(rows)}, columns) == in_loss


def test_an_efficiency_of_strange_crops_is_one():
    for end in (0, 1):
        ends = {column.name: np.array([float(column.limits[end])]) for column in SEED.inputs}
        assert 40.0 <= physics.first_principles(ends)[0] <= 100.0


def test_features_by_hand(row):
    result = {name: float(values[0]) for name, values in physics.features(row).items()}
    kelvin = 1.0 / (42.0 + 273.15) - 1.0 / 333.15
    diffusion = 1.7e-9 * np.exp(-19.2e3 / 8.314462618 * kelvin)
    layer = 0.15e-3 * (190.0 / 300.0) ** -0.2 * (27.0 / 30.0) ** -0.1  # m
    limit = 2.0 * 96485.33212 * diffusion * (80.0e3 / 207.2) / layer
    polarisation = 190.0 / limit
    conductivity = 0.22 * (1.0 + 0.015 * 4.0 + 0.006 * 5.0 + 0.003 * 5.0)
    lost = 190.0 * 24.0 * 3.0 * (3600.0 * 207.2 / (2.0 * 96485.33212)) / 11340.0  # mm a crop
    slime = 0.9 * lost * 3.0
    bare = 190.0e-5 * (40.0 - lost) / conductivity + 0.075 * 190.0 / 180.0
    glue, lignin = np.log(550.0 * np.exp(-0.16) / 600.0), np.log(500.0 / 450.0)
    squared = glue**2 + 0.7 * lignin**2
    odds = 0.03 / 0.97 * 1.5**2 / ((0.5 + 0.09) / 0.7) ** 4
    shed = odds / (1.0 + odds)
    dissolved = 250.0 / 190.0 * np.exp(-40e3 / 8.314462618 * (1.0 / 315.15 - 1.0 / 335.15))
    expected = {
        "limiting_current": limit,
        "polarisation": polarisation,
        "conductivity": conductivity,
        "slime_thickness": slime,
        "expected_slime_drop": 0.01 * slime + 0.0009 * slime**2 * (190.0 / 180.0) / (0.5 / 0.6),
        "voltage_rise": 0.1,
        "slime_drop": 0.6 - bare,
        "bismuth_transfer": 5e-4 * np.exp((0.6 - bare - 0.2) / 0.04),
        "expected_shed": shed,
        "short_loss": 3.2,
        "dissolution_loss": dissolved,
        "expected_loss": 3.2 + 0.8 + dissolved,
        "glue_error": glue,
        "lignin_error": lignin,
        "squared_error": squared,
        "expected_roughness": (polarisation / 0.38) ** 1.5 * np.exp(2.0 * squared / (1.0 + squared) + 3.0 * shed),
    }
    assert result == pytest.approx(expected, rel=1e-9)
    assert physics.first_principles(row)[0] == pytest.approx(100.0 - 4.0 - dissolved, rel=1e-12)


@pytest.mark.parametrize(
    ("column", "step", "sign"),
    [
        ("short_rate", 0.3, -1),
        ("cell_temperature", 2.0, -1),
        ("current_density", 20.0, 1),  # what dissolves is a smaller part
    ],
    ids=str,
)
def test_levers_act_in_their_known_direction(columns, column, step, sign):
    after = columns | {column: columns[column] + step}
    assert np.all(sign * (physics.first_principles(after) - physics.first_principles(columns)) > 0.0)


def test_energy_steam_and_emission_by_hand(row):
    result = {name: float(values[0]) for name, values in physics.derived(row, np.array([95.0]), ECONOMICS).items()}
    equivalent = 3600.0 * 207.2 / (2.0 * 96485.33212)
    lead = 16.0 * 760.0 * equivalent * 0.95 / 1000.0  # t
    assert result["specific_energy"] == pytest.approx(1000.0 * 0.55 / (0.95 * equivalent), rel=1e-9)
    assert result["specific_energy"] == pytest.approx(258.7 * 0.55 / 0.95, abs=0.05)
    assert result["specific_steam"] == pytest.approx(72.0 * 40.0 / lead, rel=1e-9)
    bought = result["specific_energy"] / ECONOMICS["rectifier_efficiency"] + ECONOMICS["auxiliary_energy"]
    expected = bought * 0.5306e-3 + result["specific_steam"] / 1000.0 * 0.297
    assert result["co2e"] == pytest.approx(expected, rel=1e-9)
    assert physics.lead_made(row, np.array([95.0]))[0] == pytest.approx(lead, rel=1e-12)


def test_all_of_it_falls_when_the_efficiency_rises(columns):
    low, high = (physics.derived(columns, np.full(500, ce), ECONOMICS) for ce in (95.0, 96.0))
    assert all((high[name] <= low[name]).all() for name in low)
    assert (high["specific_energy"] < low["specific_energy"]).all()


def test_money_by_hand(row):
    crop = row | {"current_efficiency": np.array([95.0]), "bi": np.array([40.0])}
    lead = 16.0 * 760.0 * (3600.0 * 207.2 / (2.0 * 96485.33212)) * 0.95 / 3000.0  # t/d
    energy = 16.0 * 760.0 / 3.0 * 0.55  # kWh/d
    e = ECONOMICS | {"carbon_price_direct": 7.0, "carbon_price_indirect": 11.0}
    bought = energy / e["rectifier_efficiency"] + lead * e["auxiliary_energy"]
    steam = 0.96  # t/d
    acid = lead * 3.5 * np.exp(0.08)
    expected = lead * (e["refining_margin"] - 0.5 * e["bismuth_discount"])
    expected -= bought * e["power_price"] + steam * e["steam_price"] + acid * e["acid_price"]
    expected -= lead * (0.55 * e["glue_price"] + 0.5 * e["lignin_price"])
    expected -= e["carbon_price_indirect"] * (bought * 0.5306e-3 + steam * 0.297)
    assert physics.money(crop, e)[0] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(physics.money(crop | {"bi": np.array([np.nan])}, ECONOMICS)[0])
    clean = physics.money(crop | {"bi": np.array([4.0])}, e)[0]
    assert clean - expected == pytest.approx(0.5 * lead * e["bismuth_discount"], rel=1e-6)


@pytest.mark.parametrize("name", ["refining_margin", "bismuth_discount", "acid_price", "power_price"])
def test_a_price_that_money_lacks_is_named(row, name):
    crop = row | {"current_efficiency": np.array([95.0]), "bi": np.array([12.0])}
    with pytest.raises(ValueError, match=f"economics.{name}"):
        physics.money(crop, {one: value for one, value in ECONOMICS.items() if one != name})
