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
