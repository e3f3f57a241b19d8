"""The charge on greenhouse gases: each scope at its own price, and what the national scheme charges by default."""

import numpy as np
import pytest

from physics.carbon import CARBON_PRICES, Emission
from seeds import load_all

DAY = Emission(direct=4.5, indirect=np.array([20.0, np.nan]))
PRICED = {name: seed for name, seed in load_all().items() if CARBON_PRICES[0] in seed.economics}


@pytest.mark.parametrize(("direct", "indirect", "charge"), [(0.0, 0.0, 0.0), (12.0, 0.0, 54.0), (12.0, 5.0, 154.0)])
def test_each_scope_is_charged_at_its_own_price(direct, indirect, charge):
    result = DAY.charge({"carbon_price_direct": direct, "carbon_price_indirect": indirect})
    assert result[0] == pytest.approx(charge, rel=1e-12)


def test_what_is_not_known_has_no_total_and_no_charge():
    assert np.isnan(DAY.total).tolist() == [False, True]
    assert np.isnan(DAY.charge({"carbon_price_direct": 1.0, "carbon_price_indirect": 1.0})).tolist() == [False, True]


@pytest.mark.parametrize("name", sorted(PRICED))
def test_a_seed_charges_what_the_national_scheme_charges(name):
    """Direct emissions of aluminium smelting alone; no process pays for the electricity that it buys."""
    direct, indirect = (PRICED[name].economics[one].value for one in CARBON_PRICES)
    assert indirect == 0.0
    assert (direct > 0.0) == (name == "aluminium_reduction")


def test_each_process_with_a_margin_has_both_prices():
    assert sorted(PRICED) == [
        *("alumina_refining", "aluminium_reduction", "copper_electrorefining", "lead_refining", "zinc_electrowinning")
    ]
    assert all(name in seed.economics for seed in PRICED.values() for name in CARBON_PRICES)
