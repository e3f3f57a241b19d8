"""Processes that sort; see `operations.tasks.Task`."""

from operations.predictions.pieces.about import NOT, info
from operations.predictions.pieces.about import SortingInfo as INFO
from operations.predictions.pieces.columns import columns, described
from operations.predictions.pieces.forms import ABOUT, payloads
from operations.predictions.pieces.predictions import predicted
from operations.set_points import sorting_lines as recommendations

outcomes = None  # intervals of contents are fixed

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
