"""First principles of a cast house: balances by hand, what raw materials bring, hydrogen."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load
from tests.models.processes.rows import typical

SEED = load("aluminium_ingot")
physics = needed_physics_of(SEED)


def test_raw_materials_bring_what_plants_find():
    result = {name: values.mean() for name, values in physics.features(typical(SEED, 50, 0.3)).items()}
    assert result["iron_brought"] == pytest.approx(285.0, rel=0.05)
    assert result["gallium_brought"] == pytest.approx(92.0, rel=0.05)
    assert result["vanadium_brought"] == pytest.approx(94.0, rel=0.05)
    assert result["steel_iron"] > 2.0 * result["iron_brought"]


def test_hydrogen_follows_moisture_and_degassing():
    columns = typical(SEED, 50, 0.3)
    before = physics.features(columns)
    moist = physics.features(columns | {"relative_humidity": columns["relative_humidity"] + 10.0})
    assert np.all(moist["hydrogen_of_air"] > before["hydrogen_of_air"])
    for setpoint, by in (("degasser_gas", 0.5), ("degasser_rotor", 30.0)):
        harder = physics.features(columns | {setpoint: columns[setpoint] + by})
        assert np.all(harder["expected_hydrogen"] < before["expected_hydrogen"]), setpoint


# A lot whose every term counts, and what balances give of it, worked out here with plain numbers.
LOT = {
    **{"alumina_fe2o3": 0.02, "alumina_sio2": 0.015, "alumina_ga": 52.0, "alumina_v2o5": 0.002, "alumina_zno": 0.003},
    **{"anode_fe": 300.0, "anode_si": 250.0, "anode_v": 170.0, "anode_ni": 120.0},
    **{"pot_iron_ordinary": 1150.0, "pot_iron_high_purity": 650.0, "pot_gallium": 97.0, "pot_vanadium": 92.0},
    **{"pot_silicon_ordinary": 430.0, "pot_silicon_high_purity": 300.0},
    **{"high_purity_share": 30.0, "scrap_return": 4.0, "flux_dose": 0.8, "settling_time": 20.0},
    **{"melt_temperature": 730.0, "launder_temperature": 706.85, "air_temperature": 25.0, "relative_humidity": 70.0},
    **{"cast_rate": 25.0, "degasser_gas": 5.0, "degasser_rotor": 450.0, "hydrogen_before": 2.6, "hydrogen_after": 1.1},
    **{"filter_age": 40.0},
}
LOSS = 0.9 * (45.0 / 40.0) ** 0.5 * np.exp(0.12)  # 45 min after the last crucible, 730 °C [%]
VAPOUR = 0.7 * 0.6112 * np.exp(17.62 * 25.0 / 268.12)  # kPa
UNITS = 1.35 * 1.25**0.6 * 0.9**1.2 * 22.0 / 25.0
FLOOR = 10.0 * 10.0 ** (2.796 - 2760.0 / 980.0) * (0.2 * VAPOUR / 101.325) ** 0.5
# Shares of the fume that returns: 60 or 90 % to the metal at each pass, 98 % of the rest comes back.
SIXTY, NINETY = 0.6 / (1.0 - 0.98 * 0.4), 0.9 / (1.0 - 0.98 * 0.1)
IRON = 1e4 * 0.02 * 2 * 55.845 / (2 * 55.845 + 3 * 15.999) * 1.93 + 300.0 * 0.41
SILICON = 1e4 * 0.015 * 28.085 / (28.085 + 2 * 15.999) * 1.93 + 250.0 * 0.41
ZINC = NINETY * 1e4 * 0.003 * 65.38 / (65.38 + 15.999) * 1.93
NICKEL = SIXTY * 120.0 * 0.41
CONTENTS = {
    "fe": 0.96 * (0.7 * 1150.0 + 0.3 * 650.0 + 12.0) + 0.04 * 1600.0,
    "si": 0.96 * (0.7 * 430.0 + 0.3 * 300.0) + 0.04 * 1000.0,
    "ga": 0.96 * 97.0 + 0.04 * 90.0,
    "v": 0.96 * 92.0 + 0.04 * 95.0,
    "zn": 0.96 * ZINC + 0.04 * 150.0,
    "cu": 0.96 * 7.0 + 0.04 * 150.0,
    "mg": (0.96 * 8.0 + 0.04 * 150.0) * np.exp(-0.25 * 0.8),
    "ni": 0.96 * NICKEL + 0.04 * 45.0,
    "na": (0.96 * 45.0 + 0.04 * 5.0) * np.exp(-1.3 * 0.8) * np.exp(-45.0 / 90.0),
}
FOUND = {
    "iron_brought": IRON,
    "silicon_brought": SILICON,
    "gallium_brought": SIXTY * 52.0 * 1.93,
    "vanadium_brought": SIXTY * (1e4 * 0.002 * 2 * 50.942 / (2 * 50.942 + 5 * 15.999) * 1.93 + 170.0 * 0.41),
    "zinc_brought": ZINC,
    "nickel_brought": NICKEL,
    "steel_iron": 1150.0 - IRON,
    "expected_iron": CONTENTS["fe"] / (1.0 - 0.01 * LOSS),
    "expected_silicon": CONTENTS["si"] / (1.0 - 0.01 * LOSS),
    "expected_sodium": CONTENTS["na"] / (1.0 - 0.01 * LOSS),
    "expected_magnesium": CONTENTS["mg"] / (1.0 - 0.01 * LOSS),
    "melt_loss": LOSS,
    "vapour_pressure": VAPOUR,
    "hydrogen_of_air": 10.0 * 10.0 ** (2.796 - 2760.0 / 1003.15) * (3.4 * VAPOUR / 101.325) ** 0.5,
    "degassing_units": UNITS,
    "expected_hydrogen": FLOOR + (2.6 - FLOOR) * np.exp(-UNITS),
    "hydrogen_left": 1.1 / 2.6,
    "share_afloat": 0.3 + 0.7 * np.exp(-20.0 / 33.0),
    "filter_efficiency": 0.72 / 1.0625,
    "superheat": 706.85 - 660.3,
}


def lot(**changed):
    return {name: np.array([value]) for name, value in (LOT | changed).items()}


def test_contents_of_all_elements_by_hand():
    result = {name: values[0] * (1.0 - 0.01 * LOSS) for name, values in physics.contents(lot()).items()}
    assert result == pytest.approx(CONTENTS, rel=1e-9)
    assert set(result) == {column.name for column in SEED.elements}


def test_every_feature_by_hand():
    result = {name: values[0] for name, values in physics.features(lot()).items()}
    assert result == pytest.approx(FOUND, rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    features = physics.features(lot(relative_humidity=0.0, cast_rate=0.0, hydrogen_before=0.0))
    assert features["vapour_pressure"][0] == 0.01
    assert features["degassing_units"][0] == pytest.approx(UNITS * 25.0, rel=1e-9)
    assert features["hydrogen_left"][0] == pytest.approx(11.0, rel=1e-9)


def test_spans_keep_their_sums():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert ends.sum(axis=0) == pytest.approx([-237.8, 32089.0], rel=1e-9)
