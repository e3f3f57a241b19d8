"""First principles of a lot of cathodes: balances, typical contents."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load

physics = needed_physics_of(load("copper_cathode"))


@pytest.fixture(scope="module")
def seed():
    return load("copper_cathode")


def columns_of(seed, n=1, **changed):
    """Typical lots, with some columns changed."""
    result = {column.name: np.full(n, column.typical.mean) for column in seed.inputs}
    return result | {name: np.full(n, float(value)) for name, value in changed.items()}


@pytest.mark.parametrize("column", [column.name for column in load("copper_cathode").elements])
def test_a_typical_lot_has_typical_contents(seed, column):
    typical = seed.column(column).typical
    result = physics.contents(columns_of(seed))[column].item()
    assert 0.3 * typical.mean < result < 2.5 * typical.mean


def test_silver_falls_as_chloride_rises_and_in_proportion(seed):
    low, high = (physics.contents(columns_of(seed, chloride=value))["ag"].item() for value in (30.0, 60.0))
    slimes = 2.0 * high - low  # what does not go with chloride, but for its part in roughness
    assert 0.0 < slimes < 1.5
    assert 17.0 < low < 24.0


def test_electrolyte_shows_in_proportion(seed):
    """What ten grams a litre more of arsenic and nickel add is the same volume of electrolyte."""
    start = physics.contents(columns_of(seed, electrolyte_as=5.0, electrolyte_ni=5.0))
    more = physics.contents(columns_of(seed, electrolyte_as=15.0, electrolyte_ni=5.0))
    nickel = physics.contents(columns_of(seed, electrolyte_as=5.0, electrolyte_ni=15.0))
    assert more["as"] - start["as"] == pytest.approx(nickel["ni"] - start["ni"], rel=1e-9)
    assert 0.3 < (more["as"] - start["as"]).item() < 1.0


def test_floating_slimes_bring_antimony_where_arsenic_is_low(seed):
    typical, poor = (physics.contents(columns_of(seed, anode_as=value)) for value in (1000.0, 250.0))
    assert poor["sb"].item() > 1.5 * typical["sb"].item()
    assert poor["se"].item() < 1.2 * typical["se"].item()


# A lot whose every term counts, and what balances give of it, worked out here with plain numbers.
LOT = {
    **{"anode_as": 400.0, "anode_sb": 350.0, "anode_bi": 120.0, "anode_ni": 1600.0, "anode_pb": 650.0},
    **{"anode_se": 450.0, "anode_te": 110.0, "anode_ag": 700.0},
    **{"electrolyte_cu": 44.0, "electrolyte_h2so4": 175.0, "electrolyte_ni": 13.0, "electrolyte_as": 9.0},
    **{"electrolyte_sb": 0.4, "electrolyte_bi": 0.2, "electrolyte_fe": 0.7},
    **{"current_density": 320.0, "electrolyte_temperature": 61.0, "chloride": 45.0, "glue_dose": 75.0},
    **{"thiourea_dose": 50.0, "cell_flow": 36.0, "suspended_solids": 5.0, "cell_voltage": 0.34, "chloride_assay": 41.0},
}
KELVIN = 334.15
ARRHENIUS = np.exp(-19200.0 / 8.314462618 * (1.0 / KELVIN - 1.0 / 333.15))
LAYER = 0.15e-3 * (320.0 / 300.0) ** -0.2 * 1.2**-0.1  # m
LIMIT = 2.0 * 96485.33212 * 44000.0 / 63.546 * 1e-9 * ARRHENIUS / LAYER
POLARISATION = 320.0 / LIMIT
PRODUCT = 1.6e-9 * np.exp(-65500.0 / 8.314462618 * (1.0 / KELVIN - 1.0 / 337.15))
SILVER = 107868.0 * PRODUCT / (0.045 / 35.45)  # mg/L
CODEPOSITED = 1e6 * SILVER * 1.4e-9 * ARRHENIUS / LAYER / (320.0 * 63.546 / (2.0 * 96485.33212))
GLUE, THIOUREA = np.log(75.0 / 60.0) + 0.24, np.log(50.0 / 55.0) + 0.24  # 3 K below 64 °C
ERROR = GLUE**2 + 0.5 * (THIOUREA**2 + np.log(45.0 / 55.0) ** 2)
ROUGHNESS = (POLARISATION / 0.3) ** 1.5 * 2.5**0.2 * np.exp(1.6 * ERROR / (1.0 + ERROR))
RATIO = 400.0 / 74.922 / (350.0 / 121.760 + 120.0 / 208.980)
FLOATING = 1.0 / (1.0 + (RATIO / 2.0) ** 4)
# Shares that stay in the slimes, times what the anodes hold [ppm].
STAY = {
    **{"ag": 0.99 * 700.0, "se": 0.98 * 450.0, "te": 0.98 * 110.0, "pb": 0.98 * 650.0},
    **{"sb": 0.60 * 350.0, "bi": 0.60 * 120.0, "as": 0.25 * 400.0, "ni": 0.10 * 1600.0},
}
SLIMES = sum(STAY.values()) / 1000.0 / 0.58  # kg/t
SULPHUR = 32.06 * (175.0 / 98.079 + 44.0 / 63.546 + 13.0 / 58.693)
VOLUME = 0.055 * ROUGHNESS  # mL/kg
INCLUDED, FLOATED = 4.0 * ROUGHNESS**0.5 * 2.5**0.7, 1.5 * ROUGHNESS**0.5 * FLOATING  # ppm of slimes
ENCLOSED = {element: INCLUDED * stay / SLIMES / 1000.0 for element, stay in STAY.items()}
CONTENTS = ENCLOSED | {
    "ag": ENCLOSED["ag"] + CODEPOSITED,
    "fe": 1.0 + VOLUME * 0.7,
    "s": VOLUME * SULPHUR,
    "as": ENCLOSED["as"] + VOLUME * 9.0,
    "ni": ENCLOSED["ni"] + VOLUME * 13.0,
    "sb": ENCLOSED["sb"] + VOLUME * 0.4 + FLOATED * 0.45 * 350.0 / 470.0,
    "bi": ENCLOSED["bi"] + VOLUME * 0.2 + FLOATED * 0.45 * 120.0 / 470.0,
}
CONDUCTIVITY = 0.134 - 0.00356 * 44.0 + 0.00249 * 175.0 + 0.00426 * 61.0 - 0.0035 * 13.0 - 0.002 * 9.0
VOLTS = (
    0.032 * 3.0 / CONDUCTIVITY
    + 8.314462618 * KELVIN / 96485.33212 * (2.0 * np.arcsinh(320.0 / 140.0) - 0.5 * np.log(1.0 - POLARISATION))
    + 0.055 * 320.0 / 300.0
)
FOUND = {
    "limiting_current": LIMIT,
    "polarisation": POLARISATION,
    "silver_in_solution": SILVER,
    "silver_codeposited": CODEPOSITED,
    "glue_error": GLUE,
    "thiourea_error": THIOUREA,
    "additive_error": ERROR,
    "glue_over_thiourea": 1.5,
    "expected_roughness": ROUGHNESS,
    "expected_nodules": 0.01 * 2.5**1.5 * (1.0 + 10.0 * ERROR) * (POLARISATION / 0.3) ** 3,
    "anode_ratio": RATIO,
    "floating_share": FLOATING,
    "slimes_yield": SLIMES,
    "electrolyte_sulphur": SULPHUR,
    "chloride_gap": -4.0,
    "voltage_excess": 0.34 - VOLTS,
}


def lot(**changed):
    return {name: np.array([value]) for name, value in (LOT | changed).items()}


def test_contents_of_all_elements_by_hand(seed):
    assert {name: values[0] for name, values in physics.contents(lot()).items()} == pytest.approx(CONTENTS, rel=1e-9)
    assert set(CONTENTS) == {column.name for column in seed.elements}


def test_every_feature_by_hand():
    assert {name: values[0] for name, values in physics.features(lot()).items()} == pytest.approx(FOUND, rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    features = physics.features(lot(chloride=0.0, glue_dose=0.0, thiourea_dose=0.0, electrolyte_cu=0.5))
    assert features["polarisation"][0] == 0.95
    assert features["silver_in_solution"][0] == pytest.approx(45.0 * SILVER, rel=1e-9)
    assert features["glue_error"][0] == pytest.approx(np.log(1.0 / 60.0) + 0.24, rel=1e-9)
    assert features["thiourea_error"][0] == pytest.approx(np.log(1.0 / 55.0) + 0.24, rel=1e-9)
    assert features["glue_over_thiourea"][0] == 0.0
    assert physics.features(lot(thiourea_dose=0.0))["glue_over_thiourea"][0] == 75.0
    typical, clear = physics.features(lot()), physics.features(lot(suspended_solids=0.0))
    assert clear["expected_nodules"] / typical["expected_nodules"] == pytest.approx(0.01**1.5, rel=1e-9)
    few_solids, none = physics.contents(lot(suspended_solids=0.05)), physics.contents(lot(suspended_solids=0.0))
    assert few_solids == none


def test_spans_keep_their_sums():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert ends.sum(axis=0) == pytest.approx([495.73, 2459.3], rel=1e-9)
