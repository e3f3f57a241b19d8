"""Money of a section of lead cells: its sum written out, and what each price and flow is worth."""

from dataclasses import replace

import numpy as np
import pytest

from physics.refining.lead_economics import LeadSectionFlows, emitted, margin, share_above

PRICES = {
    **{"refining_margin": 90.0, "bismuth_discount": 28.0, "power_price": 0.075, "steam_price": 15.0},
    **{"acid_price": 0.8, "glue_price": 3.2, "lignin_price": 0.7, "grid_emission_factor": 0.55},
    **{"carbon_price_direct": 7.0, "carbon_price_indirect": 11.0},
    **{"steam_emission_factor": 0.3, "rectifier_efficiency": 0.95, "auxiliary_energy": 40.0},
}
DAY = LeadSectionFlows(lead=14.2, downgraded=0.6, energy=1780.0, steam=0.7, acid=50.0, glue=8.5, lignin=6.4)
BOUGHT = 1780.0 / 0.95 + 14.2 * 40.0  # kWh/d
CO2E = BOUGHT * 0.55 / 1000.0 + 0.7 * 0.3  # tCO2e/d


def test_emission_by_hand():
    result = emitted(DAY, PRICES)
    assert (result.direct, result.indirect) == (0.0, pytest.approx(CO2E, rel=1e-12))


def test_margin_by_hand():
    expected = 14.2 * 90.0 - 0.6 * 28.0 - BOUGHT * 0.075 - 0.7 * 15.0 - 50.0 * 0.8 - 8.5 * 3.2 - 6.4 * 0.7
    assert margin(DAY, PRICES) == pytest.approx(expected - CO2E * 11.0, rel=1e-12)


def test_what_is_missing_stays_missing():
    result = margin(replace(DAY, lead=np.array([14.2, np.nan])), PRICES)
    assert np.isnan(result).tolist() == [False, True]
    assert result[0] == pytest.approx(margin(DAY, PRICES), rel=1e-12)


@pytest.mark.parametrize("name", list(PRICES))
def test_a_price_that_is_missing_or_impossible_is_named(name):
    with pytest.raises(ValueError, match=f"economics.{name}: missing"):
        margin(DAY, {one: value for one, value in PRICES.items() if one != name})
    with pytest.raises(ValueError, match=f"economics.{name}: got -1"):
        margin(DAY, PRICES | {name: -1.0})


def test_half_of_the_lots_of_a_crop_at_the_limit_are_above_it():
    assert share_above(40.0, 40.0, 0.25) == pytest.approx(0.5, rel=1e-12)
    above = share_above(np.array([40.0 * np.exp(0.3), 40.0 * np.exp(-0.3)]), 40.0, 0.3)
    assert above == pytest.approx([0.841344746, 0.158655254], rel=1e-8)
