"""Scale of labels in training: their own, or logarithmic if errors are relative."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray

LEAST = 1e-6  # of the floor: a prediction that no label can be near has a large error, not none


def to_scale(labels: FloatArray, log_floor: float | None) -> FloatArray:
    """Return training labels: the logarithm of label plus floor, or the labels if there is no floor.

    Parameters
    ----------
    labels : ndarray
        Labels, or predictions of them [target's unit]. What lies at or below -log_floor counts as just above it.
    log_floor : float or None
        What is added to a label first [target's unit].
    """
    if log_floor is None:
        return labels
    return np.asarray(np.log(np.maximum(labels + log_floor, LEAST * log_floor)))


def from_scale(logarithms: FloatArray, log_floor: float | None) -> FloatArray:
    """Labels from what `to_scale` gave [target's unit]."""
    return logarithms if log_floor is None else np.exp(logarithms) - log_floor
