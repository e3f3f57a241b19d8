"""Money of an alumina line, by hand."""

import pytest

from physics.bayer.economics import PrecipitationFlows, emitted, margin

FLOWS = PrecipitationFlows(
    alumina=2700.0, downgraded=100.0, steam=4800.0, boiler_fuel=12000.0, calciner_fuel=8200.0, caustic=180.0,
    lime=95.0, seed=16200.0, cooled=51300.0,
)  # fmt: skip
PRICES = {
    **{"alumina_price": 400.0, "bauxite_price": 48.0, "bauxite_use": 2.5, "steam_price": 15.0, "fuel_price": 5.0},
    **{"caustic_price": 430.0, "lime_price": 70.0, "seed_price": 0.5, "cooling_price": 0.05, "power_price": 0.08},
    **{"grade_discount": 12.0, "carbon_price_direct": 10.0, "carbon_price_indirect": 7.0},
    **{"electricity": 220.0, "grid_emission_factor": 0.5306},
    **{"fuel_emission_factor": 0.092, "calciner_emission_factor": 0.056},
}
DIRECT, INDIRECT = 12000.0 * 0.092 + 8200.0 * 0.056, 2700.0 * 0.220 * 0.5306  # tCO2e/d


def test_emission_by_hand():
    result = emitted(FLOWS, PRICES)
    assert result.direct == pytest.approx(DIRECT, rel=1e-12)
    assert result.indirect == pytest.approx(INDIRECT, rel=1e-12)


def test_margin_by_hand():
    expected = 2700.0 * (400.0 - 120.0 - 17.6) - 1200.0 - 72000.0 - 41000.0 - 77400.0 - 6650.0 - 8100.0 - 2565.0
    assert margin(FLOWS, PRICES) == pytest.approx(expected - 10.0 * DIRECT - 7.0 * INDIRECT, rel=1e-12)


@pytest.mark.parametrize("name", ["alumina_price", "seed_price", "electricity", "fuel_emission_factor"])
def test_a_price_that_is_missing_is_named(name):
    with pytest.raises(ValueError, match=f"economics.{name}"):
        margin(FLOWS, {one: value for one, value in PRICES.items() if one != name})
