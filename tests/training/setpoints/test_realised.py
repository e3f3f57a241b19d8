"""Realised gain of a decision: nothing for nothing, and the set-points one by one."""

import numpy as np
import pytest

from training.setpoints import realised
from training.setpoints.choice import Choice
from training.setpoints.oracle import value
from training.setpoints.realised import effects, stated_and_realised


@pytest.fixture
def decided(initialised):
    """Voltage of every other pot up, metal level of all but the first down."""
    plan = initialised.running.plan()
    units = plan["unit"].to_numpy(object)
    moves = np.zeros((len(units), 3))
    moves[::2, 0], moves[1:, 2] = 0.05, -1.0
    choice = Choice.without_interval(units, moves, np.full(len(units), 2.0))
    return choice, choice.setpoints(plan, initialised.seed, initialised.reach.names)


def test_realised_is_the_same_state_with_and_without_the_moves(initialised, decided):
    choice, setpoints = decided
    result = stated_and_realised(initialised.running, choice, setpoints, initialised.simulator, initialised.true_seed)
    margins = [
        value(initialised.running, given, initialised.simulator, initialised.true_seed, 3)["margin"]
        for given in (setpoints, None)
    ]
    gain = (margins[0] - margins[1]).loc[result["unit"]]
    assert result["realised"].to_numpy() == pytest.approx(gain.to_numpy())
    assert (result["stated"] == 2.0).all()
    assert len(result) == (choice.moves != 0).any(axis=1).sum()


def test_effects_are_of_one_setpoint_at_a_time(initialised, decided, monkeypatch):
    monkeypatch.setattr(realised, "FUTURES", (100, 101))
    choice, setpoints = decided
    result = effects(
        initialised.running, choice, setpoints, initialised.simulator, initialised.true_seed, initialised.reach.names
    )
    assert result.groupby("setpoint").size().to_dict() == {"voltage_setpoint": 12, "metal_level_target": 23}
    level = result[result["setpoint"] == "metal_level_target"]
    assert (level["move"] == -1.0).all()
    assert level["cost"].to_numpy() == pytest.approx(10 / 90)
    alone = setpoints[["unit", "period_start", "metal_level_target"]]
    parts = []
    for future in (100, 101):
        means = [
            value(initialised.running, k, initialised.simulator, initialised.true_seed, 3, future)
            for k in (alone, None)
        ]
        parts.append(means[0].sum(axis=1) - means[1].sum(axis=1))
    assert level["effect"].to_numpy() == pytest.approx((sum(parts) / 2).loc[level["unit"]].to_numpy())
    assert level["error"].to_numpy() == pytest.approx((abs(parts[0] - parts[1]) / 2).loc[level["unit"]].to_numpy())


def test_who_moves_nothing_has_no_effects(initialised, decided):
    choice, _ = decided
    still = Choice.without_interval(choice.units, 0 * choice.moves, choice.gain)
    nothing = still.setpoints(initialised.running.plan(), initialised.seed, initialised.reach.names)
    assert effects(
        initialised.running, still, nothing, initialised.simulator, initialised.true_seed, initialised.reach.names
    ).empty
    assert stated_and_realised(initialised.running, still, nothing, initialised.simulator, initialised.true_seed).empty
