"""Processes that grade lots; see `operations.tasks.Task`."""

from operations.outcomes import lots as outcomes
from operations.predictions.lots.about import NOT, info
from operations.predictions.lots.about import QualityInfo as INFO
from operations.predictions.lots.columns import columns, described
from operations.predictions.lots.forms import ABOUT, payloads
from operations.predictions.lots.predictions import predicted
from operations.set_points import graded_lots as recommendations

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
