"""First principles of a melting house: balances by hand, levers that work the right way, features as declared."""

import numpy as np
import pytest

from models.processes import zinc_ingot as physics
from seeds import load
from seeds.format.units import is_unit

SEED = load("zinc_ingot")
ELEMENTS = [column.name for column in SEED.elements]


@pytest.fixture
def columns():
    """Fifty heats about the seed's typical values."""
    rng = np.random.default_rng(3)
    made = {}
    for column in SEED.inputs:
        low, high = column.limits
        made[column.name] = np.clip(rng.normal(column.typical.mean, 0.3 * column.typical.sd, 50), low, high)
    return made


def moved(columns, name, by):
    return physics.contents(columns | {name: columns[name] + by})


def test_every_element_but_tin_is_predicted_in_its_range(columns):
    found = physics.contents(columns)
    assert set(found) == set(ELEMENTS) - {"sn"}
    for name, content in found.items():
        assert content.shape == (50,)
        assert np.all((content > 0.0) & (content < SEED.column(name).limits[1])), name


@pytest.mark.parametrize(
    ("knob", "by", "falls", "rises"),
    [
        ("srco3_dose", 0.5, ("pb",), ()),
        ("stock_share", 10.0, ("pb",), ()),
        ("scrap_share", 1.0, (), ("pb", "fe", "cu", "al")),
        ("furnace_temperature", 5.0, ("cd",), ("fe", "pb", "al")),
        ("nh4cl_dose", 0.2, ("pb", "cd", "fe", "cu", "al"), ()),
    ],
)
def test_levers_work_the_right_way(columns, knob, by, falls, rises):
    columns["cathode_pb"] = np.full(50, 20.0)
    columns["stock_pb"] = np.full(50, 11.0)
    before, after = physics.contents(columns), moved(columns, knob, by)
    for element in falls:
        assert np.all(after[element] < before[element]), element
    for element in rises:
        assert np.all(after[element] > before[element]), element


def test_casting_moves_no_content(columns):
    before = physics.contents(columns)
    for name in ("casting_temperature", "mould_temperature", "power"):
        after = moved(columns, name, 1.0)
        for element in before:
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


def test_causes_name_columns_and_features_once():
    named = [name for names in physics.CAUSES.values() for name in names]
    assert len(set(named)) == len(named)
    assert set(named) == {column.name for column in SEED.inputs} | {feature.name for feature in physics.FEATURES}


def test_a_missing_input_leaves_a_gap_in_its_place(columns):
    columns["cathode_fe"][7] = np.nan
    found = physics.contents(columns)
    assert np.flatnonzero(np.isnan(found["fe"])).tolist() == [7]
    assert not np.isnan(found["pb"]).any()
    columns["anode_clean_days"][3] = np.nan
    assert np.flatnonzero(np.isnan(physics.features(columns)["lead_since"])).tolist() == [3]


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


# A heat whose every term counts, and what balances give of it, worked out here with plain numbers.
HEAT = {
    **{"cathode_pb": 20.0, "cathode_cd": 6.0, "cathode_cu": 2.5, "cathode_fe": 1.2, "stock_pb": 10.0},
    **{"solution_pb": 0.35, "solution_cd": 0.12, "solution_cu": 0.05},
    **{"chloride": 240.0, "fluoride": 45.0, "manganese": 3.0, "cell_temperature": 40.0, "current_density": 450.0},
    **{"anode_clean_days": 2.5, "srco3_dose": 1.8, "dose_before": 0.9, "clip_age": 60.0},
    **{"stock_share": 20.0, "scrap_share": 5.0, "furnace_temperature": 492.0, "nh4cl_dose": 0.6},
    **{"stirring_minutes": 30.0, "dross_mass": 30.0, "power": 120.0, "casting_temperature": 460.0},
}
DEPOSIT = np.exp(0.04) * 0.9**-0.3  # of a milligram in ppm over that at 38 °C and 500 A/m²
BARE, BEFORE = 1.0 + 2.0 * np.exp(-2.5 / 3.0), 1.0 + 2.0 * np.exp(-1.5 / 3.0)
SINCE = BARE / BEFORE * (0.9 / 2.7) / 0.5
DISSOLVED = 0.68 * np.exp(0.08) * (240.0 / 180.0) ** 0.33 * 1.35 * BARE * 0.9 / 2.7
DROSS = 2.2 * 1.025**3 * (2.0 / 3.0) ** -0.35
TOOLS = 1.9 * np.exp(0.66) * 1.5**0.5
CADMIUM = (6.0 * 60.0 * 0.12 * DEPOSIT) ** 0.5
COPPER = (2.5 * 60.0 * 0.05 * DEPOSIT) ** 0.5
CONTENTS = {
    "pb": 0.95 * (0.8 * 20.0 * SINCE + 0.2 * 10.0) + 0.05 * 28.0 + 0.8,
    "cd": (0.95 * (0.8 * CADMIUM + 0.2 * 4.5) + 0.05 * 4.0) * np.exp(-0.12 * np.exp(0.24)),
    "fe": 0.95 * (0.8 * 1.2 + 0.2 * 1.0) + 0.05 * 35.0 + TOOLS,
    "cu": 0.95 * (0.8 * COPPER + 0.2 * 1.9) + 0.05 * 6.0 + 1.6 * 0.25,
    "al": 0.95 * (0.8 * 0.6 * 2.5 + 0.2 * 0.8) + 0.05 * 3.0 + 0.3,
}
THICKER = 1.0 / (1.0 - 0.0082 * DROSS)
FOUND = {
    "lead_by_cleaning": BARE,
    "strontium_left": 0.9 / 2.7,
    "dissolved_lead": DISSOLVED,
    "lead_of_anodes": 52.0 * DISSOLVED * DEPOSIT,
    "lead_of_solution": 52.0 * 0.35 * DEPOSIT,
    "lead_since": SINCE,
    "lead_of_composite": 20.0 * SINCE,
    "cadmium_of_solution": 60.0 * 0.12 * DEPOSIT,
    "copper_of_solution": 60.0 * 0.05 * DEPOSIT,
    "sheet_aluminium": 0.6 * 2.5,
    "iron_of_tools": TOOLS,
    "expected_lead": CONTENTS["pb"] * THICKER,
    "expected_cadmium": CONTENTS["cd"] * THICKER,
    "expected_iron": CONTENTS["fe"] * THICKER,
    "expected_copper": CONTENTS["cu"] * THICKER,
    "expected_dross": DROSS,
    "dross_excess": 3.0 - DROSS,
    "power_excess": 120.0 - 1e3 * (0.0275 * 394.5 + 7.32 + 0.0314 * 72.5) / 65.38 / 3.6 / 0.78,
    "superheat": 40.5,
}


def heat(**changed):
    return {name: np.array([value]) for name, value in (HEAT | changed).items()}


@pytest.mark.parametrize("element", CONTENTS)
def test_contents_by_hand(element):
    assert physics.contents(heat())[element][0] == pytest.approx(CONTENTS[element] * THICKER, rel=1e-9)


def test_every_feature_by_hand():
    found = {name: values[0] for name, values in physics.features(heat()).items()}
    assert found == pytest.approx(FOUND, rel=1e-9)


def test_a_day_after_cleaning_is_compared_with_covered_anodes():
    found = physics.features(heat(anode_clean_days=0.5, dose_before=1.8))
    assert found["lead_since"][0] == pytest.approx(1.0 + 2.0 * np.exp(-0.5 / 3.0), rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    found = physics.features(
        heat(chloride=0.0, current_density=0.0, nh4cl_dose=0.0, cathode_pb=0.0, solution_cd=0.0, dose_before=0.0)
    )
    assert found["dissolved_lead"][0] == pytest.approx(DISSOLVED * (1.0 / 240.0) ** 0.33, rel=1e-9)
    assert found["expected_dross"][0] == pytest.approx(2.2 * 1.025**3 * (0.05 / 0.9) ** -0.35, rel=1e-9)
    assert found["lead_of_composite"][0] == pytest.approx(0.01 / 3.0, rel=1e-9)
    assert found["cadmium_of_solution"][0] == pytest.approx(60.0 * 1e-3 * np.exp(0.04) * 0.1**-0.3, rel=1e-9)


def test_spans_keep_their_sums_and_are_no_points():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert (ends[:, 0] < ends[:, 1]).all()
    assert ends.sum(axis=0) == pytest.approx([-33.56, 1712.02], rel=1e-9)
