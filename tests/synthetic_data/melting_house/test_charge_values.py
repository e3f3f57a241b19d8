"""Heats worked out again from the same random numbers: what is charged, added, lost, and left in the bath."""

import numpy as np

from synthetic_data.melting_house.charge import ELEMENTS


def test_lead_and_cadmium_of_what_is_fed(house, draws):
    p, plant, setpoints, stream = house.p, house.plan.plant, house.setpoints, draws["furnaces.go"]
    n = stream.standard_normal((9, 3, 126))
    scrap = stream.standard_normal((6, 3, 126))
    first = draws["furnaces"]
    for _ in range(4):
        first.random((3, 1))
    first.standard_normal(3)
    furnace = first.standard_normal((3, 3, 1))
    melt = setpoints["furnace_temperature"] + p.thermostat_sd * n[1] + p.furnace_offset_sd * furnace[0]
    np.testing.assert_allclose(house.charge.melt_temperature, melt, rtol=1e-12)
    dross = p.dross_usual * np.exp(p.dross_sd * n[7]) * (melt / 480.0) ** 3 * (1.0 + 0.8 * house.cathodes.thin)
    dross *= (setpoints["nh4cl_dose"] / 0.9) ** -0.35
    np.testing.assert_allclose(house.charge.dross, dross, rtol=1e-9)
    stock_share, scrap_share = 0.01 * setpoints["stock_share"], 0.01 * setpoints["scrap_share"]
    stock = {"pb": p.stock_pb * np.exp(p.stock_sd * house.supply.stock), "cd": p.stock_cd}
    added = {"pb": p.lining_lead * np.exp(0.5 * n[3]), "cd": 0.0}
    left = {"pb": 1.0, "cd": np.exp(-p.evaporated_cadmium * np.exp(0.02 * (melt - 480.0)))}
    for i, name in enumerate(("pb", "cd")):
        charged = (1.0 - stock_share) * house.cathodes.contents[name] + stock_share * stock[name]
        mixed = (1.0 - scrap_share) * charged + scrap_share * p[f"scrap_{name}"] * np.exp(p.scrap_sd * scrap[i])
        fed = (mixed + added[name]) * left[name] / (1.0 - 0.01 * plant.value("dross_zinc") * dross)
        np.testing.assert_allclose(house.charge.fed[name], fed, rtol=1e-9, err_msg=name)


def test_iron_of_tools_and_scrapers_reaches_the_bath(house):
    iron, cathodes = house.charge.contents["fe"], house.charge.cathode_iron
    assert (cathodes > 0.0).all()
    assert (iron > cathodes).all()


def test_a_heat_mixes_with_the_bath_that_is_left(house):
    left = 1.0 / (1.0 + house.plan.plant.value("bath_exchange"))  # a half where the bath is as large as a heat
    for name in ELEMENTS:
        cast, fed = house.charge.contents[name], house.charge.fed[name]
        np.testing.assert_allclose(cast[:, 0], fed[:, 0], rtol=1e-12)
        np.testing.assert_allclose(cast[:, 1:], left * cast[:, :-1] + (1.0 - left) * fed[:, 1:], rtol=1e-9)
