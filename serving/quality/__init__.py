"""The service for processes that grade lots; see `serving.tasks.Task`."""

from serving.quality import outcomes, recommendations
from serving.quality.about import NOT, info
from serving.quality.about import QualityInfo as INFO
from serving.quality.columns import columns, described
from serving.quality.payloads import ABOUT, payloads
from serving.quality.predictions import predicted

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
