"""First principles of a lot of cathodes: balances, directions of the knobs, what is missing."""

import numpy as np
import pytest

from models.processes.copper_cathode import FEATURES, contents, features
from seeds import load


@pytest.fixture(scope="module")
def seed():
    return load("copper_cathode")


def columns_of(seed, n=1, **changed):
    """Typical lots, with some columns changed."""
    found = {column.name: np.full(n, column.typical.mean) for column in seed.inputs}
    return found | {name: np.full(n, float(value)) for name, value in changed.items()}


def test_contents_are_those_of_the_seeds_elements(seed):
    assert set(contents(columns_of(seed))) == {column.name for column in seed.elements}


@pytest.mark.parametrize("column", [column.name for column in load("copper_cathode").elements])
def test_a_typical_lot_has_typical_contents(seed, column):
    usual = seed.column(column).typical
    found = contents(columns_of(seed))[column].item()
    assert 0.3 * usual.mean < found < 2.5 * usual.mean


def test_silver_falls_as_chloride_rises_and_in_proportion(seed):
    low, high = (contents(columns_of(seed, chloride=value))["ag"].item() for value in (30.0, 60.0))
    slimes = 2.0 * high - low  # what does not go with chloride, but for its part in roughness
    assert 0.0 < slimes < 1.5
    assert 17.0 < low < 24.0


@pytest.mark.parametrize(
    ("knob", "value", "falls", "rises"),
    [
        ("chloride", 65.0, ["ag"], []),
        ("electrolyte_temperature", 66.0, [], ["ag"]),
        ("current_density", 340.0, ["ag"], ["s", "as", "ni", "pb", "sb"]),
        ("glue_dose", 120.0, [], ["s", "as", "ni", "pb"]),
        ("glue_dose", 25.0, [], ["s", "as", "ni", "pb"]),
        ("thiourea_dose", 110.0, [], ["s", "as", "ni", "pb"]),
        ("cell_flow", 40.0, ["s", "ni"], ["ag"]),
    ],
    ids=str,
)
def test_every_knob_acts(seed, knob, value, falls, rises):
    before, after = contents(columns_of(seed)), contents(columns_of(seed, **{knob: value}))
    for element in falls:
        assert after[element].item() < 0.999 * before[element].item(), element
    for element in rises:
        assert after[element].item() > 1.001 * before[element].item(), element


def test_every_knob_of_the_seed_is_one_that_physics_knows(seed):
    before = contents(columns_of(seed))
    for knob in seed.by_role("knob"):
        after = contents(columns_of(seed, **{knob.name: knob.bounds[1]}))
        assert any(after[element] != before[element] for element in before), knob.name


def test_electrolyte_shows_in_proportion(seed):
    """What ten grams a litre more of arsenic and nickel add is the same volume of electrolyte."""
    start = contents(columns_of(seed, electrolyte_as=5.0, electrolyte_ni=5.0))
    more = contents(columns_of(seed, electrolyte_as=15.0, electrolyte_ni=5.0))
    nickel = contents(columns_of(seed, electrolyte_as=5.0, electrolyte_ni=15.0))
    assert more["as"] - start["as"] == pytest.approx(nickel["ni"] - start["ni"], rel=1e-9)
    assert 0.3 < (more["as"] - start["as"]).item() < 1.0


def test_floating_slimes_bring_antimony_where_arsenic_is_low(seed):
    usual, poor = (contents(columns_of(seed, anode_as=value)) for value in (1000.0, 250.0))
    assert poor["sb"].item() > 1.5 * usual["sb"].item()
    assert poor["se"].item() < 1.2 * usual["se"].item()


def test_features_are_those_that_are_declared_and_finite_in_the_whole_range(seed):
    rng = np.random.default_rng(2)
    columns = {}
    for column in seed.inputs:
        ends = rng.choice(column.limits, 500)
        columns[column.name] = np.where(rng.random(500) < 0.2, ends, rng.uniform(*column.limits, 500))
    found = features(columns)
    assert list(found) == [feature.name for feature in FEATURES]
    for values in (*found.values(), *contents(columns).values()):
        assert np.isfinite(values).all()


def test_a_missing_input_is_told_as_missing_and_stays_in_its_row(seed):
    columns = columns_of(seed, n=2)
    for name in ("chloride", "anode_ag", "electrolyte_cu", "suspended_solids"):
        holed = columns | {name: np.array([np.nan, columns[name][1]])}
        told, whole = contents(holed), contents(columns)
        assert np.isnan(told["ag"][0])
        for element, values in told.items():
            assert values[1] == whole[element][1]
    assert np.isnan(features(columns | {"cell_voltage": np.full(2, np.nan)})["voltage_excess"]).all()


def test_input_is_left_alone(seed):
    columns = columns_of(seed, n=3)
    kept = {name: values.copy() for name, values in columns.items()}
    for values in columns.values():
        values.flags.writeable = False
    features(columns)
    contents(columns)
    for name, values in kept.items():
        assert np.array_equal(values, columns[name])
