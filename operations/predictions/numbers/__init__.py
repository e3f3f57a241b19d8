"""Processes that predict a number; see `operations.tasks.Task`."""

from operations.outcomes import numbers as outcomes
from operations.predictions.numbers.columns import columns, described
from operations.predictions.numbers.predictions import ABOUT, INFO, NOT, info, payloads, predicted
from operations.set_points import units as recommendations

__all__ = [
    "ABOUT",
    "INFO",
    "NOT",
    "columns",
    "described",
    "info",
    "outcomes",
    "payloads",
    "predicted",
    "recommendations",
]
