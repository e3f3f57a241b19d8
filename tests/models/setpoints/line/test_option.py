"""What a move of the shared current brings, against the truth of simulated plants that no constant was chosen on."""

import numpy as np
import pandas as pd
import pytest

from models.setpoints.advising import what_if
from models.setpoints.learning import learn
from seeds import load
from synthetic_data import another_plant, begin
from synthetic_data.potline.margin import margin

pytestmark = pytest.mark.slow
CURRENT, HELD = "line_current_target", 3
TRUE = ("current_efficiency", "cell_voltage", "bath_temperature")


def truth(running, seed, size, futures=(0, 1)):
    """Mean change of truth and margin by a current that is moved for HELD periods, over pots and futures."""
    found = []
    for future in futures:
        planned, moved = running.fork(future), running.fork(future)
        for _ in range(HELD):
            plan = planned.plan()
            step = planned.step()
            other = moved.step(moved.plan().assign(**{CURRENT: plan[CURRENT].iloc[0] + size}))
            before, after = (
                one.truth.assign(margin=margin(one.truth, seed)).set_index(seed.key.name) for one in (step, other)
            )
            found.append((after - before)[[*TRUE, "margin", "metal_produced"]].mean())
    return pd.concat(found, axis=1).mean(axis=1)


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
        said = [one for one in what_if(model, planned, {CURRENT: size}) if one.refusal is None]
        for name in ("cell_voltage", "bath_temperature"):
            stated = np.mean([one.effects[name].value for one in said])
            assert 0.5 < stated / true[name] < 2.0, name
        low, value, high = (np.mean([getattr(one.gain, part) for one in said]) for part in ("low", "value", "high"))
        assert np.sign(value) == np.sign(true["margin"]) == np.sign(size)
        assert 0.4 < value / true["margin"] < 2.5
        assert low < true["margin"] < high
        # Faraday: a pot of 400 kA at 93 % makes 3 t a day; the effect on efficiency is a small part of that of 1 %.
        assert true["metal_produced"] == pytest.approx(0.08054 * 93.0 * size, rel=0.4)
