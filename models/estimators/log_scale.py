"""The scale that labels are learnt on: their own, or a logarithm where errors count by ratio."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray


def to_scale(labels: FloatArray, log_floor: float | None) -> FloatArray:
    """Labels as they are learnt: the logarithm of label plus floor, or the labels where there is no floor.

    Parameters
    ----------
    labels : ndarray
        Above -log_floor [target's unit].
    log_floor : float or None
        What is added to a label first [target's unit].
    """
    return labels if log_floor is None else np.log(labels + log_floor)


def from_scale(learnt: FloatArray, log_floor: float | None) -> FloatArray:
    """Labels from what `to_scale` gave [target's unit]."""
    return learnt if log_floor is None else np.exp(learnt) - log_floor
