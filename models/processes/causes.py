"""Contributions to a prediction, put down to physical causes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.processes.lookup import physics_of
from physics.arrays import FloatArray
from seeds import Seed

OTHER = "other"


def by_cause(seed: Seed, names: Sequence[str], contributions: FloatArray) -> dict[str, FloatArray] | None:
    """Sums of contributions over the columns of each physical cause, shape (n,) each.

    Parameters
    ----------
    seed : Seed
        The process.
    names : sequence of str, length p
        Names of the columns.
    contributions : ndarray, shape (n, p)
        What each contributed.

    Returns
    -------
    dict of str to ndarray, or None
        In the order of the process's CAUSES, and what belongs to none of them last; None where the process has no
        physics of the seed's target, or physics without causes.
    """
    physics = None if seed.place else physics_of(seed)  # physics is of the first target
    if physics is None or not physics.CAUSES:
        return None
    causes = physics.CAUSES
    cause_of = {name: cause for cause, columns in causes.items() for name in columns}
    belongs = np.array([cause_of.get(name, OTHER) for name in names])
    return {
        cause: contributions[:, belongs == cause].sum(axis=1) for cause in (*causes, OTHER) if (belongs == cause).any()
    }
