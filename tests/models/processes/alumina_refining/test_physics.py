"""Physics of alumina refining as models use it: features, first principles, derived targets, money."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from physics.bayer.precipitation import tank_alumina
from physics.bayer.solubility import gibbsite_solubility, ionic_strength
from seeds import load
from tests.models.processes.rows import evaluated, needed, typical

SEED = load("alumina_refining")
physics = needed_physics_of(SEED)
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}
IN_TRAIN = {
    *("green_liquor_ac", "green_liquor_caustic", "green_liquor_carbonate", "green_liquor_chloride"),
    *("green_liquor_sulphate", "green_liquor_toc", "fill_temperature", "last_tank_temperature", "tanks_on"),
    *("seed_solids", "seed_ssa", "flow"),
}
USED = IN_TRAIN | {
    *("tank3_temperature", "tank3_ac", "tank8_ac", "spent_liquor_ac", "end_temperature", "seed_fines"),
    *("previous_fines", "bauxite_reactive_silica", "bauxite_available_alumina"),
    *("steam_digestion", "steam_evaporation", "calciner_fuel"),
}


@pytest.fixture
def columns():
    """Five hundred rows about the seed's typical values, all within range."""
    return typical(SEED, 500)


@pytest.fixture
def row():
    """A day with no quantity at its usual value."""
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    values = {
        **{"green_liquor_ac": 0.72, "green_liquor_caustic": 240.0, "green_liquor_carbonate": 42.0},
        **{"green_liquor_chloride": 11.0, "green_liquor_sulphate": 13.0, "green_liquor_toc": 11.0, "tanks_on": 12.0},
        **{"fill_temperature": 75.0, "last_tank_temperature": 58.0, "end_temperature": 57.0, "seed_solids": 470.0},
        **{"seed_ssa": 0.052, "flow": 1550.0, "tank3_temperature": 72.0, "tank3_ac": 0.54, "tank8_ac": 0.44},
        **{"spent_liquor_ac": 0.41, "seed_fines": 24.0, "previous_fines": 10.0, "bauxite_reactive_silica": 2.5},
        **{"bauxite_available_alumina": 44.0, "steam_digestion": 130.0, "steam_evaporation": 60.0},
        **{"calciner_fuel": 3.0, "lime_dose": 14.0, "overflow_solids": 0.6},
    }
    return result | {name: np.array([value]) for name, value in values.items()}


def test_what_is_needed_of_a_day():
    columns = typical(SEED)
    assert needed(lambda rows: evaluated(SEED, physics, rows), columns) == USED
    assert needed(lambda rows: {"yield": physics.first_principles(rows)}, columns) == IN_TRAIN


def test_a_yield_of_strange_liquors_is_a_yield():
    for end in (0, 1):
        ends = {column.name: np.array([float(column.limits[end])]) for column in SEED.inputs}
        assert 20.0 <= physics.first_principles(ends)[0] <= 130.0


def test_features_by_hand(row):
    result = {name: float(values[0]) for name, values in physics.features(row).items()}
    ionic = ionic_strength(240.0, 42.0, 11.0, 13.0, 11.0)
    over = {t: gibbsite_solubility(t, 240.0, ionic) / 240.0 for t in (75.0, 72.0, 58.0, 75.0 - 17.0 * 7.0 / 11.0)}
    temperatures = 75.0 - 17.0 * np.arange(12) / 11.0
    rate = 1.1e10 * np.exp(-7600.0 / (temperatures + 273.15) - 0.02 - 0.008)
    strength = rate * 470.0 * 0.052 * 5100.0 / 1550.0
    left, sigma = 0.72 * 240.0, []
    for t, power in zip(temperatures, strength, strict=True):
        saturated = gibbsite_solubility(t, 240.0, ionic)
        left = tank_alumina(left, saturated, 240.0, power)
        sigma.append((left - saturated) / 240.0)
    square = np.mean(np.square(sigma))
    soda = 0.20 + 2.4 * square**0.7 * np.exp(0.012 * (66.0 - 66.5)) * np.sqrt(240.0 / 235.0)
    expected = {
        "ionic_strength": ionic,
        "green_caustic_ratio": 101.961 / 105.99 / 0.72,
        "solubility_last": over[58.0],
        "sigma_fill": 0.72 - over[75.0],
        "sigma_third": 0.54 - over[72.0],
        "sigma_eighth": 0.44 - over[75.0 - 17.0 * 7.0 / 11.0],
        "sigma_last": 0.41 - over[58.0],
        "titrated_yield": 240.0 * 0.31,
        "first_drop": 240.0 * 0.18,
        "middle_drop": 240.0 * 0.10,
        "residence_time": 12.0 * 5100.0 / 1550.0,
        "seed_surface": 470.0 * 0.052,
        "train_strength": strength.sum(),
        "expected_yield": 0.72 * 240.0 - left,
        "growth_left": 0.41 - left / 240.0,
        "expected_square": square,
        "expected_na2o": soda,
        "cooled_by": 17.0,
        "missed_end": 1.0,
        "expected_soda": 0.7 * 2500.0 / 44.0,
        "fines_change": 14.0,
    }
    assert result == pytest.approx(expected, rel=1e-9)
    assert physics.first_principles(row)[0] == pytest.approx(0.72 * 240.0 - left, rel=1e-12)


@pytest.mark.parametrize(
    ("column", "step", "sign"),
    [
        ("green_liquor_ac", 0.01, 1),
        ("seed_solids", 25.0, 1),
        ("seed_ssa", 0.003, 1),
        ("tanks_on", -1.0, -1),
        ("flow", 50.0, -1),
        ("green_liquor_toc", 2.0, -1),
        ("green_liquor_carbonate", 5.0, -1),
    ],
    ids=str,
)
def test_levers_act_in_their_known_direction(columns, column, step, sign):
    whole = columns | {"tanks_on": np.full(500, 12.0)}
    after = whole | {column: whole[column] + step}
    assert np.all(sign * (physics.first_principles(after) - physics.first_principles(whole)) > 0.0)


def test_liquor_coal_and_emission_by_hand(row):
    result = {name: float(values[0]) for name, values in physics.derived(row, np.array([80.0]), ECONOMICS).items()}
    hourly = 1550.0 * 80.0 / 1000.0
    boilers = 190.0 * 2.2 / hourly / 0.86 + 1.2
    assert result["specific_liquor"] == pytest.approx(12.5, rel=1e-12)
    assert result["coal_equivalent"] == pytest.approx(34.12 * (boilers + 3.0) + 220.0 * 0.1229, rel=1e-12)
    assert result["co2e"] == pytest.approx(boilers * 0.092 + 3.0 * 0.056 + 0.22 * 0.5306, rel=1e-12)


def test_coal_equivalent_of_a_plant():
    """9.2 GJ of fuel and 220 kWh a tonne are 340.9 kgce/t."""
    typical_period = {column.name: np.array([column.typical_value]) for column in SEED.inputs} | {
        "flow": np.array([1500.0])
    }
    steam = (9.2 - 1.2 - 3.0) * 0.86 / 2.2 * 112.5
    known = typical_period | {"calciner_fuel": np.array([3.0]), "steam_digestion": np.array([steam])}
    result = physics.derived(known | {"steam_evaporation": np.array([0.0])}, np.array([75.0]), ECONOMICS)
    assert result["coal_equivalent"][0] == pytest.approx(340.9, abs=0.1)


def test_all_of_it_falls_when_the_yield_rises(columns):
    low, high = (physics.derived(columns, np.full(500, harvest), ECONOMICS) for harvest in (75.0, 76.0))
    assert all((high[name] < low[name]).all() for name in low)


def test_money_by_hand(row):
    product = {"precipitation_yield": 80.6, "soda_loss": 60.0, "na2o": 0.45, "product_fines": 5.0, "loi": 0.6}
    day = row | {name: np.array([value]) for name, value in product.items()}
    e, sold = ECONOMICS | {"carbon_price_direct": 12.0, "carbon_price_indirect": 9.0}, 0.024 * 1550.0 * 80.0
    steam = 24.0 * 190.0
    boilers = steam * 2.2 / 0.86 + 1.2 * sold
    carbon = 12.0 * (boilers * 0.092 + 3.0 * sold * 0.056) + 9.0 * sold * 0.22 * 0.5306
    expected = sold * (400.0 - 2.5 * 48.0 - 220.0 * 0.08) - 0.5 * sold * e["grade_discount"] - steam * 15.0
    expected -= 3.0 * sold * 5.0 + 0.06 * sold * 430.0 + 0.014 * sold / 0.44 * 70.0
    expected -= 0.024 * 1550.0 * 470.0 * 0.5 + sold * 17.0 * 0.05 + carbon
    assert physics.money(day, e)[0] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(physics.money(day | {"na2o": np.array([np.nan])}, ECONOMICS)[0])


@pytest.mark.parametrize("name", ["alumina_price", "grade_discount", "caustic_price", "seed_price"])
def test_a_price_that_money_lacks_is_named(row, name):
    product = {"precipitation_yield": 80.0, "soda_loss": 60.0, "na2o": 0.4, "product_fines": 9.0, "loi": 0.8}
    day = row | {one: np.array([value]) for one, value in product.items()}
    with pytest.raises(ValueError, match=f"economics.{name}"):
        physics.money(day, {one: value for one, value in ECONOMICS.items() if one != name})
