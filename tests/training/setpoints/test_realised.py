"""Realised gain of a decision: nothing for nothing, and the set-points one by one."""

import numpy as np
import pytest

from training.setpoints import realised
from training.setpoints.choice import Choice
from training.setpoints.oracle import value
from training.setpoints.realised import effects, stated_and_realised


@pytest.fixture
def decided(begun):
    """Voltage of every other pot up, metal level of all but the first down."""
    plan = begun.running.plan()
    units = plan["unit"].to_numpy(object)
    moves = np.zeros((len(units), 3))
    moves[::2, 0], moves[1:, 2] = 0.05, -1.0
    choice = Choice.without_interval(units, moves, np.full(len(units), 2.0))
    return choice, choice.setpoints(plan, begun.seed, begun.reach.names)


def test_realised_is_the_same_state_with_and_without_the_moves(begun, decided):
    choice, setpoints = decided
    found = stated_and_realised(begun.running, choice, setpoints, begun.simulator, begun.true_seed)
    margins = [
        value(begun.running, given, begun.simulator, begun.true_seed, 3)["margin"] for given in (setpoints, None)
    ]
    gain = (margins[0] - margins[1]).loc[found["unit"]]
    assert found["realised"].to_numpy() == pytest.approx(gain.to_numpy())
    assert (found["stated"] == 2.0).all()
    assert len(found) == (choice.moves != 0).any(axis=1).sum()


def test_effects_are_of_one_setpoint_at_a_time(begun, decided, monkeypatch):
    monkeypatch.setattr(realised, "FUTURES", (100, 101))
    choice, setpoints = decided
    found = effects(begun.running, choice, setpoints, begun.simulator, begun.true_seed, begun.reach.names)
    assert found.groupby("setpoint").size().to_dict() == {"voltage_setpoint": 12, "metal_level_target": 23}
    level = found[found["setpoint"] == "metal_level_target"]
    assert (level["move"] == -1.0).all()
    assert level["cost"].to_numpy() == pytest.approx(10 / 90)
    alone = setpoints[["unit", "period_start", "metal_level_target"]]
    parts = []
    for future in (100, 101):
        means = [value(begun.running, k, begun.simulator, begun.true_seed, 3, future) for k in (alone, None)]
        parts.append(means[0].sum(axis=1) - means[1].sum(axis=1))
    assert level["effect"].to_numpy() == pytest.approx((sum(parts) / 2).loc[level["unit"]].to_numpy())
    assert level["error"].to_numpy() == pytest.approx((abs(parts[0] - parts[1]) / 2).loc[level["unit"]].to_numpy())


def test_who_moves_nothing_has_no_effects(begun, decided):
    choice, _ = decided
    still = Choice.without_interval(choice.units, 0 * choice.moves, choice.gain)
    nothing = still.setpoints(begun.running.plan(), begun.seed, begun.reach.names)
    assert effects(begun.running, still, nothing, begun.simulator, begun.true_seed, begun.reach.names).empty
    assert stated_and_realised(begun.running, still, nothing, begun.simulator, begun.true_seed).empty
