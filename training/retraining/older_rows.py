"""Champion against challenger on older rows outside both trainings: no loss of earlier accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from models.tasks import Model
from physics.arrays import IntArray
from training.core.bootstrap import CONFIDENCE
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.dataset import Dataset
from training.core.gate import GateCondition
from training.multi_target.verdict import Verdicts

EXPECTED = "no significant loss against the champion"


def older_rows(data: Dataset, champion: Model, test_from: pd.Timestamp, units: Sequence[str]) -> IntArray:
    """Return rows in or after the champion's test periods that neither model was trained on.

    The challenger learns all periods before its judge rows. What is left are rows of the units that both hold out.
    """
    held_out = sorted(set(units) & set(champion.info["held_out_units"]))
    since = pd.Timestamp(champion.info["training_cutoff"])
    in_time = (data.periods >= since) & (data.periods < test_from)
    return np.flatnonzero(in_time & np.isin(data.units.astype(str), held_out))


def no_loss(compared: Callable[[], ComparisonResult | Verdicts], accepted: str | None) -> GateCondition:
    """The condition that the challenger loses nothing on older rows.

    Parameters
    ----------
    compared : callable
        Gives the verdict on the older rows; raises ComparisonError where they are too few.
    accepted : str or None
        Reason of a user to train on labels inconsistent with history, which then no longer binds the challenger.
    """
    title = "older rows outside the training rows of both"
    try:
        result = compared()
    except ComparisonError as error:
        return GateCondition(title, True, f"not compared on: {error}", EXPECTED)
    each = list(result.by_target.items()) if isinstance(result, Verdicts) else [("", result)]
    lines = [f"{name}: {_line(one)}" if name else _line(one) for name, one in each]
    worse = any(one.gain_high < 0 for _, one in each)
    measured = "; ".join(lines)
    if worse and accepted is not None:
        return GateCondition(title, True, f"{measured}; the shift was accepted: {accepted}", EXPECTED)
    return GateCondition(title, not worse, measured, EXPECTED)


def _line(result: ComparisonResult) -> str:
    return f"{at_most(result.gain, result.gain_high)}, on {result.rows} rows of {result.units} units"


def at_most(gain: float, high: float) -> str:
    """Return a gain and its upper bound as text, for a non-inferiority condition [the loss's unit]."""
    return f"the loss falls by {gain:.4g}, with {CONFIDENCE:.0%} confidence by {high:.4g} at most"
