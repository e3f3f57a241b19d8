"""Inspection of lots: chances of a reject by defect, and what is rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray

_SUREST = 12.0  # log odds: no reject is ever certain


@dataclass(frozen=True)
class Inspected:
    """Inspection result of each lot; arrays are (units, periods)."""

    probabilities: dict[str, FloatArray]  # of a reject by defect
    rejected: dict[str, FloatArray]  # 1 or 0 by defect


def inspected(odds: Mapping[str, FloatArray], uniforms: FloatArray) -> Inspected:
    """Lots after their inspection.

    Parameters
    ----------
    odds
        Log odds of a reject by defect, (units, periods) each.
    uniforms
        Random numbers from 0 to 1, (defects, units, periods).
    """
    probabilities = {name: 1.0 / (1.0 + np.exp(-np.clip(values, -_SUREST, _SUREST))) for name, values in odds.items()}
    rejected = {
        name: (one < probability).astype(np.float64)
        for one, (name, probability) in zip(uniforms, probabilities.items(), strict=True)
    }
    return Inspected(probabilities, rejected)
