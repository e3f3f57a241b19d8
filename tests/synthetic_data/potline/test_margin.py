"""Margin and emission of a pot with their sums written out."""

import pandas as pd
import pytest

from seeds import load
from synthetic_data.potline.margin import emission, margin


def test_margin_and_emission_of_a_row_by_hand() -> None:
    seed = load("aluminium_reduction")
    row = pd.DataFrame(
        {
            "metal_produced": [3000.0],
            "energy": [39000.0],
            "alumina_fed": [5760.0],
            "alf3_added": [48.0],
            "alf3_mass_gained": [3.0],
            "alf3_poured": [-1.0],
            "alumina_mass_gained": [5.0],
            "alumina_poured": [-0.5],
            "sludge_mass_gained": [8.0],
            "metal_level": [22.5],
            "net_carbon": [1230.0],
            "ae_minutes": [0.2],
            "setpoint_moves": [1.0],
        }
    )
    e = {name: quantity.value for name, quantity in seed.economics.items()}
    power = 39000 / e["rectifier_efficiency"] + 3 * e["auxiliary_energy"]
    cf4 = e["cf4_slope"] * 0.2 * 3 / 1000  # t
    gases = cf4 * (e["gwp_cf4"] + e["c2f6_to_cf4"] * e["gwp_c2f6"])
    direct = 1.23 * (1 - e["anode_sulphur_and_ash"]) * 44 / 12 + gases
    indirect = power * e["grid_emission_factor"] / 1000
    expected = 3 * e["aluminium_price"] - power * e["power_price"] - (5.76 - 0.0135) * e["alumina_price"]
    expected += -(0.048 - 0.004) * e["alf3_price"] - 1.23 * e["anode_price"] - direct * e["carbon_price_direct"] - 1
    expected -= indirect * e["carbon_price_indirect"]
    expected -= 22.5 * seed.plant.value("metal_per_cm") / 1000 * e["aluminium_price"] * e["interest"] / 365.25
    assert margin(row, seed).iloc[0] == pytest.approx(expected, rel=1e-9)
    assert emission(row, seed).iloc[0] == pytest.approx(1000 * (direct + indirect), rel=1e-9)
