"""What rows of a plant are worth, asked for by the process's name."""

import pytest

import synthetic_data
from seeds import load
from synthetic_data.engine.plan import SimulationError
from synthetic_data.potline.margin import emission, margin


def test_a_pot_is_worth_its_margin():
    seed = load("aluminium_reduction")
    running = synthetic_data.begin(seed, units=3, years=1, rng_seed=5)
    running.step()
    truth = running.step().truth
    worth = synthetic_data.worth(seed, truth)
    assert worth["margin"].tolist() == margin(truth, seed).tolist()
    assert worth["product"].tolist() == truth["metal_produced"].tolist()
    assert worth["move_cost"].tolist() == truth["knob_moves"].tolist()
    assert (worth["move_cost"] > 0).any()
    assert worth["energy"].tolist() == truth["energy"].tolist()
    assert worth["co2e"].tolist() == emission(truth, seed).tolist()


def test_a_process_without_a_margin_is_refused():
    seed = load("aluminium_scrap")
    with pytest.raises(SimulationError, match=r"^aluminium_scrap: its simulator has no margin"):
        synthetic_data.worth(seed, None)
