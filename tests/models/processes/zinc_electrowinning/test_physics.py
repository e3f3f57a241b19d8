"""Physics of the process zinc electrowinning as models use it: features, first principles, derived targets."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from physics.electrochemistry import ZINC_EQUIVALENT, specific_energy
from seeds import load

SEED = load("zinc_electrowinning")
physics = needed_physics_of(SEED)
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}


def typical(**changed):
    """One row of typical values, with some changed."""
    result = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    return result | {name: np.array([float(value)]) for name, value in changed.items()}


def test_a_typical_group_has_typical_efficiency_and_voltage():
    features = physics.features(typical())
    assert features["expected_efficiency"].item() == pytest.approx(90.0, abs=1.0)
    assert features["feed_implied_efficiency"].item() == pytest.approx(90.0, abs=3.0)
    assert features["excess_voltage"].item() == pytest.approx(0.0, abs=0.05)
    assert features["current_density"].item() == pytest.approx(497.5, abs=0.1)


@pytest.mark.parametrize(
    ("column", "up", "effect"),
    [
        ("cell_temperature", 40.0, -1),
        ("acid_in_cell", 180.0, -1),
        ("zinc_in_cell", 60.0, 1),
        ("cobalt", 0.6, -1),
        ("nickel", 0.3, -1),
        ("antimony_in_hand", 30.0, -1),
        ("germanium_in_hand", 20.0, -1),
        ("copper", 0.4, -1),
        ("short_circuits", 3.0, -1),
        ("purification_potential", 40.0, -1),
        ("usual_efficiency", 91.0, 1),
    ],
    ids=str,
)
def test_directions_of_first_principles(column, up, effect):
    change = physics.first_principles(typical(**{column: up})) - physics.first_principles(typical())
    assert np.sign(change.item()) == effect


def test_a_potential_that_cobalt_and_nickel_explain_says_nothing_of_antimony():
    quiet = typical(cobalt=0.6, nickel=0.2)
    raised = typical(cobalt=0.6, nickel=0.2, purification_potential=60.0)
    assert physics.first_principles(raised).item() == pytest.approx(physics.first_principles(quiet).item(), abs=1e-9)


def test_a_result_of_an_upset_that_is_over_hardly_counts():
    """Four times the usual in a composite of days ago, and a calm potential since: not what four times would do."""
    over = physics.first_principles(typical(antimony_in_hand=40.0)) - physics.first_principles(typical())
    assert -1.0 < over.item() < 0.0
    whole = physics.features(typical(usual_antimony=40.0))["computed_efficiency"]
    assert whole.item() - physics.features(typical())["computed_efficiency"].item() < 4.0 * over.item()


def test_a_group_keeps_its_standing_where_nothing_has_changed():
    calm = {"cell_temperature": 38.0, "zinc_in_cell": 55.0, "acid_in_cell": 3.1 * 55.0, "short_circuits": 1.4}
    calm |= {"purification_potential": 0.0, "antimony_in_hand": 10.0, "germanium_in_hand": 8.0}
    for efficiency in (87.0, 91.0):
        result = physics.first_principles(typical(**calm, usual_efficiency=efficiency))
        assert result.item() == pytest.approx(efficiency, abs=1e-9)


def test_derived_targets_by_hand():
    result = physics.derived(typical(cell_voltage=3.35, short_circuits=0.0), np.array([90.0]), ECONOMICS)
    assert result["specific_energy"].item() == pytest.approx(3052.0, abs=1.0)  # worked value
    assert result["specific_energy"].item() == pytest.approx(specific_energy(3.35, 90.0, ZINC_EQUIVALENT), rel=1e-12)
    hydrogen = 0.097 * 1.008 / 96485.33212 * 3600.0 / (0.9 * ZINC_EQUIVALENT) * 1000.0
    assert result["hydrogen"].item() == pytest.approx(hydrogen, rel=1e-9)
    bought = result["specific_energy"].item() / ECONOMICS["rectifier_efficiency"] + ECONOMICS["auxiliary_energy"]
    assert result["co2e"].item() == pytest.approx(bought * ECONOMICS["grid_emission_factor"] / 1000.0, rel=1e-12)


def test_a_point_of_efficiency_is_worth_what_it_should():
    low, high = (physics.derived(typical(cell_voltage=3.3), np.array([ce]), ECONOMICS) for ce in (90.0, 91.0))
    assert (high["specific_energy"] - low["specific_energy"]).item() == pytest.approx(-33.0, abs=0.5)
    assert set(low) == set(SEED.derived)
    assert all(high[name] < low[name] for name in low)


def test_money_of_a_measured_cycle_by_hand():
    row = typical(line_current=100.0, cell_voltage=3.35, feed_flow=1.08, glue_dose=0.2, current_efficiency=90.0)
    zinc = 0.024 * 1219.71 * 0.9 * 100.0 / 1000.0  # t/d
    energy = 24.0 * 335.0
    price = ECONOMICS | {"carbon_price_direct": 7.0, "carbon_price_indirect": 11.0}
    bought = energy / price["rectifier_efficiency"] + zinc * price["auxiliary_energy"]
    expected = zinc * (price["zinc_price"] - price["feed_zinc_price"] - 0.2e-3 * price["glue_price"])
    expected -= 24.0 * 1.08 * price["solution_price"] + bought * price["power_price"]
    expected -= 1e-3 * bought * price["grid_emission_factor"] * price["carbon_price_indirect"]
    assert physics.money(row, price).item() == pytest.approx(expected, rel=1e-5)
