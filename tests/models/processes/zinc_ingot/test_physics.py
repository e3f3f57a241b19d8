"""First principles of a melting house: balances by hand."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load

SEED = load("zinc_ingot")
physics = needed_physics_of(SEED)


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


def test_contents_of_all_elements_but_tin_by_hand():
    result = {name: values[0] / THICKER for name, values in physics.contents(heat()).items()}
    assert result == pytest.approx(CONTENTS, rel=1e-9)
    assert set(result) == {column.name for column in SEED.elements} - {"sn"}


def test_every_feature_by_hand():
    result = {name: values[0] for name, values in physics.features(heat()).items()}
    assert result == pytest.approx(FOUND, rel=1e-9)


def test_a_day_after_cleaning_is_compared_with_covered_anodes():
    features = physics.features(heat(anode_clean_days=0.5, dose_before=1.8))
    assert features["lead_since"][0] == pytest.approx(1.0 + 2.0 * np.exp(-0.5 / 3.0), rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    features = physics.features(
        heat(chloride=0.0, current_density=0.0, nh4cl_dose=0.0, cathode_pb=0.0, solution_cd=0.0, dose_before=0.0)
    )
    assert features["dissolved_lead"][0] == pytest.approx(DISSOLVED * (1.0 / 240.0) ** 0.33, rel=1e-9)
    assert features["expected_dross"][0] == pytest.approx(2.2 * 1.025**3 * (0.05 / 0.9) ** -0.35, rel=1e-9)
    assert features["lead_of_composite"][0] == pytest.approx(0.01 / 3.0, rel=1e-9)
    assert features["cadmium_of_solution"][0] == pytest.approx(60.0 * 1e-3 * np.exp(0.04) * 0.1**-0.3, rel=1e-9)


def test_spans_keep_their_sums():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert ends.sum(axis=0) == pytest.approx([-33.56, 1712.02], rel=1e-9)
