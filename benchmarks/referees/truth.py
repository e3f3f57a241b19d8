"""True effect of a step: forks of a running plant with the step up and down, in the same futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.processes.lookup import response_of
from models.setpoints.model import step_of
from models.setpoints.situations import AHEAD, UnitPeriodGrid
from seeds import Seed
from training.setpoints.observation import Observation
from training.setpoints.plants import RunningPlant

FUTURES = range(3)


def answers(running: RunningPlant, last: pd.DataFrame, seed: Seed, future: int, setpoint: str) -> dict[str, pd.Series]:
    """Half the difference of outcomes after a step up and down, by unit; NaN if bounds prevent the step."""
    response, step = response_of(seed), step_of(seed, setpoint)
    assert response is not None
    assert seed.key is not None
    key, time_ = seed.key.name, seed.clock.name
    plan = running.plan()
    low, high = seed.column(setpoint).settable
    ends, made = [], []
    for sign in (1.0, -1.0):
        made.append(np.clip(plan[setpoint] + sign * step, low, high))
        copy, hand = running.fork(future), Observation(seed, last)
        for period in range(AHEAD + 1):  # the label of the last of them comes in one later
            hand = hand.after(copy.step(plan[[key, time_]].assign(**{setpoint: made[-1]}) if period == 0 else None))
        grid = UnitPeriodGrid.of(hand.history(), seed)
        measured = response.measured(grid.columns)
        ends.append(
            pd.DataFrame({name: of[:, 1 : 1 + AHEAD].mean(axis=1) for name, of in measured.items()}, grid.units)
        )
    steps = pd.Series((made[0] - made[1]).to_numpy() / step, plan[key])
    difference = (ends[0] - ends[1]).div(steps.where(steps >= 1.0), axis=0)
    return {name: difference[name] for name in difference}


def truth_of(running: RunningPlant, last: pd.DataFrame, seed: Seed, setpoints: Sequence[str]) -> pd.DataFrame:
    """True effects of a step: a row per unit and future, a column per set-point and outcome."""
    parts = []
    for future in FUTURES:
        effects = {
            (setpoint, name): of
            for setpoint in setpoints
            for name, of in answers(running, last, seed, future, setpoint).items()
        }
        parts.append(pd.DataFrame(effects))
    return pd.concat(parts)
