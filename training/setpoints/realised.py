"""Realised gain of a decision against its stated gain: the same state with and without its moves."""

import numpy as np
import pandas as pd

from physics.arrays import FloatArray
from seeds import Seed
from training.setpoints.choice import Choice
from training.setpoints.oracle import value
from training.setpoints.plants import RunningPlant, TrialSimulator

PERIODS = 3  # over which a decision is followed, as its gain is stated for
FUTURES = tuple(range(100, 106))  # over which the effect of a single set-point is averaged


def stated_and_realised(
    running: RunningPlant, choice: Choice, setpoints: pd.DataFrame, simulator: TrialSimulator, seed: Seed
) -> pd.DataFrame:
    """Stated and realised gain of the units that were moved, in the future that the plant meets.

    Returns
    -------
    DataFrame
        `unit`; `stated`, `low`, `high` and `realised` [$/d]: mean over PERIODS, cost of the moves taken off.
    """
    changed = value(running, setpoints, simulator, seed, PERIODS)["margin"]
    left = value(running, None, simulator, seed, PERIODS)["margin"]
    gains = pd.DataFrame({"unit": choice.units, "stated": choice.gain, "low": choice.low, "high": choice.high})
    gains["realised"] = (changed - left).reindex(choice.units).to_numpy()
    moved = (choice.moves != 0).any(axis=1) & np.isfinite(choice.gain)
    moved_gains: pd.DataFrame = gains[moved & gains["realised"].notna()].astype({"unit": str})
    return moved_gains


def effects(
    running: RunningPlant,
    choice: Choice,
    setpoints: pd.DataFrame,
    simulator: TrialSimulator,
    seed: Seed,
    names: tuple[str, ...],
) -> pd.DataFrame:
    """Return the true effect of each set-point's move alone, over FUTURES, and the cost of the move.

    Returns
    -------
    DataFrame
        `unit`, `setpoint`, `move` [the set-point's unit]; `effect` without the cost, its standard error `error`, and
        `cost` [$/d]: means over PERIODS.
    """
    identity, days = [column.name for column in seed.identity], seed.period / pd.Timedelta(days=1)

    def margin_of(given: pd.DataFrame | None) -> FloatArray:
        """Margin without the cost of moves, shape (futures, n)."""
        means = [value(running, given, simulator, seed, PERIODS, future).sum(axis=1) for future in FUTURES]
        return np.array([mean.reindex(choice.units).to_numpy(np.float64) for mean in means])

    if not choice.moves.any():
        return pd.DataFrame()
    left = margin_of(None)
    parts: list[pd.DataFrame] = []
    for j, name in enumerate(names):
        moved = choice.moves[:, j] != 0
        if not moved.any():
            continue
        changed = margin_of(setpoints[[*identity, name]]) - left
        effect, error = changed.mean(axis=0), changed.std(axis=0, ddof=1) / np.sqrt(len(FUTURES))
        price = seed.column(name).move_cost
        cost = (0.0 if price is None else price.value) * np.abs(choice.moves[:, j]) / (days * PERIODS)
        frame = pd.DataFrame(
            {
                "unit": choice.units,
                "setpoint": name,
                "move": choice.moves[:, j],
                "effect": effect,
                "error": error,
                "cost": cost,
            }
        )
        parts.append(frame[moved & np.isfinite(effect)].astype({"unit": str}))
    return pd.concat(parts, ignore_index=True)
