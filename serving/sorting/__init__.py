"""The service for processes that sort; see `serving.tasks.Task`."""

from serving.sorting import recommendations
from serving.sorting.about import NOT, info
from serving.sorting.about import SortingInfo as INFO
from serving.sorting.columns import columns, described
from serving.sorting.payloads import ABOUT, payloads
from serving.sorting.predictions import predicted

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
