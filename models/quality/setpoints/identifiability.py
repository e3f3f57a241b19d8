"""Check that effects of set-points can be identified from past lots."""

from __future__ import annotations

import numpy as np

from models.quality.setpoints.effects import FOLDS, setpoint_places, setpoints_of
from models.setpoints.errors import SetpointError
from physics.arrays import FloatArray
from seeds import Seed

FEWEST_LOTS = 100  # to learn from: a fifth of them, the least that a fold may be, is twenty
NEEDED = ("bounds", "step", "move_cost")  # of a set-point that is recommended


def check_learnable(seed: Seed, X: FloatArray, Y: FloatArray) -> None:
    """Raise an error if effects of set-points cannot be fitted on lots, rows sorted by time.

    Parameters
    ----------
    seed : Seed
        The process.
    X : ndarray, shape (n, k)
        Inputs.
    Y : ndarray, shape (n, E + D)
        Reported contents and defects.

    Raises
    ------
    SetpointError
        No set-points, a set-point without bounds, step or cost of a move, too few lots, or an input or output that
        does not vary in them.
    """
    setpoints, outputs = setpoints_of(seed), [*(element.name for element in seed.elements), *seed.defects]
    if not setpoints:
        raise SetpointError(f"{seed.process.name}: no column of role setpoint: expected at least one to recommend")
    for setpoint in setpoints:
        missing = [part for part in NEEDED if getattr(setpoint, part) is None]
        if missing:
            raise SetpointError(
                f"{setpoint.name}: {' and '.join(missing)} missing: expected for a recommended set-point"
            )
    if len(X) < FEWEST_LOTS:
        raise SetpointError(f"{seed.process.name}: {len(X)} past lots, expected {FEWEST_LOTS} or more")
    _check_shown([setpoint.name for setpoint in setpoints], X[:, setpoint_places(seed)])
    _check_shown(outputs, Y)


def _check_shown(names: list[str], values: FloatArray) -> None:
    """Raise an error if a column lacks values in the oldest or latest lots or outside one time segment."""
    known = ~np.isnan(values)
    stretches = np.array([np.any(part, axis=0) for part in np.array_split(known, FOLDS)]).sum(axis=0)
    new = 2 * len(values) // 3
    both = np.array([np.any(part, axis=0) for part in (known[:new], known[new:])]).min(axis=0)
    for name, count, early_and_late in zip(names, stretches.tolist(), both.tolist(), strict=True):
        if count < 2 or not early_and_late:
            raise SetpointError(
                f"{name}: values in {count} of {FOLDS} stretches of the past lots: expected some early and some late"
            )
