"""First principles of a cast house: balances by hand, levers that work the right way, features as they are declared."""

import numpy as np
import pytest

from models.processes import aluminium_ingot as physics
from seeds import load
from seeds.format.units import is_unit

SEED = load("aluminium_ingot")
ELEMENTS = [column.name for column in SEED.elements]


@pytest.fixture
def columns():
    """Fifty casts about the seed's typical values."""
    rng = np.random.default_rng(3)
    made = {}
    for column in SEED.inputs:
        low, high = column.limits
        made[column.name] = np.clip(rng.normal(column.typical.mean, 0.3 * column.typical.sd, 50), low, high)
    return made


def moved(columns, name, by):
    return physics.contents(columns | {name: columns[name] + by})


def test_every_element_of_the_seed_is_told_in_its_range(columns):
    found = physics.contents(columns)
    assert set(found) == set(ELEMENTS)
    for column in SEED.elements:
        assert found[column.name].shape == (50,)
        assert np.all((found[column.name] > 0.0) & (found[column.name] < column.limits[1])), column.name


def test_iron_by_hand(columns):
    row = {name: np.array([values[0]]) for name, values in columns.items()}
    row |= {"pot_iron_ordinary": np.array([1100.0]), "pot_iron_high_purity": np.array([600.0])}
    row |= {"high_purity_share": np.array([40.0]), "scrap_return": np.array([2.0])}
    row |= {"melt_temperature": np.array([720.0]), "settling_time": np.array([15.0])}
    metal = 0.6 * 1100.0 + 0.4 * 600.0 + physics.TOOL_IRON
    expected = (0.98 * metal + 0.02 * physics.SCRAP["fe"]) / (1.0 - 0.009)
    assert physics.contents(row)["fe"][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("high_purity_share", 10.0, ("fe", "si"), ()),
        ("scrap_return", 1.0, ("na",), ("fe", "si", "zn", "cu", "mg")),
        ("flux_dose", 0.3, ("na", "mg"), ()),
        ("settling_time", 10.0, ("na",), ("fe", "si", "ga")),
        ("melt_temperature", 8.0, (), ("fe", "si", "ga", "v")),
    ],
)
def test_levers_work_the_right_way(columns, knob, by, falls, rises):
    before, after = physics.contents(columns), moved(columns, knob, by)
    for element in falls:
        assert np.all(after[element] < before[element]), element
    for element in rises:
        assert np.all(after[element] > before[element]), element


def test_degassing_and_moulds_move_no_content(columns):
    before = physics.contents(columns)
    for knob in ("degasser_gas", "degasser_rotor", "cast_speed", "mould_temperature"):
        after = moved(columns, knob, 1.0)
        for element in ELEMENTS:
            assert np.array_equal(before[element], after[element])


def test_features_are_those_declared_and_finite(columns):
    found = physics.features(columns)
    assert list(found) == [feature.name for feature in physics.FEATURES]
    names = {column.name for column in SEED.columns}
    for feature in physics.FEATURES:
        assert is_unit(feature.unit)
        assert feature.sign == 0
        assert feature.name not in names
        assert found[feature.name].shape == (50,)
        assert np.isfinite(found[feature.name]).all(), feature.name


def test_raw_materials_bring_what_plants_find(columns):
    found = {name: values.mean() for name, values in physics.features(columns).items()}
    assert found["iron_brought"] == pytest.approx(285.0, rel=0.05)
    assert found["gallium_brought"] == pytest.approx(92.0, rel=0.05)
    assert found["vanadium_brought"] == pytest.approx(94.0, rel=0.05)
    assert found["steel_iron"] > 2.0 * found["iron_brought"]


def test_hydrogen_follows_moisture_and_degassing(columns):
    before = physics.features(columns)
    moist = physics.features(columns | {"relative_humidity": columns["relative_humidity"] + 10.0})
    assert np.all(moist["hydrogen_of_air"] > before["hydrogen_of_air"])
    for knob, by in (("degasser_gas", 0.5), ("degasser_rotor", 30.0)):
        harder = physics.features(columns | {knob: columns[knob] + by})
        assert np.all(harder["expected_hydrogen"] < before["expected_hydrogen"]), knob


def test_a_missing_input_leaves_a_gap_in_its_place(columns):
    columns["pot_iron_ordinary"][7] = np.nan
    found, told = physics.contents(columns), physics.features(columns)
    assert np.flatnonzero(np.isnan(found["fe"])).tolist() == [7]
    assert not np.isnan(found["si"]).any()
    assert np.flatnonzero(np.isnan(told["steel_iron"])).tolist() == [7]


def test_strange_rows_get_a_finite_answer():
    for end in (0, 1):
        columns = {column.name: np.array([column.limits[end]]) for column in SEED.inputs}
        for name, values in (physics.features(columns) | physics.contents(columns)).items():
            assert np.isfinite(values).all(), name


def test_input_is_not_mutated(columns):
    for values in columns.values():
        values.flags.writeable = False
    physics.features(columns)
    physics.contents(columns)


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


@pytest.mark.parametrize("element", CONTENTS)
def test_contents_by_hand(element):
    assert physics.contents(lot())[element][0] == pytest.approx(CONTENTS[element] / (1.0 - 0.01 * LOSS), rel=1e-9)


def test_every_feature_by_hand():
    found = {name: values[0] for name, values in physics.features(lot()).items()}
    assert found == pytest.approx(FOUND, rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    found = physics.features(lot(relative_humidity=0.0, cast_rate=0.0, hydrogen_before=0.0))
    assert found["vapour_pressure"][0] == 0.01
    assert found["degassing_units"][0] == pytest.approx(UNITS * 25.0, rel=1e-9)
    assert found["hydrogen_left"][0] == pytest.approx(11.0, rel=1e-9)


def test_spans_keep_their_sums_and_are_no_points():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert (ends[:, 0] < ends[:, 1]).all()
    assert ends.sum(axis=0) == pytest.approx([-237.8, 32089.0], rel=1e-9)
