"""The tiered power price at its thresholds, by the texts of both rules, and what a plant pays by it."""

import numpy as np
import pytest

from physics.power_tiers import TieredPrice, tier_surcharge

PRICES = {"tier_year": 2025.0, "yuan_price": 0.14, "bus_bar_energy": 130.0}


@pytest.mark.parametrize(
    ("consumption", "surcharge"),
    [(-1.0, 0.0), (0.0, 0.0), (13700.0, 0.0), (13700.1, 0.02), (13800.0, 0.02), (13800.1, 0.08), (15000.0, 0.08)],
)
@pytest.mark.parametrize("year", [2014, 2021])
def test_two_tiers_of_the_rule_of_2013(year, consumption, surcharge):
    assert tier_surcharge(consumption, year) == pytest.approx(surcharge, rel=1e-12)


@pytest.mark.parametrize(
    ("year", "threshold"), [(2022, 13650), (2023, 13450), (2024, 13450), (2025, 13300), (2030, 13300)]
)
@pytest.mark.parametrize(("above", "steps"), [(-500, 0), (0, 0), (0.1, 1), (20, 1), (20.1, 2), (40, 2), (325, 17)])
def test_each_partial_20_kilowatt_hours_of_the_rule_of_2021(year, threshold, above, steps):
    assert tier_surcharge(threshold + above, year) == pytest.approx(0.01 * steps, abs=1e-12)


def test_a_surcharge_never_falls_with_the_consumption_and_a_missing_one_stays_missing():
    rising = np.linspace(12000.0, 15000.0, 4001)
    for year in range(2014, 2031):
        assert (np.diff(tier_surcharge(rising, year)) >= 0.0).all()
        assert np.isnan(tier_surcharge(np.array([np.nan, 13000.0]), year)).tolist() == [True, False]


def test_a_plant_pays_on_all_electricity_of_its_liquid_metal():
    """13,245 kWh/t of rectifiers, 250 of auxiliaries, 130 of bus bars: 17 steps above 13,300 kWh/t."""
    tiers = TieredPrice.of(PRICES)
    result = tiers.parts(13245.0, 250.0)
    assert result["consumption"] == 13625.0
    assert result["surcharge"] == pytest.approx(0.14 * 0.17, rel=1e-12)
    assert result["cost"] == pytest.approx(13625.0 * 0.14 * 0.17, rel=1e-12)


def test_the_rule_of_2013_counts_no_auxiliaries():
    assert TieredPrice.of(PRICES | {"tier_year": 2021.0}).parts(13245.0, 250.0)["consumption"] == 13375.0


def test_parts_of_a_plant_pay_what_the_plant_pays():
    """Whatever pots take, on average the plant's consumption: their own steps alone would charge another sum."""
    plant = TieredPrice.of(PRICES | {"plant_consumption": 13625.0})
    pots = 13625.0 + np.array([-600.0, -150.0, 50.0, 200.0, 500.0])
    assert plant.cost_of_part(pots).mean() == pytest.approx(plant.surcharge(13625.0) * 13625.0, rel=1e-12)
    below = TieredPrice.of(PRICES | {"plant_consumption": 13290.0})
    assert (below.cost_of_part(pots) == 0.0).all()


def test_a_kilowatt_hour_of_a_pot_is_worth_what_it_moves_the_plant():
    """Of 100 equal pots one takes 100 kWh/t less: on average over the place within a step the plant saves as much."""
    saved = []
    for at in 13500.0 + np.arange(0.0, 20.0, 0.05) + 0.025:
        whole = [TieredPrice.of(PRICES).parts(one - 380.0, 250.0)["cost"] for one in (at, at - 1.0)]
        saved.append(whole[0] - whole[1])
    plant = TieredPrice.of(PRICES | {"plant_consumption": 13510.0})
    by_part = (plant.cost_of_part(13510.0) - plant.cost_of_part(13410.0)) / 100.0
    assert by_part == pytest.approx(np.mean(saved), rel=1e-3)


def test_a_stated_consumption_below_0_is_named():
    with pytest.raises(ValueError, match=r"^economics.plant_consumption: got -1: expected a number of 0 or more$"):
        TieredPrice.of(PRICES | {"plant_consumption": -1.0})


@pytest.mark.parametrize("prices", [{}, {"tier_year": 0.0}, {"tier_year": 0.0, "yuan_price": 0.14}])
def test_without_a_year_there_are_no_tiers(prices):
    assert TieredPrice.of(prices) is None


@pytest.mark.parametrize("year", [-1.0, 1.0, 2013.0, 2025.5, float("nan")])
def test_a_year_without_a_rule_is_named(year):
    with pytest.raises(ValueError, match=f"^economics.tier_year: got {year:g}: expected 0, or a year from 2014 on$"):
        TieredPrice.of(PRICES | {"tier_year": year})


@pytest.mark.parametrize("name", ["yuan_price", "bus_bar_energy"])
def test_what_a_tier_needs_is_named(name):
    with pytest.raises(ValueError, match=f"^economics.{name}: missing: expected a number$"):
        TieredPrice.of({one: value for one, value in PRICES.items() if one != name})
    with pytest.raises(ValueError, match=f"^economics.{name}: got -1"):
        TieredPrice.of(PRICES | {name: -1.0})
