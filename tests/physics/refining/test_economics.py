"""Money of a section: its sum written out, and what each price and flow is worth."""

from dataclasses import fields, replace

import numpy as np
import pytest

from physics.refining.economics import CopperSectionFlows, emitted, margin

PRICES = {
    **{"refining_margin": 120.0, "reject_cost": 250.0, "copper_price": 9000.0, "interest": 0.07},
    **{"price_valley": 0.04, "price_flat": 0.08, "price_peak": 0.14, "steam_price": 15.0, "glue_price": 3.0},
    **{"thiourea_price": 2.5, "patrol_cost": 13.0, "grid_emission_factor": 0.55},
    **{"carbon_price_direct": 7.0, "carbon_price_indirect": 11.0},
    **{"steam_emission_factor": 0.3, "rectifier_efficiency": 0.96, "auxiliary_energy": 45.0},
}
DAY = CopperSectionFlows(
    **{"copper": 19.0, "rejected": 0.5, "energy_valley": 1800.0, "energy_flat": 1700.0, "energy_peak": 1600.0},
    **{"steam": 6.0, "glue": 1.2, "thiourea": 1.1, "patrols": 2.0, "inventory": 300.0},
)
BOUGHT = 5100.0 / 0.96 + 19.0 * 45.0  # kWh/d
CO2E = BOUGHT * 0.55 / 1000.0 + 6.0 * 0.3  # tCO2e/d


def test_emission_by_hand():
    result = emitted(DAY, PRICES)
    assert (result.direct, result.indirect) == (0.0, pytest.approx(CO2E, rel=1e-12))


def test_margin_by_hand():
    power = (1800.0 * 0.04 + 1700.0 * 0.08 + 1600.0 * 0.14) / 0.96 + 19.0 * 45.0 * 0.08
    expected = 19.0 * 120.0 - 0.5 * 250.0 - power - 6.0 * 15.0 - 1.2 * 3.0 - 1.1 * 2.5 - 2.0 * 13.0 - CO2E * 11.0
    expected -= 300.0 * 9000.0 * 0.07 / 365.25
    assert margin(DAY, PRICES) == pytest.approx(expected, rel=1e-12)


def test_what_is_missing_stays_missing():
    result = margin(replace(DAY, copper=np.array([19.0, np.nan, 18.0])), PRICES)
    assert np.isnan(result).tolist() == [False, True, False]
    assert result[2] == pytest.approx(margin(replace(DAY, copper=18.0), PRICES), rel=1e-12)


def test_energy_moved_from_the_peak_to_the_valley_earns_the_difference():
    moved = replace(DAY, energy_valley=1900.0, energy_peak=1500.0)
    assert margin(moved, PRICES) - margin(DAY, PRICES) == pytest.approx(100.0 * 0.10 / 0.96, rel=1e-9)
    assert emitted(moved, PRICES).total == pytest.approx(CO2E, rel=1e-12)


@pytest.mark.parametrize("flow", [field.name for field in fields(CopperSectionFlows)])
def test_copper_alone_is_worth_having(flow):
    more = margin(replace(DAY, **{flow: 1.01 * getattr(DAY, flow)}), PRICES) - margin(DAY, PRICES)
    assert more > 0.0 if flow == "copper" else more < 0.0


@pytest.mark.parametrize("name", PRICES)
def test_a_missing_or_impossible_price_is_named(name):
    with pytest.raises(ValueError, match=f"^economics.{name}: missing: expected a number$"):
        margin(DAY, {one: value for one, value in PRICES.items() if one != name})
    for wrong in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"^economics.{name}: got {wrong:g}: expected a number"):
            margin(DAY, PRICES | {name: wrong})


@pytest.mark.parametrize("name", ["copper_price", "rectifier_efficiency"])
def test_what_cannot_be_0_is_named(name):
    with pytest.raises(ValueError, match=f"economics.{name}: got 0: expected a number above 0"):
        margin(DAY, PRICES | {name: 0.0})
