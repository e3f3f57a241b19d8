"""Money of a cell: its sum written out, and what each price and flow is worth."""

from dataclasses import fields, replace

import numpy as np
import pytest

from physics.winning.economics import ZincCellFlows, emitted, margin

PRICES = {
    **{"zinc_price": 2900.0, "feed_zinc_price": 2000.0, "solution_price": 7.0, "power_price": 0.08},
    **{"glue_price": 2500.0, "carbon_price_direct": 7.0, "carbon_price_indirect": 11.0, "grid_emission_factor": 0.55},
    **{"rectifier_efficiency": 0.96, "auxiliary_energy": 90.0},
}
DAY = ZincCellFlows(zinc=2600.0, energy=8000.0, hours=0.95, feed=26.0, glue=0.5)
BOUGHT = 8000.0 / 0.96 + 2.6 * 90.0  # kWh/d
CO2E = BOUGHT * 0.55 / 1000.0  # tCO2e/d


def test_emission_by_hand():
    result = emitted(DAY, PRICES)
    assert (result.direct, result.indirect) == (0.0, pytest.approx(CO2E, rel=1e-12))


def test_margin_by_hand():
    power = (8000.0 * 0.95 / 0.96 + 2.6 * 90.0) * 0.08
    expected = 2.6 * 900.0 - 26.0 * 7.0 - power - 0.0005 * 2500.0 - CO2E * 11.0
    assert margin(DAY, PRICES) == pytest.approx(expected, rel=1e-12)


def test_what_is_missing_stays_missing():
    result = margin(replace(DAY, zinc=np.array([2600.0, np.nan, 2500.0])), PRICES)
    assert np.isnan(result).tolist() == [False, True, False]
    assert result[2] == pytest.approx(margin(replace(DAY, zinc=2500.0), PRICES), rel=1e-12)


@pytest.mark.parametrize("flow", [field.name for field in fields(ZincCellFlows)])
def test_zinc_alone_is_worth_having(flow):
    more = margin(replace(DAY, **{flow: 1.01 * getattr(DAY, flow)}), PRICES) - margin(DAY, PRICES)
    assert more > 0.0 if flow == "zinc" else more < 0.0


@pytest.mark.parametrize("name", PRICES)
def test_a_missing_or_impossible_price_is_named(name):
    with pytest.raises(ValueError, match=f"^economics.{name}: missing: expected a number$"):
        margin(DAY, {one: value for one, value in PRICES.items() if one != name})
    for wrong in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"^economics.{name}: got {wrong:g}: expected a number"):
            margin(DAY, PRICES | {name: wrong})
