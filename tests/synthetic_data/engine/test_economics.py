"""What rows of a plant are worth, asked for by the process's name."""

import pytest
from pandas.testing import assert_frame_equal

import synthetic_data
from physics.power_tiers import TIER_YEAR
from seeds import load
from synthetic_data.engine.plan import SimulationError
from synthetic_data.potline.margin import emission, margin

PRICED = (
    "alumina_refining",
    "aluminium_reduction",
    "copper_electrorefining",
    "lead_refining",
    "zinc_electrowinning",
)


def test_a_pot_is_worth_its_margin():
    seed = load("aluminium_reduction")
    running = synthetic_data.begin(seed, units=3, years=1, rng_seed=5)
    running.step()
    truth = running.step().truth
    value = synthetic_data.economic_value(seed, truth)
    assert value["margin"].tolist() == margin(truth, seed).tolist()
    assert value["product"].tolist() == truth["metal_produced"].tolist()
    assert value["move_cost"].tolist() == truth["setpoint_moves"].tolist()
    assert (value["move_cost"] > 0).any()
    assert value["energy"].tolist() == truth["energy"].tolist()
    assert value["co2e"].tolist() == emission(truth, seed).tolist()


def test_a_process_without_a_margin_is_refused():
    seed = load("aluminium_scrap")
    with pytest.raises(SimulationError, match=r"^aluminium_scrap: its simulator has no margin"):
        synthetic_data.economic_value(seed, None)


def refusal(seed, truth):
    """Message of the error that `worth` raises, None where it raises none."""
    try:
        synthetic_data.economic_value(seed, truth)
    except SimulationError as error:
        return str(error)
    return None


def with_tiers(seed):
    """The seed, and its power price is tiered if it can be."""
    year = {name: q.model_copy(update={"value": 2025.0}) for name, q in seed.economics.items() if name == TIER_YEAR}
    return seed.model_copy(update={"economics": seed.economics | year})


@pytest.mark.parametrize("process", PRICED)
def test_a_price_that_is_missing_is_named_and_what_no_margin_needs_may_be_left_out(process):
    seed = with_tiers(load(process))
    truth = synthetic_data.replay(seed, units=1, years=0.2).truth
    whole, unread = synthetic_data.economic_value(seed, truth), set()
    for name in seed.economics.keys() - {TIER_YEAR}:  # without it, or at 0, no price is tiered
        broken = seed.model_copy(update={"economics": {one: q for one, q in seed.economics.items() if one != name}})
        refused = refusal(broken, truth)
        if refused is None:
            assert_frame_equal(synthetic_data.economic_value(broken, truth), whole)
            unread.add(name)
        else:
            assert refused.startswith(f"{process}: economics.{name}: missing: expected ")
    assert len(unread) < 0.2 * len(seed.economics)
