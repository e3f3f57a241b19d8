"""A move of the shared current: sums over the line, and what it brings against the truth of simulated plants."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.learning import learn
from models.setpoints.line.option import SharedMove
from models.setpoints.line.recommender import _Choice, _held_by
from models.setpoints.recommender import what_if
from seeds import load
from synthetic_data import another_plant, begin
from synthetic_data.potline.margin import margin

CURRENT, HELD = "line_current_target", 3
TRUE = ("current_efficiency", "cell_voltage", "bath_temperature")


def truth(running, seed, size, futures=(0, 1)):
    """Mean change of truth and margin by a current that is moved for HELD periods, over pots and futures."""
    result = []
    for future in futures:
        planned, moved = running.fork(future), running.fork(future)
        for _ in range(HELD):
            plan = planned.plan()
            step = planned.step()
            other = moved.step(moved.plan().assign(**{CURRENT: plan[CURRENT].iloc[0] + size}))
            before, after = (
                one.truth.assign(margin=margin(one.truth, seed)).set_index(seed.key.name) for one in (step, other)
            )
            result.append((after - before)[[*TRUE, "margin", "metal_produced"]].mean())
    return pd.concat(result, axis=1).mean(axis=1)


def option(draws, gain, others=0, probabilities=0.001, most=1.0):
    """One of n units that have no moves of their own, from draws of shape (d, n)."""
    n = draws.shape[1]
    one = np.ones((1, n))
    return SharedMove(
        size=2.5,
        own={"voltage_setpoint": np.zeros(1)},
        gain=gain * one,
        draws=draws[:, None],
        power=1.6 * one,
        chances=np.full((3, 1, n), probabilities),
        ceilings=np.full((3, n), probabilities),
        most=np.full(3, most),
        allowed=one > 0,
        infeasible_units=np.zeros(n, dtype=bool),
        others=others,
        shut=None,
    )


def test_an_error_that_all_units_share_does_not_average_out():
    rng = np.random.default_rng(0)
    common, own = np.repeat(rng.normal(size=(400, 1)), 100, axis=1), rng.normal(size=(400, 100))
    nothing = np.zeros(100, dtype=int)
    assert option(common, 3.0).sum(nothing).doubt == pytest.approx(100.0 * common[:, 0].std())
    # 100 errors of 1 that are apart: 10 together, within four standard errors of 400 draws
    assert option(own, 3.0).sum(nothing).doubt == pytest.approx(10.0, rel=4 / (2 * 400) ** 0.5)


def test_other_units_count_as_the_mean_of_the_known():
    result = option(np.ones((2, 9)), 3.0, others=1).sum(np.zeros(9, dtype=int))
    assert (result.gain, result.power) == pytest.approx((30.0, 16.0))


def test_a_line_that_would_break_a_limit_too_often_says_which():
    choice = _Choice(option(np.ones((2, 50)), 3.0, probabilities=0.04, most=1.0), np.inf)
    assert choice.wished is None
    message = _held_by(SimpleNamespace(seed=load("aluminium_reduction")), CURRENT, 400.0, choice)
    expected = "limits: at 402.5 kA bath_temperature would be broken in 2 units a period or more, where it may in 1"
    assert message == f"{expected}; 0 units cannot satisfy theirs"


@pytest.mark.long("steps plants")
@pytest.mark.parametrize("plant", [901, 902, 903])
def test_a_move_of_the_current_brings_what_it_does_in_the_plant(plant):
    seed = another_plant(load("aluminium_reduction"), plant)
    running = begin(seed, units=40, years=3)
    keys, rows = [seed.key.name, seed.clock.name], []
    for _ in range(24):
        step = running.step()
        rows += [step.came_in, step.table]
    history = pd.concat(rows).drop_duplicates(keys, keep="last").sort_values(keys).reset_index(drop=True)
    planned = pd.concat([history, running.plan().merge(running.known(), on=keys, how="left")], ignore_index=True)
    model = learn(history, seed, evidence=False)  # history says nothing of the current
    for size in (-4.0, 4.0):
        true = truth(running, seed, size)
        message = [one for one in what_if(model, planned, {CURRENT: size}) if one.refusal is None]
        for name in ("cell_voltage", "bath_temperature"):
            stated = np.mean([one.effects[name].value for one in message])
            assert 0.5 < stated / true[name] < 2.0, name
        low, value, high = (np.mean([getattr(one.gain, part) for one in message]) for part in ("low", "value", "high"))
        assert np.sign(value) == np.sign(true["margin"]) == np.sign(size)
        assert 0.4 < value / true["margin"] < 2.5
        assert low < true["margin"] < high
        # Faraday: a pot of 400 kA at 93 % makes 3 t a day; the effect on efficiency is a small part of that of 1 %.
        assert true["metal_produced"] == pytest.approx(0.08054 * 93.0 * size, rel=0.4)
