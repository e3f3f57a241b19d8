"""Money of a pot: its sum written out, and what each price and flow is worth."""

from dataclasses import fields, replace

import numpy as np
import pytest

from physics.reduction.economics import PotFlows, emitted, margin

PRICES = {
    "aluminium_price": 2500.0,
    "power_price": 0.06,
    "alumina_price": 390.0,
    "alf3_price": 1300.0,
    "anode_price": 610.0,
    "interest": 0.09,
    "carbon_price_direct": 14.0,
    "carbon_price_indirect": 9.0,
    "grid_emission_factor": 0.55,
    "rectifier_efficiency": 0.97,
    "auxiliary_energy": 230.0,
    "anode_sulphur_and_ash": 0.04,
    "cf4_slope": 0.13,
    "c2f6_to_cf4": 0.1,
    "gwp_cf4": 6600.0,
    "gwp_c2f6": 11000.0,
}
DAY = PotFlows(metal=3000.0, energy=39000.0, alumina=5760.0, alf3=45.0, net_carbon=1230.0, ae_minutes=0.3, pool=28800.0)
BOUGHT = 39000.0 / 0.97 + 3.0 * 230.0  # kWh/d
GASES = 0.001 * 0.13 * 0.3 * (6600.0 + 0.1 * 11000.0) * 3.0  # tCO2e/d
DIRECT, INDIRECT = 1.23 * 0.96 * 44.0 / 12.0 + GASES, BOUGHT * 0.55 / 1000.0  # tCO2e/d


def test_emission_by_hand():
    result = emitted(DAY, PRICES)
    assert (result.direct, result.indirect) == (pytest.approx(DIRECT, rel=1e-12), pytest.approx(INDIRECT, rel=1e-12))
    assert result.total == pytest.approx(DIRECT + INDIRECT, rel=1e-12)


def test_margin_by_hand():
    expected = 3.0 * 2500.0 - BOUGHT * 0.06 - 5.76 * 390.0 - 0.045 * 1300.0 - 1.23 * 610.0
    expected -= 14.0 * DIRECT + 9.0 * INDIRECT
    expected -= 28.8 * 2500.0 * 0.09 / 365.25
    assert margin(DAY, PRICES) == pytest.approx(expected, rel=1e-12)


def test_a_tiered_power_price_is_charged_on_the_pots_own_consumption():
    """13,402 kWh/t of rectifiers with 230 of auxiliaries and 130 of bus bars: 13,762 kWh/t, 24 steps of 20 kWh/t."""
    tiered = PRICES | {"tier_year": 2025.0, "yuan_price": 0.14, "bus_bar_energy": 130.0}
    consumption = 13000.0 / 0.97 + 230.0 + 130.0
    charge = 3.0 * consumption * 0.14 * 0.24
    assert margin(DAY, PRICES) - margin(DAY, tiered) == pytest.approx(charge, rel=1e-9)
    stated = tiered | {"plant_consumption": 13600.0}  # 15 steps
    charge = 3.0 * 0.14 * (0.15 * consumption + 0.0005 * 13600.0 * (consumption - 13600.0))
    assert margin(DAY, PRICES) - margin(DAY, stated) == pytest.approx(charge, rel=1e-9)
    assert margin(DAY, tiered | {"tier_year": 0.0}) == margin(DAY, PRICES)
    assert np.isnan(margin(replace(DAY, metal=np.nan), tiered))


def test_pots_are_taken_as_one_array_and_what_is_missing_stays_missing():
    metal = np.array([3000.0, np.nan, 2900.0])
    result = margin(replace(DAY, metal=metal), PRICES)
    assert result.shape == (3,)
    assert np.isnan(result).tolist() == [False, True, False]
    assert result[2] == pytest.approx(margin(replace(DAY, metal=2900.0), PRICES), rel=1e-12)


# What a unit of each price takes or gives a day; the margin is a straight line in each.
WORTH = {
    "aluminium_price": 3.0 - 28.8 * 0.09 / 365.25,
    "power_price": -BOUGHT,
    "alumina_price": -5.76,
    "alf3_price": -0.045,
    "anode_price": -1.23,
    "carbon_price_direct": -DIRECT,
    "carbon_price_indirect": -INDIRECT,
    "interest": -28.8 * 2500.0 / 365.25,
    "grid_emission_factor": -9.0 * BOUGHT / 1000.0,
    "auxiliary_energy": -3.0 * (0.06 + 9.0 * 0.55 / 1000.0),
}


@pytest.mark.parametrize(("name", "value"), WORTH.items(), ids=WORTH)
def test_what_a_price_is_worth(name, value):
    dearer = PRICES | {name: 1.1 * PRICES[name]}
    assert margin(DAY, dearer) - margin(DAY, PRICES) == pytest.approx(0.1 * PRICES[name] * value, rel=1e-9)


@pytest.mark.parametrize("flow", [field.name for field in fields(PotFlows)])
def test_metal_alone_is_worth_having(flow):
    more = margin(replace(DAY, **{flow: 1.01 * getattr(DAY, flow)}), PRICES) - margin(DAY, PRICES)
    assert more > 0.0 if flow == "metal" else more < 0.0


@pytest.mark.parametrize("flow", ["metal", "energy", "net_carbon", "ae_minutes"])
def test_emission_grows_with_what_causes_it(flow):
    assert emitted(replace(DAY, **{flow: 1.01 * getattr(DAY, flow)}), PRICES).total > emitted(DAY, PRICES).total


def test_stocks_emit_nothing():
    assert emitted(replace(DAY, pool=0.0, alf3=0.0, alumina=0.0), PRICES) == emitted(DAY, PRICES)


@pytest.mark.parametrize("name", PRICES)
def test_a_missing_or_impossible_price_is_named(name):
    with pytest.raises(ValueError, match=f"^economics.{name}: missing: expected a number$"):
        margin(DAY, {one: value for one, value in PRICES.items() if one != name})
    for wrong in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"^economics.{name}: got {wrong:g}: expected a number"):
            margin(DAY, PRICES | {name: wrong})


@pytest.mark.parametrize("name", ["aluminium_price", "alumina_price", "alf3_price", "anode_price"])
def test_nothing_that_is_bought_or_sold_is_free(name):
    with pytest.raises(ValueError, match=f"economics.{name}: got 0: expected a number above 0"):
        margin(DAY, PRICES | {name: 0.0})


def test_power_and_carbon_may_be_free():
    free = PRICES | {"power_price": 0.0, "carbon_price_direct": 0.0, "carbon_price_indirect": 0.0, "interest": 0.0}
    assert margin(DAY, free) == pytest.approx(7500.0 - 5.76 * 390.0 - 58.5 - 1.23 * 610.0, rel=1e-12)


def test_emission_needs_no_prices_of_what_is_bought():
    factors = {name: value for name, value in PRICES.items() if not name.endswith("_price") and name != "interest"}
    assert emitted(DAY, factors).total == pytest.approx(DIRECT + INDIRECT, rel=1e-12)
