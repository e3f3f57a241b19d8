"""Moves of set-points that followed an accepted recommendation."""

from dataclasses import replace

import numpy as np
import pandas as pd

from training.core.dataset import Dataset


def with_advised_moves(data: Dataset, moves: pd.DataFrame | None) -> Dataset:
    """Return the data set with the part of accepted moves that the plant made.

    An accepted move counts as far as the set-point moved in its direction from the unit's period before: what was
    accepted and not done is no move, and what exceeds it is the operators' own.

    Parameters
    ----------
    data : Dataset
        The checked table.
    moves : DataFrame or None
        Key, time and set-points [their units], one row a unit and period; None where nothing was accepted.
    """
    if moves is None:
        return data
    key, time = (column.name for column in data.seed.identity)
    setpoints = [name for name in moves.columns.drop([key, time]) if name in data.checked]
    table = data.checked[[key, time, *setpoints]].sort_values([key, time], kind="stable")
    rises = table[setpoints].astype(np.float64) - table.groupby(key)[setpoints].shift().astype(np.float64)
    made = table[[key, time]].join(rises).merge(moves, on=[key, time], suffixes=("", " accepted"))
    for name in setpoints:
        accepted = made[f"{name} accepted"]
        made[name] = made[name].fillna(0.0).clip(accepted.clip(upper=0.0), accepted.clip(lower=0.0))
    followed = made.loc[(made[setpoints] != 0.0).any(axis=1), [key, time, *setpoints]].reset_index(drop=True)
    line = f"{len(followed)} of {len(moves)} accepted recommendations were followed by a move of a set-point"
    return replace(data, advised=followed, cautions=(*data.cautions, line))
